// SPDX-License-Identifier: GPL-2.0-only
/*
 * set.c - the domains that confine a task
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "policy.h"
#include "set.h"
#include "state.h"

static DEFINE_MUTEX(set_lock);
static LIST_HEAD(sets);
static atomic64_t last_number; /* ids and stamps */

static u64 next_number(void)
{
	return atomic64_inc_return(&last_number);
}

static void free_set(struct work_struct *work)
{
	struct bailiff_set *set = container_of(work, struct bailiff_set, work);

	mutex_lock(&set_lock);
	list_del(&set->node);
	mutex_unlock(&set_lock);
	for (u32 i = 0; i < set->num; i++)
		bailiff_slot_leave(&set->domain[i]);
	kfree(set);
}

struct bailiff_set *bailiff_set_get(struct bailiff_set *set)
{
	if (set)
		refcount_inc(&set->ref);
	return set;
}

void bailiff_set_put(struct bailiff_set *set)
{
	/* The last credential may go in softirq; freeing takes mutexes. */
	if (set && refcount_dec_and_test(&set->ref))
		queue_work(system_unbound_wq, &set->work);
}

static bool same_domain(const struct bailiff_domain *a,
			const struct bailiff_domain *b)
{
	return a->slot == b->slot && a->cgroup == b->cgroup &&
	       bailiff_home_same(&a->home, &b->home);
}

bool bailiff_set_has(const struct bailiff_set *set,
		     const struct bailiff_slot *slot, u64 cgroup)
{
	for (u32 i = 0; set && i < set->num; i++) {
		if (set->domain[i].slot == slot &&
		    set->domain[i].cgroup == cgroup)
			return true;
	}
	return false;
}

/*
 * A bound cgroup is a container, wherever its tasks live. Who entered by
 * himself is of one container with those of his root alone (as in state.c).
 */
static bool same_container(const struct bailiff_domain *a,
			   const struct bailiff_domain *b)
{
	return a->slot == b->slot && a->cgroup == b->cgroup &&
	       (a->cgroup || bailiff_home_same(&a->home, &b->home));
}

static bool has_container(const struct bailiff_set *set,
			  const struct bailiff_domain *domain)
{
	for (u32 i = 0; i < set->num; i++) {
		if (same_container(&set->domain[i], domain))
			return true;
	}
	return false;
}

bool bailiff_set_is_under(const struct bailiff_set *theirs,
			  const struct bailiff_set *ours)
{
	if (theirs == ours)
		return true;
	for (u32 i = 0; i < ours->num; i++) {
		if (!has_container(theirs, &ours->domain[i]))
			return false;
	}
	return true;
}

/* Is set what adding domain to old would make? */
static bool is_sum(const struct bailiff_set *set, const struct bailiff_set *old,
		   const struct bailiff_domain *domain)
{
	u32 num = old ? old->num : 0;

	if (set->num != num + 1 || !same_domain(&set->domain[num], domain))
		return false;
	for (u32 i = 0; i < num; i++) {
		if (!same_domain(&set->domain[i], &old->domain[i]))
			return false;
	}
	return true;
}

static struct bailiff_set *find_sum(const struct bailiff_set *old,
				    const struct bailiff_domain *domain)
{
	struct bailiff_set *set;

	lockdep_assert_held(&set_lock);
	list_for_each_entry(set, &sets, node) {
		if (is_sum(set, old, domain) &&
		    refcount_inc_not_zero(&set->ref))
			return set;
	}
	return NULL;
}

/* Written once: who meets this set may hold any lock. Names never change. */
static void write_names(struct bailiff_set *set, char *to, size_t size)
{
	set->names = to;
	for (u32 i = 0; i < set->num; i++)
		set->names_len += scnprintf(to + set->names_len,
					    size - set->names_len, "/%s",
					    set->domain[i].slot->name);
}

static struct bailiff_set *make_sum(const struct bailiff_set *old,
				    const struct bailiff_domain *domain)
{
	u32 num = old ? old->num : 0;
	size_t names = (num + 1) * (BVM_MAX_NAME + 1) + 1;
	struct bailiff_set *set;
	size_t size;
	int err;

	size = struct_size(set, domain, num + 1);
	set = kzalloc(size + names, GFP_KERNEL_ACCOUNT);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->num = num + 1;
	/* The old set keeps its policies from being unloaded: these cannot fail. */
	for (u32 i = 0; i < num; i++) {
		set->domain[i] = old->domain[i];
		WARN_ON_ONCE(bailiff_slot_enter(&set->domain[i]));
	}
	set->domain[num] = *domain;
	err = bailiff_slot_enter(&set->domain[num]);
	if (err) {
		for (u32 i = 0; i < num; i++)
			bailiff_slot_leave(&set->domain[i]);
		kfree(set);
		return ERR_PTR(err);
	}
	write_names(set, (char *)set + size, names);
	refcount_set(&set->ref, 1);
	INIT_WORK(&set->work, free_set);
	set->id = next_number();
	set->stamp = next_number();
	return set;
}

struct bailiff_set *bailiff_set_add(const struct bailiff_set *old,
				    const struct bailiff_domain *domain)
{
	struct bailiff_set *set;

	if (old && old->num >= BVM_MAX_STACKED)
		return ERR_PTR(-E2BIG);
	mutex_lock(&set_lock);
	set = find_sum(old, domain);
	if (!set) {
		set = make_sum(old, domain);
		if (!IS_ERR(set))
			list_add(&set->node, &sets);
	}
	mutex_unlock(&set_lock);
	return set;
}

void bailiff_set_restamp(const struct bailiff_slot *slot)
{
	struct bailiff_set *set;

	mutex_lock(&set_lock);
	list_for_each_entry(set, &sets, node) {
		for (u32 i = 0; i < set->num; i++) {
			if (set->domain[i].slot != slot)
				continue;
			smp_store_release(&set->stamp, next_number());
			break;
		}
	}
	mutex_unlock(&set_lock);
}

bool bailiff_set_waits(const struct bailiff_set *set)
{
	bool waits = false;

	rcu_read_lock();
	for (u32 i = 0; i < set->num && !waits; i++)
		waits = bailiff_state_waits(
			set->domain[i].state,
			bailiff_slot_active(set->domain[i].slot));
	rcu_read_unlock();
	return waits;
}
