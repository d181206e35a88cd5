// SPDX-License-Identifier: GPL-2.0-only
/*
 * names.c - every name of an object of which only the dentry is known
 *
 * A super block lists its mounts, and mount_lock keeps that list and the tree
 * above each of them still; as in fs/dcache.c, path_has_submounts().
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/seqlock.h>

#include "mount_tree.h"
#include "names.h"
#include "set.h"

static bool is_home_of(const struct dentry *root, const struct bailiff_set *set)
{
	const struct bailiff_home home = mount_home_of_root(root);

	for (u32 i = 0; i < set->num; i++) {
		if (bailiff_home_same(&home, &set->domain[i].home))
			return true;
	}
	return false;
}

/*
 * Does dentry, shown by mnt, have a name that begins in a home root of set?
 * That is the root of the mount which holds the first component: path.c.
 */
static bool is_at_home(const struct mount *mnt, const struct dentry *dentry,
		       const struct bailiff_set *set)
{
	const struct dentry *root = mnt->mnt.mnt_root;

	for (u32 step = 0; step < MOUNT_TREE_STEPS; step++) {
		if (dentry != mnt->mnt.mnt_root)
			root = mnt->mnt.mnt_root;
		if (mnt == mnt->mnt_parent)
			return mount_is_attached(mnt) && is_home_of(root, set);
		dentry = mnt->mnt_mountpoint;
		mnt = mnt->mnt_parent;
	}
	return true; /* the walk will say that it is too deep */
}

/* Do two mounts show the same directory at the same place? */
static bool is_same_place(const struct mount *a, const struct mount *b)
{
	for (u32 step = 0; a != b; step++) {
		bool top = a == a->mnt_parent;

		if (a->mnt.mnt_root != b->mnt.mnt_root ||
		    top != (b == b->mnt_parent) || step == MOUNT_TREE_STEPS)
			return false;
		if (top)
			return true;
		if (a->mnt_mountpoint != b->mnt_mountpoint)
			return false;
		a = a->mnt_parent;
		b = b->mnt_parent;
	}
	return true;
}

static void add_name(struct bailiff_names *names, struct mount *mnt)
{
	for (u32 i = 0; i < names->num; i++) {
		if (is_same_place(real_mount(names->mnt[i]), mnt))
			return;
	}
	if (names->num == BAILIFF_MAX_NAMES)
		names->many = true;
	else
		names->mnt[names->num++] = &mnt->mnt;
}

void bailiff_names_find(struct dentry *dentry, const struct bailiff_set *set,
			struct bailiff_names *names)
{
	struct mount *mnt;

	names->num = 0;
	names->many = false;
	read_seqlock_excl(&mount_lock);
	list_for_each_entry(mnt, &dentry->d_sb->s_mounts, mnt_instance) {
		if (!is_subdir(dentry, mnt->mnt.mnt_root) ||
		    !is_at_home(mnt, dentry, set))
			continue;
		add_name(names, mnt);
		if (names->many)
			break;
	}
	read_sequnlock_excl(&mount_lock);
}

bool bailiff_names_are_none(const struct dentry *dentry)
{
	struct super_block *sb = dentry->d_sb;
	struct mount *mnt;
	bool none;

	if (sb->s_flags & SB_NOUSER)
		return true;
	read_seqlock_excl(&mount_lock);
	none = !list_empty(&sb->s_mounts);
	list_for_each_entry(mnt, &sb->s_mounts, mnt_instance) {
		if (mnt->mnt.mnt_flags & MNT_INTERNAL)
			continue;
		none = false;
		break;
	}
	read_sequnlock_excl(&mount_lock);
	return none;
}
