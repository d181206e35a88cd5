// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - the file `trace`: whose decisions, and their records
 */
#include <linux/err.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "event.h"
#include "fs.h"
#include "policy.h"
#include "reader.h"
#include "ring.h"
#include "set.h"
#include "trace.h"

#define TRACE_BYTES (1u << 18) /* a power of two */
#define MAX_LINE 128

DEFINE_STATIC_KEY_FALSE(bailiff_tracing);

static bool is_open; /* this and the next under reader.lock */
static bool is_on; /* the key is */

/* Whose; constant while the key is on. */
static u64 traced_cgroup; /* 0: any */
static char traced_policy[BVM_MAX_NAME]; /* "": any */

/* Whoever stores may have interrupted whoever stores. */
static DEFINE_SPINLOCK(trace_lock);
static struct bailiff_ring ring = { .size = TRACE_BYTES }; /* data: if open */
static u64 last_seq;
static u64 num_lost;

static bool is_empty(void)
{
	return bailiff_ring_is_empty(&ring);
}

static void *peek(struct bailiff_event *event)
{
	unsigned long flags;

	if (is_empty())
		return NULL;
	spin_lock_irqsave(&trace_lock, flags);
	bailiff_ring_peek(&ring, event, sizeof(*event));
	bailiff_ring_peek(&ring, event, event->len);
	/* As of now: what is lost comes after all that is in the full buffer. */
	event->lost = num_lost;
	spin_unlock_irqrestore(&trace_lock, flags);
	return &ring;
}

static void drop(void *where, const struct bailiff_event *event)
{
	unsigned long flags;

	spin_lock_irqsave(&trace_lock, flags);
	bailiff_ring_drop(where, event->len);
	spin_unlock_irqrestore(&trace_lock, flags);
}

/* Its lock is also that of what opens, writes and closes. */
static struct bailiff_reader reader = {
	BAILIFF_READER_INIT(reader),
	.is_empty = is_empty,
	.peek = peek,
	.drop = drop,
};

bool bailiff_trace_selects(u64 cgroup, const char *policy)
{
	if (traced_cgroup && cgroup != traced_cgroup)
		return false;
	return !traced_policy[0] || !strcmp(policy, traced_policy);
}

void bailiff_trace_store(struct bailiff_event *event)
{
	unsigned long flags;
	bool stored;

	spin_lock_irqsave(&trace_lock, flags);
	event->seq = ++last_seq;
	stored = bailiff_ring_put(&ring, event);
	if (!stored)
		num_lost++;
	spin_unlock_irqrestore(&trace_lock, flags);
	if (stored)
		bailiff_reader_wake(&reader);
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
	mutex_lock(&reader.lock);
	if (is_open) {
		err = -EBUSY;
	} else {
		is_open = true;
		ring.head = 0;
		ring.tail = 0;
		last_seq = 0;
		num_lost = 0;
		ring.data = bytes;
	}
	mutex_unlock(&reader.lock);
	if (err)
		kvfree(bytes);
	return err;
}

static int trace_release(struct inode *inode, struct file *file)
{
	mutex_lock(&reader.lock);
	switch_off();
	kvfree(ring.data);
	ring.data = NULL;
	is_open = false;
	mutex_unlock(&reader.lock);
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
	if (strlen(line) != len)
		return -EINVAL;
	mutex_lock(&reader.lock);
	err = switch_on(strim(line));
	mutex_unlock(&reader.lock);
	return err ?: len;
}

static ssize_t trace_read(struct file *file, char __user *buf, size_t len,
			  loff_t *ppos)
{
	/* Reading takes records away; the descriptor may be inherited. */
	int err = bailiff_fs_check_admin(file);

	if (err)
		return err;
	return bailiff_reader_read(&reader, buf, len,
				   file->f_flags & O_NONBLOCK);
}

static __poll_t trace_poll(struct file *file, poll_table *wait)
{
	return bailiff_reader_poll(&reader, file, wait);
}

const struct file_operations bailiff_trace_fops = {
	.open = trace_open,
	.read = trace_read,
	.write = trace_write,
	.poll = trace_poll,
	.release = trace_release,
	.llseek = noop_llseek,
};
