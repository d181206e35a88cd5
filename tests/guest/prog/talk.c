// SPDX-License-Identifier: GPL-2.0-only
/*
 * talk.c - two tasks that talk through sockets, step by step
 *
 *	talk VERB [ARGUMENT...] [, [@]VERB [ARGUMENT...]]...
 *
 * As act.c: one word a verb, "ok" or the name of the errno. Verbs with an @ are
 * done by another task, which was there before the first one entered a policy;
 * each has slots of its own. Nothing waits for longer than a second.
 *
 * Addresses: 4:1.2.3.4:80  6:[::1]:80  p:/path  a:abstract  0: (AF_UNSPEC)
 * v:CID:PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sctp.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "packet.h"
#include "passfd.h"
#include "strike.h"

#define MAX_SLOTS 16
#define MAX_WORDS 8
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define PATIENCE 1000 /* ms */

static int slots[MAX_SLOTS];
static int to_other, from_other; /* pipes */

static int *slot(const char *text)
{
	return &slots[(unsigned int)atoi(text) % MAX_SLOTS];
}

static int keep(const char *text, int fd)
{
	if (fd >= 0)
		*slot(text) = fd;
	return fd < 0 ? -1 : 0;
}

/* -1 with errno `late` if nothing happens. */
static int await(int fd, short events, int late)
{
	struct pollfd p = { .fd = fd, .events = events };
	int ret = poll(&p, 1, PATIENCE);

	if (ret == 0)
		errno = late;
	return ret > 0 ? 0 : -1;
}

static socklen_t read_unix(const char *text, struct sockaddr_un *un)
{
	size_t off = offsetof(struct sockaddr_un, sun_path);

	un->sun_family = AF_UNIX;
	if (text[0] == 'p') {
		strncpy(un->sun_path, text + 2, sizeof(un->sun_path) - 1);
		return off + strlen(un->sun_path) + 1;
	}
	strncpy(un->sun_path + 1, text + 2, sizeof(un->sun_path) - 2);
	return off + 1 + strlen(text + 2);
}

static socklen_t read_vsock(const char *text, struct sockaddr_vm *vm)
{
	vm->svm_family = AF_VSOCK;
	sscanf(text + 2, "%u:%u", &vm->svm_cid, &vm->svm_port);
	return sizeof(*vm);
}

static socklen_t read_address(const char *text, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	char host[64] = "";
	int port = 0;

	memset(to, 0, sizeof(*to));
	switch (text[0]) {
	case 'v':
		return read_vsock(text, (struct sockaddr_vm *)to);
	case 'p':
	case 'a':
		return read_unix(text, (struct sockaddr_un *)to);
	case '6':
		sscanf(text + 2, "[%63[^]]]:%d", host, &port);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, host, &in6->sin6_addr);
		return sizeof(*in6);
	}
	sscanf(text + 2, "%63[^:]:%d", host, &port);
	in->sin_family = text[0] == '4' ? AF_INET : AF_UNSPEC;
	in->sin_port = htons(port);
	inet_pton(AF_INET, host, &in->sin_addr);
	return sizeof(*in);
}

/* "stream", "dgram", "raw:1", "stream:262" */
static int do_socket(char **a)
{
	static const struct {
		const char *name;
		int type;
	} types[] = { { "stream", SOCK_STREAM },
		      { "dgram", SOCK_DGRAM },
		      { "raw", SOCK_RAW },
		      { "seqpacket", SOCK_SEQPACKET } };
	const char *number = strchr(a[1], ':');
	int type = 0;

	for (size_t i = 0; i < LENGTH(types); i++)
		if (strncmp(a[1], types[i].name, strlen(types[i].name)) == 0)
			type = types[i].type;
	return keep(a[2], socket(atoi(a[0]), type | SOCK_NONBLOCK,
				 number ? atoi(number + 1) : 0));
}

static int do_bind(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);
	int one = 1;

	setsockopt(*slot(a[0]), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(*slot(a[0]), (struct sockaddr *)&addr, len);
}

static int do_listen(char **a)
{
	return listen(*slot(a[0]), 8);
}

static int do_connect(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);
	int fd = *slot(a[0]), err = 0;
	socklen_t size = sizeof(err);

	if (connect(fd, (struct sockaddr *)&addr, len) == 0)
		return 0;
	if (errno != EINPROGRESS || await(fd, POLLOUT, ETIMEDOUT))
		return -1;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	errno = err;
	return err ? -1 : 0;
}

static int do_accept(char **a)
{
	int fd = *slot(a[0]);

	if (await(fd, POLLIN, EAGAIN))
		return -1;
	return keep(a[1], accept4(fd, NULL, NULL, SOCK_NONBLOCK));
}

static int send_to(char **a, int flags)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);

	return sendto(*slot(a[0]), "sixteen bytes...", 16, flags,
		      (struct sockaddr *)&addr, len) < 0 ?
		       -1 :
		       0;
}

