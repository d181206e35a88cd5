// SPDX-License-Identifier: GPL-2.0-only
/*
 * task.c - the blob of a task, and what it does on its way back to user space
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "setup.h"
#include "task.h"

struct bailiff_task *bailiff_task_of_current(void)
{
	if (!in_task() || (current->flags & PF_KTHREAD) || !current->security)
		return NULL;
	return current->security + bailiff_blob_sizes.lbs_task;
}

static void do_later(struct callback_head *later)
{
	struct bailiff_task *task =
		container_of(later, struct bailiff_task, later);
	u8 todo = task->todo;

	/* First: what is set from here on queues it again. */
	task->todo = 0;
	if (todo & BAILIFF_TASK_TARGET)
		bailiff_target_forget(&task->target);
	if (todo & BAILIFF_TASK_KILL)
		send_sig(SIGKILL, current, 0);
}

bool bailiff_task_later(struct bailiff_task *task, u8 todo)
{
	if (!task->todo) {
		init_task_work(&task->later, do_later);
		if (task_work_add(current, &task->later, TWA_RESUME))
			return false;
	}
	task->todo |= todo;
	return true;
}

void bailiff_kill_current(void)
{
	struct bailiff_task *task = bailiff_task_of_current();

	if (task)
		(void)bailiff_task_later(task, BAILIFF_TASK_KILL);
}
