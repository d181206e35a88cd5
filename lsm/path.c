// SPDX-License-Identifier: GPL-2.0-only
/*
 * path.c - the name of an object, from its mount and dentry upwards
 */
#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seqlock.h>

#include "dirs.h"
#include "feed.h"
#include "mount_tree.h"
#include "path.h"
#include "request.h"
#include "stats.h"
#include "vm/table.h"

#define NOT_SELF U32_MAX

/* Of the number of a process. */
#define MAX_DIGITS 10

/*
 * Dentries of file systems that drop directories below which somebody still
 * is, and those that are freed at once.
 */
#define FLEETING (DCACHE_OP_REVALIDATE | DCACHE_NORCU)

/* Dentries from the object upwards: comp[0] is the object. */
struct trail {
	u32 num;
	u32 self; /* the component that is shown as "self", or NOT_SELF */
	u32 len; /* bytes of the name */
	u32 flags; /* d_flags of any component */
	bool gone; /* what lies above the object has lost its name */
	const struct dentry *root; /* of the mount that holds the last comp */
	const struct dentry *comp[BVM_MAX_DEPTH];
};

/* One walk, and where its results go; each may be NULL. */
struct walk {
	const struct path *path;
	u32 flags;
	const struct bailiff_view *view;
	struct bailiff_name *name;
	char *buf;
	u32 buf_len;
	u32 printed;
	struct bailiff_dir dir; /* what the object lies in, if has_dir */
	bool has_dir;
};

bool bailiff_path_is_nowhere(const struct path *path)
{
	return (path->mnt->mnt_flags & MNT_INTERNAL) ||
	       (path->dentry->d_sb->s_flags & SB_NOUSER);
}

/* Bytes of a component; the pointer may be of an older, longer name. */
static const char *comp_name(const struct dentry *dentry, u32 *len)
{
	const char *name = smp_load_acquire(&dentry->d_name.name);

	*len = READ_ONCE(dentry->d_name.len);
	return name;
}

/*
 * Is this child of the root of a procfs the caller's own directory? That is as
 * proc_pid_lookup() reads names: of digits, and the first is no 0.
 */
static bool is_own_proc(const struct dentry *dentry)
{
	const char *name;
	u64 number = 0;
	char digit;
	u32 len;

	name = comp_name(dentry, &len);
	for (u32 i = 0; (digit = READ_ONCE(name[i])); i++) {
		if (digit < (i ? '0' : '1') || digit > '9' || i == MAX_DIGITS)
			return false;
		number = 10 * number + digit - '0';
	}
	return number &&
	       number ==
		       (u64)task_tgid_nr_ns(current, proc_pid_ns(dentry->d_sb));
}

/* The directory whose children may be the caller's own, if mnt has one. */
static const struct dentry *root_of_proc(const struct mount *mnt)
{
	const struct super_block *sb = mnt->mnt.mnt_sb;

	return sb->s_magic == PROC_SUPER_MAGIC ? sb->s_root : NULL;
}

/* Is a component's name gone, and does that matter? */
static bool is_gone(const struct walk *walk, const struct dentry *dentry,
		    struct trail *trail)
{
	const bool is_object = dentry == walk->path->dentry;

	if (!d_unlinked(dentry))
		return false;
	trail->gone |= !is_object;
	if (walk->flags & BAILIFF_WALK_UNLINKED)
		return false;
	return !is_object || !(walk->flags & BAILIFF_WALK_NEW);
}

/*
 * The components that lie on the mount of *dentry, which becomes its root.
 * Return: enum bvm_reason.
 */
static u32 collect_mount(const struct walk *walk, const struct mount *mnt,
			 const struct dentry **at, struct trail *trail)
{
	const struct dentry *root = mnt->mnt.mnt_root;
	const struct dentry *proc = root_of_proc(mnt);
	const struct dentry *dentry = *at;
	u32 num = trail->num, len = trail->len;
	u32 reason = BVM_REASON_NONE;

	while (dentry != root) {
		const struct dentry *parent = READ_ONCE(dentry->d_parent);

		if (unlikely(parent == dentry))
			reason = BVM_REASON_DISCONNECTED;
		else if (is_gone(walk, dentry, trail))
			reason = BVM_REASON_DELETED;
		else if (unlikely(num == BVM_MAX_DEPTH))
			reason = BVM_REASON_TOO_DEEP;
		if (unlikely(reason))
			break;
		if (unlikely(parent == proc) && is_own_proc(dentry))
			trail->self = num;
		trail->flags |= READ_ONCE(dentry->d_flags);
		len += 1 + READ_ONCE(dentry->d_name.len);
		if (unlikely(len >= BVM_MAX_PATH)) {
			reason = BVM_REASON_TOO_LONG;
			break;
		}
		trail->comp[num++] = dentry;
		dentry = parent;
	}
	if (num != trail->num)
		trail->root = root;
	trail->num = num;
	trail->len = len;
	*at = dentry;
	return reason;
}

