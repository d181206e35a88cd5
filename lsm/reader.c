// SPDX-License-Identifier: GPL-2.0-only
/*
 * reader.c - records for user space: whole ones, one reader at a time
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "event.h"
#include "reader.h"

void bailiff_reader_wake_work(struct irq_work *work)
{
	struct bailiff_reader *reader =
		container_of(work, struct bailiff_reader, wake);

	wake_up_interruptible_poll(&reader->queue, EPOLLIN | EPOLLRDNORM);
}

/* One record; 0 if there is none, -EINVAL if it does not fit. */
static ssize_t read_one(struct bailiff_reader *reader, char __user *buf,
			size_t len, struct bailiff_event *event)
{
	void *where = reader->peek(event);

	if (!where)
		return 0;
	if (event->len > len)
		return -EINVAL;
	if (copy_to_user(buf, event, event->len))
		return -EFAULT;
	reader->drop(where, event);
	return event->len;
}

static ssize_t read_many(struct bailiff_reader *reader, char __user *buf,
			 size_t len)
{
	struct bailiff_event *event = kvmalloc(BAILIFF_MAX_RECORD, GFP_KERNEL);
	ssize_t done = 0, ret;

	if (!event)
		return -ENOMEM;
	mutex_lock(&reader->lock);
	do {
		ret = read_one(reader, buf + done, len - done, event);
		if (ret > 0)
			done += ret;
	} while (ret > 0);
	mutex_unlock(&reader->lock);
	kvfree(event);
	return done ?: ret;
}

ssize_t bailiff_reader_read(struct bailiff_reader *reader, char __user *buf,
			    size_t len, bool nonblock)
{
	for (;;) {
		ssize_t ret = read_many(reader, buf, len);

		if (ret)
			return ret;
		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible(reader->queue,
					       !reader->is_empty());
		if (ret)
			return ret;
	}
}

__poll_t bailiff_reader_poll(struct bailiff_reader *reader, struct file *file,
			     poll_table *wait)
{
	poll_wait(file, &reader->queue, wait);
	return reader->is_empty() ? 0 : EPOLLIN | EPOLLRDNORM;
}
