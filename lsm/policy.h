/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - loaded policies: named slots, and the versions in them
 *
 *	slot "nginx" --active--> policy, generation 7    --- image bytes
 *	   ^                     (generation 6 is freed      programs, counters
 *	   |                      after a grace period)
 *	domains, bindings, open files
 *
 * Loading replaces the version in a slot by one RCU pointer: whoever decides
 * sees the old one or the new one, never a mixture.
 */
#ifndef BAILIFF_POLICY_H
#define BAILIFF_POLICY_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include "hits.h"
#include "prog.h"
#include "vm/image.h"

#define BAILIFF_DIGEST_LEN 32

struct bailiff_bound;
struct bailiff_domain;

/* One version of a policy. Constant once published, except where stated. */
struct bailiff_policy {
	struct bvm_image image; /* borrows bytes */
	void *bytes; /* the image as it was loaded; owned */
	struct bailiff_prog prog[BVM_NUM_CLASSES];
	u64 generation; /* counts loads of all policies */
	/*
	 * Of the first version of this name, in a row without another, that had
	 * the filter of system calls which this one has, or as this one none.
	 */
	u64 filter_since;
	u8 digest[BAILIFF_DIGEST_LEN]; /* SHA-256 of bytes */
	time64_t loaded; /* seconds, realtime */
	u32 audit_classes; /* bit n: class n audits; READ_ONCE, WRITE_ONCE */
	u32 ruled_classes; /* bit n: class n has a rule */
	u32 text_classes; /* bit n: the program of class n looks at texts */
	u32 exe_classes; /* bit n: it looks at the caller's path */
	u32 named_classes; /* bit n: a rule or the program of n asks for names */
	u32 memo_classes; /* bit n: answers of class n can be remembered, memo.h */
	bool path_rules; /* some rule has a path */
	bool asks_args; /* the program of exec looks at arguments */
	/* of the rights DFA, see feed.h; NULL if there is none; owned */
	unsigned long *final;
	struct bailiff_hits *hits; /* by rule number; 0 is the default; owned */
	refcount_t ref; /* the slot's, and one for each sleeping reader */
	struct rcu_work rwork; /* frees */
};

/* A name, and the version that is active under it. */
struct bailiff_slot {
	u64 id; /* what securityfs entries hold; never used again */
	char name[BVM_MAX_NAME];
	struct bailiff_policy __rcu *active; /* never NULL once listed */
	refcount_t ref;
	struct list_head node; /* under policy_lock */
	bool listed; /* under policy_lock: not unloaded */
	u32 num_bindings; /* under policy_lock */
	u32 num_domains; /* under policy_lock */
	struct list_head states; /* of containers; under policy_lock */
	struct dentry *dir; /* in securityfs; under policy_lock */
	struct rcu_head rcu;
};

/*
 * Publish policy under its name, in a new slot if there is none; takes over
 * policy. Sleeps. Returns the slot, counted for the caller, or ERR_PTR (policy
 * is then freed): -ENOMEM, or -EBUSY it is bound or confines tasks, and its
 * filter of system calls would be another, which nobody gives to what runs.
 * Containers keep no slots of the version before.
 */
struct bailiff_slot *bailiff_policy_activate(struct bailiff_policy *policy);

/* The listed slot of a name, counted; NULL: no such policy. Sleeps. */
struct bailiff_slot *bailiff_slot_find(const char *name);
/* The listed slot with an id, counted, or NULL. Sleeps. */
struct bailiff_slot *bailiff_slot_by_id(u64 id);
struct bailiff_slot *bailiff_slot_get(struct bailiff_slot *slot);
/* Any context where call_rcu is fine. NULL is fine. */
void bailiff_slot_put(struct bailiff_slot *slot);

/*
 * A domain begins in its slot and cgroup: takes references, to the slot and to
 * domain->state, which is set; bailiff_slot_leave returns both. -ENOENT: the
 * policy was unloaded, or -ENOMEM; neither if another such domain lives. Both
 * sleep.
 */
int __must_check bailiff_slot_enter(struct bailiff_domain *domain);
void bailiff_slot_leave(struct bailiff_domain *domain);
/*
 * The same for a binding, which keeps the state while no task is there.
 * -EACCES: the policy's filter of system calls would be left out; filtered: who
 * starts the container says that he installs it.
 */
int __must_check bailiff_slot_bind(struct bailiff_bound *bound, u64 cgroup,
				   bool filtered);
void bailiff_slot_unbind(struct bailiff_bound *bound);

/*
 * Take a policy out of the list. -ENOENT no such name, -EBUSY it is bound or
 * confines tasks. On success *dir is what the caller removes from securityfs.
 */
int bailiff_slot_unload(const char *name, struct dentry **dir);

/*
 * Does the active version have a filter of system calls, and since which
 * generation is it that one? Constant for as long as the slot has a domain or a
 * binding. Sleeps.
 */
bool bailiff_slot_is_filtered(struct bailiff_slot *slot);
u64 bailiff_slot_filter_since(struct bailiff_slot *slot);

/* How many containers of a policy have not started yet. Sleeps. */
u32 bailiff_slot_count_waiting(struct bailiff_slot *slot);

/* Remember the securityfs directory of a slot. */
void bailiff_slot_set_dir(struct bailiff_slot *slot, struct dentry *dir);

/* The version that is active, counted for a reader that sleeps. */
struct bailiff_policy *bailiff_slot_policy(struct bailiff_slot *slot);
void bailiff_policy_put(struct bailiff_policy *policy);

/* Change which classes audit, now and for what was judged before. */
void bailiff_slot_set_audit(struct bailiff_slot *slot, u32 classes, u32 audit);

/* Free a policy that was never published. NULL is fine. Sleeps. */
void bailiff_policy_free(struct bailiff_policy *policy);

/* The number for the next version, and the last one given out. */
u64 bailiff_policy_next_generation(void);
u64 bailiff_policy_last_generation(void);
u32 bailiff_policy_count(void);

/* The version in a slot, for the length of the RCU read section. */
static inline const struct bailiff_policy *
bailiff_slot_active(const struct bailiff_slot *slot)
{
	return rcu_dereference(slot->active);
}

#endif /* BAILIFF_POLICY_H */