/* Return: enum bvm_reason. */
static u32 collect(const struct walk *walk, struct trail *trail)
{
	const struct dentry *dentry = walk->path->dentry;
	const struct mount *mnt = real_mount(walk->path->mnt);

	trail->num = 0;
	trail->len = 0;
	trail->flags = 0;
	trail->gone = false;
	trail->self = NOT_SELF;
	trail->root = mnt->mnt.mnt_root;
	for (u32 mounts = 0; mounts < MOUNT_TREE_STEPS; mounts++) {
		u32 reason = collect_mount(walk, mnt, &dentry, trail);
		const struct mount *up;

		if (reason)
			return reason;
		up = READ_ONCE(mnt->mnt_parent);
		if (mnt == up)
			return mount_is_attached(mnt) ? BVM_REASON_NONE :
							BVM_REASON_DISCONNECTED;
		dentry = READ_ONCE(mnt->mnt_mountpoint);
		mnt = up;
	}
	return BVM_REASON_TOO_DEEP;
}

/* Bytes of the i-th component as the policies see it. */
static const char *shown_name(const struct trail *trail, u32 i, u32 *len)
{
	if (i == trail->self) {
		*len = 4;
		return "self";
	}
	return comp_name(trail->comp[i], len);
}

/*
 * final: states that nothing changes, or NULL. A name ends in a NUL, whatever
 * its length says. *before: the state after the last '/'.
 */
static u32 feed(const struct trail *trail, const struct bvm_table *dfa,
		const unsigned long *final, u32 *before)
{
	u32 state = bvm_dfa_start(dfa);

	if (trail->num == 0)
		return bvm_dfa_step(dfa, state, '/');
	for (u32 i = trail->num; i-- > 0;) {
		u32 len;

		state = bvm_dfa_step(dfa, state, '/');
		*before = state;
		if (bailiff_feed_is_final(dfa, final, state))
			break;
		state = bailiff_feed(dfa, state, shown_name(trail, i, &len));
	}
	return state;
}

/* Table index of what is fed; not one of the image's tables: nothing is. */
static u32 dfa_of(const struct bvm_image *image, u32 flags)
{
	if (!(flags & BAILIFF_WALK_START))
		return image->rights_dfa;
	return image->start ? image->start->dfa : U32_MAX;
}

static void feed_all(const struct trail *trail, struct walk *walk)
{
	for (u32 i = 0; i < walk->view->num; i++) {
		const struct bailiff_policy *policy = walk->view->policy[i];
		const struct bvm_image *image = &policy->image;
		u32 index = dfa_of(image, walk->flags);
		const struct bvm_table *dfa;
		u32 state;

		walk->name->fed[i].state = 0;
		walk->name->fed[i].below = 0;
		walk->name->fed[i].accept = 0;
		if (index >= image->num_tables)
			continue;
		dfa = &image->tables[index];
		state = feed(trail, dfa,
			     index == image->rights_dfa ? policy->final : NULL,
			     &walk->dir.below);
		walk->name->fed[i].state = state;
		/* The root's name is that '/' already. */
		walk->name->fed[i].below =
			trail->num ? bvm_dfa_step(dfa, state, '/') : state;
		walk->name->fed[i].accept = bvm_dfa_accept(dfa, state);
	}
}

/* What has no name ends nowhere: no program may find what lay there before. */
static void feed_nothing(const struct walk *walk)
{
	memset(walk->name->fed, 0,
	       walk->view->num * sizeof(walk->name->fed[0]));
}

static void print(const struct trail *trail, struct walk *walk)
{
	u32 at = 0, room = walk->buf_len - 1;

	if (trail->num == 0 && room)
		walk->buf[at++] = '/';
	for (u32 i = trail->num; i-- > 0;) {
		u32 len;
		const char *name = shown_name(trail, i, &len);

		if (at < room)
			walk->buf[at++] = '/';
		for (u32 k = 0; k < len && at < room; k++) {
			char byte = READ_ONCE(name[k]);

			if (!byte)
				break;
			walk->buf[at++] = byte;
		}
	}
	walk->buf[at] = 0;
	walk->printed = at;
}

