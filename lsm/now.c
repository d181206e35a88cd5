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
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include "bind.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "join.h"
#include "now.h"
#include "setup.h"
#include "task.h"

/* What a task is to do. Freed by it after a grace period. */
struct bailiff_joining {
	struct callback_head work;
	u32 now; /* number of the last binding that it is for */
	u64 cgroup; /* that this one is of */
};

static atomic_t last_number;

u32 bailiff_now_number(void)
{
	return atomic_inc_return(&last_number) ?:
						 atomic_inc_return(&last_number);
}

static void look_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(looking, look_again);

/* Often enough, and seldom enough for who has many that wake one by one. */
#define LOOK_AFTER (HZ / 10)

static void look_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(late, look_late);
/* Twice as long each time. (A line that comes in between begins anew for all.) */
static unsigned long late_after;

/*
 * In credentials of its own: other threads have these, too, and may join. Without
 * memory there is no mark, and whom it forks is tried and fails by himself.
 */
static void mark_failed(u32 now)
{
	struct cred *cred;

	if (current_cred() != current_real_cred())
		return;
	cred = prepare_creds();
	if (!cred)
		return;
	bailiff_cred(cred)->now_failed = now;
	commit_creds(cred);
}

static void join_later(struct callback_head *work)
{
	struct bailiff_joining *joining =
		container_of(work, struct bailiff_joining, work);
	struct bailiff_task *task =
		current->security + bailiff_blob_sizes.lbs_task;
	/* An older one than it was tried for, at worst: that keeps out nobody. */
	u32 now = READ_ONCE(joining->now);

	/* First: what is bound from here on queues another. */
	xchg(&task->joining, NULL);
	if (!(current->flags & PF_EXITING) && bailiff_join_current())
		mark_failed(now);
	/* What it forked before is there by now. */
	bailiff_bind_want(READ_ONCE(joining->cgroup));
	queue_delayed_work(system_unbound_wq, &looking, LOOK_AFTER);
	kfree_rcu(joining, work);
}

/* Is what waits with the task for this one now? Under the lock of bindings. */
static bool is_queued(struct bailiff_task *task,
		      const struct bailiff_binding *binding)
{
	struct bailiff_joining *joining = READ_ONCE(task->joining);

	if (!joining)
		return false;
	WRITE_ONCE(joining->now, binding->now);
	WRITE_ONCE(joining->cgroup, binding->cgroup);
	/* Who takes it after this reads what was written, by the xchg. */
	smp_mb();
	return READ_ONCE(task->joining) == joining;
}

/*
 * Under RCU, and under the lock of bindings. false: there was no memory, and it
 * is to be tried again.
 */
static bool queue_join(struct task_struct *thread,
		       const struct bailiff_binding *binding)
{
	struct bailiff_task *task =
		thread->security + bailiff_blob_sizes.lbs_task;
	const struct bailiff_cred *cred = bailiff_cred(__task_cred(thread));
	struct bailiff_joining *joining;

	/* Workers act with the credentials of others. */
	if (thread->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return true;
	/* The child of one that fails by what children take over fails, too. */
	if (task->now == binding->now || cred->now_failed == binding->now)
		return true;
	if (!is_queued(task, binding)) {
		joining = kmalloc(sizeof(*joining), GFP_NOWAIT | __GFP_NOWARN);
		if (!joining)
			return false;
		joining->now = binding->now;
		joining->cgroup = binding->cgroup;
		init_task_work(&joining->work, join_later);
		WRITE_ONCE(task->joining, joining);
		/* It fails for one that is ending: what that forked is behind it. */
		if (task_work_add(thread, &joining->work, TWA_RESUME)) {
			WRITE_ONCE(task->joining, NULL);
			kfree(joining);
		}
	}
	task->now = binding->now;
	return true;
}

static void look(void)
{
	if (bailiff_bind_for_unjoined(queue_join))
		queue_delayed_work(system_unbound_wq, &looking, LOOK_AFTER);
}

static void look_again(struct work_struct *work)
{
	look();
}

static void look_late(struct work_struct *work)
{
	unsigned long next = 2 * READ_ONCE(late_after);

	if (!bailiff_bind_want_again())
		return;
	look();
	WRITE_ONCE(late_after, next);
	queue_delayed_work(system_unbound_wq, &late, next);
}

void bailiff_now(u64 cgroup)
{
	bailiff_bind_want(cgroup);
	look();
	/* Who forks by vfork comes back only when the child needs him no more. */
	WRITE_ONCE(late_after, LOOK_AFTER);
	mod_delayed_work(system_unbound_wq, &late, LOOK_AFTER);
}
