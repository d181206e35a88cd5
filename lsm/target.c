// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - which unix socket the caller's system call names
 */
#include <linux/preempt.h>
#include <linux/sched.h>

#include "kill.h"
#include "setup.h"
#include "target.h"

static void forget(struct bailiff_target *target)
{
	struct path path = target->path;

	target->path = (struct path){};
	target->sk = NULL;
	target->op = 0;
	target->binds = 0;
	path_put(&path);
}

static void forget_later(struct callback_head *work)
{
	struct bailiff_target *target =
		container_of(work, struct bailiff_target, work);

	target->queued = false;
	forget(target);
}

struct bailiff_target *bailiff_target_get(void)
{
	struct bailiff_task *task;

	if (!in_task() || (current->flags & PF_KTHREAD) || !current->security)
		return NULL;
	task = current->security + bailiff_blob_sizes.lbs_task;
	return &task->target;
}

void bailiff_target_clear(void)
{
	struct bailiff_target *target = bailiff_target_get();

	if (target && target->queued)
		forget(target);
}

struct bailiff_target *bailiff_target_begin(void)
{
	struct bailiff_target *target = bailiff_target_get();

	if (!target)
		return NULL;
	if (target->queued) {
		forget(target);
		return target;
	}
	init_task_work(&target->work, forget_later);
	if (task_work_add(current, &target->work, TWA_RESUME))
		return NULL;
	target->queued = true;
	return target;
}
