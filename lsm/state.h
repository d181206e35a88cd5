/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - the slots that a policy keeps for a container
 *
 *	bailiff_slot --states--> state of cgroup 7 --words--> for version 8
 *	    |                    state of cgroup 9                |
 *	  active: version 8        ...                        for version 7,
 *	                                                      until nobody
 *	                                                      decides by it
 *
 * A state belongs to a policy's name and a bound cgroup, and all domains of the
 * two share it. It lives as long as the binding, and as any task under it. All
 * that entered through `self` with the same home root count as one container,
 * while a task is in it: containers do not share what they cannot see.
 * Each version of the policy has words of its own, all 0 at first: a policy
 * that is replaced begins anew, with full buckets.
 *
 * Words for a version are there before it is active and go when nobody decides
 * by it any more, so deciding never allocates and never waits.
 *
 * It also says whether the container has started (`start: after exec P`):
 * begun by its first task, waiting, and started by an exec of P, by the time
 * that is over, or by a version that does not wait. Nothing takes it back, so
 * a policy that is replaced finds started containers started.
 */
#ifndef BAILIFF_STATE_H
#define BAILIFF_STATE_H

#include <linux/list.h>
#include <linux/types.h>

#include "vm/port.h"

struct bailiff_home;
struct bailiff_policy;
struct bailiff_state;

/* ---- The caller holds the lock of the policies ---- */

/*
 * The state of a cgroup in a policy's list, or, if that is 0, of a home root;
 * made if there is none; returned by bailiff_state_leave. home may be NULL if
 * there is a cgroup. active is what decides now. ERR_PTR -ENOMEM; never for a
 * state that somebody else is in.
 */
struct bailiff_state *bailiff_state_enter(struct list_head *states, u64 cgroup,
					  const struct bailiff_home *home,
					  const struct bailiff_policy *active);
void bailiff_state_leave(struct bailiff_state *state);

/* Give each state words for a version that will be active. 0 or -ENOMEM. */
int __must_check bailiff_state_prepare(struct list_head *states,
				       const struct bailiff_policy *policy);

/* Drop what versions before this one had; a grace period after they were. */
void bailiff_state_prune(struct list_head *states, u64 generation);

/* The first task comes: from now on it waits, if active says so. */
void bailiff_state_begin(struct bailiff_state *state,
			 const struct bailiff_policy *active);

/*
 * Containers that the version before (NULL: none) has let wait long enough, or
 * that do not wait under the next one, are started: before next is active.
 */
void bailiff_state_settle(struct list_head *states,
			  const struct bailiff_policy *before,
			  const struct bailiff_policy *next);

/* How many containers wait. */
u32 bailiff_state_count_waiting(const struct list_head *states,
				const struct bailiff_policy *active);

/* ---- Nothing is held ---- */

/* The container has started, for ever. Any context. */
void bailiff_state_start(struct bailiff_state *state);

/* Is what policy denies only recorded yet? Any context but NMI. */
bool bailiff_state_waits(struct bailiff_state *state,
			 const struct bailiff_policy *policy);

/* The words for a version, in an RCU read section; NULL if it has none. */
bvm_atomic *bailiff_state_words(const struct bailiff_state *state,
				const struct bailiff_policy *policy);

#endif /* BAILIFF_STATE_H */
