// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy.c - loaded policies: named slots, and the versions in them
 */
#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bind.h"
#include "policy.h"
#include "set.h"
#include "state.h"

/* Slots, their counts of domains and bindings, and every change of `active`. */
static DEFINE_MUTEX(policy_lock);
static LIST_HEAD(slots);
static u32 num_slots;
static u64 last_slot_id;
static atomic64_t last_generation;

u64 bailiff_policy_next_generation(void)
{
	return atomic64_inc_return(&last_generation);
}

u64 bailiff_policy_last_generation(void)
{
	return atomic64_read(&last_generation);
}

u32 bailiff_policy_count(void)
{
	return READ_ONCE(num_slots);
}

void bailiff_policy_free(struct bailiff_policy *policy)
{
	if (!policy)
		return;
	for (u32 i = 0; i < BVM_NUM_CLASSES; i++)
		bailiff_prog_fini(&policy->prog[i]);
	bailiff_hits_free(policy->hits);
	kvfree(policy->final);
	kvfree(policy->bytes);
	kvfree(policy);
}

static void free_policy_work(struct work_struct *work)
{
	bailiff_policy_free(
		container_of(to_rcu_work(work), struct bailiff_policy, rwork));
}

void bailiff_policy_put(struct bailiff_policy *policy)
{
	if (!policy || !refcount_dec_and_test(&policy->ref))
		return;
	/* Hooks may still be deciding by it; freeing programs sleeps. */
	INIT_RCU_WORK(&policy->rwork, free_policy_work);
	queue_rcu_work(system_unbound_wq, &policy->rwork);
}

struct bailiff_slot *bailiff_slot_get(struct bailiff_slot *slot)
{
	refcount_inc(&slot->ref);
	return slot;
}

void bailiff_slot_put(struct bailiff_slot *slot)
{
	if (!slot || !refcount_dec_and_test(&slot->ref))
		return;
	bailiff_policy_put(rcu_access_pointer(slot->active));
	kfree_rcu(slot, rcu);
}

static struct bailiff_slot *find_slot(const char *name)
{
	struct bailiff_slot *slot;

	lockdep_assert_held(&policy_lock);
	list_for_each_entry(slot, &slots, node) {
		if (strcmp(slot->name, name) == 0)
			return slot;
	}
	return NULL;
}

struct bailiff_slot *bailiff_slot_find(const char *name)
{
	struct bailiff_slot *slot;

	mutex_lock(&policy_lock);
	slot = find_slot(name);
	if (slot)
		bailiff_slot_get(slot);
	mutex_unlock(&policy_lock);
	return slot;
}

struct bailiff_slot *bailiff_slot_by_id(u64 id)
{
	struct bailiff_slot *slot, *found = NULL;

	mutex_lock(&policy_lock);
	list_for_each_entry(slot, &slots, node) {
		if (slot->id == id) {
			found = bailiff_slot_get(slot);
			break;
		}
	}
	mutex_unlock(&policy_lock);
	return found;
}

/* The list owns one reference. */
static struct bailiff_slot *make_slot(const char *name)
{
	struct bailiff_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL);

	if (!slot)
		return NULL;
	strscpy(slot->name, name, sizeof(slot->name));
	slot->id = ++last_slot_id;
	refcount_set(&slot->ref, 1);
	INIT_LIST_HEAD(&slot->states);
	return slot;
}

static void list_slot(struct bailiff_slot *slot)
{
	slot->listed = true;
	list_add_tail(&slot->node, &slots);
	WRITE_ONCE(num_slots, num_slots + 1);
}

static struct bailiff_policy *active_of(const struct bailiff_slot *slot)
{
	return rcu_dereference_protected(slot->active,
					 lockdep_is_held(&policy_lock));
}

static bool is_used(const struct bailiff_slot *slot)
{
	return slot->num_bindings || slot->num_domains;
}

/* Have both versions the same filter of system calls, or none? */
static bool same_filter(const struct bvm_image *a, const struct bvm_image *b)
{
	if (!a->syscalls || !b->syscalls)
		return a->syscalls == b->syscalls;
	return !memcmp(a->syscalls, b->syscalls, sizeof(*a->syscalls)) &&
	       !memcmp(a->filter, b->filter,
		       a->syscalls->num_insns * sizeof(*a->filter));
}

/*
 * Make a policy the active one of a slot, and its number greater than that of
 * each one before: under the lock.
 */
static int replace(struct bailiff_slot *slot, struct bailiff_policy *policy,
		   struct bailiff_policy **old)
{
	const struct bailiff_policy *active = active_of(slot);
	bool same = active && same_filter(&active->image, &policy->image);
	int err;

	/* What runs has the filter it was started with, for ever. */
	if (is_used(slot) && !same)
		return -EBUSY;
	policy->generation = bailiff_policy_next_generation();
	policy->filter_since = same ? active->filter_since : policy->generation;
	err = bailiff_state_prepare(&slot->states, policy);
	if (err)
		return err;
	bailiff_state_settle(&slot->states, active, policy);
	*old = rcu_replace_pointer(slot->active, policy,
				   lockdep_is_held(&policy_lock));
	return 0;
}

/* Containers have no use for what they kept under versions before this one. */
static void prune_states(struct bailiff_slot *slot, u64 generation)
{
	synchronize_rcu();
	mutex_lock(&policy_lock);
	bailiff_state_prune(&slot->states, generation);
	mutex_unlock(&policy_lock);
}

