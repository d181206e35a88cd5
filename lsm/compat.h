/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - differences between kernels, told apart by what their headers
 * have (probe.h, made by overlay.sh), not by their version
 */
#ifndef BAILIFF_COMPAT_H
#define BAILIFF_COMPAT_H

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/kernfs.h>
#include <linux/lsm_hooks.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/security.h>

#include "probe.h"

/* Its words are in kernel.h where it is missing. */
#ifdef BAILIFF_HAVE_HEX_H
#include <linux/hex.h>
#else
#include <linux/kernel.h>
#endif

/* Stable releases of 6.1 have it as of some version after 6.1.176. */
#ifndef __counted_by
#define __counted_by(member)
#endif

/*
 * Registration: newer kernels want an identity, and count their LSMs at
 * compile time.
 */
#ifdef BAILIFF_HAVE_LSM_ID
#define BAILIFF_ID_NUMBER 0x4241494c /* outside those given out */
#define bailiff_add_hooks(hooks) \
	security_add_hooks(hooks, ARRAY_SIZE(hooks), &bailiff_lsmid)
#else
#define bailiff_add_hooks(hooks) \
	security_add_hooks(hooks, ARRAY_SIZE(hooks), BAILIFF_NAME)
#endif

/* Stacking file systems: the path that the user opened. */
#ifdef BAILIFF_HAVE_FILE_USER_PATH
static inline const struct path *bailiff_user_path(const struct file *file)
{
	return file_user_path(file);
}

static inline bool bailiff_is_backing(const struct file *file)
{
	return file->f_mode & FMODE_BACKING;
}
#else
static inline const struct path *bailiff_user_path(const struct file *file)
{
	return &file->f_path;
}

static inline bool bailiff_is_backing(const struct file *file)
{
	return false;
}
#endif

/* The file whose owner fown is. */
static inline const struct file *
bailiff_fown_file(const struct fown_struct *fown)
{
#ifdef BAILIFF_HAVE_FOWN_FILE
	return fown->file;
#else
	return container_of(fown, struct file, f_owner);
#endif
}

#ifdef BAILIFF_HAVE_CONST_QUOTACTL
#define BAILIFF_CONST_QUOTACTL const
#else
#define BAILIFF_CONST_QUOTACTL
#endif

/* Stable kernels lost the first argument, too: 6.12.95 has it, .117 has not. */
#ifdef BAILIFF_HAVE_PERF_OPEN_ATTR
#define BAILIFF_PERF_OPEN_ARGS(type) struct perf_event_attr *attr, int type
#else
#define BAILIFF_PERF_OPEN_ARGS(type) int type
#endif

/* Threads of vhost and their like, which are kernel threads without it. */
#ifndef PF_USER_WORKER
#define PF_USER_WORKER 0
#endif

/* What of an idmapped mount translates ids: i_uid_into_vfsuid() takes it. */
#ifndef BAILIFF_HAVE_MNT_IDMAP_OF
static inline struct user_namespace *mnt_idmap(const struct vfsmount *mnt)
{
	return mnt_user_ns(mnt);
}
#endif

/* What hooks get of a mount that may translate ids. */
#ifdef BAILIFF_HAVE_MNT_IDMAP
typedef struct mnt_idmap bailiff_idmap;
#else
typedef struct user_namespace bailiff_idmap;
#endif

#ifdef BAILIFF_HAVE_MNT_IDMAP
#define BAILIFF_SETATTR_ARGS \
	struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr
#else
#define BAILIFF_SETATTR_ARGS struct dentry *dentry, struct iattr *attr
#endif

/*
 * Older kernels leave the check of capabilities to whoever has the hooks of
 * attributes; without it an allowance of ours would let anyone set capabilities.
 * 0 or -errno.
 */
#ifdef BAILIFF_HAVE_INODE_XATTR_SKIPCAP
static inline int bailiff_cap_setxattr(struct dentry *dentry, const char *name,
				       const void *value, size_t size,
				       int flags)
{
	return 0;
}

