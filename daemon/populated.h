/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * populated.h - which cgroups hold processes, and what each is bound to
 */
#ifndef DAEMON_POPULATED_H
#define DAEMON_POPULATED_H

#include <stdint.h>

#include "kfs.h"

struct text;

#define POPULATED_MAX 65536 /* cgroups that are looked at */
#define POPULATED_LEFT "left " /* a line of what was not looked at */

extern unsigned int populated_max; /* POPULATED_MAX, else in tests */

/*
 * Print a line for each cgroup that holds processes itself, and for each that
 * is bound:
 *
 *	HOLDS BOUND TASKS JOINED POLICIES PATH
 *
 * HOLDS 1: it has processes of its own. BOUND 1: the binding is its own, and
 * TASKS and JOINED are the kernel's counts of it, else 0. POLICIES are those of
 * the nearest binding, its own or one above, NAME,...; "-": there is none.
 *
 * What lies below a cgroup that may not be read, or that is nested too deep, is
 * left out; and so is, if there are more than POPULATED_MAX or out does not hold
 * them, what lies below users' own managers of systemd (user@N.service), who may
 * make as many as they like. Then there is a line
 *
 *	left PATH
 *
 * What is in out before is dropped.
 *
 * Return: 0; -E2BIG there are too many even so; -ENOTSUP there is no cgroup v2;
 * -errno, and what is in out is not whole.
 */
int populated_print(struct kfs *kfs, struct text *out);

/* The same for directories below top, numbered by id: for tests. */
int populated_walk(const char *top, struct kfs *kfs,
		   int (*id)(const char *path, uint64_t *number),
		   struct text *out);

#endif /* DAEMON_POPULATED_H */