/*
 * May what the object lies in be remembered, and what it is? Its name has to last,
 * and to be the same for each caller; and the object is not what is mounted there.
 */
static void note_dir(const struct trail *trail, struct walk *walk)
{
	const struct dentry *object = walk->path->dentry;
	const struct super_block *sb = walk->path->mnt->mnt_sb;

	walk->has_dir = walk->view && walk->view->num == 1 &&
			!(walk->flags & BAILIFF_WALK_START) &&
			walk->view->policy[0]->image.rights_dfa <
				walk->view->policy[0]->image.num_tables &&
			!(trail->flags & FLEETING) && !trail->gone &&
			trail->num && trail->self == NOT_SELF &&
			object != walk->path->mnt->mnt_root &&
			sb->s_magic != PROC_SUPER_MAGIC;
	if (!walk->has_dir)
		return;
	walk->dir.len = trail->len - 1 - READ_ONCE(trail->comp[0]->d_name.len);
	walk->dir.depth = trail->num - 1;
	walk->dir.home = walk->name->home;
}

static void walk_once(struct walk *walk)
{
	struct trail trail BAILIFF_UNSET;
	u32 reason = collect(walk, &trail);

	if (walk->name) {
		walk->name->reason = reason;
		/* "self" is of /proc, whose processes are fleeting, too. */
		walk->name->lasting = !(trail.flags & FLEETING);
		walk->name->home = mount_home_of_root(trail.root);
		if (walk->view && !reason) {
			feed_all(&trail, walk);
			note_dir(&trail, walk);
		} else if (walk->view) {
			feed_nothing(walk);
		}
	}
	if (walk->buf) {
		walk->printed = 0;
		walk->buf[0] = 0;
		/* What could be collected helps the reader of a record. */
		print(&trail, walk);
	}
}

/* Nothing has moved: the parent is the one that was walked, and held by its child. */
static void keep_dir(const struct walk *walk)
{
	const struct path dir = {
		.mnt = walk->path->mnt,
		.dentry = READ_ONCE(walk->path->dentry->d_parent),
	};

	bailiff_dirs_keep(&dir, walk->view->policy[0]->generation, walk->name,
			  &walk->dir);
}

/* Return: false when something moved meanwhile, and the name may be none. */
static bool walk_looking(struct walk *walk)
{
	u32 mounts = read_seqbegin(&mount_lock);
	u32 names = read_seqbegin(&rename_lock);

	walk_once(walk);
	if (walk->name) {
		walk->name->renames = names;
		walk->name->mounts = mounts;
	}
	if (read_seqretry(&rename_lock, names) ||
	    read_seqretry(&mount_lock, mounts))
		return false;
	if (walk->has_dir)
		keep_dir(walk);
	return true;
}

static void walk_still(struct walk *walk)
{
	read_seqlock_excl(&rename_lock);
	walk_once(walk);
	read_sequnlock_excl(&rename_lock);
}

/* The counts are others when the locks are given back: no name lasts. */
static void walk_excluding(struct walk *walk)
{
	/* whoever has mount_lock cannot take it again */
	if (walk->flags & BAILIFF_WALK_MOUNTED) {
		walk_still(walk);
		return;
	}
	read_seqlock_excl(&mount_lock);
	walk_still(walk);
	read_sequnlock_excl(&mount_lock);
}

/*
 * As prepend_path() in fs/d_path.c: look first, exclude on the second try. So
 * there are two walks at most, whoever renames and mounts.
 */
static void walk_tree(struct walk *walk)
{
	bailiff_count_test(walks);
	rcu_read_lock();
	if (!walk_looking(walk)) {
		bailiff_count(walks_again);
		walk_excluding(walk);
	}
	rcu_read_unlock();
}

/* One component more than dir, as feed() would have fed it. */
static void feed_in(const struct bailiff_dir *dir, const struct dentry *dentry,
		    const struct bailiff_policy *policy,
		    struct bailiff_name *name)
{
	const struct bvm_table *dfa =
		&policy->image.tables[policy->image.rights_dfa];
	u32 state = dir->below, len;

	if (!bailiff_feed_is_final(dfa, policy->final, state))
		state = bailiff_feed(dfa, state, comp_name(dentry, &len));
	name->fed[0].state = state;
	name->fed[0].below = bvm_dfa_step(dfa, state, '/');
	name->fed[0].accept = bvm_dfa_accept(dfa, state);
}