struct bailiff_slot *bailiff_policy_activate(struct bailiff_policy *policy)
{
	struct bailiff_policy *old = NULL;
	struct bailiff_slot *slot;
	bool is_new, had_words;
	u64 generation;
	int err = -ENOMEM;

	refcount_set(&policy->ref, 1);
	mutex_lock(&policy_lock);
	slot = find_slot(policy->image.name);
	is_new = !slot;
	if (is_new)
		slot = make_slot(policy->image.name);
	if (slot)
		err = replace(slot, policy, &old);
	if (err) {
		/* A new slot has no users, for which memory could lack. */
		mutex_unlock(&policy_lock);
		bailiff_policy_free(policy);
		return ERR_PTR(err);
	}
	generation = policy->generation;
	had_words = old && old->image.meta->num_slots;
	if (is_new)
		list_slot(slot);
	bailiff_slot_get(slot);
	mutex_unlock(&policy_lock);
	bailiff_policy_put(old);
	/* The new version is in force; what the old one allowed is not. */
	bailiff_set_restamp(slot);
	if (had_words)
		prune_states(slot, generation);
	return slot;
}

/* Become a user of a slot, and of its state for a cgroup or a home. */
static int enter(struct bailiff_slot *slot, u64 cgroup,
		 const struct bailiff_home *home, struct bailiff_state **state)
{
	struct bailiff_state *found;

	if (!slot->listed)
		return -ENOENT;
	found = bailiff_state_enter(&slot->states, cgroup, home,
				    active_of(slot));
	if (IS_ERR(found))
		return PTR_ERR(found);
	*state = found;
	bailiff_slot_get(slot);
	return 0;
}

int bailiff_slot_enter(struct bailiff_domain *domain)
{
	struct bailiff_slot *slot = domain->slot;
	int err;

	mutex_lock(&policy_lock);
	err = enter(slot, domain->cgroup, &domain->home, &domain->state);
	if (!err) {
		bailiff_state_begin(domain->state, active_of(slot));
		slot->num_domains++;
	}
	mutex_unlock(&policy_lock);
	return err;
}

void bailiff_slot_leave(struct bailiff_domain *domain)
{
	struct bailiff_slot *slot = domain->slot;

	mutex_lock(&policy_lock);
	bailiff_state_leave(domain->state);
	slot->num_domains--;
	mutex_unlock(&policy_lock);
	bailiff_slot_put(slot);
}

int bailiff_slot_bind(struct bailiff_bound *bound, u64 cgroup, bool filtered)
{
	struct bailiff_slot *slot = bound->slot;
	int err;

	mutex_lock(&policy_lock);
	if (!filtered && bvm_image_wants_launcher(&active_of(slot)->image))
		err = -EACCES;
	else
		err = enter(slot, cgroup, NULL, &bound->state);
	if (!err)
		slot->num_bindings++;
	mutex_unlock(&policy_lock);
	return err;
}

void bailiff_slot_unbind(struct bailiff_bound *bound)
{
	struct bailiff_slot *slot = bound->slot;

	mutex_lock(&policy_lock);
	bailiff_state_leave(bound->state);
	slot->num_bindings--;
	mutex_unlock(&policy_lock);
	bailiff_slot_put(slot);
}

int bailiff_slot_unload(const char *name, struct dentry **dir)
{
	struct bailiff_slot *slot;
	int err = 0;

	mutex_lock(&policy_lock);
	slot = find_slot(name);
	if (!slot) {
		err = -ENOENT;
	} else if (is_used(slot)) {
		err = -EBUSY;
	} else {
		slot->listed = false;
		list_del(&slot->node);
		WRITE_ONCE(num_slots, num_slots - 1);
		*dir = slot->dir;
		slot->dir = NULL;
	}
	mutex_unlock(&policy_lock);
	if (!err)
		bailiff_slot_put(slot);
	return err;
}

bool bailiff_slot_is_filtered(struct bailiff_slot *slot)
{
	bool filtered;

	mutex_lock(&policy_lock);
	filtered = active_of(slot)->image.syscalls;
	mutex_unlock(&policy_lock);
	return filtered;
}

u64 bailiff_slot_filter_since(struct bailiff_slot *slot)
{
	u64 since;

	mutex_lock(&policy_lock);
	since = active_of(slot)->filter_since;
	mutex_unlock(&policy_lock);
	return since;
}

u32 bailiff_slot_count_waiting(struct bailiff_slot *slot)
{
	u32 num;

	mutex_lock(&policy_lock);
	num = bailiff_state_count_waiting(&slot->states, active_of(slot));
	mutex_unlock(&policy_lock);
	return num;
}

void bailiff_slot_set_dir(struct bailiff_slot *slot, struct dentry *dir)
{
	mutex_lock(&policy_lock);
	slot->dir = dir;
	mutex_unlock(&policy_lock);
}

struct bailiff_policy *bailiff_slot_policy(struct bailiff_slot *slot)
{
	struct bailiff_policy *policy;

	mutex_lock(&policy_lock);
	policy = active_of(slot);
	refcount_inc(&policy->ref);
	mutex_unlock(&policy_lock);
	return policy;
}

void bailiff_slot_set_audit(struct bailiff_slot *slot, u32 classes, u32 audit)
{
	struct bailiff_policy *policy;
	u32 word;

	mutex_lock(&policy_lock);
	policy = active_of(slot);
	word = (policy->audit_classes & ~classes) | (audit & classes);
	WRITE_ONCE(policy->audit_classes, word);
	mutex_unlock(&policy_lock);
	bailiff_set_restamp(slot);
}
