// SPDX-License-Identifier: GPL-2.0-only
/*
 * now.c - a binding for those who run already
 *
 * Nobody changes the credentials of another: each task is given work that it
 * does on its way back to user space, itself. It is not woken for that, as
 * calls that are interrupted may fail; until it is back it does what it was
 * asked for before the binding.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include "attach.h"
#include "bind.h"
#include "common.h"
#include "compat.h"
#include "join.h"
#include "kill.h"
#include "now.h"
#include "setup.h"

static atomic64_t last_number;

u64 bailiff_now_number(void)
{
	return atomic64_inc_return(&last_number);
}

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(looking, look_again);

/* Often enough, and seldom enough for who has many that wake one by one. */
#define LOOK_AFTER (HZ / 10)

static void look_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(late, look_late);
/* Twice as long each time. (A line that comes in between begins anew for all.) */
static unsigned long late_after;

static void join_later(struct callback_head *work)
{
	struct bailiff_task *task =
		container_of(work, struct bailiff_task, joining);
	u64 now = READ_ONCE(task->now);

	/* First: what is bound from here on queues it again. */
	clear_bit(0, &task->join_queued);
	smp_mb__after_atomic();
	if (!(current->flags & PF_EXITING) && bailiff_join_current())
		task->now_failed = now;
	/* What it forked before is there by now. */
	bailiff_bind_want(READ_ONCE(task->now_cgroup));
	queue_delayed_work(system_unbound_wq, &looking, LOOK_AFTER);
}

/* Under RCU, and under the lock of bindings. */
static void queue_join(struct task_struct *thread,
		       const struct bailiff_binding *binding)
{
	struct bailiff_task *task =
		thread->security + bailiff_blob_sizes.lbs_task;

	/* Workers act with the credentials of others. */
	if (thread->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return;
	if (task->now == binding->now)
		return;
	task->now = binding->now;
	WRITE_ONCE(task->now_cgroup, binding->cgroup);
	if (test_and_set_bit(0, &task->join_queued))
		return;
	init_task_work(&task->joining, join_later);
	/* It fails for one that is ending: what that forked is behind it. */
	if (task_work_add(thread, &task->joining, TWA_RESUME))
		clear_bit(0, &task->join_queued);
}

static void look_again(struct work_struct *work)
{
	bailiff_bind_for_unjoined(queue_join);
}

static void look_late(struct work_struct *work)
{
	unsigned long next = 2 * READ_ONCE(late_after);

	if (!bailiff_bind_want_again())
		return;
	bailiff_bind_for_unjoined(queue_join);
	WRITE_ONCE(late_after, next);
	queue_delayed_work(system_unbound_wq, &late, next);
}

/*
 * The child of one that fails by what children take over could go on for ever to
 * be found, to fail and to have others looked for. Of one that is yet to be
 * tried, or fails by what is its own, a child is as new.
 */
static int hook_task_alloc(struct task_struct *child, unsigned long flags)
{
	const struct bailiff_task *task =
		current->security + bailiff_blob_sizes.lbs_task;
	struct bailiff_task *heir =
		child->security + bailiff_blob_sizes.lbs_task;

	/* All else that it begins with is 0. */
	if (unlikely(task->now_failed)) {
		heir->now = task->now_failed;
		heir->now_failed = task->now_failed;
	}
	return 0;
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(task_alloc, hook_task_alloc),
};

void __init bailiff_now_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

void bailiff_now(u64 cgroup)
{
	bailiff_bind_want(cgroup);
	bailiff_bind_for_unjoined(queue_join);
	/* Who forks by vfork comes back only when the child needs him no more. */
	WRITE_ONCE(late_after, LOOK_AFTER);
	mod_delayed_work(system_unbound_wq, &late, LOOK_AFTER);
}
