// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - which unix socket the caller's system call names
 */
#include "target.h"
#include "task.h"

void bailiff_target_forget(struct bailiff_target *target)
{
	struct path path = target->path;

	*target = (struct bailiff_target){};
	path_put(&path);
}

struct bailiff_target *bailiff_target_get(void)
{
	struct bailiff_task *task = bailiff_task_of_current();

	return task ? &task->target : NULL;
}

void bailiff_target_clear(void)
{
	struct bailiff_task *task = bailiff_task_of_current();

	if (task && task->todo & BAILIFF_TASK_TARGET)
		bailiff_target_forget(&task->target);
}

struct bailiff_target *bailiff_target_begin(void)
{
	struct bailiff_task *task = bailiff_task_of_current();

	bailiff_target_clear();
	if (!task || !bailiff_task_later(task, BAILIFF_TASK_TARGET))
		return NULL;
	return &task->target;
}
