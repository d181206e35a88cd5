// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_path.c - making, removing, renaming, changing and looking at names
 */
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mount.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "judge_dentry.h"
#include "kind.h"
#include "origin.h"
#include "path.h"
#include "protect.h"
#include "seen.h"
#include "unix.h"

static struct path at(const struct path *dir, struct dentry *dentry)
{
	return (struct path){ .mnt = dir->mnt, .dentry = dentry };
}

#define STAT BVM_BIT(FILES, STAT)

/* These leave the object as it is. */
#define LOOKS (STAT | BVM_BIT(FILES, WATCH))

/* The caller does ops to an object, or is about to make one of kind. */
static noinline int judge_confined(const struct path *path, u64 ops, u32 walk,
				   u32 kind)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (bailiff_path_is_nowhere(path))
		return bailiff_origin_judge(path, current_cred(), set);
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = ops;
	rq.walk = walk;
	if (ops & ~LOOKS)
		rq.reason = bailiff_protect_reason(path);
	rq.seen = ops == STAT;
	bailiff_request_path(&rq, path, kind);
	return bailiff_decide(&rq);
}

static inline int judge(const struct path *path, u64 ops, u32 walk, u32 kind)
{
	if (likely(!bailiff_current_set()))
		return 0;
	return judge_confined(path, ops, walk, kind);
}

static int judge_new(const struct path *dir, struct dentry *dentry, u64 ops,
		     u32 kind)
{
	struct path path = at(dir, dentry);

	return judge(&path, ops, BAILIFF_WALK_NEW, kind);
}

static int hook_path_unlink(const struct path *dir, struct dentry *dentry)
{
	struct path path = at(dir, dentry);

	return judge(&path, BVM_BIT(FILES, DELETE), 0, 0);
}

static int hook_path_rmdir(const struct path *dir, struct dentry *dentry)
{
	struct path path = at(dir, dentry);

	return judge(&path, BVM_BIT(FILES, RMDIR), 0, 0);
}

static int hook_path_mkdir(const struct path *dir, struct dentry *dentry,
			   umode_t mode)
{
	return judge_new(dir, dentry, BVM_BIT(FILES, MKDIR), BVM_KIND_DIR);
}

static int hook_path_mknod(const struct path *dir, struct dentry *dentry,
			   umode_t mode, unsigned int dev)
{
	struct path path = at(dir, dentry);
	int err;

	/* open(O_CREAT) comes here too, with or without a type. */
	if (S_ISREG(mode) || !(mode & S_IFMT))
		return judge_new(dir, dentry, BVM_BIT(FILES, CREATE),
				 BVM_KIND_REGULAR);
	err = judge_new(dir, dentry, BVM_BIT(FILES, MKNOD),
			bailiff_kind_of_mode(mode));
	return err || !S_ISSOCK(mode) ? err : bailiff_unix_made(&path);
}

static int hook_path_symlink(const struct path *dir, struct dentry *dentry,
			     const char *old_name)
{
	return judge_new(dir, dentry, BVM_BIT(FILES, SYMLINK),
			 BVM_KIND_SYMLINK);
}

/*
 * By path, or by a descriptor whose object may have lost its name; its last
 * name counts then.
 */
static int hook_path_truncate(const struct path *path)
{
	return judge(path, BVM_BIT(FILES, TRUNCATE), BAILIFF_WALK_UNLINKED, 0);
}

static int hook_path_chmod(const struct path *path, umode_t mode)
{
	return judge(path, BVM_BIT(FILES, CHMOD), BAILIFF_WALK_UNLINKED, 0);
}

static int hook_path_chown(const struct path *path, kuid_t uid, kgid_t gid)
{
	return judge(path, BVM_BIT(FILES, CHOWN), BAILIFF_WALK_UNLINKED, 0);
}

static int hook_path_chroot(const struct path *path)
{
	return judge(path, BVM_BIT(FILES, CHROOT), 0, 0);
}

static bool is_at_home(const struct path *path, const struct bailiff_set *set)
{
	struct bailiff_name name BAILIFF_UNSET;

	bailiff_path_walk(path, BAILIFF_WALK_UNLINKED, NULL, &name);
	for (u32 i = 0; i < set->num; i++) {
		if (name.reason ||
		    !bailiff_home_same(&name.home, &set->domain[i].home))
			return false;
	}
	return true;
}

/*
 * The hook is not told of a descriptor. A terminal or null device outside the
 * container's file tree is one that the caller got from there, and known by its
 * kind, as in hooks_use.c.
 */
static noinline int judge_device(const struct path *path, u32 kind)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (bailiff_path_is_nowhere(path) || is_at_home(path, set))
		return judge(path, STAT, BAILIFF_WALK_UNLINKED, 0);
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = BVM_BIT(FILES, INHERIT);
	rq.ctx.files.type = kind;
	rq.detail = "opened-outside";
	return bailiff_decide(&rq);
}

static noinline int stat_confined(const struct path *path)
{
	u32 kind;

	if (bailiff_seen_passes(current_cred(), path, STAT,
				BAILIFF_WALK_UNLINKED))
		return 0;
	kind = bailiff_kind_of_device(d_backing_inode(path->dentry));
	if (unlikely(kind))
		return judge_device(path, kind);
	return judge_confined(path, STAT, BAILIFF_WALK_UNLINKED, 0);
}

static int hook_inode_getattr(const struct path *path)
{
	return likely(!bailiff_current_set()) ? 0 : stat_confined(path);
}

/*
 * A watch on a whole mount is one on its root directory, and one on a whole
 * file system one on that of the file system, wherever it is mounted.
 */