static int do_sendto(char **a)
{
	return send_to(a, 0);
}

static int do_fastopen(char **a)
{
	return send_to(a, MSG_FASTOPEN);
}

/* Twice to the same address: the kernel asks its modules once. */
static int do_sendtwice(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);
	struct iovec iov = { "x", 1 };
	struct mmsghdr two[2] = { 0 };
	int sent;

	for (int i = 0; i < 2; i++) {
		two[i].msg_hdr.msg_name = &addr;
		two[i].msg_hdr.msg_namelen = len;
		two[i].msg_hdr.msg_iov = &iov;
		two[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(*slot(a[0]), two, 2, 0);
	if (sent == 1)
		errno = EMSGSIZE; /* no denial: only one came through */
	return sent == 2 ? 0 : -1;
}

/* SCTP: addresses are an array without gaps. */
static int set_addresses(int fd, int option, char **a)
{
	char list[2 * sizeof(struct sockaddr_storage)];
	struct sockaddr_storage addr;
	socklen_t len = 0, size;

	for (int i = 0; i < 2 && a[i]; i++) {
		size = read_address(a[i], &addr);
		memcpy(list + len, &addr, size);
		len += size;
	}
	return setsockopt(fd, IPPROTO_SCTP, option, list, len) < 0 ? -1 : 0;
}

static int do_bindx(char **a)
{
	return set_addresses(*slot(a[0]), SCTP_SOCKOPT_BINDX_ADD, a + 1);
}

static int do_connectx(char **a)
{
	if (set_addresses(*slot(a[0]), SCTP_SOCKOPT_CONNECTX, a + 1) == 0 ||
	    errno == EINPROGRESS)
		return 0;
	return -1;
}

/* To an address, "-" for none, with one more beside the message */
static int do_sendbeside(char **a)
{
	char space[CMSG_SPACE(sizeof(struct in_addr))] = { 0 };
	struct sockaddr_storage addr;
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &addr,
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = space,
			      .msg_controllen = sizeof(space) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	msg.msg_namelen = read_address(a[1], &addr);
	if (strcmp(a[1], "-") == 0) {
		msg.msg_name = NULL;
		msg.msg_namelen = 0;
	}
	cmsg->cmsg_level = IPPROTO_SCTP;
	cmsg->cmsg_type = SCTP_DSTADDRV4;
	cmsg->cmsg_len = CMSG_LEN(sizeof(struct in_addr));
	inet_pton(AF_INET, a[2], CMSG_DATA(cmsg));
	return sendmsg(*slot(a[0]), &msg, 0) < 0 ? -1 : 0;
}

static int do_send(char **a)
{
	return send(*slot(a[0]), "x", 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int do_recv(char **a)
{
	char buf[64];
	int fd = *slot(a[0]);

	if (await(fd, POLLIN, EAGAIN))
		return -1;
	return recv(fd, buf, sizeof(buf), 0) < 0 ? -1 : 0;
}

/* What comes, through a pipe, without a hook of sockets */
static int do_splice(char **a)
{
	int ends[2], fd = *slot(a[0]), err;
	ssize_t len;

	if (await(fd, POLLIN, EAGAIN) || pipe(ends))
		return -1;
	len = splice(fd, NULL, ends[1], NULL, 64, SPLICE_F_NONBLOCK);
	err = errno;
	close(ends[0]);
	close(ends[1]);
	errno = err;
	return len < 0 ? -1 : 0;
}

/* The association that a socket has by now becomes one of its own. */
static int peel_off(int fd)
{
	sctp_peeloff_arg_t arg = { 0 };
	socklen_t len = sizeof(arg);
	struct sctp_assoc_ids *ids;
	char space[64] = { 0 };
	socklen_t size = sizeof(space);

	if (getsockopt(fd, IPPROTO_SCTP, SCTP_GET_ASSOC_ID_LIST, space, &size))
		return -1;
	ids = (struct sctp_assoc_ids *)space;
	arg.associd = ids->gaids_assoc_id[0];
	if (getsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_PEELOFF, &arg, &len) < 0)
		return -1;
	return arg.sd;
}

/* What makes the association may still be in ksoftirqd's hands. */
static int do_peeloff(char **a)
{
	int fd = -1;

	for (int i = 0; i < 30 && fd < 0; i++) {
		fd = peel_off(*slot(a[0]));
		if (fd < 0 && errno != EINVAL)
			break;
		if (fd < 0)
			usleep(100000);
	}
	return keep(a[1], fd);
}

static int do_socketpair(char **a)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -1;
	keep(a[0], fds[0]);
	return keep(a[1], fds[1]);
}

static int do_sendfd(char **a)
{
	return send_fd(*slot(a[0]), *slot(a[1])) ? 0 : -1;
}

static int do_recvfd(char **a)
{
	if (await(*slot(a[0]), POLLIN, EAGAIN))
		return -1;
	return keep(a[1], receive_fd(*slot(a[0])));
}

static int do_device(char **a)
{
	return keep(a[0], make_device());
}

/* DEVICE KIND PORT SOCKET: does what comes by the device come to the socket? */
static int do_packet(char **a)
{
	return bring_packet(*slot(a[0]), a[1], atoi(a[2]), *slot(a[3]));
}

static int do_close(char **a)
{
	return close(*slot(a[0]));
}

static int do_shutdown(char **a)
{
	return shutdown(*slot(a[0]), SHUT_RDWR);
}

static int do_unlink(char **a)
{
	return unlink(a[0]);
}

static int do_rename(char **a)
{
	return rename(a[0], a[1]);
}

static int do_mknod(char **a)
{
	return mknod(a[0], S_IFSOCK | 0666, 0);
}

/* Run a program to its end. */
static int do_run(char **a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv(a[0], a);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = ENOEXEC;
	return status ? -1 : 0;
}

static int do_setuid(char **a)
{
	return setresuid(atoi(a[0]), atoi(a[0]), atoi(a[0]));
}

static int do_enter(char **a)
{
	int fd = open("/sys/kernel/security/bailiff/self", O_RDWR);
	char reply[256] = "";

	if (fd < 0 || write(fd, a[0], strlen(a[0])) < 0 ||
	    read(fd, reply, sizeof(reply) - 1) < 0)
		return -1;
	close(fd);
	errno = EPROTO;
	return strncmp(reply, "ok", 2) == 0 ? 0 : -1;
}

static const struct {
	const char *name;
	int num_args;
	int (*run)(char **args);
} verbs[] = {
	{ "socket", 3, do_socket },
	{ "bind", 2, do_bind },
	{ "listen", 1, do_listen },
	{ "connect", 2, do_connect },
	{ "accept", 2, do_accept },
	{ "sendto", 2, do_sendto },
	{ "fastopen", 2, do_fastopen },
	{ "sendtwice", 2, do_sendtwice },
	{ "bindx", 2, do_bindx },
	{ "connectx", 2, do_connectx },
	{ "sendbeside", 3, do_sendbeside },
	{ "send", 1, do_send },
	{ "recv", 1, do_recv },
	{ "splice", 1, do_splice },
	{ "peeloff", 2, do_peeloff },
	{ "socketpair", 2, do_socketpair },
	{ "sendfd", 2, do_sendfd },
	{ "recvfd", 2, do_recvfd },
	{ "device", 1, do_device },
	{ "packet", 4, do_packet },
	{ "close", 1, do_close },
	{ "shutdown", 1, do_shutdown },
	{ "unlink", 1, do_unlink },
	{ "rename", 2, do_rename },
	{ "mknod", 1, do_mknod },
	{ "run", 1, do_run },
	{ "setuid", 1, do_setuid },
	{ "enter", 1, do_enter },
};

/* Run the verb at args[0]; its arguments end with NULL. */
static void talk(char **args)
{
	const char prefix = strike_prefix(args);
	int num = 0;

	while (args[num])
		num++;
	for (size_t i = 0; i < LENGTH(verbs); i++) {
		if (strcmp(verbs[i].name, args[0]) != 0 ||
		    num - 1 < verbs[i].num_args)
			continue;
		if (run_struck(prefix, verbs[i].run, args + 1))
			return;
		errno = 0;
		puts(verbs[i].run(args + 1) ? strerrorname_np(errno) : "ok");
		fflush(stdout);
		return;
	}
	fprintf(stderr, "talk: bad verb or arguments: %s\n", args[0]);
	exit(2);
}

/* The words of a verb, each with its NUL; then its end by one more. */
static void tell(char **args)
{
	char text[512], done;
	size_t len = 0;

	for (; *args; args++)
		len += snprintf(text + len, sizeof(text) - len, "%s", *args) +
		       1;
	text[len++] = 0;
	if (write(to_other, text, len) != (ssize_t)len ||
	    read(from_other, &done, 1) != 1)
		exit(3);
}

static void listen_to(int in, int out)
{
	char text[512], *words[MAX_WORDS + 1];

	while (read(in, text, sizeof(text)) > 0) {
		char *at = text;
		int num = 0;

		while (*at && num < MAX_WORDS) {
			words[num++] = at;
			at += strlen(at) + 1;
		}
		words[num] = NULL;
		talk(words);
		if (write(out, "", 1) != 1)
			break;
	}
	exit(0);
}

static void start_other(void)
{
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		exit(3);
	switch (fork()) {
	case -1:
		exit(3);
	case 0:
		close(there[1]);
		close(back[0]);
		listen_to(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	to_other = there[1];
	from_other = back[0];
}

int main(int argc, char **argv)
{
	int first = 1;

	start_other();
	for (int i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], ",") != 0)
			continue;
		argv[i] = NULL;
		if (i > first && argv[first][0] == '@') {
			argv[first]++;
			tell(&argv[first]);
		} else if (i > first) {
			talk(&argv[first]);
		}
		first = i + 1;
	}
	return 0;
}
