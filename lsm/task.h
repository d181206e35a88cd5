/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.h - the blob of a task, and what it does on its way back to user space
 */
#ifndef BAILIFF_TASK_H
#define BAILIFF_TASK_H

#include <linux/task_work.h>
#include <linux/types.h>

#include "target.h"

struct bailiff_joining;

#define BAILIFF_TASK_KILL BIT(0)
#define BAILIFF_TASK_TARGET BIT(1) /* target names somebody */
#define BAILIFF_TASK_MOUNTING BIT(2) /* mount(2) may look up again: no links */

/* Each fork clears one: it is to fit into a cache line. */
struct bailiff_task {
	struct callback_head later; /* queued if todo */
	struct bailiff_joining *joining; /* now.c; NULL: not queued */
	u32 now; /* number of the last binding that it was tried for, or 0 */
	u8 todo; /* BAILIFF_TASK_*; nobody but the task itself touches it */
	bool created_early; /* early.h: the socket that is about to be made */
	struct bailiff_target target;
};

static_assert(sizeof(struct bailiff_task) <= 64);

/* The blob of the caller; NULL in interrupts, and for tasks of the kernel. */
struct bailiff_task *bailiff_task_of_current(void);

/*
 * Set bits of todo, until the caller, whose blob it is, returns to user space;
 * then it acts by them. Any context that belongs to a task. false: it is ending
 * and will not return, so nothing was set.
 */
bool bailiff_task_later(struct bailiff_task *task, u8 todo);

/*
 * Send SIGKILL to the caller's thread group on its way back to user space.
 * Not earlier: hooks run under locks that a signal needs. Any context that
 * belongs to a task; no effect in interrupts and kernel threads.
 */
void bailiff_kill_current(void);

#endif /* BAILIFF_TASK_H */
