/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * now.h - a binding for those who run already
 */
#ifndef BAILIFF_NOW_H
#define BAILIFF_NOW_H

#include <linux/types.h>

#define BAILIFF_NOW_LOOKS 10

/* What tells one line with `now` from 4 billion others: for binding->now; not 0. */
u32 bailiff_now_number(void);

/*
 * Have every task that the cgroup's binding counts for join it before it next
 * runs in user space. A task that sleeps in a system call ends that first; one
 * that cannot join stays as it is. `bindings` counts who has joined. Sleeps.
 *
 * What is forked at that moment has its parent's credentials already, and is
 * not to be seen yet. But when the parent has joined, or failed to, it is: so
 * after each that was tried all are looked at once more, some ten times a second
 * at most. Each is tried once for a line with `now`. What one forks that failed
 * by what children take over (a ring that is mapped, no filter) is not tried at
 * all; so that ends, however many it forks. Whom a tracer forks, or who has a ring
 * that is not mapped, join, and are looked for as long as there are any. Who
 * forks by vfork is not back before the child execs: so all are looked at again
 * after a tenth of a second in any case, and BAILIFF_NOW_LOOKS times in all, each
 * twice as long after the one before. A child whose vfork is held up for longer, 102
 * seconds, is missed, and counted as one that has not joined.
 */
void bailiff_now(u64 cgroup);

#endif /* BAILIFF_NOW_H */
