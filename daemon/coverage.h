/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coverage.h - are the tasks of a bound cgroup, and of those below it that are
 * not bound themselves, the tasks that its policies confine?
 *
 * Two lists, made by different parts of the kernel: the threads of the cgroup,
 * by the cgroups, and `tasks`, by Bailiff.
 */
#ifndef DAEMON_COVERAGE_H
#define DAEMON_COVERAGE_H

#include <stddef.h>

#include "state.h"

struct coverage {
	unsigned int tasks; /* threads in the cgroup and below */
	unsigned int open; /* of those, not under all policies */
	char which[128]; /* the first of those, "pid 12 (sh), pid 14 (cat)" */
};

/*
 * Look a few times, since a task that is just being started is not under its
 * policy before its first exec.
 *
 * Return: 0; -ENOENT the cgroup is gone; -errno.
 */
int coverage_look(struct kfs *kfs, const struct state_binding *binding,
		  struct coverage *coverage);

#endif /* DAEMON_COVERAGE_H */
