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

void bailiff_set_end(struct bailiff_set *set)
{
	/* The last credential may go in softirq; freeing takes mutexes. */
	queue_work(system_unbound_wq, &set->work);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Any order will do, if it is one: slots first, by when their names came. */
static int compare_domains(const struct bailiff_domain *a,
			   const struct bailiff_domain *b)
{
	return COMPARE(a->slot->id, b->slot->id)	 ?:
		       COMPARE(a->cgroup, b->cgroup)	 ?:
		       COMPARE(a->home.ino, b->home.ino) ?:
		       COMPARE(a->home.dev, b->home.dev) ?:
		       COMPARE(a->home.inode, b->home.inode);
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

/*
 * What adding a domain to a set makes. It does not matter who came first: the
 * same domains are the same set, in one order.
 */
struct sum {
	const struct bailiff_set *old; /* NULL: none */
	const struct bailiff_domain *domain;
	u32 num; /* domains of both */
	u32 at; /* that the new one is in the order */
};

static struct sum sum_of(const struct bailiff_set *old,
			 const struct bailiff_domain *domain)
{
	struct sum sum = { .old = old, .domain = domain, .num = 1 };

	if (!old)
		return sum;
	sum.num = old->num + 1;
	while (sum.at < old->num &&
	       compare_domains(&old->domain[sum.at], domain) <= 0)
		sum.at++;
	return sum;
}

static const struct bailiff_domain *domain_of(const struct sum *sum, u32 i)
{
	if (i == sum->at)
		return sum->domain;
	return &sum->old->domain[i - (i > sum->at)];
}

static bool is_sum(const struct bailiff_set *set, const struct sum *sum)
{
	if (set->num != sum->num)
		return false;
	for (u32 i = 0; i < sum->num; i++) {
		if (compare_domains(&set->domain[i], domain_of(sum, i)))
			return false;
	}
	return true;
}

static struct bailiff_set *find_sum(const struct sum *sum)
{
	struct bailiff_set *set;

	lockdep_assert_held(&set_lock);
	list_for_each_entry(set, &sets, node) {
		if (is_sum(set, sum) && refcount_inc_not_zero(&set->ref))
			return set;
	}
	return NULL;
}

/* Room for the names that write_names() writes, with a NUL. */
static size_t names_room(const struct sum *sum)
{
	size_t size = 1;

	for (u32 i = 0; i < sum->num; i++)
		size += 1 + strlen(domain_of(sum, i)->slot->name);
	return size;
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

/* All of them are entered, or none. */
static int enter_domains(struct bailiff_set *set, const struct sum *sum)
{
	for (u32 i = 0; i < sum->num; i++) {
		int err;

		set->domain[i] = *domain_of(sum, i);
		err = bailiff_slot_enter(&set->domain[i]);
		if (!err)
			continue;
		/* The old set keeps its policies from being unloaded. */
		WARN_ON_ONCE(i != sum->at);
		while (i--)
			bailiff_slot_leave(&set->domain[i]);
		return err;
	}
	return 0;
}

static struct bailiff_set *make_sum(const struct sum *sum)
{
	size_t names = names_room(sum);
	struct bailiff_set *set;
	size_t size;
	int err;

	size = struct_size(set, domain, sum->num);
	set = kzalloc(size + names, GFP_KERNEL_ACCOUNT);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->num = sum->num;
	err = enter_domains(set, sum);
	if (err) {
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
	const struct sum sum = sum_of(old, domain);
	struct bailiff_set *set;

	if (sum.num > BVM_MAX_STACKED)
		return ERR_PTR(-E2BIG);
	mutex_lock(&set_lock);
	set = find_sum(&sum);
	if (!set) {
		set = make_sum(&sum);
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
