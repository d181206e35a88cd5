/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - records for user space: whole ones, one reader at a time
 *
 * What `events` and `trace` of securityfs have in common. Where the records are
 * kept, and how, is theirs.
 */
#ifndef BAILIFF_READER_H
#define BAILIFF_READER_H

#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/types.h>
#include <linux/wait.h>

struct bailiff_event;

struct bailiff_reader {
	struct mutex lock; /* held to peek and drop: the oldest record stays */
	wait_queue_head_t queue; /* who waits for a record */
	/* Hooks may hold any lock, those of the scheduler included. */
	struct irq_work wake;
	/* Is there none? Without the lock. */
	bool (*is_empty)(void);
	/*
	 * Copy the oldest record, of BAILIFF_MAX_RECORD bytes at most. Return:
	 * where it is, for drop, or NULL.
	 */
	void *(*peek)(struct bailiff_event *event);
	/* It was delivered. */
	void (*drop)(void *where, const struct bailiff_event *event);
};

void bailiff_reader_wake_work(struct irq_work *work);

/* What all of them begin with; name is the variable's. */
#define BAILIFF_READER_INIT(name)                           \
	.lock = __MUTEX_INITIALIZER(name.lock),             \
	.queue = __WAIT_QUEUE_HEAD_INITIALIZER(name.queue), \
	.wake = IRQ_WORK_INIT(bailiff_reader_wake_work)

/* There is one more record. Any context but NMI. */
static inline void bailiff_reader_wake(struct bailiff_reader *reader)
{
	irq_work_queue(&reader->wake);
}

/*
 * Copy whole records to user space, waiting for the first unless nonblock.
 * Return: bytes; -EAGAIN; -EINVAL a record is greater than len; -EFAULT (the
 * record stays); -ENOMEM; -ERESTARTSYS.
 */
ssize_t bailiff_reader_read(struct bailiff_reader *reader, char __user *buf,
			    size_t len, bool nonblock);
__poll_t bailiff_reader_poll(struct bailiff_reader *reader, struct file *file,
			     poll_table *wait);

#endif /* BAILIFF_READER_H */