static inline int bailiff_cap_removexattr(bailiff_idmap *idmap,
					  struct dentry *dentry,
					  const char *name)
{
	return 0;
}
#else
static inline int bailiff_cap_setxattr(struct dentry *dentry, const char *name,
				       const void *value, size_t size,
				       int flags)
{
	return cap_inode_setxattr(dentry, name, value, size, flags);
}

static inline int bailiff_cap_removexattr(bailiff_idmap *idmap,
					  struct dentry *dentry,
					  const char *name)
{
	return cap_inode_removexattr(idmap, dentry, name);
}
#endif

/* Have ACLs hooks of their own? Else they come as other attributes do. */
#define BAILIFF_ACLS_HAVE_HOOKS __is_defined(BAILIFF_HAVE_INODE_SET_ACL)

/* Have sockets a blob, and so domains? */
#define BAILIFF_SOCKETS_HAVE_DOMAINS __is_defined(BAILIFF_HAVE_LBS_SOCK)

/* Does the kernel say who connects by MPTCP, and to which socket? */
#define BAILIFF_TELLS_MPTCP_SOURCE __is_defined(BAILIFF_HAVE_MPTCP_ADD_SUBFLOW)

#ifndef BAILIFF_HAVE_SIMPLE_INODE_INIT_TS
static inline void simple_inode_init_ts(struct inode *inode)
{
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
}
#endif

/*
 * A cgroup by its id, wherever it lies: cgroup_get_from_id() sees only what
 * the caller's cgroup namespace holds.
 */
#ifndef BAILIFF_HAVE_CGROUP_GET_FROM_ANY_ID
static inline struct cgroup *__cgroup_get_from_id(u64 id)
{
	struct kernfs_node *kn;
	struct cgroup *cgrp = NULL;

	kn = kernfs_find_and_get_node_by_id(cgrp_dfl_root.kf_root, id);
	if (!kn)
		return ERR_PTR(-ENOENT);
	if (kernfs_type(kn) == KERNFS_DIR) {
		rcu_read_lock();
		cgrp = rcu_dereference(*(void __rcu __force **)&kn->priv);
		if (cgrp && !cgroup_tryget(cgrp))
			cgrp = NULL;
		rcu_read_unlock();
	}
	kernfs_put(kn);
	return cgrp ?: ERR_PTR(-ENOENT);
}
#endif

/*
 * A directory in securityfs with all that is in it; one level is enough for us.
 * securityfs_remove() of 6.1 must not do this: it leaves a file that somebody
 * holds open in its directory (fs/libfs.c simple_unlink() does not unhash), and
 * whoever removes it again drops references that are not his. What it is good
 * for: of an entry that is gone already it only gives back one of the pins that
 * each creation took of the file system.
 */
#ifndef BAILIFF_HAVE_SECURITYFS_RECURSIVE_REMOVE
static inline unsigned int bailiff_count_children(struct dentry *dir)
{
	struct dentry *child;
	unsigned int count = 0;

	spin_lock(&dir->d_lock);
	list_for_each_entry(child, &dir->d_subdirs, d_child) {
		spin_lock_nested(&child->d_lock, DENTRY_D_LOCK_NESTED);
		count += simple_positive(child);
		spin_unlock(&child->d_lock);
	}
	spin_unlock(&dir->d_lock);
	return count;
}

static inline void securityfs_recursive_remove(struct dentry *dir)
{
	unsigned int pins = 1 + bailiff_count_children(dir);

	dget(dir);
	simple_recursive_removal(dir, NULL);
	while (pins--)
		securityfs_remove(dir);
	dput(dir);
}
#endif

#ifdef BAILIFF_HAVE_CONST_FILE_FROM_FILE
#define BAILIFF_CONST_FROM_FILE const
#else
#define BAILIFF_CONST_FROM_FILE
#endif

#ifndef BAILIFF_HAVE_CONST_BPRM
#define BAILIFF_CONST_BPRM
#else
#define BAILIFF_CONST_BPRM const
#endif

#ifndef BAILIFF_HAVE_CONST_SB
#define BAILIFF_CONST_SB
#else
#define BAILIFF_CONST_SB const
#endif

#endif /* BAILIFF_COMPAT_H */
