// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_mount.c - changing the mount tree
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/unistd.h>

#include <asm/syscall.h>
#include <uapi/linux/mount.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "detached.h"
#include "task.h"

static struct bailiff_task *task_of_current(void)
{
	return current->security + bailiff_blob_sizes.lbs_task;
}

/*
 * mount(2) looks its source up again after it was judged. From now on until it
 * returns, no symbolic link is followed: see find_source().
 */
static bool freeze_links(void)
{
	return bailiff_task_later(task_of_current(), BAILIFF_TASK_MOUNTING);
}

static int hook_inode_follow_link(struct dentry *dentry, struct inode *inode,
				  bool rcu)
{
	if (likely(!bailiff_current_set()) ||
	    !(task_of_current()->todo & BAILIFF_TASK_MOUNTING))
		return 0;
	return -ELOOP;
}

static bool has_dotdot(const char *name)
{
	for (; (name = strstr(name, "/..")); name += 3)
		if (name[3] == '/' || !name[3])
			return true;
	return false;
}

/*
 * What mount(2) will find under the source's name. It is looked up here first,
 * and by the kernel after; so that both find the same, it must be an absolute
 * path without "..", no symbolic links are followed, and nobody shares the
 * root directory. A directory that is renamed meanwhile is judged for that.
 * False: there is nothing of that kind, or it cannot be told.
 */
static bool find_source(const char *name, struct path *path)
{
	if (!name || name[0] != '/' || has_dotdot(name) ||
	    READ_ONCE(current->fs->users) != 1)
		return false;
	if (kern_path(name,
		      LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT | LOOKUP_NO_SYMLINKS,
		      path))
		return false;
	if (freeze_links())
		return true;
	path_put(path);
	return false;
}

static void init(struct bailiff_request *rq, const struct bailiff_set *set,
		 u64 op, const char *fstype)
{
	bailiff_request_init(rq, current_cred(), set, BVM_CLASS_MOUNTS);
	rq->ops = op;
	rq->fstype = fstype;
	rq->detail = fstype;
	rq->source_name = "";
}

#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* Does mount(2) mount something, or change what is there? As path_mount(). */
static bool is_change(unsigned long flags)
{
	return (flags & MS_REMOUNT) ||
	       (!(flags & MS_BIND) && (flags & MS_PROPAGATION));
}

static int hook_sb_mount(const char *dev_name, const struct path *path,
			 const char *type, unsigned long flags, void *data)
{
	const struct bailiff_set *set = bailiff_current_set();
	bool moves = !(flags & (MS_BIND | MS_REMOUNT | MS_PROPAGATION)) &&
		     (flags & MS_MOVE);
	bool binds = !(flags & MS_REMOUNT) && (flags & MS_BIND);
	struct bailiff_request rq BAILIFF_UNSET;
	struct path source;
	int err;

	if (likely(!set))
		return 0;
	init(&rq, set,
	     moves ? BVM_BIT(MOUNTS, MOVE_MOUNT) : BVM_BIT(MOUNTS, MOUNT),
	     binds ? "bind" : type);
	rq.path = path;
	rq.ctx.mounts.flags = (u32)flags;
	if (is_change(flags) || moves)
		rq.fstype = rq.detail = path->mnt->mnt_sb->s_type->name;
	if (is_change(flags))
		return bailiff_decide(&rq);
	rq.renames = moves || binds;
	rq.sourced = find_source(dev_name, &source);
	if (rq.sourced) {
		rq.second = &source;
		rq.source_name = NULL;
		if (moves)
			rq.fstype = source.mnt->mnt_sb->s_type->name;
	} else if (rq.renames || (dev_name && dev_name[0] == '/')) {
		rq.source_name = NULL; /* it has a name, which is not known */
	} else {
		rq.source_name = dev_name ?: "";
	}
	err = bailiff_decide(&rq);
	if (rq.sourced)
		path_put(&source);
	return err;
}

static int hook_sb_umount(struct vfsmount *mnt, int flags)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	init(&rq, set, BVM_BIT(MOUNTS, UMOUNT), mnt->mnt_sb->s_type->name);
	rq.path = &path;
	return bailiff_decide(&rq);
}