static int hook_path_notify(const struct path *path, u64 mask,
			    unsigned int obj_type)
{
	struct path root = { .mnt = path->mnt, .dentry = path->mnt->mnt_root };

	switch (obj_type) {
	case FSNOTIFY_OBJ_TYPE_INODE:
		return judge(path, BVM_BIT(FILES, WATCH), BAILIFF_WALK_UNLINKED,
			     0);
	case FSNOTIFY_OBJ_TYPE_VFSMOUNT:
		return judge(&root, BVM_BIT(FILES, WATCH), 0, 0);
	}
	return bailiff_judge_dentry(path->mnt->mnt_sb->s_root,
				    BVM_BIT(FILES, WATCH));
}

/* An object moves from one name to another, or gets a second one. */
struct move {
	struct path from;
	struct path to;
	u64 ops_from;
	u64 ops_to;
	u32 walk_from;
};

static int judge_move(const struct move *move)
{
	const struct bailiff_set *set = bailiff_current_set();
	bool is_dir = d_is_dir(move->from.dentry);
	struct bailiff_request from BAILIFF_UNSET, to BAILIFF_UNSET;

	if (likely(!set) || bailiff_path_is_nowhere(&move->from))
		return 0;
	bailiff_request_init(&from, current_cred(), set, BVM_CLASS_FILES);
	bailiff_request_init(&to, current_cred(), set, BVM_CLASS_FILES);
	from.ops = move->ops_from;
	from.walk = move->walk_from;
	from.second = &move->to;
	from.reason = bailiff_protect_reason(&move->from);
	bailiff_request_path(&from, &move->from, 0);
	to.ops = move->ops_to;
	to.walk = BAILIFF_WALK_NEW;
	to.second = &move->from;
	to.reason = bailiff_protect_reason(&move->to);
	bailiff_request_path(&to, &move->to, from.ctx.files.type);
	return bailiff_decide_move(
		&from, &to, is_dir ? BAILIFF_MOVE_DIR : BAILIFF_MOVE_FILE);
}

static int hook_path_link(struct dentry *old_dentry, const struct path *new_dir,
			  struct dentry *new_dentry)
{
	struct move move = {
		.from = at(new_dir, old_dentry),
		.to = at(new_dir, new_dentry),
		.ops_from = BVM_BIT(FILES, LINK),
		.ops_to = BVM_BIT(FILES, LINK),
	};

	/*
	 * A file that never had a name (O_TMPFILE) was judged under "#NUMBER"
	 * in its directory; getting one is making it.
	 */
	if (d_unlinked(old_dentry) &&
	    d_backing_inode(old_dentry)->i_nlink == 0) {
		move.walk_from = BAILIFF_WALK_UNLINKED;
		move.ops_from = BVM_BIT(FILES, CREATE);
		move.ops_to = BVM_BIT(FILES, CREATE);
	}
	return judge_move(&move);
}

/* What a rename does to the object that had the new name. */
static u64 victim_ops(const struct dentry *victim)
{
	if (d_is_negative(victim))
		return 0;
	return d_is_dir(victim) ? BVM_BIT(FILES, RMDIR) :
				  BVM_BIT(FILES, DELETE);
}

static noinline int rename_confined(const struct path *old_dir,
				    struct dentry *old_dentry,
				    const struct path *new_dir,
				    struct dentry *new_dentry,
				    unsigned int flags)
{
	struct move move = {
		.from = at(old_dir, old_dentry),
		.to = at(new_dir, new_dentry),
		.ops_from = BVM_BIT(FILES, RENAME),
		.ops_to = BVM_BIT(FILES, RENAME),
	};
	struct move back = {
		.from = move.to,
		.to = move.from,
		.ops_from = BVM_BIT(FILES, RENAME),
		.ops_to = BVM_BIT(FILES, RENAME),
	};
	int err;

	if (flags & RENAME_EXCHANGE)
		return judge_move(&move) ?: judge_move(&back);
	move.ops_to |= victim_ops(new_dentry);
	err = judge_move(&move);
	if (!err && (flags & RENAME_WHITEOUT))
		err = judge_new(old_dir, old_dentry, BVM_BIT(FILES, MKNOD),
				BVM_KIND_CHAR);
	return err;
}

static int hook_path_rename(const struct path *old_dir,
			    struct dentry *old_dentry,
			    const struct path *new_dir,
			    struct dentry *new_dentry, unsigned int flags)
{
	if (likely(!bailiff_current_set()))
		return 0;
	return rename_confined(old_dir, old_dentry, new_dir, new_dentry, flags);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(path_unlink, hook_path_unlink),
	LSM_HOOK_INIT(path_rmdir, hook_path_rmdir),
	LSM_HOOK_INIT(path_mkdir, hook_path_mkdir),
	LSM_HOOK_INIT(path_mknod, hook_path_mknod),
	LSM_HOOK_INIT(path_symlink, hook_path_symlink),
	LSM_HOOK_INIT(path_truncate, hook_path_truncate),
	LSM_HOOK_INIT(path_chmod, hook_path_chmod),
	LSM_HOOK_INIT(path_chown, hook_path_chown),
	LSM_HOOK_INIT(path_chroot, hook_path_chroot),
	LSM_HOOK_INIT(path_notify, hook_path_notify),
	LSM_HOOK_INIT(inode_getattr, hook_inode_getattr),
	LSM_HOOK_INIT(path_link, hook_path_link),
	LSM_HOOK_INIT(path_rename, hook_path_rename),
};

void __init bailiff_path_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
