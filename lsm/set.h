/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * set.h - the domains that confine a task
 *
 * A domain is one reason to be confined: a policy, the bound cgroup that
 * brought it, and the home root in which its paths have a meaning. A task has
 * a set of them, in its credentials; every domain of the set must allow what
 * the task does. A set never changes: joining makes another one.
 *
 * Tasks that joined the same binding with the same home share one set, so
 * that "mine" means "my container's". Its domains are sorted: in which order
 * somebody joined makes no difference. Where several deny, the first in that
 * order says the errno.
 */
#ifndef BAILIFF_SET_H
#define BAILIFF_SET_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "vm/limits.h"

#include "compat.h"

struct bailiff_slot;
struct bailiff_state;

/*
 * The mount root that holds the first component of a task's paths. Its inode
 * lives as long as the mount. Device and number alone would not do: all the
 * subvolumes of a btrfs may have the same ones.
 */
struct bailiff_home {
	const void *inode; /* compared, never followed */
	u64 ino;
	dev_t dev;
};

static inline bool bailiff_home_same(const struct bailiff_home *a,
				     const struct bailiff_home *b)
{
	return a->inode == b->inode && a->ino == b->ino && a->dev == b->dev;
}

/* Constant while its set lives. */
struct bailiff_domain {
	struct bailiff_slot *slot; /* owned; counted in slot->num_domains */
	struct bailiff_state *state; /* owned; of slot and cgroup */
	u64 cgroup; /* id of the bound cgroup; 0: entered through `self` */
	struct bailiff_home home;
	char label[BVM_MAX_NAME];
};

struct bailiff_set {
	u64 id; /* never used again */
	/*
	 * A number that is never used again either, and is replaced after any
	 * policy of the set changed. What was judged under a stamp need not be
	 * judged again under the same one.
	 */
	u64 stamp;
	refcount_t ref;
	struct work_struct work; /* frees */
	struct list_head node; /* all sets, under set_lock */
	/* The policies of its domains, each after a '/'; lies behind them. */
	const char *names;
	u32 names_len; /* bytes, without the NUL */
	u32 num; /* 1 .. BVM_MAX_STACKED */
	/* Sorted by policy, those whose names were loaded first before others. */
	struct bailiff_domain domain[] __counted_by(num);
};

/*
 * Returns an owned set that has the domains of old (which may be NULL) and one
 * more; the caller must put it. Takes its own references. Sleeps. ERR_PTR:
 * -E2BIG the set is full, -ENOMEM, -ENOENT the policy was unloaded meanwhile.
 */
struct bailiff_set *bailiff_set_add(const struct bailiff_set *old,
				    const struct bailiff_domain *domain);

/* Returns set, counted once more. NULL is fine. */
static inline struct bailiff_set *bailiff_set_get(struct bailiff_set *set)
{
	if (set)
		refcount_inc(&set->ref);
	return set;
}

/* Nobody has it any more: for bailiff_set_put. */
void bailiff_set_end(struct bailiff_set *set);

/* Any context; the last put frees later, from a work queue. NULL is fine. */
static inline void bailiff_set_put(struct bailiff_set *set)
{
	if (set && refcount_dec_and_test(&set->ref))
		bailiff_set_end(set);
}

/* Does a domain of this policy and cgroup belong to the set? NULL: no. */
bool bailiff_set_has(const struct bailiff_set *set,
		     const struct bailiff_slot *slot, u64 cgroup);

/*
 * Is whoever has the set `theirs` under all the domains of `ours`, for the same
 * containers? Then he is confined at least as much. Of one that was entered
 * through `self` the home root tells whose it is.
 */
bool bailiff_set_is_under(const struct bailiff_set *theirs,
			  const struct bailiff_set *ours);

/*
 * To be called after the policy in slot changed: what tasks under it did
 * before is judged again at its next use.
 */
void bailiff_set_restamp(const struct bailiff_slot *slot);

/*
 * The stamp to remember for what is judged now. Read it before judging: the
 * policies read after are at least as new.
 */
static inline u64 bailiff_set_stamp(const struct bailiff_set *set)
{
	return smp_load_acquire(&set->stamp);
}

/* Does a domain of the set still wait for its container's start? */
bool bailiff_set_waits(const struct bailiff_set *set);

/*
 * The same, for what is remembered as allowed: 0, which is no stamp, while a
 * domain waits. What is allowed then need not be after the start.
 */
static inline u64 bailiff_set_stamp_to_keep(const struct bailiff_set *set)
{
	u64 stamp = bailiff_set_stamp(set);

	return bailiff_set_waits(set) ? 0 : stamp;
}

#endif /* BAILIFF_SET_H */
