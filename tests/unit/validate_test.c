// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_test.c - equal automata are found equal, and no others
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/compress.h"
#include "policyc/fsm.h"
#include "policyc/validate.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/match.h"
#include "vm/table.h"

#define MAX_PATTERNS 6
#define ROUNDS 40
#define PATHS 40

static struct arena *arena;
static const char *patterns[MAX_PATTERNS];
static u32 num_patterns;
static struct intern accepts;
static struct validate v;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

static struct reader *read_patterns(enum pattern_mode mode)
{
	struct reader *r = reader_create(arena, mode);

	for (u32 i = 0; i < num_patterns; i++)
		reader_add(r, &patterns[i], 1, false);
	ck_assert_int_eq(reader_begin(r), 0);
	return r;
}

static void choose_patterns(struct gen *gen)
{
	num_patterns = 1 + gen_below(gen, MAX_PATTERNS);
	for (u32 i = 0; i < num_patterns; i++)
		patterns[i] = gen_pattern(gen);
}

/* ---- the simulation ---- */

static u32 step(struct reader *r, u32 set, char byte)
{
	struct reader_steps next;

	reader_steps(r, set, &next);
	for (u32 i = 0; i < next.num; i++) {
		ck_assert(!i || next.bytes[i - 1] < next.bytes[i]);
		if (next.bytes[i] == (u8)byte)
			return next.sets[i];
	}
	return next.others;
}

static bool reads(struct reader *r, const char *path, u32 pattern)
{
	u32 set = reader_start(r), num;
	const u32 *found;

	for (; *path; path++)
		set = step(r, set, *path);
	found = reader_matches(r, set, &num);
	for (u32 i = 0; i < num; i++) {
		ck_assert(!i || found[i - 1] < found[i]);
		if (found[i] == pattern)
			return true;
	}
	return false;
}

START_TEST(patterns_are_read_as_backtracking_reads_them)
{
	struct gen gen = { .arena = arena, .state = 4711 + _i };
	u32 matched = 0;

	for (u32 round = 0; round < ROUNDS; round++) {
		struct reader *r;

		choose_patterns(&gen);
		r = read_patterns(PATTERN_PATH);
		for (u32 i = 0; i < PATHS; i++) {
			const char *path = gen_path(
				&gen, patterns[gen_below(&gen, num_patterns)]);

			for (u32 p = 0; p < num_patterns; p++) {
				const bool want =
					oracle_match(patterns[p], path);

				ck_assert_msg(reads(r, path, p) == want,
					      "%s and %s", patterns[p], path);
				matched += want;
			}
		}
	}
	ck_assert_uint_gt(matched, ROUNDS);
}
END_TEST

static void read_these(const char *const *these, u32 num)
{
	num_patterns = num;
	for (u32 i = 0; i < num; i++)
		patterns[i] = these[i];
}

START_TEST(only_its_name_is_the_root)
{
	static const char *const these[] = { "/",     "/**",	"/*",
					     "/{,a}", "/{*,b}", "/{,**}c" };
	struct reader *r;

	read_these(these, ARRAY_SIZE(these));
	r = read_patterns(PATTERN_PATH);
	ck_assert(reads(r, "/", 0) && reads(r, "/", 3));
	for (u32 i = 1; i < 6; i++)
		ck_assert(i == 3 || !reads(r, "/", i));
	ck_assert(reads(r, "/a", 3) && reads(r, "/x", 4));
	ck_assert(reads(r, "/c", 5) && reads(r, "/x/c", 5));
	ck_assert(!reads(r, "", 0) && !reads(r, "", 1));
}
END_TEST

START_TEST(arguments_are_read_to_their_ends)
{
	static const char *const two[] = { "-[a/]", "x**y" };
	struct reader *r = reader_create(arena, PATTERN_ARG);
	static const char line[] = "-/\0x/y\0more";
	u32 set, num;

	reader_add(r, two, 2, true);
	reader_add(r, two, 0, false);
	ck_assert_int_eq(reader_begin(r), 0);
	(void)reader_matches(r, reader_start(r), &num);
	ck_assert_uint_eq(num, 1); /* no argument at all */
	set = reader_start(r);
	for (u32 i = 0; i < sizeof(line); i++) {
		set = step(r, set, line[i]);
		(void)reader_matches(r, set, &num);
		ck_assert_uint_eq(num, i >= 6);
	}
}
END_TEST

START_TEST(what_is_no_pattern_is_refused)
{
	static const char *const bad[] = { "/a{b", "etc", "/a//b" };
	struct reader *r = reader_create(arena, PATTERN_PATH);

	reader_add(r, &bad[_i], 1, false);
	ck_assert_int_eq(reader_begin(r), -EINVAL);
	ck_assert_int_eq(reader_begin(reader_create(arena, PATTERN_PATH)),
			 -EINVAL);
}
END_TEST

