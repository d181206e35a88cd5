// SPDX-License-Identifier: GPL-2.0-only
/*
 * hits_test.c - each counter is one, whoever shares it; included by hits.c
 */
#include <kunit/test.h>

#include "vm/limits.h"

#define NUM (BAILIFF_HITS_PIECE + 1)

/* The first once, the last twice, by each of a few CPUs. */
static void check_counters(struct kunit *test, struct bailiff_hits *hits)
{
	for (u32 i = 0; i < NUM; i++)
		KUNIT_ASSERT_EQ(test, bailiff_hits_read(hits, i), 0);
	bailiff_hits_count(hits, 0);
	bailiff_hits_count(hits, NUM - 1);
	bailiff_hits_count(hits, NUM - 1);
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(hits, 0), 1);
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(hits, 1), 0);
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(hits, NUM - 2), 0);
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(hits, NUM - 1), 2);
	bailiff_hits_free(hits);
}

static void counters_are_apart(struct kunit *test)
{
	struct bailiff_hits *hits = bailiff_hits_alloc(NUM);

	KUNIT_ASSERT_NOT_NULL(test, hits);
	KUNIT_EXPECT_NULL(test, hits->shared);
	check_counters(test, hits);
}

static void what_is_too_much_for_each_cpu_is_shared(struct kunit *test)
{
	static const u32 rows[] = { 0, 1, 3, 4, 7 }; /* that fit */
	static const u32 made[] = { 1, 1, 2, 4, 4 };

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bailiff_hits *hits =
			alloc_within(NUM, 8, rows[i] * NUM * sizeof(u64));

		KUNIT_ASSERT_NOT_NULL(test, hits);
		KUNIT_ASSERT_NOT_NULL(test, hits->shared);
		KUNIT_EXPECT_EQ(test, hits->num_rows, made[i]);
		check_counters(test, hits);
	}
}

/* As many rules as there may be, and more CPUs than there are. */
static void the_most_rules_stay_within_the_limit(struct kunit *test)
{
	const u32 num = BVM_MAX_RULES + 1;
	struct bailiff_hits *hits = alloc_within(num, 256, BAILIFF_HITS_MAX);
	u64 sum = 0;

	KUNIT_ASSERT_NOT_NULL(test, hits);
	KUNIT_ASSERT_NOT_NULL(test, hits->shared);
	KUNIT_EXPECT_LE(test, (u64)hits->num_rows * num * sizeof(u64),
			(u64)BAILIFF_HITS_MAX);
	/* CPUs that share a counter, and others */
	for (u32 cpu = 0; cpu < 256; cpu++)
		atomic64_inc(bailiff_hits_shared(hits, cpu, num - 1));
	for (u32 row = 0; row < hits->num_rows; row++)
		sum += atomic64_read(&hits->shared[(row + 1) * num - 1]);
	KUNIT_EXPECT_EQ(test, sum, 256);
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(hits, num - 1), 256);
	bailiff_hits_free(hits);
}

static struct kunit_case hits_cases[] = {
	KUNIT_CASE(counters_are_apart),
	KUNIT_CASE(what_is_too_much_for_each_cpu_is_shared),
	KUNIT_CASE(the_most_rules_stay_within_the_limit),
	{}
};

static struct kunit_suite hits_suite = {
	.name = "bailiff-hits",
	.test_cases = hits_cases,
};

kunit_test_suite(hits_suite);
