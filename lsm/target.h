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
#include <linux/types.h>

struct sock;
struct socket;

/* A part of the task blob; nobody but its task touches it. */
struct bailiff_target {
	union {
		const struct sock *sk; /* names; compared, never followed */
		struct socket *bound; /* gets a path in this call; if binds */
	};
	struct path path; /* of the one it names, owned; none: no path */
	u32 op; /* what it wants: BVM_BIT(), of class network */
	u16 binds; /* socket type that is about to get a path, or 0 */
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
void bailiff_target_forget(struct bailiff_target *target);

#endif /* BAILIFF_TARGET_H */
