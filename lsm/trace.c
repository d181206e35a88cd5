// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - the file `trace`: whose decisions, and their records
 */
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "event.h"
#include "fs.h"
#include "policy.h"
#include "set.h"
#include "trace.h"

#define TRACE_BYTES (1u << 18) /* a power of two */
#define MAX_LINE 128

DEFINE_STATIC_KEY_FALSE(bailiff_tracing);

static DEFINE_MUTEX(trace_mutex); /* open, write, read, release */
static bool is_open;
static bool is_on; /* the key is */

/* Whose; constant while the key is on. */
static u64 traced_cgroup; /* 0: any */
static char traced_policy[BVM_MAX_NAME]; /* "": any */

/* Whoever stores may have interrupted whoever stores. */
static DEFINE_SPINLOCK(trace_lock);
static char *data; /* TRACE_BYTES, NULL while it is not open */
static u32 head, tail; /* as in event.c */
static u64 last_seq;
static u64 num_lost;
static DECLARE_WAIT_QUEUE_HEAD(readers);

static void wake_readers(struct irq_work *work)
{
	wake_up_interruptible_poll(&readers, EPOLLIN | EPOLLRDNORM);
}

/* Hooks may hold any lock, those of the scheduler included. */
static DEFINE_IRQ_WORK(wake_work, wake_readers);

bool bailiff_trace_selects(const struct bailiff_domain *domain)
{
	if (traced_cgroup && domain->cgroup != traced_cgroup)
		return false;
	return !traced_policy[0] || !strcmp(domain->slot->name, traced_policy);
}

static void copy_in(const void *from, u32 len)
{
	u32 at = head & (TRACE_BYTES - 1);
	u32 first = min(len, TRACE_BYTES - at);

	memcpy(data + at, from, first);
	memcpy(data, from + first, len - first);
	WRITE_ONCE(head, head + len);
}

static void copy_out(void *to, u32 len)
{
	u32 at = tail & (TRACE_BYTES - 1);
	u32 first = min(len, TRACE_BYTES - at);

	memcpy(to, data + at, first);
	memcpy(to + first, data, len - first);
}

void bailiff_trace_store(struct bailiff_event *event)
{
	unsigned long flags;
	bool stored = false;

	spin_lock_irqsave(&trace_lock, flags);
	event->seq = ++last_seq;
	if (data && head - tail + event->len <= TRACE_BYTES) {
		copy_in(event, event->len);
		stored = true;
	} else {
		num_lost++;
	}
	spin_unlock_irqrestore(&trace_lock, flags);
	if (stored)
		irq_work_queue(&wake_work);
}

void bailiff_trace_lose(void)
{
	/* In an NMI no lock can be taken: a gap in seq would not be seen. */
	WRITE_ONCE(num_lost, READ_ONCE(num_lost) + 1);
}

static void switch_off(void)
{
	if (!is_on)
		return;
	is_on = false;
	static_branch_disable(&bailiff_tracing);
	/* whoever saw it on has stored what he had */
	synchronize_rcu();
}

static int trace_open(struct inode *inode, struct file *file)
{
	int err = bailiff_fs_check_admin(file);
	char *bytes;

	if (err)
		return err;
	bytes = kvzalloc(TRACE_BYTES, GFP_KERNEL_ACCOUNT);
	if (!bytes)
		return -ENOMEM;
	mutex_lock(&trace_mutex);
	if (is_open) {
		err = -EBUSY;
	} else {
		is_open = true;
		head = 0;
		tail = 0;
		last_seq = 0;
		num_lost = 0;
		data = bytes;
	}
	mutex_unlock(&trace_mutex);
	if (err)
		kvfree(bytes);
	return err;
}

static int trace_release(struct inode *inode, struct file *file)
{
	mutex_lock(&trace_mutex);
	switch_off();
	kvfree(data);
	data = NULL;
	is_open = false;
	mutex_unlock(&trace_mutex);
	return 0;
}

