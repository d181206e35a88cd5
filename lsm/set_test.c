// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_test.c - the domains that confine a task, and their stamps
 */
#include <linux/err.h>

#include <kunit/test.h>

#include "policy.h"
#include "set.h"
#include "slot_kunit.h"

static void the_same_domains_make_the_same_set(struct kunit *test)
{
	struct bailiff_slot *slot = make_slot(test, "kunit-one");
	struct bailiff_domain here = { .slot = slot, .cgroup = 1 };
	struct bailiff_domain there = { .slot = slot, .cgroup = 2 };
	struct bailiff_set *one = bailiff_set_add(NULL, &here);
	struct bailiff_set *same = bailiff_set_add(NULL, &here);
	struct bailiff_set *other = bailiff_set_add(NULL, &there);

	KUNIT_ASSERT_FALSE(test, IS_ERR(one) || IS_ERR(same) || IS_ERR(other));
	KUNIT_EXPECT_PTR_EQ(test, one, same);
	KUNIT_EXPECT_PTR_NE(test, one, other);
	KUNIT_EXPECT_NE(test, one->id, other->id);
	KUNIT_EXPECT_TRUE(test, bailiff_set_has(one, slot, 1));
	KUNIT_EXPECT_FALSE(test, bailiff_set_has(one, slot, 2));
	bailiff_set_put(one);
	bailiff_set_put(same);
	bailiff_set_put(other);
	drop_slot(test, slot);
}

static void it_does_not_matter_who_came_first(struct kunit *test)
{
	struct bailiff_slot *slot[3] = { make_slot(test, "kunit-one"),
					 make_slot(test, "kunit-two"),
					 make_slot(test, "kunit-three") };
	static const u8 orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct bailiff_set *first = NULL;

	for (u32 i = 0; i < ARRAY_SIZE(orders); i++) {
		struct bailiff_set *set = NULL;

		for (u32 k = 0; k < 3; k++) {
			struct bailiff_domain domain = {
				.slot = slot[orders[i][k]], .cgroup = 1
			};
			struct bailiff_set *sum = bailiff_set_add(set, &domain);

			KUNIT_ASSERT_FALSE(test, IS_ERR(sum));
			bailiff_set_put(set);
			set = sum;
		}
		first = first ?: bailiff_set_get(set);
		KUNIT_EXPECT_PTR_EQ(test, set, first);
		bailiff_set_put(set);
	}
	KUNIT_EXPECT_STREQ(test, first->names,
			   "/kunit-one/kunit-two/kunit-three");
	bailiff_set_put(first);
	for (u32 i = 0; i < ARRAY_SIZE(slot); i++)
		drop_slot(test, slot[i]);
}

