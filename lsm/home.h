/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * home.h - where the caller lives: its root directory, its mount namespace
 */
#ifndef BAILIFF_HOME_H
#define BAILIFF_HOME_H

#include <linux/types.h>

struct bailiff_home;
struct task_struct;

/*
 * The home root of the caller, by its root directory. Return: 0, or -ENOENT:
 * that directory has no name.
 */
int __must_check bailiff_home_of_current(struct bailiff_home *home);

/*
 * A number of the mount namespace of task that is never used again; 0 if the
 * task has none, because it is ending. Sleeps not.
 */
u64 bailiff_home_mount_namespace(struct task_struct *task);

#endif /* BAILIFF_HOME_H */
