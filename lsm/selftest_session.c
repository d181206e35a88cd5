// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest_session.c - files that take a batch by one write and give the answers
 * to it, for test builds
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fs.h"
#include "selftest_session.h"

int bailiff_session_open(struct file *file,
			 const struct bailiff_session_kind *kind)
{
	int err = bailiff_fs_check_admin(file);
	struct bailiff_session *s;

	if (err)
		return err;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->answers = kvzalloc(kind->max_answers, GFP_KERNEL);
	if (!s->answers) {
		kfree(s);
		return -ENOMEM;
	}
	s->kind = kind;
	mutex_init(&s->lock);
	file->private_data = s;
	return 0;
}

int bailiff_session_release(struct inode *inode, struct file *file)
{
	struct bailiff_session *s = file->private_data;

	kvfree(s->answers);
	kfree(s);
	return 0;
}

ssize_t bailiff_session_read(struct file *file, char __user *buf, size_t len,
			     loff_t *ppos)
{
	struct bailiff_session *s = file->private_data;
	ssize_t ret;

	if (mutex_lock_interruptible(&s->lock))
		return -EINTR;
	ret = simple_read_from_buffer(buf, len, ppos, s->answers, s->len);
	mutex_unlock(&s->lock);
	return ret;
}

static int run(struct bailiff_session *s, struct file *file, const u8 *bytes,
	       size_t len)
{
	int err;

	if (mutex_lock_interruptible(&s->lock))
		return -EINTR;
	s->len = 0;
	err = s->kind->run(s, file, bytes, len);
	if (err)
		s->len = 0;
	mutex_unlock(&s->lock);
	return err;
}

ssize_t bailiff_session_write(struct file *file, const char __user *buf,
			      size_t len, loff_t *ppos)
{
	struct bailiff_session *s = file->private_data;
	int err = bailiff_fs_check_admin(file);
	void *bytes;

	if (err)
		return err;
	if (*ppos != 0)
		return -EINVAL;
	if (len > s->kind->max_batch)
		return -E2BIG;
	bytes = vmemdup_user(buf, len);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	err = run(s, file, bytes, len);
	kvfree(bytes);
	return err ?: len;
}