/*
 * Is the object a file of a directory that was walked just now? What walk_once()
 * would have looked at is looked at, or cannot be another than it was: a directory
 * keeps its name while it is not empty, unless it is renamed (or is a subvolume that
 * btrfs deletes with all that is in it: what is below is known for a moment more). Return: false: not
 * known; or something moved meanwhile.
 */
static bool walk_known(const struct walk *walk)
{
	const struct dentry *dentry = walk->path->dentry;
	const struct bailiff_moves moves = bailiff_moves_read();
	const struct path dir = {
		.mnt = walk->path->mnt,
		.dentry = READ_ONCE(dentry->d_parent),
	};
	const struct bailiff_policy *policy = walk->view->policy[0];
	struct bailiff_name *name = walk->name;
	struct bailiff_dir found BAILIFF_UNSET;

	if (dentry == dir.mnt->mnt_root || dentry == dir.dentry ||
	    (READ_ONCE(dentry->d_flags) & FLEETING) || d_unlinked(dentry) ||
	    d_unlinked(dir.dentry) ||
	    !bailiff_dirs_find(&dir, policy->generation, moves, &found))
		return false;
	if (found.depth >= BVM_MAX_DEPTH ||
	    found.len + 1 + READ_ONCE(dentry->d_name.len) >= BVM_MAX_PATH)
		return false;
	name->reason = BVM_REASON_NONE;
	name->lasting = true;
	name->renames = moves.renames;
	name->mounts = moves.mounts;
	name->home = found.home;
	feed_in(&found, dentry, policy, name);
	return !read_seqretry(&rename_lock, moves.renames) &&
	       !read_seqretry(&mount_lock, moves.mounts);
}

/* Debug kernels look whether a walk finds the same, unless something moved. */
static void compare_with_walk(const struct walk *walk)
{
	struct bailiff_name name BAILIFF_UNSET;
	struct walk again = *walk;
	bool same;

	again.name = &name;
	if (!walk_looking(&again) || d_unlinked(walk->path->dentry) ||
	    name.renames != walk->name->renames ||
	    name.mounts != walk->name->mounts)
		return;
	same = !name.reason && name.lasting &&
	       bailiff_home_same(&name.home, &walk->name->home) &&
	       !memcmp(&name.fed[0], &walk->name->fed[0], sizeof(name.fed[0]));
	WARN_ON_ONCE(!same);
}

void bailiff_path_walk(const struct path *path, u32 flags,
		       const struct bailiff_view *view,
		       struct bailiff_name *name)
{
	struct walk walk = {
		.path = path,
		.flags = flags,
		.view = view,
		.name = name,
	};

	if (view && view->num == 1 && !(flags & BAILIFF_WALK_START) &&
	    walk_known(&walk)) {
		if (IS_ENABLED(CONFIG_PROVE_LOCKING))
			compare_with_walk(&walk);
		return;
	}
	walk_tree(&walk);
}

u32 bailiff_path_name(const struct path *path, char *buf, u32 len,
		      struct bailiff_name *name)
{
	struct walk walk = {
		.path = path,
		.name = name,
		.buf = buf,
		.buf_len = len,
	};

	walk_tree(&walk);
	return walk.printed;
}

/*
 * For a record: under locks that are not ours to know, mount_lock and
 * rename_lock among them, so it must wait for nobody. A name that changes all
 * the while is printed as it was found, which RCU makes safe to read.
 */
static void walk_without_waiting(struct walk *walk)
{
	rcu_read_lock();
	for (u32 tries = 0; tries < 3; tries++) {
		u32 mounts = raw_read_seqcount(&mount_lock.seqcount);
		u32 names = raw_read_seqcount(&rename_lock.seqcount);

		walk_once(walk);
		if (!((mounts | names) & 1) &&
		    !read_seqcount_retry(&rename_lock.seqcount, names) &&
		    !read_seqcount_retry(&mount_lock.seqcount, mounts))
			break;
	}
	rcu_read_unlock();
}

u32 bailiff_path_print(const struct path *path, u32 flags, char *buf, u32 len)
{
	struct walk walk = {
		.path = path,
		.flags = flags | BAILIFF_WALK_UNLINKED,
		.buf = buf,
		.buf_len = len,
	};

	walk_without_waiting(&walk);
	return walk.printed;
}
