/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracees.h - whom a task controls already when it comes under a policy
 *
 * Tracing is judged when it begins. What a tracer does then, reading and writing
 * memory and registers, passes no hook; and it stays a tracer across an exec.
 */
#ifndef BAILIFF_TRACEES_H
#define BAILIFF_TRACEES_H

struct cred;

/*
 * The caller is about to get cred: is it then still to trace whom it traces?
 * Asks as if it began now. 0 or -errno. Does not sleep.
 */
int __must_check bailiff_tracees_judge(const struct cred *cred);

#endif /* BAILIFF_TRACEES_H */
