/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * origin.h - who made an object that has no name
 *
 * A memory file or a pipe has no path by which to judge it, and it can be
 * opened anew through /proc/PID/fd. The new file is then the opener's own, but
 * what it leads to is not. So the inode remembers the domains of its maker.
 */
#ifndef BAILIFF_ORIGIN_H
#define BAILIFF_ORIGIN_H

#include <linux/path.h>

#include "set.h"
#include "setup.h"

struct cred;

/* The inode blob. */
struct bailiff_inode {
	u64 maker; /* id of the set that made it; 0: unconfined */
	atomic_t early; /* of a socket: operations, see early.h */
};

static inline struct bailiff_inode *bailiff_inode(const struct inode *inode)
{
	return inode->i_security + bailiff_blob_sizes.lbs_inode;
}

/*
 * Is path a memory file or a pipe that somebody outside set made? False for
 * whatever has a name, cannot be opened anew (sockets, anonymous inodes), or is
 * IPC by design (System V shared memory, message queues: whoever shares the
 * namespace reaches them by key or name).
 */
bool bailiff_origin_is_outside(const struct path *path,
			       const struct bailiff_set *set);

/*
 * Judge the use of an object that lies nowhere: one made outside is judged as
 * a descriptor from outside. 0 or -errno. Does not sleep.
 */
int __must_check bailiff_origin_judge(const struct path *path,
				      const struct cred *cred,
				      const struct bailiff_set *set);

/* The same where it is known that no name can lead to the object. */
int __must_check bailiff_origin_judge_dentry(const struct dentry *dentry,
					     const struct cred *cred,
					     const struct bailiff_set *set);

#endif /* BAILIFF_ORIGIN_H */
