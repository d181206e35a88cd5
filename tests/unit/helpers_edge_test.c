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

#include "tests/lib/suite.h"
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
#define bvm_helper_max max_here

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
	memset(run.strings, 0, sizeof(run.strings));
	run.slots = slots;
	run.broken = false;
	num_accesses = 0;
}

/* The answer is one that is possible, and the run has no verdict. */
static bool fails_closed(u64 answer)
{
	const bool was_told = run.broken;

	run.broken = false;
	return !answer && was_told;
}

START_TEST(past_the_last_slot_there_is_none)
{
	const u64 past = ARRAY_SIZE(slots);

	ck_assert(fails_closed(call(BVM_HELPER_SLOT_ADD, past, 5)));
	ck_assert(fails_closed(call(BVM_HELPER_SLOT_SET, past, 5)));
	ck_assert(fails_closed(call(BVM_HELPER_SLOT_GET, past, 0)));
	ck_assert_uint_eq(num_accesses, 0);
	ck_assert_uint_eq(call(BVM_HELPER_SLOT_ADD, past - 1, 5), 5);
	ck_assert(!run.broken);
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

/* ---- what the verifier has excluded fails closed ---- */

/* A table that would answer, were it asked. */
static bool has_key(u64 key)
{
	static const u64 keys[] = { 5 };
	struct bvm_table *t = &image.tables[0];

	memset(t, 0, sizeof(*t));
	t->kind = BVM_TABLE_SET;
	t->count = 1;
	t->max_steps = 1;
	t->keys = keys;
	return call(BVM_HELPER_SET, 0, key);
}

START_TEST(there_is_no_other_helper)
{
	image.num_tables = 1;
	ck_assert(has_key(5));
	ck_assert(!run.broken);
	ck_assert(fails_closed(call(0, 0, 5)));
	ck_assert(fails_closed(call(BVM_NUM_HELPERS, 0, 5)));
	ck_assert(fails_closed(call(U32_MAX, 0, 5)));
}
END_TEST

START_TEST(past_the_last_table_there_is_none)
{
	image.num_tables = 1;
	ck_assert(has_key(5));
	/* what would be found there is a table like any other */
	image.tables[1] = image.tables[0];
	ck_assert(fails_closed(call(BVM_HELPER_SET, 1, 5)));
	ck_assert(fails_closed(call(BVM_HELPER_SET, U64_MAX, 5)));
	image.num_tables = 0;
	ck_assert(fails_closed(has_key(5)));
}
END_TEST

START_TEST(a_table_answers_its_own_helper_alone)
{
	image.num_tables = 1;
	ck_assert(has_key(5));
	image.tables[0].kind = BVM_TABLE_RANGE;
	ck_assert(fails_closed(call(BVM_HELPER_SET, 0, 5)));
}
END_TEST

/* A DFA of one state that stays in it: row 1 of whatever it is fed. */
static void make_dfa(u32 kind)
{
	static const struct bvm_dfa_state state = { .accept = 1 };
	static const struct bvm_dfa_cell cell;
	static struct bvm_dfa_head head;
	struct bvm_table *t = &image.tables[0];

	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->count = 1;
	t->max_steps = BVM_MAX_ARGV;
	t->dfa.head = &head;
	t->dfa.states = &state;
	t->dfa.cells = &cell;
	t->dfa.num_rows = 2;
	image.num_tables = 1;
	image.rights_dfa = U32_MAX;
}

START_TEST(a_handle_that_is_none_matches_nothing)
{
	make_dfa(BVM_TABLE_DFA);
	run.strings[0].bytes = "/a";
	run.strings[0].len = 2;
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 1), 1);
	/* no string is no fault */
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 0), 0);
	ck_assert(!run.broken);
	/* the second string has neither bytes nor a walk */
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, 2)));
	run.argv = "/a"; /* what would be read as the next string */
	run.argv_len = 2;
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, BVM_RUN_STRINGS + 1)));
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, U64_MAX)));
}
END_TEST

