// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind_test.c - the policies of a binding come and go together, and in one
 * step; included by bind.c
 */
#include "slot_kunit.h"

/* The root cgroup: it is never gone, and nobody joins by it. */
#define ROOT_CGROUP 1

static const char *const names[] = { "kunit-a", "kunit-b", "kunit-c" };

#define NUM ARRAY_SIZE(names)

static void make_slots(struct kunit *test, struct bailiff_slot **slots)
{
	for (u32 i = 0; i < NUM; i++)
		slots[i] = make_slot(test, names[i]);
}

static struct bailiff_binding *
make_binding(struct kunit *test, struct bailiff_slot **slots, u32 num)
{
	struct bailiff_binding *binding =
		kzalloc(struct_size(binding, bound, num), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, binding);
	binding->cgroup = ROOT_CGROUP;
	binding->num = num;
	for (u32 i = 0; i < num; i++)
		binding->bound[i].slot = bailiff_slot_get(slots[i]);
	return binding;
}

/* Is each of the slots used, as bit i of want says? */
static void expect_used(struct kunit *test, u32 want)
{
	struct dentry *dir;

	for (u32 i = 0; i < NUM; i++) {
		struct bailiff_slot *slot = bailiff_slot_find(names[i]);

		if (!slot)
			continue;
		KUNIT_EXPECT_EQ(test, slot->num_bindings, want >> i & 1);
		if (want >> i & 1)
			KUNIT_EXPECT_EQ(test,
					bailiff_slot_unload(names[i], &dir),
					-EBUSY);
		bailiff_slot_put(slot);
	}
}

static void drop_slots(struct kunit *test, struct bailiff_slot **slots)
{
	struct dentry *dir;

	for (u32 i = 0; i < NUM; i++) {
		(void)bailiff_slot_unload(names[i], &dir);
		KUNIT_EXPECT_FALSE(test, slots[i]->listed);
		bailiff_slot_put(slots[i]);
	}
}

static void all_policies_are_bound_together(struct kunit *test)
{
	struct bailiff_slot *slots[NUM];
	u32 before = bailiff_bind_count();

	make_slots(test, slots);
	KUNIT_ASSERT_EQ(test, bailiff_bind_add(make_binding(test, slots, 3)),
			0);
	KUNIT_EXPECT_EQ(test, bailiff_bind_count(), before + 1);
	expect_used(test, 7);
	/* the next one replaces it, whatever both have in common */
	KUNIT_ASSERT_EQ(test,
			bailiff_bind_add(make_binding(test, slots + 1, 1)), 0);
	KUNIT_EXPECT_EQ(test, bailiff_bind_count(), before + 1);
	expect_used(test, 2);
	KUNIT_EXPECT_EQ(test, bailiff_bind_remove(ROOT_CGROUP), 0);
	expect_used(test, 0);
	drop_slots(test, slots);
}

static void one_that_fails_leaves_none_bound(struct kunit *test)
{
	struct bailiff_slot *slots[NUM];
	struct bailiff_binding *binding;
	struct dentry *dir;

	make_slots(test, slots);
	KUNIT_ASSERT_EQ(test, bailiff_bind_add(make_binding(test, slots, 1)),
			0);
	binding = make_binding(test, slots, 3);
	KUNIT_ASSERT_EQ(test, bailiff_slot_unload(names[2], &dir), 0);
	KUNIT_EXPECT_EQ(test, bailiff_bind_add(binding), -ENOENT);
	/* what was bound before is so still */
	expect_used(test, 1);
	KUNIT_EXPECT_EQ(test, bailiff_bind_remove(ROOT_CGROUP), 0);
	drop_slots(test, slots);
}

/*
 * An exec that looks for its binding is at another cgroup's, which hashes to the
 * same bucket and lies in front, when its own is replaced.
 */
static void who_is_past_the_front_finds_the_new_one(struct kunit *test)
{
	static struct bailiff_binding front = { .cgroup = ROOT_CGROUP + 1 };
	const u64 cgroup = ROOT_CGROUP;
	struct hlist_head *bucket =
		&bindings[hash_min(cgroup, HASH_BITS(bindings))];
	struct bailiff_binding *binding, *at = &front;
	struct bailiff_slot *slots[NUM];

	make_slots(test, slots);
	KUNIT_ASSERT_EQ(test, bailiff_bind_add(make_binding(test, slots, 1)),
			0);
	binding = make_binding(test, slots + 1, 1);
	mutex_lock(&bind_lock);
	KUNIT_EXPECT_EQ(test, bind_slots(binding), 0);
	hlist_add_head_rcu(&front.node, bucket);
	put_in_table(binding);
	/* it goes on */
	hlist_for_each_entry_continue(at, node)
	{
		if (at->cgroup == cgroup)
			break;
	}
	KUNIT_EXPECT_PTR_EQ(test, at, binding);
	hash_del_rcu(&front.node);
	mutex_unlock(&bind_lock);
	bailiff_slot_put(slots[1]); /* as bailiff_bind_add does */
	/* whoever else looks is not there any more */
	synchronize_rcu();
	KUNIT_EXPECT_EQ(test, bailiff_bind_remove(ROOT_CGROUP), 0);
	drop_slots(test, slots);
}

/* There is nothing to join of what refuses all. */
static void
for_a_binding_without_policies_nobody_is_looked_for(struct kunit *test)
{
	struct bailiff_slot *slots[NUM];

	make_slots(test, slots);
	for (u32 num = 0; num < 2; num++) {
		struct bailiff_binding *binding =
			make_binding(test, slots, num);

		binding->now = 1;
		KUNIT_ASSERT_EQ(test, bailiff_bind_add(binding), 0);
		bailiff_bind_want(ROOT_CGROUP);
		mutex_lock(&bind_lock);
		KUNIT_EXPECT_EQ(test, take_wanted(), num > 0);
		mutex_unlock(&bind_lock);
		KUNIT_EXPECT_EQ(test, bailiff_bind_remove(ROOT_CGROUP), 0);
	}
	drop_slots(test, slots);
}

/* So often as it says, and not once more; without `now` never. */
static void a_binding_is_wanted_again_as_often_as_it_says(struct kunit *test)
{
	struct bailiff_slot *slots[NUM];
	struct bailiff_binding *binding;

	make_slots(test, slots);
	binding = make_binding(test, slots, 1);
	KUNIT_EXPECT_FALSE(test, bailiff_bind_want_again());
	binding->now = 1;
	binding->looks = 2;
	KUNIT_ASSERT_EQ(test, bailiff_bind_add(binding), 0);
	for (u32 look = 1; look <= 3; look++) {
		KUNIT_EXPECT_EQ(test, bailiff_bind_want_again(), look <= 2);
		mutex_lock(&bind_lock);
		KUNIT_EXPECT_EQ(test, take_wanted(), look <= 2);
		mutex_unlock(&bind_lock);
	}
	KUNIT_EXPECT_EQ(test, bailiff_bind_remove(ROOT_CGROUP), 0);
	drop_slots(test, slots);
}

static struct kunit_case bind_cases[] = {
	KUNIT_CASE(who_is_past_the_front_finds_the_new_one),
	KUNIT_CASE(all_policies_are_bound_together),
	KUNIT_CASE(one_that_fails_leaves_none_bound),
	KUNIT_CASE(for_a_binding_without_policies_nobody_is_looked_for),
	KUNIT_CASE(a_binding_is_wanted_again_as_often_as_it_says),
	{}
};

static struct kunit_suite bind_suite = {
	.name = "bailiff-bind",
	.test_cases = bind_cases,
};

kunit_test_suite(bind_suite);
