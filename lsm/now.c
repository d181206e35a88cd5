// SPDX-License-Identifier: GPL-2.0-only
/*
 * now.c - a binding for those who run already
 *
 * Nobody changes the credentials of another: each task is given work that it
 * does on its way back to user space, itself. It is not woken for that, as
 * calls that are interrupted may fail; until it is back it does what it was
 * asked for before the binding.
 */
#include <linux/bitops.h>
#include <linux/sched.h>
#include <linux/task_work.h>

#include "bind.h"
#include "compat.h"
#include "join.h"
#include "kill.h"
#include "now.h"
#include "setup.h"

static void join_later(struct callback_head *work)
{
	struct bailiff_task *task =
		container_of(work, struct bailiff_task, joining);

	/* First: what is bound from here on queues it again. */
	clear_bit_unlock(0, &task->join_queued);
	if (!(current->flags & PF_EXITING))
		bailiff_join_current();
}

/* Under RCU, and under the lock of bindings. */
static void queue_join(struct task_struct *thread)
{
	struct bailiff_task *task =
		thread->security + bailiff_blob_sizes.lbs_task;

	/* Workers act with the credentials of others. */
	if (thread->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return;
	if (test_and_set_bit_lock(0, &task->join_queued))
		return;
	init_task_work(&task->joining, join_later);
	/* It fails for one that is ending. */
	if (task_work_add(thread, &task->joining, TWA_RESUME))
		clear_bit_unlock(0, &task->join_queued);
}

void bailiff_now(u64 cgroup)
{
	bailiff_bind_for_unjoined(cgroup, queue_join);
}