/* ---- automata ---- */

/* Each pass of the compiler, one bit each. */
enum { CLASSES = 1, MINIMISE = 2, TAILS = 4, ALL = 7 };

static void build(u32 passes, struct buf *bytes)
{
	struct nfa *nfa = nfa_create(arena);
	struct compress how = { .kind = BVM_TABLE_DFA,
				.no_tails = !(passes & TAILS) };
	struct fsm_blame blame;
	struct fsm fsm;

	nfa->no_classes = !(passes & CLASSES);
	intern_init(&accepts, arena);
	for (u32 i = 0; i < num_patterns; i++)
		ck_assert_int_eq(nfa_add(nfa, patterns[i], i, NULL), 0);
	ck_assert_int_eq(fsm_build(arena, nfa, &accepts, &fsm, &blame), 0);
	if (passes & MINIMISE)
		fsm_minimise(arena, &fsm);
	*bytes = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(compress_put(bytes, &fsm, &how), 0);
}

static bool is_row(void *arg, u32 row, const u32 *found, u32 num)
{
	(void)arg;
	return row < accepts.num && intern_len(&accepts, row) == num &&
	       (!num ||
		!memcmp(intern_get(&accepts, row), found, num * sizeof(u32)));
}

static int run_on(const struct bvm_table *t, u32 max_pairs)
{
	v = (struct validate){ .table = t,
			       .reader = read_patterns(PATTERN_PATH),
			       .agrees = is_row,
			       .max_pairs = max_pairs };
	return validate_dfa(arena, &v);
}

static void parse(const struct buf *bytes, struct bvm_table *t)
{
	struct bvm_error err;

	ck_assert_msg(!bvm_table_parse(bytes->data, bytes->len, 0, t, &err),
		      "%s", err.text);
}

START_TEST(every_choice_of_passes_gives_the_same_language)
{
	struct gen gen = { .arena = arena, .state = 99 + _i };
	u32 tails = 0;

	for (u32 round = 0; round < ROUNDS / 4; round++) {
		choose_patterns(&gen);
		for (u32 passes = 0; passes <= ALL; passes++) {
			struct bvm_table t;
			struct buf bytes;

			build(passes, &bytes);
			parse(&bytes, &t);
			ck_assert_msg(!run_on(&t, 0), "passes %u, '%s'", passes,
				      v.text);
			tails += t.dfa.head->tail_len;
			ck_assert(passes & CLASSES ||
				  t.dfa.head->num_classes == 256);
		}
	}
	ck_assert_uint_gt(tails, 0);
}
END_TEST

/* The text that is shown is one on which table and patterns differ. */
static void check_witness(const struct bvm_table *t)
{
	const u32 row = bvm_dfa_accept(t, bvm_dfa_feed(t, bvm_dfa_start(t),
						       v.text, v.len));
	struct reader *r = read_patterns(PATTERN_PATH);
	u32 set = reader_start(r), num;
	const u32 *found;

	for (u32 i = 0; i < v.len; i++)
		set = step(r, set, v.text[i]);
	found = reader_matches(r, set, &num);
	ck_assert(!is_row(NULL, row, found, num));
}

/* What a tail does not wait for leads on in the globs alone. */
START_TEST(a_tail_in_place_of_a_wildcard_is_found)
{
	static const char *const twice[] = { "/etc/passwd", "/etc/passwd" };
	static const char *const these[] = { "/etc/passwd", "/etc/pa?swd" };
	struct bvm_table t;
	struct buf bytes;

	read_these(twice, ARRAY_SIZE(twice));
	build(ALL, &bytes);
	parse(&bytes, &t);
	ck_assert_uint_gt(t.dfa.head->tail_len, 0);
	ck_assert_int_eq(run_on(&t, 0), 0);
	read_these(these, ARRAY_SIZE(these));
	ck_assert_int_eq(run_on(&t, 0), -EINVAL);
	check_witness(&t);
}
END_TEST

START_TEST(a_walk_that_is_cut_off_proves_nothing)
{
	static const char *const these[] = { "/etc/passwd", "/usr/lib/**" };
	struct bvm_table t;
	struct buf bytes;
	u32 all;

	read_these(these, ARRAY_SIZE(these));
	build(ALL, &bytes);
	parse(&bytes, &t);
	ck_assert_int_eq(run_on(&t, 0), 0);
	all = v.num_pairs;
	ck_assert_int_eq(run_on(&t, all), 0);
	ck_assert_int_eq(run_on(&t, all - 1), -E2BIG);
	ck_assert_int_eq(run_on(&t, 1), -E2BIG);
}
END_TEST

