// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind_test.c - the policies of a binding come and go together
 */
#include <linux/err.h>
#include <linux/slab.h>

#include <kunit/test.h>

#include "bind.h"

/* The root cgroup: it is never gone, and nobody joins by it. */
#define ROOT_CGROUP 1

static const struct bvm_meta no_slots;

static const char *const names[] = { "kunit-a", "kunit-b", "kunit-c" };

#define NUM ARRAY_SIZE(names)

static void make_slots(struct kunit *test, struct bailiff_slot **slots)
{
	for (u32 i = 0; i < NUM; i++) {
		struct bailiff_policy *policy =
			kvzalloc(sizeof(*policy), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, policy);
		policy->image.meta = &no_slots;
		policy->image.name = names[i];
		slots[i] = bailiff_policy_activate(policy);
		KUNIT_ASSERT_FALSE(test, IS_ERR(slots[i]));
	}
}

static struct bailiff_binding *
make_binding(struct kunit *test, struct bailiff_slot **slots, u32 num)
{
	struct bailiff_binding *binding = kzalloc(sizeof(*binding), GFP_KERNEL);

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

static struct kunit_case bind_cases[] = {
	KUNIT_CASE(all_policies_are_bound_together),
	KUNIT_CASE(one_that_fails_leaves_none_bound),
	{}
};

static struct kunit_suite bind_suite = {
	.name = "bailiff-bind",
	.test_cases = bind_cases,
};

kunit_test_suite(bind_suite);
