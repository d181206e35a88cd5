// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_file.c - opening files
 */
#include <linux/fs.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "decide.h"
#include "kind.h"
#include "mqueue.h"
#include "origin.h"
#include "path.h"
#include "protect.h"
#include "seen.h"
#include "use.h"

/* Made without a name, in a directory: judged as made there. */
static bool is_tmpfile(const struct file *file)
{
	return (file->f_flags & O_TMPFILE) == O_TMPFILE;
}

/* Opened for nothing but reading: there is nothing to protect from it. */
static bool is_look(u64 ops)
{
	return ops == BVM_BIT(FILES, READ) || ops == BVM_BIT(FILES, LIST);
}

static int judge_open(struct file *file, const struct bailiff_set *set, u64 ops)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_init(&rq, file->f_cred, set, BVM_CLASS_FILES);
	rq.ops = ops;
	if (file->f_mode & FMODE_WRITE)
		rq.reason = bailiff_protect_reason(&file->f_path);
	if (is_tmpfile(file)) {
		rq.ops |= BVM_BIT(FILES, CREATE);
		rq.walk = BAILIFF_WALK_UNLINKED;
	}
	/* A message queue is judged as one, too. */
	rq.seen = is_look(ops) && !bailiff_mqueue_has(file->f_path.dentry);
	bailiff_request_path(&rq, &file->f_path, 0);
	return rq.ops ? bailiff_decide(&rq) : 0;
}

static noinline int open_confined(struct file *file)
{
	const struct bailiff_set *set = bailiff_cred_set(file->f_cred);
	u64 stamp, ops;
	int err;

	/* A program or its interpreter: the exec hooks judge those. */
	if (file->f_flags & __FMODE_EXEC)
		return 0;
	/* What a stacking file system opens below: the user's was judged. */
	if (bailiff_is_backing(file))
		return 0;
	ops = bailiff_use_ops(file);
	if (is_look(ops)) {
		/* Nothing that waits for a start is remembered as seen. */
		stamp = bailiff_set_stamp(set);
		if (bailiff_seen_passes(file->f_cred, &file->f_path, ops, 0)) {
			WRITE_ONCE(bailiff_file(file)->stamp, stamp);
			return 0;
		}
	}
	stamp = bailiff_set_stamp_to_keep(set);
	err = bailiff_mqueue_judge(file->f_path.dentry, file->f_cred);
	if (err)
		return err;
	/* What has no name is opened anew, through /proc/PID/fd. */
	if (bailiff_path_is_nowhere(&file->f_path))
		err = bailiff_origin_judge(&file->f_path, file->f_cred, set);
	else
		err = judge_open(file, set, ops);
	if (!err)
		WRITE_ONCE(bailiff_file(file)->stamp, stamp);
	return err;
}

static int hook_file_open(struct file *file)
{
	return likely(!bailiff_cred_set(file->f_cred)) ? 0 :
							 open_confined(file);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(file_open, hook_file_open),
};

void __init bailiff_file_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
