/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bind.h - which policies a cgroup brings to what is executed in it
 *
 * Bindings are found by the cgroup's id; the nearest bound ancestor counts,
 * alone. Its policies come together: whoever joins is under all of them. Nothing keeps the cgroup: a binding whose cgroup is gone is dropped
 * at the next change.
 */
#ifndef BAILIFF_BIND_H
#define BAILIFF_BIND_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "policy.h"

struct bailiff_state;
struct task_struct;

/* A policy of a binding. */
struct bailiff_bound {
	struct bailiff_slot *slot; /* owned, and bound once added */
	struct bailiff_state *state; /* owned once added; of slot and cgroup */
	bool pinned; /* digest must be that of the active version */
	u8 digest[BAILIFF_DIGEST_LEN];
};

/* Constant once added, but for what is below `node`. */
struct bailiff_binding {
	u64 cgroup; /* id */
	u64 runtime; /* mount namespace in which nobody joins; 0: none */
	bool filtered; /* the runtime installs the policies' filters */
	u32 now; /* those who run already join, too: a number; 0: no. now.h */
	char label[BVM_MAX_NAME];
	u32 num; /* policies; 0: refuse every exec */
	struct hlist_node node; /* RCU; under bind_lock */
	struct rcu_work rwork; /* frees */
	u32 num_tasks; /* scratch of bailiff_bind_for_each, under bind_lock */
	u32 num_joined; /* the same */
	unsigned long wanted; /* bit 0: bailiff_bind_want() was said */
	u32 looks; /* times that bailiff_bind_want_again() is still about it */
	bool looked_for; /* scratch of bailiff_bind_for_unjoined, the same */
	struct bailiff_bound bound[]; /* num of them; BVM_MAX_STACKED at most */
};

/*
 * Add a binding, or replace that of the same cgroup; takes over the binding
 * and its slots. All of its policies are bound, or none. -ENOENT: one was
 * unloaded; -ENOMEM; -EACCES: one has a filter of system calls that a binding
 * leaves out (the binding is freed then).
 */
int bailiff_bind_add(struct bailiff_binding *binding);

/* Forget the bindings of cgroups that are gone. Sleeps. */
void bailiff_bind_reap(void);

/* -ENOENT: not bound. */
int bailiff_bind_remove(u64 cgroup);

/* Free a binding that was not added; puts its slots. */
void bailiff_bind_free(struct bailiff_binding *binding);

/*
 * The binding that counts for task, which is the caller or protected by RCU;
 * NULL if no ancestor of its cgroup is bound. Needs rcu_read_lock.
 */
struct bailiff_binding *bailiff_bind_find(struct task_struct *task);

/*
 * Call fn for each binding whose cgroup is there, with its tasks counted. Sleeps.
 * Stops at the first result that is not 0, and returns it.
 */
int bailiff_bind_for_each(int (*fn)(const struct bailiff_binding *binding,
				    void *arg),
			  void *arg);

/* The next bailiff_bind_for_unjoined() is about the cgroup's binding, too. */
void bailiff_bind_want(u64 cgroup);

/* ... or about all that have looks left, of which it takes one. Are there any? */
bool bailiff_bind_want_again(void);

/*
 * Call fn for each task that a binding with `now` counts for which is wanted,
 * and that has not joined it, under RCU. Then none is wanted, but where fn could
 * not do it: was there one? Sleeps.
 */
bool bailiff_bind_for_unjoined(bool (*fn)(
	struct task_struct *task, const struct bailiff_binding *binding));

u32 bailiff_bind_count(void);

#endif /* BAILIFF_BIND_H */
