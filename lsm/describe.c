// SPDX-License-Identifier: GPL-2.0-only
/*
 * describe.c - the words of a record: object and detail of a request
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include <net/ipv6.h>

#include "describe.h"
#include "path.h"

static u32 print_path(const struct path *path, u32 walk, char *buf, u32 len)
{
	buf[0] = 0;
	/* An interrupted rename would never end for us. */
	if (!in_task())
		return 0;
	return bailiff_path_print(path, walk, buf, len);
}

/* "1.2.3.4:80", "[::1]:80" */
static u32 print_end(const struct bvm_addr *addr, u32 port, char *buf, u32 len)
{
	struct in6_addr in6;

	memcpy(&in6, addr, sizeof(in6));
	if (ipv6_addr_v4mapped(&in6))
		return scnprintf(buf, len, "%pI4:%u", &in6.s6_addr[12], port);
	return scnprintf(buf, len, "[%pI6c]:%u", &in6, port);
}

/* The remote side of what the caller reaches for, else the local one. */
static u32 print_address(const struct bvm_ctx_network *net, char *buf, u32 len)
{
	switch (net->op) {
	case BVM_OP_NETWORK_CONNECT:
	case BVM_OP_NETWORK_SEND:
		return print_end(&net->remote, net->port, buf, len);
	}
	return print_end(&net->local, net->port, buf, len);
}

static const char *word(const struct bvm_name *names, u32 num, char *spare,
			u32 len)
{
	const char *name = bvm_name_of(names, num);

	if (name)
		return name;
	snprintf(spare, len, "%u", num);
	return spare;
}

static u32 print_socket(const struct bvm_ctx_network *net, char *buf, u32 len)
{
	char family[12], type[12], protocol[12];

	return scnprintf(
		buf, len, "%s/%s/%s",
		word(bvm_family_names, net->family, family, sizeof(family)),
		word(bvm_socktype_names, net->type, type, sizeof(type)),
		word(bvm_protocol_names, net->protocol, protocol,
		     sizeof(protocol)));
}

/* "term host", "self", "kill /web": the signal, and whose the other task is. */
static u32 print_deed(const struct bailiff_request *rq, char *buf, u32 len)
{
	const struct bvm_ctx_tasks *tasks = &rq->ctx.tasks;
	char signal[12], peer[12];
	u32 num = 0;

	if (tasks->op == BVM_OP_TASKS_SIGNAL)
		num = scnprintf(buf, len, "%s ",
				word(bvm_signal_names, tasks->signal, signal,
				     sizeof(signal)));
	return num + scnprintf(buf + num, len - num, "%s",
			       rq->peer_name.bytes ?:
				       word(bvm_peer_names, tasks->peer, peer,
					    sizeof(peer)));
}

/* As a rule would say it. */
static u32 print_command(u32 cmd, char *buf, u32 len)
{
	const char *name = bvm_name_of(bvm_ioctl_names, cmd);

	if (name)
		return scnprintf(buf, len, "%s", name);
	return scnprintf(buf, len, "0x%x", cmd);
}

/* A packet has a source, too. */
static u32 print_socket_and_source(const struct bailiff_request *rq, char *buf,
				   u32 len)
{
	const struct bvm_ctx_network *net = &rq->ctx.network;
	u32 num = print_socket(net, buf, len);

	if (rq->cred)
		return num;
	num += scnprintf(buf + num, len - num, " from ");
	return num +
	       print_end(&net->remote, net->peer_port, buf + num, len - num);
}

/* Abstract names may hold any byte; those that are none for people become ?. */
static u32 print_text(const struct bailiff_request *rq, char *buf, u32 len)
{
	u32 num = min(rq->text.len, len - 1);

	for (u32 i = 0; i < num; i++) {
		char byte = rq->text.bytes[i];

		buf[i] = byte > ' ' && byte < 0x7f ? byte : '?';
	}
	buf[num] = 0;
	return num;
}

u32 bailiff_describe_object(const struct bailiff_request *rq, char *buf,
			    u32 len)
{
	char spare[12];

	switch (rq->class) {
	case BVM_CLASS_NETWORK:
		if (rq->ctx.network.has_addr)
			return print_address(&rq->ctx.network, buf, len);
		if (rq->text.bytes)
			return print_text(rq, buf, len);
		break;
	case BVM_CLASS_CAPABILITIES:
		return scnprintf(buf, len, "%s",
				 word(bvm_cap_names, rq->ctx.capabilities.cap,
				      spare, sizeof(spare)));
	case BVM_CLASS_FILES:
		if (!rq->path)
			return scnprintf(buf, len, "%s",
					 word(bvm_kind_names,
					      rq->ctx.files.type, spare,
					      sizeof(spare)));
		break;
	}
	if (rq->path)
		return print_path(rq->path, rq->walk, buf, len);
	/* An object that has only a word for it: "memfd", a file system */
	return scnprintf(buf, len, "%s", rq->detail ?: "");
}

u32 bailiff_describe_detail(const struct bailiff_request *rq, char *buf,
			    u32 len)
{
	buf[0] = 0;
	if (rq->class == BVM_CLASS_NETWORK)
		return print_socket_and_source(rq, buf, len);
	if (rq->class == BVM_CLASS_TASKS)
		return print_deed(rq, buf, len);
	if (rq->class == BVM_CLASS_FILES && rq->path &&
	    rq->ops == BVM_BIT(FILES, IOCTL))
		return print_command(rq->ctx.files.ioctl, buf, len);
	if (rq->second)
		return print_path(rq->second, BAILIFF_WALK_NEW, buf, len);
	if (!rq->path && rq->class != BVM_CLASS_FILES)
		return 0; /* it is the object */
	return scnprintf(buf, len, "%s", rq->detail ?: "");
}

u32 bailiff_describe_exe(char *buf, u32 len)
{
	struct file *exe;
	u32 num;

	buf[0] = 0;
	if (!in_task() || !current->mm)
		return 0;
	exe = get_mm_exe_file(current->mm);
	if (!exe)
		return 0;
	num = print_path(&exe->f_path, 0, buf, len);
	fput(exe);
	return num;
}
