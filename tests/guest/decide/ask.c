// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "policyc/request.h"

static struct bailiff_decide_header *header_of(struct ask *ask)
{
	return (struct bailiff_decide_header *)ask->bytes;
}

void ask_init(struct ask *ask, const char *policy)
{
	ask->bytes = calloc(1, BAILIFF_DECIDE_MAX_BATCH);
	if (!ask->bytes)
		err(1, "memory for requests");
	ask->len = sizeof(struct bailiff_decide_header);
	ask->num = 0;
	header_of(ask)->magic = BAILIFF_DECIDE_MAGIC;
	strncpy(header_of(ask)->policy, policy,
		sizeof(header_of(ask)->policy) - 1);
}

void ask_fini(struct ask *ask)
{
	free(ask->bytes);
	ask->bytes = NULL;
}

static void put(struct ask *ask, const void *bytes, size_t len)
{
	memcpy(ask->bytes + ask->len, bytes, len);
	ask->len += len;
}

/* The ctx as a hook fills it: with a handle for each string that is there. */
static void put_ctx(struct ask *ask, const struct oracle_request *request)
{
	const struct bvm_class_info *info = &bvm_classes[request->class];
	union bvm_ctx ctx = request->ctx;

	for (u32 i = 0; i < info->num_fields; i++) {
		u64 handle;

		if (info->fields[i].kind < BVM_FIELD_STR)
			continue;
		handle = request_handle(request->class, i);
		if (!request->strings[handle - 1])
			handle = 0;
		memcpy((u8 *)&ctx + info->fields[i].off, &handle,
		       sizeof(handle));
	}
	put(ask, &ctx, info->ctx_size);
}

bool ask_add(struct ask *ask, const struct oracle_request *request)
{
	struct bailiff_decide_request head = {
		.class = request->class,
		.argv_len = (u16)request->argv_len,
	};
	size_t len = sizeof(head) + sizeof(request->ctx) + head.argv_len + 8;

	for (u32 i = 0; i < BVM_RUN_STRINGS; i++) {
		const char *text = request->strings[i];

		head.str_len[i] = text ? (u16)strlen(text) :
					 BAILIFF_DECIDE_NONE;
		len += text ? strlen(text) : 0;
	}
	if (ask->num == BAILIFF_DECIDE_MAX_REQUESTS ||
	    ask->len + len > BAILIFF_DECIDE_MAX_BATCH)
		return false;
	put(ask, &head, sizeof(head));
	put_ctx(ask, request);
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		if (request->strings[i])
			put(ask, request->strings[i], head.str_len[i]);
	if (head.argv_len)
		put(ask, request->argv, head.argv_len);
	while (ask->len % 8)
		ask->bytes[ask->len++] = 0;
	ask->num++;
	return true;
}

static int exchange(int fd, const void *bytes, size_t len, void *to,
		    size_t to_len)
{
	const ssize_t written = write(fd, bytes, len);
	ssize_t got;

	if (written < 0)
		return -errno;
	got = to_len ? read(fd, to, to_len) : 0;
	if (got < 0)
		return -errno;
	return (size_t)written == len && (size_t)got == to_len ? 0 : -EIO;
}

static int talk(const char *file, const void *bytes, size_t len, void *to,
		size_t to_len)
{
	char path[128];
	int fd, ret;

	(void)snprintf(path, sizeof(path), ASK_DIR "%s", file);
	fd = open(path, (to_len ? O_RDWR : O_WRONLY) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = exchange(fd, bytes, len, to, to_len);
	close(fd);
	return ret;
}

int ask_write(const char *file, const void *bytes, size_t len)
{
	return talk(file, bytes, len, NULL, 0);
}

int ask_run(struct ask *ask, struct bailiff_decide_answer *answers)
{
	int ret;

	header_of(ask)->num_requests = ask->num;
	ret = talk("decide", ask->bytes, ask->len, answers,
		   ask->num * sizeof(*answers));
	ask->len = sizeof(struct bailiff_decide_header);
	ask->num = 0;
	return ret;
}

void ask_settle(struct oracle_request *request)
{
	if (request->class != BVM_CLASS_MOUNTS)
		return;
	if (request->ctx.op == BVM_OP_MOUNTS_PIVOT_ROOT &&
	    !request->strings[BVM_STR_PATH - 1])
		request->strings[BVM_STR_PATH - 1] = "/";
	if (!request->strings[BVM_STR_PATH - 1])
		request->ctx.mounts.nameless |= 1;
	if (!request->strings[BVM_STR_SOURCE - 1])
		request->ctx.mounts.nameless |= 2;
}

u32 ask_errno(const struct oracle_request *request, u32 verdict)
{
	const u32 err = bvm_verdict_errno(verdict);

	if (!(verdict & BVM_VERDICT_DENY))
		return 0;
	if (bvm_verdict_rule(verdict) &&
	    bvm_errno_fits(request->class, request->ctx.op, err))
		return err;
	return bvm_errno_of_class(request->class);
}