/* Is this mount(2), which has been judged with its mount point? */
static bool is_in_mount(void)
{
	int nr = syscall_get_nr(current, task_pt_regs(current));

	/* its number in the 32-bit interfaces of x86, arm, powerpc and s390 */
	return nr == (in_compat_syscall() ? 21 : __NR_mount);
}

static int judge_detached(u64 op, const char *fstype, u32 flags)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set) || is_in_mount())
		return 0;
	init(&rq, set, op, fstype);
	rq.ctx.mounts.flags = flags;
	return bailiff_decide(&rq);
}

/* fsconfig(2) makes a file system, which move_mount(2) may attach. */
static int hook_sb_kern_mount(BAILIFF_CONST_SB struct super_block *sb)
{
	return judge_detached(BVM_BIT(MOUNTS, FSMOUNT), sb->s_type->name, 0);
}

/* ... or reconfigures one that fspick(2) chose, wherever it is mounted. */
static int hook_sb_remount(struct super_block *sb, void *mnt_opts)
{
	return judge_detached(BVM_BIT(MOUNTS, MOUNT), sb->s_type->name,
			      MS_REMOUNT);
}

static int hook_sb_pivotroot(const struct path *old_path,
			     const struct path *new_path)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	init(&rq, set, BVM_BIT(MOUNTS, PIVOT_ROOT),
	     new_path->mnt->mnt_sb->s_type->name);
	rq.path = new_path;
	rq.second = old_path;
	return bailiff_decide(&rq);
}

/* MNT_* as the MS_* that would have given them. */
static u32 mount_flags(const struct vfsmount *mnt)
{
	static const struct {
		int mnt;
		u32 ms;
	} table[] = {
		{ MNT_READONLY, MS_RDONLY },
		{ MNT_NOSUID, MS_NOSUID },
		{ MNT_NODEV, MS_NODEV },
		{ MNT_NOEXEC, MS_NOEXEC },
		{ MNT_NOATIME, MS_NOATIME },
		{ MNT_NODIRATIME, MS_NODIRATIME },
		{ MNT_RELATIME, MS_RELATIME },
		{ MNT_NOSYMFOLLOW, MS_NOSYMFOLLOW },
	};
	u32 flags = 0;

	for (u32 i = 0; i < ARRAY_SIZE(table); i++)
		if (mnt->mnt_flags & table[i].mnt)
			flags |= table[i].ms;
	return flags;
}

/* Attaching what is detached is mounting it; moving is another operation. */
static int hook_move_mount(const struct path *from_path,
			   const struct path *to_path)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	init(&rq, set,
	     bailiff_path_is_detached(from_path) ? BVM_BIT(MOUNTS, MOUNT) :
						   BVM_BIT(MOUNTS, MOVE_MOUNT),
	     from_path->mnt->mnt_sb->s_type->name);
	rq.path = to_path;
	rq.second = from_path;
	rq.sourced = true;
	rq.renames = true;
	rq.source_name = NULL;
	rq.ctx.mounts.flags = mount_flags(from_path->mnt);
	return bailiff_decide(&rq);
}

/*
 * The program of a cgroup hierarchy that the kernel runs, unconfined: no rule
 * allows to name it, as none allows to write the file of that name.
 */
static int hook_fs_context_parse_param(struct fs_context *fc,
				       struct fs_parameter *param)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set) || strcmp(param->key, "release_agent") != 0)
		return -ENOPARAM;
	init(&rq, set, BVM_BIT(MOUNTS, MOUNT), NULL);
	rq.reason = BVM_REASON_HELPER;
	rq.detail = "release_agent";
	return bailiff_decide(&rq) ?: -ENOPARAM;
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(sb_mount, hook_sb_mount),
	LSM_HOOK_INIT(sb_umount, hook_sb_umount),
	LSM_HOOK_INIT(sb_remount, hook_sb_remount),
	LSM_HOOK_INIT(sb_kern_mount, hook_sb_kern_mount),
	LSM_HOOK_INIT(inode_follow_link, hook_inode_follow_link),
	LSM_HOOK_INIT(sb_pivotroot, hook_sb_pivotroot),
	LSM_HOOK_INIT(move_mount, hook_move_mount),
	LSM_HOOK_INIT(fs_context_parse_param, hook_fs_context_parse_param),
};

void __init bailiff_mount_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