/* "cgroup=ID", "policy=NAME" or both, with a blank between. */
static int parse(char *line, u64 *cgroup, char policy[BVM_MAX_NAME])
{
	char *word;

	*cgroup = 0;
	policy[0] = 0;
	while ((word = strsep(&line, " "))) {
		if (strstarts(word, "cgroup=") && !*cgroup) {
			if (kstrtou64(word + 7, 10, cgroup) || !*cgroup)
				return -EINVAL;
		} else if (strstarts(word, "policy=") && !policy[0]) {
			if (strscpy(policy, word + 7, BVM_MAX_NAME) <= 0)
				return -EINVAL;
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

static int switch_on(char *line)
{
	char policy[BVM_MAX_NAME];
	u64 cgroup;
	int err = parse(line, &cgroup, policy);

	if (err)
		return err;
	if (is_on)
		return -EBUSY;
	traced_cgroup = cgroup;
	memcpy(traced_policy, policy, sizeof(policy));
	is_on = true;
	static_branch_enable(&bailiff_tracing);
	return 0;
}

static ssize_t trace_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *ppos)
{
	char line[MAX_LINE];
	int err = bailiff_fs_check_admin(file);

	if (err)
		return err;
	if (len >= sizeof(line))
		return -E2BIG;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = 0;
	mutex_lock(&trace_mutex);
	err = switch_on(strim(line));
	mutex_unlock(&trace_mutex);
	return err ?: len;
}

static bool is_empty(void)
{
	return READ_ONCE(head) == READ_ONCE(tail);
}

/* Under trace_mutex, so that the record at the tail stays. */
static u32 peek(struct bailiff_event *event)
{
	unsigned long flags;

	spin_lock_irqsave(&trace_lock, flags);
	copy_out(event, sizeof(*event));
	copy_out(event, event->len);
	/* As of now: what is lost comes after all that is in the full buffer. */
	event->lost = num_lost;
	spin_unlock_irqrestore(&trace_lock, flags);
	return event->len;
}

static void drop(u32 len)
{
	unsigned long flags;

	spin_lock_irqsave(&trace_lock, flags);
	WRITE_ONCE(tail, tail + len);
	spin_unlock_irqrestore(&trace_lock, flags);
}

/* One record; 0 if there is none, -EINVAL if it does not fit. */
static ssize_t read_one(char __user *buf, size_t len,
			struct bailiff_event *event)
{
	u32 bytes;

	if (is_empty())
		return 0;
	bytes = peek(event);
	if (bytes > len)
		return -EINVAL;
	if (copy_to_user(buf, event, bytes))
		return -EFAULT;
	drop(bytes);
	return bytes;
}

static ssize_t read_many(char __user *buf, size_t len)
{
	struct bailiff_event *event = kvmalloc(BAILIFF_MAX_RECORD, GFP_KERNEL);
	ssize_t done = 0, ret;

	if (!event)
		return -ENOMEM;
	mutex_lock(&trace_mutex);
	do {
		ret = read_one(buf + done, len - done, event);
		if (ret > 0)
			done += ret;
	} while (ret > 0);
	mutex_unlock(&trace_mutex);
	kvfree(event);
	return done ?: ret;
}

static ssize_t trace_read(struct file *file, char __user *buf, size_t len,
			  loff_t *ppos)
{
	/* Reading takes records away; the descriptor may be inherited. */
	int err = bailiff_fs_check_admin(file);

	if (err)
		return err;
	for (;;) {
		ssize_t ret = read_many(buf, len);

		if (ret)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(readers, !is_empty());
		if (ret)
			return ret;
	}
}

static __poll_t trace_poll(struct file *file, poll_table *wait)
{
	poll_wait(file, &readers, wait);
	return is_empty() ? 0 : EPOLLIN | EPOLLRDNORM;
}

const struct file_operations bailiff_trace_fops = {
	.open = trace_open,
	.read = trace_read,
	.write = trace_write,
	.poll = trace_poll,
	.release = trace_release,
	.llseek = noop_llseek,
};
