// SPDX-License-Identifier: GPL-2.0-only
/*
 * home.c - where the caller lives: its root directory, its mount namespace
 */
#include <linux/fs_struct.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "../../fs/mount.h"
#include "home.h"
#include "path.h"

int bailiff_home_of_current(struct bailiff_home *home)
{
	struct bailiff_name name;
	struct path root;

	get_fs_root(current->fs, &root);
	bailiff_path_walk(&root, 0, NULL, &name);
	path_put(&root);
	if (name.reason)
		return -ENOENT;
	*home = name.home;
	return 0;
}

u64 bailiff_home_mount_namespace(struct task_struct *task)
{
	u64 number = 0;

	task_lock(task);
	if (task->nsproxy && task->nsproxy->mnt_ns)
		number = task->nsproxy->mnt_ns->seq;
	task_unlock(task);
	return number;
}
