// SPDX-License-Identifier: GPL-2.0-only
/*
 * helpers_edge_test.c - slots when another processor is always in between
 *
 * Threads on a busy machine meet too seldom to show it (helpers_test.c lets
 * them try). So helpers.c is compiled here once more, with the macros of port.h
 * replaced: after every access to a word somebody else adds to it.
 */
#include <check.h>
#include <stdlib.h>

#include "vm/exec.h"
#include "vm/helpers.h"
#include "vm/rate.h"
#include "vm/table.h"

#define OTHERS_ADD 1000

static u32 num_accesses;

static u64 then_others(bvm_atomic *word, u64 seen)
{
	num_accesses++;
	word->value += OTHERS_ADD;
	return seen;
}

#undef bvm_atomic_read
#define bvm_atomic_read(w) then_others(w, (w)->value)
#undef bvm_atomic_set
#define bvm_atomic_set(w, new) then_others(w, (w)->value = (new))
#undef bvm_atomic_add
#define bvm_atomic_add(w, by) then_others(w, (w)->value += (by))
/* What the verifier has excluded is tried, too, and is no broken promise. */
#undef bvm_broken
#define bvm_broken(cond) (cond)
#define bvm_call_helper call_here
#define bvm_helpers helpers_here

#include "vm/helpers.c"

static bvm_atomic slots[3];
static struct bvm_meta meta = { .num_slots = ARRAY_SIZE(slots) };
static struct bvm_image image = { .meta = &meta };
static struct bvm_run run = { .image = &image, .slots = slots };

static u64 call(u32 helper, u64 slot, u64 value)
{
	return call_here(helper, (u64)(uintptr_t)&run.ctx, slot, value, 0, 0);
}

static void setup(void)
{
	memset(slots, 0, sizeof(slots));
	num_accesses = 0;
}

START_TEST(past_the_last_slot_there_is_none)
{
	const u64 past = ARRAY_SIZE(slots);

	ck_assert_uint_eq(call(BVM_HELPER_SLOT_ADD, past, 5), 0);
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_SET, past, 5), 0);
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_GET, past, 0), 0);
	ck_assert_uint_eq(num_accesses, 0);
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_ADD, past - 1, 5), 5);
	ck_assert_uint_eq(num_accesses, 1);
}
END_TEST

START_TEST(what_others_add_meanwhile_is_not_lost)
{
	slots[1].value = 7;
	/* the sum is that of its own moment: of two that count, one reaches it */
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_ADD, 1, 5), 12);
	ck_assert_uint_ge(num_accesses, 1);
	ck_assert_uint_eq(slots[1].value, 12 + OTHERS_ADD * num_accesses);
	ck_assert_uint_eq(slots[0].value + slots[2].value, 0);
}
END_TEST

START_TEST(a_slot_is_read_and_written_once)
{
	slots[2].value = 7;
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_GET, 2, 0), 7);
	ck_assert_uint_eq(num_accesses, 1);
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_SET, 2, 9), 0);
	ck_assert_uint_eq(num_accesses, 2);
	ck_assert_uint_eq(slots[2].value, 9 + OTHERS_ADD);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("helpers_edge");
	TCase *tc = tcase_create("edges");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, what_others_add_meanwhile_is_not_lost);
	tcase_add_test(tc, a_slot_is_read_and_written_once);
	tcase_add_test(tc, past_the_last_slot_there_is_none);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
