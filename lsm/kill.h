/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill.h - end the task that did what a rule answers with `kill`
 */
#ifndef BAILIFF_KILL_H
#define BAILIFF_KILL_H

#include <linux/task_work.h>
#include <linux/types.h>

#include "target.h"

/* The task blob. */
struct bailiff_task {
	struct callback_head kill;
	unsigned long killed; /* bit 0: kill is queued, once and for all */
	struct callback_head joining;
	unsigned long join_queued; /* bit 0: joining is queued; now.h */
	u64 now; /* number of the last binding that it was tried for, or 0 */
	u64 now_cgroup; /* that this one is of */
	u64 now_failed; /* the last that whom it forks would fail to join by */
	struct callback_head mounted;
	/* set while mount(2) may look up again what it was judged by */
	bool mounting;
	bool created_early; /* early.h: the socket that is about to be made */
	struct bailiff_target target;
};

/* The blob of the caller; NULL in interrupts, and for tasks of the kernel. */
struct bailiff_task *bailiff_task_of_current(void);

/*
 * Send SIGKILL to the caller's thread group on its way back to user space.
 * Not earlier: hooks run under locks that a signal needs. Any context that
 * belongs to a task; no effect in interrupts and kernel threads.
 */
void bailiff_kill_current(void);

#endif /* BAILIFF_KILL_H */
