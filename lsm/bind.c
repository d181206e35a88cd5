// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind.c - which policies a cgroup brings to what is executed in it
 */
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "bind.h"
#include "compat.h"
#include "cred.h"
#include "set.h"

static DEFINE_MUTEX(bind_lock);
static DEFINE_HASHTABLE(bindings, 10); /* by cgroup id; written under lock */
static u32 num_bindings;

u32 bailiff_bind_count(void)
{
	return READ_ONCE(num_bindings);
}

void bailiff_bind_free(struct bailiff_binding *binding)
{
	for (u32 i = 0; binding && i < binding->num; i++)
		bailiff_slot_put(binding->bound[i].slot);
	kfree(binding);
}

static void free_binding_work(struct work_struct *work)
{
	kfree(container_of(to_rcu_work(work), struct bailiff_binding, rwork));
}

static struct bailiff_binding *find_binding(u64 cgroup)
{
	struct bailiff_binding *binding;

	hash_for_each_possible_rcu(bindings, binding, node, cgroup,
				   lockdep_is_held(&bind_lock)) {
		if (binding->cgroup == cgroup)
			return binding;
	}
	return NULL;
}

/* Give up a binding, out of the table, that execs may still be looking at. */
static void release_binding(struct bailiff_binding *binding)
{
	for (u32 i = 0; i < binding->num; i++)
		bailiff_slot_unbind(&binding->bound[i]);
	INIT_RCU_WORK(&binding->rwork, free_binding_work);
	queue_rcu_work(system_unbound_wq, &binding->rwork);
}

static void drop_binding(struct bailiff_binding *binding)
{
	lockdep_assert_held(&bind_lock);
	hash_del_rcu(&binding->node);
	WRITE_ONCE(num_bindings, num_bindings - 1);
	release_binding(binding);
}

/*
 * In one step: who walks the bucket meanwhile must find one of the two. Were the
 * new one added in front, who is past the front already would find none.
 */
static void put_in_table(struct bailiff_binding *binding)
{
	struct bailiff_binding *old = find_binding(binding->cgroup);

	lockdep_assert_held(&bind_lock);
	if (old) {
		hlist_replace_rcu(&old->node, &binding->node);
		release_binding(old);
	} else {
		hash_add_rcu(bindings, &binding->node, binding->cgroup);
		WRITE_ONCE(num_bindings, num_bindings + 1);
	}
}

static bool is_dead(u64 cgroup)
{
	struct cgroup *cgrp = __cgroup_get_from_id(cgroup);

	if (IS_ERR(cgrp))
		return true;
	cgroup_put(cgrp);
	return false;
}

/* Ids are not used again, so a dead one can only be forgotten. */
static void reap_bindings(void)
{
	struct bailiff_binding *binding;
	struct hlist_node *next;
	u32 i;

	hash_for_each_safe(bindings, i, next, binding, node) {
		if (is_dead(binding->cgroup))
			drop_binding(binding);
	}
}

/* All of its policies, or none. */
static int bind_slots(struct bailiff_binding *binding)
{
	for (u32 i = 0; i < binding->num; i++) {
		int err = bailiff_slot_bind(&binding->bound[i], binding->cgroup,
					    binding->filtered);

		if (!err)
			continue;
		while (i--)
			bailiff_slot_unbind(&binding->bound[i]);
		return err;
	}
	return 0;
}

int bailiff_bind_add(struct bailiff_binding *binding)
{
	struct bailiff_slot *slots[BVM_MAX_STACKED];
	u32 num = binding->num;
	int err;

	for (u32 i = 0; i < num; i++)
		slots[i] = binding->bound[i].slot;
	mutex_lock(&bind_lock);
	reap_bindings();
	err = bind_slots(binding);
	if (err) {
		mutex_unlock(&bind_lock);
		bailiff_bind_free(binding);
		return err;
	}
	put_in_table(binding);
	mutex_unlock(&bind_lock);
	/* bailiff_slot_bind counted the slots; the caller's counts end here. */
	for (u32 i = 0; i < num; i++)
		bailiff_slot_put(slots[i]);
	return 0;
}

