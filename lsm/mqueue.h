/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mqueue.h - POSIX message queues, which are files of a file system of theirs
 */
#ifndef BAILIFF_MQUEUE_H
#define BAILIFF_MQUEUE_H

#include <linux/dcache.h>
#include <linux/fs.h>

struct cred;

/* Constant since the file system was first merged, and in no header. */
#define BAILIFF_MQUEUE_MAGIC 0x19800202

static inline bool bailiff_mqueue_has(const struct dentry *dentry)
{
	return dentry->d_sb->s_magic == BAILIFF_MQUEUE_MAGIC;
}

/*
 * Judge the use of an object as one of class ipc if it is a message queue;
 * whatever else it is, it is allowed. 0 or -errno. Does not sleep.
 */
int __must_check bailiff_mqueue_judge(const struct dentry *dentry,
				      const struct cred *cred);

#endif /* BAILIFF_MQUEUE_H */
