/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * now.h - a binding for those who run already
 */
#ifndef BAILIFF_NOW_H
#define BAILIFF_NOW_H

#include <linux/types.h>

/*
 * Have every task that the cgroup's binding counts for join it before it next
 * runs in user space. A task that sleeps in a system call ends that first; what
 * one forks in that moment is not among them; one that cannot join stays as it
 * is. `bindings` counts who has joined. Sleeps.
 */
void bailiff_now(u64 cgroup);

#endif /* BAILIFF_NOW_H */
