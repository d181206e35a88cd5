// SPDX-License-Identifier: GPL-2.0-only
/*
 * origin.c - who made an object that has no name
 */
#include <linux/dcache.h>
#include <linux/fs.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "kind.h"
#include "origin.h"
#include "path.h"

/* Shared memory of System V; a memory file's name begins with "memfd:". */
static bool is_sysv(const struct dentry *dentry)
{
	return strncmp(dentry->d_name.name, "SYSV", 4) == 0;
}

static bool is_message_queue(const struct dentry *dentry)
{
	return strcmp(dentry->d_sb->s_type->name, "mqueue") == 0;
}

/* For what lies nowhere. */
static bool is_outside(const struct dentry *dentry,
		       const struct bailiff_set *set)
{
	switch (bailiff_kind_of_nameless(dentry)) {
	case BVM_KIND_PIPE:
		break;
	case BVM_KIND_MEMFD:
		if (is_sysv(dentry) || is_message_queue(dentry))
			return false;
		break;
	default:
		return false;
	}
	return bailiff_inode(d_backing_inode(dentry))->maker != set->id;
}

bool bailiff_origin_is_outside(const struct path *path,
			       const struct bailiff_set *set)
{
	return bailiff_path_is_nowhere(path) && is_outside(path->dentry, set);
}

int bailiff_origin_judge_dentry(const struct dentry *dentry,
				const struct cred *cred,
				const struct bailiff_set *set)
{
	struct bailiff_request rq BAILIFF_UNSET;

	if (!is_outside(dentry, set))
		return 0;
	bailiff_request_init(&rq, cred, set, BVM_CLASS_FILES);
	rq.ops = BVM_BIT(FILES, INHERIT);
	rq.ctx.files.type = bailiff_kind_of_nameless(dentry);
	rq.detail = "made-outside";
	return bailiff_decide(&rq);
}

int bailiff_origin_judge(const struct path *path, const struct cred *cred,
			 const struct bailiff_set *set)
{
	if (!bailiff_path_is_nowhere(path))
		return 0;
	return bailiff_origin_judge_dentry(path->dentry, cred, set);
}

/*
 * Every inode comes by here, in the task for which it is made. Those of objects
 * with names are made by whoever happens to look them up first: for them it
 * means nothing, and nobody asks.
 */
static int hook_inode_alloc_security(struct inode *inode)
{
	const struct bailiff_set *set = bailiff_current_set();

	bailiff_inode(inode)->maker = set ? set->id : 0;
	return 0;
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(inode_alloc_security, hook_inode_alloc_security),
};

void __init bailiff_origin_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
