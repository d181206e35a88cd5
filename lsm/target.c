// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - which unix socket the caller's system call names
 */
#include <linux/sched.h>

#include "kill.h"
#include "target.h"

static void forget(struct bailiff_target *target)
{
	struct path path = target->path;

	target->path = (struct path){};
	target->sk = NULL;
	target->op = 0;
	target->binds = 0;
	target->bound = NULL;
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
	struct bailiff_task *task = bailiff_task_of_current();

	return task ? &task->target : NULL;
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
