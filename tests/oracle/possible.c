// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "policyc/space_parts.h"
#include "possible.h"

/* Absolute, without "//", "." and ".."; programs are not the root. */
static bool is_path(const char *path, bool program)
{
	size_t len = path ? strlen(path) : 0;

	if (!path)
		return true;
	if (path[0] != '/' || strstr(path, "//") || strstr(path, "/./") ||
	    strstr(path, "/../"))
		return false;
	if (len == 1)
		return !program;
	return path[len - 1] != '/' && strcmp(strrchr(path, '/'), "/.") != 0 &&
	       strcmp(strrchr(path, '/'), "/..") != 0;
}

bool oracle_possible(const struct oracle_request *r)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct bvm_ctx_network *n = &r->ctx.network;
	struct space_point point = {
		.class = r->class,
		.op = r->ctx.files.op,
		.ctx = r->ctx,
	};
	const char *text = r->strings[BVM_STR_TEXT - 1];
	const char *path = r->strings[BVM_STR_PATH - 1];
	const char *peer = r->strings[BVM_STR_PEER - 1];

	if (!is_path(path, false) ||
	    !is_path(r->strings[BVM_STR_EXE - 1], true))
		return false;
	if (r->class == BVM_CLASS_EXEC)
		return (!path) == r->ctx.exec.memfd &&
		       !(r->ctx.exec.chain && r->argv_len);
	if (r->class == BVM_CLASS_FILES &&
	    !path != (point.op == BVM_OP_FILES_INHERIT))
		return false;
	if (r->class == BVM_CLASS_TASKS && peer &&
	    r->ctx.tasks.peer != BVM_PEER_OTHER)
		return false;
	if (r->class == BVM_CLASS_MOUNTS) {
		point.ctx.mounts.path = path ? BVM_STR_PATH : 0;
		point.ctx.mounts.text = text ? BVM_STR_TEXT : 0;
		point.ctx.mounts.source =
			r->strings[BVM_STR_SOURCE - 1] ? BVM_STR_SOURCE : 0;
		if ((!path) != (r->ctx.mounts.nameless & 1))
			return false;
		if (point.ctx.mounts.source && r->ctx.mounts.nameless & 2)
			return false;
	}
	if (r->class == BVM_CLASS_KERNEL)
		point.ctx.kernel.text = text ? BVM_STR_TEXT : 0;
	if (r->class == BVM_CLASS_NETWORK) {
		bool v4 = !memcmp(n->remote.bytes, mapped, 12) &&
			  !memcmp(n->local.bytes, mapped, 12);

		point.ctx.network.path = path ? BVM_STR_PATH : 0;
		point.ctx.network.text = text ? BVM_STR_TEXT : 0;
		if (n->has_addr && n->family != 10 && (n->family != 2 || !v4))
			return false;
		if ((path || text) && n->family != 1)
			return false;
		if (text && *text != '@')
			return false;
		if (peer && n->peer != BVM_PEER_OTHER)
			return false;
		if (n->peer != BVM_PEER_NONE && n->family != 1)
			return false;
		if (path && point.op != BVM_OP_NETWORK_BIND &&
		    point.op != BVM_OP_NETWORK_CONNECT &&
		    point.op != BVM_OP_NETWORK_LISTEN &&
		    point.op != BVM_OP_NETWORK_ACCEPT &&
		    point.op != BVM_OP_NETWORK_SEND)
			return false;
	}
	return space_is_possible(~0ull, &point);
}
