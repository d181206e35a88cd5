// SPDX-License-Identifier: GPL-2.0-only
/*
 * request.c - what a hook asks: who wants to do what to which object
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "cred.h"
#include "kind.h"
#include "path.h"
#include "request.h"

/*
 * Each class has its own ctx, with the same fields somewhere in it. It alone is
 * zeroed, and nothing behind it: nobody looks there.
 */
#define FILL_IDS(ctx, cred, user, group)                          \
	do {                                                      \
		memset(ctx, 0, sizeof(*(ctx)));                   \
		(ctx)->uid = bailiff_shown_uid(cred, user);       \
		(ctx)->gid = bailiff_shown_gid(cred, group);      \
		(ctx)->host_uid = __kuid_val(user);               \
		(ctx)->no_new_privs = task_no_new_privs(current); \
	} while (0)

/* A packet is nobody's: no rule's `when` holds for it. */
static void fill_nobody(struct bvm_ctx_network *net)
{
	memset(net, 0, sizeof(*net));
	net->uid = U32_MAX;
	net->gid = U32_MAX;
	net->host_uid = U32_MAX;
}

void bailiff_request_begin(struct bailiff_request *rq, const struct cred *cred,
			   u32 class)
{
	rq->reason = BVM_REASON_NONE;
	if (!cred) {
		fill_nobody(&rq->ctx.network);
		return;
	}
	switch (class) {
	case BVM_CLASS_FILES:
		FILL_IDS(&rq->ctx.files, cred, cred->fsuid, cred->fsgid);
		break;
	case BVM_CLASS_EXEC:
		FILL_IDS(&rq->ctx.exec, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_NETWORK:
		FILL_IDS(&rq->ctx.network, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_CAPABILITIES:
		FILL_IDS(&rq->ctx.capabilities, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_MOUNTS:
		FILL_IDS(&rq->ctx.mounts, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_TASKS:
		FILL_IDS(&rq->ctx.tasks, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_NAMESPACES:
		FILL_IDS(&rq->ctx.namespaces, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_IPC:
		FILL_IDS(&rq->ctx.ipc, cred, cred->euid, cred->egid);
		break;
	case BVM_CLASS_KERNEL:
		FILL_IDS(&rq->ctx.kernel, cred, cred->euid, cred->egid);
		break;
	}
}

void bailiff_request_complete(struct bailiff_request *rq,
			      const struct cred *cred,
			      const struct bailiff_set *set, u32 class)
{
	u32 reason = rq->reason;

	memset(rq, 0, offsetof(struct bailiff_request, ctx));
	rq->reason = reason;
	rq->cred = cred;
	rq->set = set;
	rq->class = class;
	if (cred)
		rq->exe = bailiff_cred(cred)->exe;
}

void bailiff_request_init(struct bailiff_request *rq, const struct cred *cred,
			  const struct bailiff_set *set, u32 class)
{
	bailiff_request_begin(rq, cred, class);
	bailiff_request_complete(rq, cred, set, class);
}

static bool is_owner(const struct bailiff_request *rq, const struct path *path,
		     const struct inode *inode)
{
	return vfsuid_eq_kuid(i_uid_into_vfsuid(mnt_idmap(path->mnt), inode),
			      rq->cred->fsuid);
}

void bailiff_request_program(struct bailiff_request *rq,
			     const struct path *path)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	rq->ctx.exec.owner = inode && is_owner(rq, path, inode);
	if (bailiff_path_is_nowhere(path)) {
		rq->ctx.exec.memfd = 1;
		rq->detail = "memfd";
		return;
	}
	rq->path = path;
	rq->ctx.exec.path = BVM_STR_PATH;
}

void bailiff_request_path(struct bailiff_request *rq, const struct path *path,
			  u32 kind)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	rq->path = path;
	if (rq->class == BVM_CLASS_NETWORK) {
		rq->ctx.network.path = BVM_STR_PATH;
		return;
	}
	rq->ctx.files.path = 1;
	rq->ctx.files.type = kind;
	rq->ctx.files.owner = 1;
	if (!inode)
		return;
	rq->ctx.files.type = bailiff_kind_of_mode(inode->i_mode);
	rq->ctx.files.owner = is_owner(rq, path, inode);
}

void bailiff_request_inode(struct bailiff_request *rq,
			   const struct inode *inode)
{
	rq->ctx.files.type = bailiff_kind_of_mode(inode->i_mode);
	rq->ctx.files.owner = uid_eq(inode->i_uid, rq->cred->fsuid);
}
