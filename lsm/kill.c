// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill.c - end the task that did what a rule answers with `kill`
 */
#include <linux/bitops.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "kill.h"
#include "setup.h"

static void send_kill(struct callback_head *work)
{
	send_sig(SIGKILL, current, 0);
}

struct bailiff_task *bailiff_task_of_current(void)
{
	if (!in_task() || (current->flags & PF_KTHREAD) || !current->security)
		return NULL;
	return current->security + bailiff_blob_sizes.lbs_task;
}

void bailiff_kill_current(void)
{
	struct bailiff_task *task = bailiff_task_of_current();

	if (!task || test_and_set_bit(0, &task->killed))
		return;
	init_task_work(&task->kill, send_kill);
	/* Fails only when the task is ending already. */
	(void)task_work_add(current, &task->kill, TWA_RESUME);
}
