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
		    bool is_object)
{
	if (!d_unlinked(dentry) || (walk->flags & BAILIFF_WALK_UNLINKED))
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
		else if (is_gone(walk, dentry, dentry == walk->path->dentry))
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
 * its length says.
 */
static u32 feed(const struct trail *trail, const struct bvm_table *dfa,
		const unsigned long *final)
{
	u32 state = bvm_dfa_start(dfa);

	if (trail->num == 0)
		return bvm_dfa_step(dfa, state, '/');
	for (u32 i = trail->num; i-- > 0;) {
		u32 len;

		state = bvm_dfa_step(dfa, state, '/');
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

static void feed_all(const struct trail *trail, const struct walk *walk)
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
			     index == image->rights_dfa ? policy->final : NULL);
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

static void walk_once(struct walk *walk)
{
	struct trail trail BAILIFF_UNSET;
	u32 reason = collect(walk, &trail);

	if (walk->name) {
		walk->name->reason = reason;
		/* "self" is of /proc, whose processes are fleeting, too. */
		walk->name->lasting = !(trail.flags & FLEETING);
		walk->name->home = mount_home_of_root(trail.root);
		if (walk->view && !reason)
			feed_all(&trail, walk);
		else if (walk->view)
			feed_nothing(walk);
	}
	if (walk->buf) {
		walk->printed = 0;
		walk->buf[0] = 0;
		/* What could be collected helps the reader of a record. */
		print(&trail, walk);
	}
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
	return !read_seqretry(&rename_lock, names) &&
	       !read_seqretry(&mount_lock, mounts);
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
	rcu_read_lock();
	if (!walk_looking(walk)) {
		bailiff_count(walks_again);
		walk_excluding(walk);
	}
	rcu_read_unlock();
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
