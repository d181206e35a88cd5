// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/textmatch.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static struct diag *diag;
static struct preds preds;
static struct textmatch match;

static void setup(void)
{
	static const struct diag_options options;

	arena = arena_create();
	diag = diag_create(arena, &options);
	preds_init(&preds, arena, diag, BVM_CLASS_MOUNTS);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct ast_patterns patterns(const char *first, const char *second)
{
	struct ast_patterns p = { .num = 0 };

	p.items = arena_array(arena, 2, sizeof(*p.items));
	p.items[p.num++].text = first;
	if (second)
		p.items[p.num++].text = second;
	return p;
}

static void add(enum pred_field field, struct ast_patterns match_these,
		struct ast_patterns unless_those)
{
	preds.items[preds.num++] = (struct pred){ .field = field,
						  .match = match_these,
						  .unless = unless_those };
}

/* The predicates that hold for a text. */
static u64 mask_of(const char *text)
{
	u32 state = match.fsm.start, row;

	for (; *text; text++)
		state = fsm_step(&match.fsm, state, *text);
	row = match.fsm.states[state].accept;
	ck_assert_uint_le(row, match.num_rows);
	if (!row)
		return 0;
	ck_assert_uint_eq(match.rows[row - 1].lo, row);
	ck_assert_uint_eq(match.rows[row - 1].hi, row);
	return match.rows[row - 1].value;
}

START_TEST(a_row_says_which_predicates_hold)
{
	const struct ast_patterns none = { .num = 0 };

	add(PRED_TEXT, patterns("tmpfs", "fuse.*"), none);
	add(PRED_TEXT, patterns("fuse*", NULL), patterns("fuse.bad", NULL));
	add(PRED_EXE, patterns("/x", NULL), none); /* of another automaton */
	add(PRED_TEXT, patterns("proc", NULL), none);
	ck_assert_int_eq(textmatch_build(&preds, PRED_TEXT, &match), 0);
	ck_assert(match.asked);
	ck_assert_uint_eq(mask_of("tmpfs"), 1);
	ck_assert_uint_eq(mask_of("fuse.ext"), 3);
	ck_assert_uint_eq(mask_of("fuse.bad"), 1);
	ck_assert_uint_eq(mask_of("fuseblk"), 2);
	ck_assert_uint_eq(mask_of("proc"), 8);
	ck_assert_uint_eq(mask_of("/x"), 0);
	ck_assert_uint_eq(mask_of(""), 0);
	ck_assert_uint_eq(mask_of("sysfs"), 0);
}
END_TEST

START_TEST(paths_are_read_as_paths)
{
	const struct ast_patterns none = { .num = 0 };

	add(PRED_PEER_NAME, patterns("/{,**/}web{,/**}", NULL), none);
	add(PRED_EXE, patterns("/usr/bin/*", "/**"), none);
	ck_assert_int_eq(textmatch_build(&preds, PRED_PEER_NAME, &match), 0);
	ck_assert_uint_eq(mask_of("/web"), 1);
	ck_assert_uint_eq(mask_of("/a/web"), 1);
	ck_assert_uint_eq(mask_of("/web/b"), 1);
	ck_assert_uint_eq(mask_of("/a/web/b"), 1);
	ck_assert_uint_eq(mask_of("/webb"), 0);
	ck_assert_uint_eq(mask_of("/a/bweb"), 0);
	ck_assert_int_eq(textmatch_build(&preds, PRED_EXE, &match), 0);
	ck_assert_uint_eq(mask_of("/usr/bin/x"), 2);
	ck_assert_uint_eq(mask_of("/"), 0);
}
END_TEST

START_TEST(nothing_is_built_for_a_text_nobody_asks_about)
{
	ck_assert_int_eq(textmatch_build(&preds, PRED_EXE, &match), 0);
	ck_assert(!match.asked);
}
END_TEST

START_TEST(a_path_where_a_path_must_be)
{
	const struct ast_patterns none = { .num = 0 };

	add(PRED_EXE, patterns("tmpfs", NULL), none);
	ck_assert_int_eq(textmatch_build(&preds, PRED_EXE, &match), -EINVAL);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("textmatch");
	TCase *tc = tcase_create("automata");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_row_says_which_predicates_hold);
	tcase_add_test(tc, paths_are_read_as_paths);
	tcase_add_test(tc, nothing_is_built_for_a_text_nobody_asks_about);
	tcase_add_test(tc, a_path_where_a_path_must_be);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
