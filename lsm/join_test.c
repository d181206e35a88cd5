// SPDX-License-Identifier: GPL-2.0-only
/*
 * join_test.c - who was under the filter of an earlier version does not join;
 * included by join.c
 */
#include "slot_kunit.h"

/* What find_order() leaves when slot was active with a filter since then. */
static u32 join_after(struct kunit *test, struct bailiff_slot *slot, u64 since)
{
	struct order order = {
		.num = 1,
		.slots = { bailiff_slot_get(slot) },
		.filter_since = { since },
	};
	struct cred *cred = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, cred);
	add_domains(cred, &order);
	KUNIT_EXPECT_EQ(test, bailiff_set_has(bailiff_cred_set(cred), slot, 0),
			!order.reason);
	abort_creds(cred);
	return order.reason;
}

static void a_filter_counts_from_the_version_that_brought_it(struct kunit *test)
{
	static const struct bvm_syscalls one = { .arch = 1 };
	static const struct bvm_syscalls same = { .arch = 1 };
	static const struct bvm_syscalls other = { .arch = 2 };
	static const struct bvm_syscalls *const filters[] = {
		NULL, NULL, &one, &same, &other, &one, NULL,
	};
	static const bool changes[] = { true, false, true, false,
					true, true,  true };
	struct bailiff_slot *slot = NULL;
	u64 since = 0;

	for (u32 i = 0; i < ARRAY_SIZE(filters); i++) {
		u64 now;

		bailiff_slot_put(slot);
		slot = load_slot(test, "kunit-filter", filters[i]);
		now = bailiff_slot_filter_since(slot);
		KUNIT_EXPECT_EQ(test, now != since, changes[i]);
		since = now;
	}
	drop_slot(test, slot);
}

static void who_was_under_another_filter_does_not_join(struct kunit *test)
{
	static const struct bvm_syscalls some = { .arch = 1 };
	struct bailiff_slot *slot;
	u64 before;

	/* credentials have no place of ours then: bailiff=off runs this, too */
	if (!bailiff_initialized)
		kunit_skip(test, "Bailiff is off");
	slot = load_slot(test, "kunit-filter", &some);
	before = bailiff_slot_filter_since(slot);
	/* this one is under no filter at all */
	KUNIT_EXPECT_EQ(test, join_after(test, slot, before),
			(u32)BVM_REASON_NO_FILTER);
	bailiff_slot_put(slot);
	slot = make_slot(test, "kunit-filter");
	KUNIT_EXPECT_EQ(test, join_after(test, slot, before),
			(u32)BVM_REASON_NO_FILTER);
	KUNIT_EXPECT_EQ(test,
			join_after(test, slot, bailiff_slot_filter_since(slot)),
			(u32)BVM_REASON_NONE);
	KUNIT_EXPECT_EQ(test, join_after(test, slot, 0), (u32)BVM_REASON_NONE);
	drop_slot(test, slot);
}

/* Who names a version is under its filter, and under no later one's. */
static void a_version_that_is_named_has_its_filter(struct kunit *test)
{
	static const struct bvm_syscalls some = { .arch = 1 };
	struct bailiff_slot *slot = load_slot(test, "kunit-filter", &some);
	u8 digest[BAILIFF_DIGEST_LEN];
	u64 since;

	rcu_read_lock();
	memcpy(digest, bailiff_slot_active(slot)->digest, sizeof(digest));
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, is_wanted_now(slot, digest, &since));
	KUNIT_EXPECT_EQ(test, since, bailiff_slot_filter_since(slot));
	KUNIT_EXPECT_NE(test, since, 0ULL);
	KUNIT_EXPECT_TRUE(test, is_wanted_now(slot, NULL, &since));
	KUNIT_EXPECT_EQ(test, since, 0ULL);
	digest[BAILIFF_DIGEST_LEN - 1] ^= 1;
	KUNIT_EXPECT_FALSE(test, is_wanted_now(slot, digest, &since));
	drop_slot(test, slot);
}

static struct kunit_case join_cases[] = {
	KUNIT_CASE(a_filter_counts_from_the_version_that_brought_it),
	KUNIT_CASE(who_was_under_another_filter_does_not_join),
	KUNIT_CASE(a_version_that_is_named_has_its_filter),
	{}
};

static struct kunit_suite join_suite = {
	.name = "bailiff-join",
	.test_cases = join_cases,
};

kunit_test_suite(join_suite);