/* What was proved of a program rests on its rows: it may index memory by one. */
START_TEST(a_walk_gives_no_row_that_the_table_has_not)
{
	struct bvm_str *str = &run.strings[0];

	make_dfa(BVM_TABLE_DFA);
	image.rights_dfa = 0;
	str->walked = true;
	str->accept = 1; /* of rows 0 and 1 */
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 1), 1);
	ck_assert(!run.broken);
	str->accept = 2;
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, 1)));
	str->accept = 0x5a5a5a5a;
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, 1)));
	str->accept = U32_MAX;
	ck_assert(fails_closed(call(BVM_HELPER_MATCH, 0, 1)));
	str->accept = 0;
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 1), 0);
	ck_assert(!run.broken);
}
END_TEST

START_TEST(a_text_is_no_longer_than_what_is_charged_for)
{
	static char text[BVM_MAX_PATH + 1];

	memset(text, 'a', sizeof(text));
	make_dfa(BVM_TABLE_DFA);
	run.strings[0].bytes = text;
	run.strings[0].len = BVM_MAX_PATH;
	ck_assert_uint_eq(call(BVM_HELPER_MATCH_TEXT, 0, 1), 1);
	ck_assert(!run.broken);
	run.strings[0].len++;
	ck_assert(fails_closed(call(BVM_HELPER_MATCH_TEXT, 0, 1)));
}
END_TEST

START_TEST(arguments_that_are_not_there_match_nothing)
{
	static char many[BVM_MAX_ARGV + 1];

	make_dfa(BVM_TABLE_ARGV);
	run.argv = "";
	run.argv_len = 0;
	ck_assert_uint_eq(call(BVM_HELPER_ARGV, 0, 0), 1);
	run.argv = NULL;
	ck_assert(fails_closed(call(BVM_HELPER_ARGV, 0, 0)));
	run.argv = many;
	run.argv_len = BVM_MAX_ARGV;
	ck_assert_uint_eq(call(BVM_HELPER_ARGV, 0, 0), 1);
	ck_assert(!run.broken);
	run.argv_len++;
	ck_assert(fails_closed(call(BVM_HELPER_ARGV, 0, 0)));
}
END_TEST

START_TEST(without_slots_nothing_is_kept)
{
	static const struct bvm_rate rates[] = { { 1000, 2, 1 } };
	struct bvm_table *t = &image.tables[0];

	memset(t, 0, sizeof(*t));
	t->kind = BVM_TABLE_RATES;
	t->count = 1;
	t->rates = rates;
	image.num_tables = 1;
	run.now_ns = 1000000;
	ck_assert_uint_eq(call(BVM_HELPER_RATE, 0, 0), 1);
	ck_assert_uint_eq(call(BVM_HELPER_RATE, 0, 1), 0);
	ck_assert(!run.broken); /* there is no such bucket, which is no fault */
	run.slots = NULL;
	ck_assert(fails_closed(call(BVM_HELPER_RATE, 0, 0)));
	ck_assert(fails_closed(call(BVM_HELPER_SLOT_ADD, 0, 5)));
	ck_assert(fails_closed(call(BVM_HELPER_SLOT_GET, 0, 0)));
}
END_TEST

/* Where no pattern matches, a policy may allow: so the row alone is no denial. */
START_TEST(a_run_that_found_a_fault_has_no_verdict)
{
	run.broken = false;
	ck_assert_uint_eq(bvm_run_verdict(&run, 1ull << 32 | 7), 7);
	run.broken = true;
	ck_assert_uint_eq(bvm_run_verdict(&run, 7), BVM_VERDICT_BROKEN);
	ck_assert_uint_eq(bvm_run_verdict(&run, 0), BVM_VERDICT_BROKEN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("helpers_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, what_others_add_meanwhile_is_not_lost);
	tcase_add_test(tc, a_slot_is_read_and_written_once);
	tcase_add_test(tc, past_the_last_slot_there_is_none);
	tcase_add_test(tc, there_is_no_other_helper);
	tcase_add_test(tc, past_the_last_table_there_is_none);
	tcase_add_test(tc, a_table_answers_its_own_helper_alone);
	tcase_add_test(tc, a_handle_that_is_none_matches_nothing);
	tcase_add_test(tc, a_walk_gives_no_row_that_the_table_has_not);
	tcase_add_test(tc, a_text_is_no_longer_than_what_is_charged_for);
	tcase_add_test(tc, arguments_that_are_not_there_match_nothing);
	tcase_add_test(tc, without_slots_nothing_is_kept);
	tcase_add_test(tc, a_run_that_found_a_fault_has_no_verdict);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
