// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_mount.c - changing the mount tree
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/mount.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"

static int judge(u64 op, const struct path *target, const struct path *source,
		 const char *detail)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_MOUNTS);
	rq.ops = op;
	rq.path = target;
	rq.second = source;
	rq.detail = detail;
	return bailiff_decide(&rq);
}

static int hook_sb_mount(const char *dev_name, const struct path *path,
			 const char *type, unsigned long flags, void *data)
{
	return judge(BVM_BIT(MOUNTS, MOUNT), path, NULL, type ?: dev_name);
}

static int hook_sb_umount(struct vfsmount *mnt, int flags)
{
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };

	return judge(BVM_BIT(MOUNTS, UMOUNT), &path, NULL, NULL);
}

/* Reconfiguring through a file system context; mount(2) was judged before. */
static int hook_sb_remount(struct super_block *sb, void *mnt_opts)
{
	return judge(BVM_BIT(MOUNTS, MOUNT), NULL, NULL, sb->s_type->name);
}

static int hook_sb_pivotroot(const struct path *old_path,
			     const struct path *new_path)
{
	return judge(BVM_BIT(MOUNTS, PIVOT_ROOT), new_path, old_path, NULL);
}

static int hook_move_mount(const struct path *from_path,
			   const struct path *to_path)
{
	return judge(BVM_BIT(MOUNTS, MOVE_MOUNT), to_path, from_path, NULL);
}

/*
 * The program of a cgroup hierarchy that the kernel runs, unconfined: no rule
 * allows to name it, as none allows to write the file of that name.
 */
static int hook_fs_context_parse_param(struct fs_context *fc,
				       struct fs_parameter *param)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;

	if (likely(!set) || strcmp(param->key, "release_agent") != 0)
		return -ENOPARAM;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_MOUNTS);
	rq.ops = BVM_BIT(MOUNTS, MOUNT);
	rq.reason = BVM_REASON_HELPER;
	rq.detail = "release_agent";
	return bailiff_decide(&rq) ?: -ENOPARAM;
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(sb_mount, hook_sb_mount),
	LSM_HOOK_INIT(sb_umount, hook_sb_umount),
	LSM_HOOK_INIT(sb_remount, hook_sb_remount),
	LSM_HOOK_INIT(sb_pivotroot, hook_sb_pivotroot),
	LSM_HOOK_INIT(move_mount, hook_move_mount),
	LSM_HOOK_INIT(fs_context_parse_param, hook_fs_context_parse_param),
};

void __init bailiff_mount_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