void bailiff_bind_reap(void)
{
	mutex_lock(&bind_lock);
	reap_bindings();
	mutex_unlock(&bind_lock);
}

int bailiff_bind_remove(u64 cgroup)
{
	struct bailiff_binding *binding;

	mutex_lock(&bind_lock);
	binding = find_binding(cgroup);
	if (binding)
		drop_binding(binding);
	mutex_unlock(&bind_lock);
	return binding ? 0 : -ENOENT;
}

struct bailiff_binding *bailiff_bind_find(struct task_struct *task)
{
	struct cgroup *cgrp = task_dfl_cgroup(task);

	for (int level = cgrp->level; level > 0; level--) {
		struct bailiff_binding *binding =
			find_binding(cgroup_id(cgrp->ancestors[level]));

		if (binding)
			return binding;
	}
	return NULL;
}

/* Is it under all that the binding brings? */
static bool has_joined(struct task_struct *task,
		       const struct bailiff_binding *binding)
{
	const struct bailiff_set *set = bailiff_cred_set(__task_cred(task));

	for (u32 i = 0; i < binding->num; i++) {
		if (!bailiff_set_has(set, binding->bound[i].slot,
				     binding->cgroup))
			return false;
	}
	return binding->num;
}

static void count_task(struct task_struct *task)
{
	struct bailiff_binding *binding = bailiff_bind_find(task);

	if (!binding)
		return;
	binding->num_tasks++;
	if (has_joined(task, binding))
		binding->num_joined++;
}

static void count_tasks(void)
{
	struct bailiff_binding *binding;
	struct task_struct *process, *thread;
	u32 i;

	hash_for_each(bindings, i, binding, node) {
		binding->num_tasks = 0;
		binding->num_joined = 0;
	}
	rcu_read_lock();
	for_each_process(process)
		for_each_thread(process, thread)
			count_task(thread);
	rcu_read_unlock();
}

void bailiff_bind_want(u64 cgroup)
{
	struct bailiff_binding *binding;

	rcu_read_lock();
	binding = find_binding(cgroup);
	if (binding)
		set_bit(0, &binding->wanted);
	rcu_read_unlock();
}

bool bailiff_bind_want_again(void)
{
	struct bailiff_binding *binding;
	bool any = false;
	u32 i;

	mutex_lock(&bind_lock);
	hash_for_each(bindings, i, binding, node) {
		if (!binding->looks)
			continue;
		binding->looks--;
		set_bit(0, &binding->wanted);
		any = true;
	}
	mutex_unlock(&bind_lock);
	return any;
}

/* Is any binding looked for? */
static bool take_wanted(void)
{
	struct bailiff_binding *binding;
	bool any = false;
	u32 i;

	lockdep_assert_held(&bind_lock);
	hash_for_each(bindings, i, binding, node) {
		binding->looked_for = test_and_clear_bit(0, &binding->wanted) &&
				      binding->now && binding->num;
		any |= binding->looked_for;
	}
	return any;
}

bool bailiff_bind_for_unjoined(bool (*fn)(
	struct task_struct *task, const struct bailiff_binding *binding))
{
	struct task_struct *process, *thread;
	struct bailiff_binding *binding;
	bool again = false;

	mutex_lock(&bind_lock);
	if (!take_wanted()) {
		mutex_unlock(&bind_lock);
		return false;
	}
	rcu_read_lock();
	for_each_process(process)
		for_each_thread(process, thread) {
			binding = bailiff_bind_find(thread);
			if (!binding || !binding->looked_for ||
			    has_joined(thread, binding) || fn(thread, binding))
				continue;
			set_bit(0, &binding->wanted);
			again = true;
		}
	rcu_read_unlock();
	mutex_unlock(&bind_lock);
	return again;
}

int bailiff_bind_for_each(int (*fn)(const struct bailiff_binding *binding,
				    void *arg),
			  void *arg)
{
	struct bailiff_binding *binding;
	int ret = 0;
	u32 i;

	mutex_lock(&bind_lock);
	reap_bindings();
	count_tasks();
	hash_for_each(bindings, i, binding, node) {
		ret = fn(binding, arg);
		if (ret)
			break;
	}
	mutex_unlock(&bind_lock);
	return ret;
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "bind_test.c"
#endif
