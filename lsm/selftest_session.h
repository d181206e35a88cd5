/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * selftest_session.h - files that take a batch by one write and give the answers
 * to it, for test builds
 */
#ifndef BAILIFF_SELFTEST_SESSION_H
#define BAILIFF_SELFTEST_SESSION_H

#include <linux/fs.h>
#include <linux/mutex.h>

struct bailiff_session;

struct bailiff_session_kind {
	size_t max_batch; /* bytes */
	size_t max_answers; /* bytes */
	/*
	 * Answer a batch: fill session->answers and len. 0 or -errno, where
	 * there are no answers.
	 */
	int (*run)(struct bailiff_session *session, struct file *file,
		   const u8 *bytes, size_t len);
};

/* One open file: the answers to its last batch. */
struct bailiff_session {
	const struct bailiff_session_kind *kind;
	struct mutex lock; /* everything below */
	void *answers; /* kind->max_answers bytes; owned */
	size_t len; /* of what is there, in bytes; 0 when run begins */
};

/* What of a batch is not read yet; borrowed. */
struct bailiff_bytes {
	const u8 *at;
	size_t left;
};

/* The next len bytes, or NULL: they are not there. */
static inline const void *bailiff_bytes_take(struct bailiff_bytes *bytes,
					     size_t len)
{
	const u8 *at = bytes->at;

	if (len > bytes->left)
		return NULL;
	bytes->at += len;
	bytes->left -= len;
	return at;
}

/* For who may administer Bailiff: 0, -EPERM, -ENOMEM. */
int bailiff_session_open(struct file *file,
			 const struct bailiff_session_kind *kind);
int bailiff_session_release(struct inode *inode, struct file *file);
ssize_t bailiff_session_read(struct file *file, char __user *buf, size_t len,
			     loff_t *ppos);
/* At offset 0 alone, where the answers are read from, too. */
ssize_t bailiff_session_write(struct file *file, const char __user *buf,
			      size_t len, loff_t *ppos);

#endif /* BAILIFF_SELFTEST_SESSION_H */