static void homes_and_cgroups_make_other_sets(struct kunit *test)
{
	struct bailiff_slot *slot = make_slot(test, "kunit-one");
	struct bailiff_domain domain[] = {
		{ .slot = slot },
		{ .slot = slot, .home = { .ino = 1 } },
		{ .slot = slot, .home = { .dev = 1 } },
		{ .slot = slot, .home = { .inode = slot } },
		{ .slot = slot, .cgroup = 1 },
	};
	struct bailiff_set *set[ARRAY_SIZE(domain)];

	for (u32 i = 0; i < ARRAY_SIZE(domain); i++) {
		set[i] = bailiff_set_add(NULL, &domain[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(set[i]));
		for (u32 k = 0; k < i; k++)
			KUNIT_EXPECT_PTR_NE(test, set[i], set[k]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(domain); i++)
		bailiff_set_put(set[i]);
	drop_slot(test, slot);
}

static void a_change_of_a_policy_changes_the_stamp(struct kunit *test)
{
	struct bailiff_slot *one = make_slot(test, "kunit-one");
	struct bailiff_slot *two = make_slot(test, "kunit-two");
	struct bailiff_domain first = { .slot = one }, second = { .slot = two };
	struct bailiff_set *single = bailiff_set_add(NULL, &first), *both;
	u64 stamp_single, stamp_both;

	KUNIT_ASSERT_FALSE(test, IS_ERR(single));
	both = bailiff_set_add(single, &second);
	KUNIT_ASSERT_FALSE(test, IS_ERR(both));
	stamp_single = bailiff_set_stamp(single);
	stamp_both = bailiff_set_stamp(both);
	KUNIT_EXPECT_NE(test, stamp_single, stamp_both);
	bailiff_set_restamp(two);
	KUNIT_EXPECT_EQ(test, bailiff_set_stamp(single), stamp_single);
	KUNIT_EXPECT_GT(test, bailiff_set_stamp(both), stamp_both);
	/* Replacing the version does the same. */
	bailiff_slot_put(make_slot(test, "kunit-one"));
	KUNIT_EXPECT_GT(test, bailiff_set_stamp(single), stamp_single);
	bailiff_set_put(single);
	bailiff_set_put(both);
	drop_slot(test, one);
	drop_slot(test, two);
}

static void a_set_is_full_at_its_limit(struct kunit *test)
{
	struct bailiff_slot *slot = make_slot(test, "kunit-one");
	struct bailiff_set *set = NULL;

	for (u32 i = 0; i < BVM_MAX_STACKED; i++) {
		struct bailiff_domain domain = { .slot = slot, .cgroup = i };
		struct bailiff_set *sum = bailiff_set_add(set, &domain);

		KUNIT_ASSERT_FALSE(test, IS_ERR(sum));
		bailiff_set_put(set);
		set = sum;
	}
	KUNIT_EXPECT_EQ(test, set->num, (u32)BVM_MAX_STACKED);
	KUNIT_EXPECT_EQ(test, PTR_ERR(bailiff_set_add(set, &set->domain[0])),
			-E2BIG);
	bailiff_set_put(set);
	drop_slot(test, slot);
}

static void an_unloaded_policy_confines_nobody(struct kunit *test)
{
	struct bailiff_slot *slot = make_slot(test, "kunit-one");
	struct bailiff_domain domain = { .slot = slot };
	struct bailiff_set *set = bailiff_set_add(NULL, &domain);
	struct dentry *dir;

	KUNIT_ASSERT_FALSE(test, IS_ERR(set));
	KUNIT_EXPECT_EQ(test, bailiff_slot_unload("kunit-one", &dir), -EBUSY);
	bailiff_set_put(set);
	bailiff_slot_get(slot);
	drop_slot(test, slot);
	KUNIT_EXPECT_EQ(test, PTR_ERR(bailiff_set_add(NULL, &domain)), -ENOENT);
	bailiff_slot_put(slot);
}

static void who_enters_by_himself_is_of_his_root(struct kunit *test)
{
	struct bailiff_slot *slot = make_slot(test, "kunit-one");
	struct bailiff_domain here = { .slot = slot, .home = { .ino = 2 } };
	struct bailiff_domain there = { .slot = slot, .home = { .ino = 3 } };
	struct bailiff_domain bound = here, moved = there;
	struct bailiff_set *set[4];

	bound.cgroup = moved.cgroup = 7;
	set[0] = bailiff_set_add(NULL, &here);
	set[1] = bailiff_set_add(NULL, &there);
	set[2] = bailiff_set_add(NULL, &bound);
	set[3] = bailiff_set_add(NULL, &moved);
	for (u32 i = 0; i < ARRAY_SIZE(set); i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(set[i]));
	KUNIT_EXPECT_TRUE(test, bailiff_set_is_under(set[0], set[0]));
	KUNIT_EXPECT_FALSE(test, bailiff_set_is_under(set[0], set[1]));
	KUNIT_EXPECT_FALSE(test, bailiff_set_is_under(set[1], set[0]));
	/* a cgroup is one container */
	KUNIT_EXPECT_TRUE(test, bailiff_set_is_under(set[2], set[3]));
	KUNIT_EXPECT_FALSE(test, bailiff_set_is_under(set[0], set[2]));
	for (u32 i = 0; i < ARRAY_SIZE(set); i++)
		bailiff_set_put(set[i]);
	drop_slot(test, slot);
}

static struct kunit_case set_cases[] = {
	KUNIT_CASE(who_enters_by_himself_is_of_his_root),
	KUNIT_CASE(the_same_domains_make_the_same_set),
	KUNIT_CASE(it_does_not_matter_who_came_first),
	KUNIT_CASE(homes_and_cgroups_make_other_sets),
	KUNIT_CASE(a_change_of_a_policy_changes_the_stamp),
	KUNIT_CASE(a_set_is_full_at_its_limit),
	KUNIT_CASE(an_unloaded_policy_confines_nobody),
	{}
};

static struct kunit_suite set_suite = {
	.name = "bailiff-set",
	.test_cases = set_cases,
};

kunit_test_suite(set_suite);