/*
 * One number of the table changed. A minimal automaton without a part that
 * nothing reaches says something else then, if it is a table at all.
 */
static void plant(const struct buf *bytes, size_t off, u32 value, u32 *found)
{
	struct buf copy = BUF_INIT(arena);
	struct bvm_table t;
	struct bvm_error err;

	buf_put(&copy, bytes->data, bytes->len);
	memcpy(copy.data + off, &value, sizeof(value));
	if (!memcmp(copy.data, bytes->data, bytes->len) ||
	    bvm_table_parse(copy.data, copy.len, 0, &t, &err))
		return;
	ck_assert_int_eq(run_on(&t, 0), -EINVAL);
	check_witness(&t);
	++*found;
}

static u32 offset_of(const struct buf *bytes, const void *at)
{
	return (u32)((const u8 *)at - bytes->data);
}

static void plant_all(const struct buf *bytes, const struct bvm_table *t,
		      u32 *found)
{
	for (u32 i = 0; i < t->count; i++) {
		const struct bvm_dfa_state *s = &t->dfa.states[i];

		plant(bytes, offset_of(bytes, &s->accept), !s->accept, found);
		plant(bytes, offset_of(bytes, &s->def), (s->def + 1) % t->count,
		      found);
	}
	for (u32 i = 0; i < t->aux; i++)
		if (t->dfa.cells[i].check != U32_MAX)
			plant(bytes, offset_of(bytes, &t->dfa.cells[i].next),
			      (t->dfa.cells[i].next + 1) % t->count, found);
	for (u32 i = 0; i + 4 <= t->dfa.head->tail_len; i++) {
		u32 word;

		memcpy(&word, t->dfa.tails + i, sizeof(word));
		plant(bytes, offset_of(bytes, t->dfa.tails + i), word ^ 1,
		      found);
	}
	plant(bytes, offset_of(bytes, &t->dfa.head->start),
	      (t->dfa.head->start + 1) % t->count, found);
}

START_TEST(no_wrong_number_in_a_table_goes_unseen)
{
	struct gen gen = { .arena = arena, .state = 5 + _i };
	struct bvm_table t;
	struct buf bytes;
	u32 found = 0;

	if (_i) {
		choose_patterns(&gen);
	} else {
		static const char *const these[] = { "/etc/passwd",
						     "/usr/lib/lib*.so*",
						     "/var/**/x{,y}",
						     "/srv/[a-c]?/data" };

		read_these(these, ARRAY_SIZE(these));
	}
	build(ALL, &bytes);
	parse(&bytes, &t);
	ck_assert_int_eq(run_on(&t, 0), 0);
	plant_all(&bytes, &t, &found);
	ck_assert_uint_gt(found, 4);
}
END_TEST

/* As many pairs and places as the walk takes, and one more, but not one less. */
START_TEST(a_walk_ends_at_its_limits)
{
	static const char *const these[] = { "/usr/lib/lib*.so*",
					     "/srv/[a-c]?/data" };
	struct bvm_table t;
	struct buf bytes;
	u32 pairs;
	size_t cost;

	read_these(these, ARRAY_SIZE(these));
	build(ALL, &bytes);
	parse(&bytes, &t);
	ck_assert_int_eq(run_on(&t, 0), 0);
	pairs = v.num_pairs;
	cost = reader_cost(v.reader);
	ck_assert(pairs > 10 && cost > 10);
	for (u32 i = 0; i < 3; i++) {
		v.reader = read_patterns(PATTERN_PATH);
		v.max_pairs = pairs - 1 + i;
		v.max_cost = 0;
		ck_assert_int_eq(validate_dfa(arena, &v), i ? 0 : -E2BIG);
		v.reader = read_patterns(PATTERN_PATH);
		v.max_pairs = 0;
		v.max_cost = cost - 1 + i;
		ck_assert_int_eq(validate_dfa(arena, &v), i ? 0 : -E2BIG);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("validate");
	TCase *tc = tcase_create("automata");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, patterns_are_read_as_backtracking_reads_them, 0,
			    4);
	tcase_add_test(tc, only_its_name_is_the_root);
	tcase_add_test(tc, arguments_are_read_to_their_ends);
	tcase_add_loop_test(tc, what_is_no_pattern_is_refused, 0, 3);
	tcase_add_loop_test(tc, every_choice_of_passes_gives_the_same_language,
			    0, 4);
	tcase_add_test(tc, a_tail_in_place_of_a_wildcard_is_found);
	tcase_add_test(tc, a_walk_that_is_cut_off_proves_nothing);
	tcase_add_loop_test(tc, no_wrong_number_in_a_table_goes_unseen, 0, 6);
	tcase_add_test(tc, a_walk_ends_at_its_limits);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
