/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mount_tree.h - what path.c and names.c know about mounts
 *
 * For those two alone: to be used under RCU or mount_lock.
 */
#ifndef BAILIFF_MOUNT_TREE_H
#define BAILIFF_MOUNT_TREE_H

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/mount.h>

#include "../../fs/mount.h"
#include "set.h"

/* Steps of one walk, mounts included: a mount tree is not that deep. */
#define MOUNT_TREE_STEPS 1024

/* Does a mount namespace begin at mnt, which has no parent? */
static inline bool mount_is_attached(const struct mount *mnt)
{
	const struct mnt_namespace *ns = READ_ONCE(mnt->mnt_ns);

	return !IS_ERR_OR_NULL(ns) && !is_anon_ns((struct mnt_namespace *)ns);
}

/* The home root that the root of a mount stands for. */
static inline struct bailiff_home mount_home_of_root(const struct dentry *root)
{
	const struct inode *inode = d_inode_rcu(root);

	return (struct bailiff_home){
		.inode = inode,
		.dev = root->d_sb->s_dev,
		.ino = inode ? inode->i_ino : 0,
	};
}

#endif /* BAILIFF_MOUNT_TREE_H */
