/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - which unix socket the caller's system call names
 *
 * A path is given to connect(), bind() and sendto() as text. Which socket it
 * leads to is seen later, under locks, when the path is no longer at hand: so
 * it is kept with the task until it returns to user space.
 */
#ifndef BAILIFF_TARGET_H
#define BAILIFF_TARGET_H

#include <linux/path.h>
#include <linux/task_work.h>
#include <linux/types.h>

struct sock;
struct socket;

/* A part of the task blob; nobody but its task touches it. */
struct bailiff_target {
	struct callback_head work; /* clears this on the way to user space */
	bool queued; /* work is */
	const struct sock *sk; /* that names; compared, never followed */
	struct path path; /* of the one it names, owned; none: no path */
	u64 op; /* what it wants: BVM_BIT(), of class network */
	u32 binds; /* socket type that is about to get a path, or 0 */
	struct socket *bound; /* gets it, in this system call; if binds */
};

/*
 * The caller's target; nobody is named any more. What is put into it now stays
 * until the next call or the return to user space. Sleeps. NULL: the task is
 * ending, or is one of the kernel's.
 */
struct bailiff_target *bailiff_target_begin(void);

/* The caller's target as it is; NULL for a task without one. */
struct bailiff_target *bailiff_target_get(void);

/* Nobody is named any more. Sleeps. */
void bailiff_target_clear(void);

#endif /* BAILIFF_TARGET_H */
