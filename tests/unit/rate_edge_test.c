// SPDX-License-Identifier: GPL-2.0-only
/*
 * rate_edge_test.c - a bucket when others are always faster, and past the end
 * of time
 *
 * Neither can be had from the real rate.c: threads do not lose on demand, and
 * a broken invariant ends a test. So rate.c is compiled here once more, with
 * the two macros of port.h replaced.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/suite.h"
#include "vm/rate.h"

static u32 num_swaps; /* how often an exchange was tried */
static u32 num_lost; /* how many of the next ones find that others were there */
static u64 others_step; /* by what those others move the word */
static u32 num_broken;

static bool swap_or_lose(bvm_atomic *word, u64 old, u64 value)
{
	num_swaps++;
	if (num_lost) {
		num_lost--;
		word->value += others_step;
		return false;
	}
	if (word->value != old)
		return false;
	word->value = value;
	return true;
}

static bool note_broken(bool cond)
{
	num_broken += cond;
	return cond;
}

#undef bvm_atomic_swap
#define bvm_atomic_swap(w, old, value) swap_or_lose(w, old, value)
#undef bvm_broken
#define bvm_broken(cond) note_broken(cond)
#define bvm_rate_take take_here

#include "vm/rate.c"

static void setup(void)
{
	num_swaps = num_lost = num_broken = 0;
	others_step = 0;
}

START_TEST(who_loses_every_try_gets_no_token)
{
	const struct bvm_rate r = { .interval_ns = 10, .burst = 100 };
	bvm_atomic word = { 0 };

	num_lost = BVM_RATE_TRIES;
	ck_assert(!take_here(&r, &word, 1000));
	ck_assert_uint_eq(num_swaps, BVM_RATE_TRIES);
	ck_assert_uint_eq(word.value, 0);
	/* one try less, and the last is a hit */
	num_swaps = 0;
	num_lost = BVM_RATE_TRIES - 1;
	ck_assert(take_here(&r, &word, 1000));
	ck_assert_uint_eq(num_swaps, BVM_RATE_TRIES);
	ck_assert_uint_eq(word.value, 1010);
	ck_assert_uint_eq(num_broken, 0);
}
END_TEST

START_TEST(who_loses_looks_again_at_what_is_left)
{
	const struct bvm_rate r = { .interval_ns = 10, .burst = 2 };
	bvm_atomic word = { 1000 };

	/* another takes one of the two tokens */
	num_lost = 1;
	others_step = 10;
	ck_assert(take_here(&r, &word, 1000));
	ck_assert_uint_eq(word.value, 1020);
	/* another takes the last */
	word.value = 1010;
	num_swaps = 0;
	num_lost = 1;
	ck_assert(!take_here(&r, &word, 1000));
	ck_assert_uint_eq(num_swaps, 1);
	ck_assert_uint_eq(word.value, 1020);
}
END_TEST

START_TEST(a_clock_past_the_end_of_time_gives_nothing)
{
	const struct bvm_rate r = { .interval_ns = BVM_MAX_RATE_NS,
				    .burst = 1 };
	static const u64 late[] = { U64_MAX / 2 + 1, U64_MAX - 1, U64_MAX };
	bvm_atomic word = { 0 };

	ck_assert(take_here(&r, &word, U64_MAX / 2));
	ck_assert_uint_eq(num_broken, 0);
	for (u32 i = 0; i < ARRAY_SIZE(late); i++) {
		word.value = 0;
		ck_assert(!take_here(&r, &word, late[i]));
		ck_assert_uint_eq(word.value, 0);
		ck_assert_uint_eq(num_broken, i + 1);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rate_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, who_loses_every_try_gets_no_token);
	tcase_add_test(tc, who_loses_looks_again_at_what_is_left);
	tcase_add_test(tc, a_clock_past_the_end_of_time_gives_nothing);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
