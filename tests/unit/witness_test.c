// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/compress.h"
#include "policyc/fsm.h"
#include "policyc/witness.h"
#include "tests/oracle/match.h"
#include "vm/table.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

/* A DFA table of one pattern: row 1 is a match. */
static void make_table(const char *pattern, bool text, struct bvm_table *table)
{
	struct nfa *nfa = nfa_create(arena);
	struct buf bytes = BUF_INIT(arena);
	struct pattern_error error;
	struct fsm_blame blame;
	struct compress how = { .kind = BVM_TABLE_DFA };
	struct intern accepts;
	struct bvm_error err;
	struct fsm fsm;

	nfa->text_only = text;
	ck_assert_int_eq(nfa_add(nfa, pattern, 0, &error), 0);
	intern_init(&accepts, arena);
	ck_assert_int_eq(fsm_build(arena, nfa, &accepts, &fsm, &blame), 0);
	fsm_minimise(arena, &fsm);
	ck_assert_int_eq(compress_put(&bytes, &fsm, &how), 0);
	ck_assert_int_eq(bvm_table_parse(bytes.data, bytes.len, 0, table, &err),
			 0);
}

static u32 row_of(const struct bvm_table *table, const char *text)
{
	return bvm_dfa_accept(table, bvm_dfa_feed(table, bvm_dfa_start(table),
						  text, strlen(text)));
}

static const struct {
	const char *pattern;
	bool text;
	u32 rows; /* that some text reaches */
} cases[] = {
	{ "/usr/bin/sh", false, 2 }, { "/usr/*/x", false, 2 },
	{ "/a/.?*", false, 2 },	     { "/.b", false, 2 },
	{ "/**", false, 1 }, /* whatever can be the path of a program */
	{ "/a[^a-z]", false, 2 },    { "fuse.*", true, 2 },
	{ "**", true, 1 },	     { "@/tmp/*", true, 2 },
	{ "a//./b/", true, 2 },
};

START_TEST(each_row_has_a_text)
{
	struct textset texts = { 0 };
	struct bvm_table table;
	u32 seen = 0;

	make_table(cases[_i].pattern, cases[_i].text, &table);
	witness_find(arena, &table, !cases[_i].text, &texts);
	ck_assert_uint_eq(texts.num, cases[_i].rows);
	for (u32 i = 0; i < texts.num; i++) {
		u32 row = row_of(&table, texts.items[i]);

		ck_assert_msg(!(seen >> row & 1), "two texts for row %u", row);
		seen |= 1u << row;
		ck_assert_uint_eq(
			oracle_match(cases[_i].pattern, texts.items[i]), row);
	}
}
END_TEST

START_TEST(paths_are_paths)
{
	struct textset texts = { 0 };
	struct bvm_table table;

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].text)
			continue;
		make_table(cases[i].pattern, false, &table);
		witness_find(arena, &table, true, &texts);
	}
	for (u32 i = 0; i < texts.num; i++) {
		const char *text = texts.items[i];
		size_t len = strlen(text);

		ck_assert_int_eq(text[0], '/');
		ck_assert_int_ne(text[len - 1], '/');
		ck_assert_msg(!strstr(text, "//") && !strstr(text, "/./") &&
				      !strstr(text, "/../"),
			      "%s", text);
		ck_assert_str_ne(strrchr(text, '/'), "/.");
		ck_assert_str_ne(strrchr(text, '/'), "/..");
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("witness");
	TCase *tc = tcase_create("texts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_row_has_a_text, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, paths_are_paths);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
