// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/fsm.h"
#include "policyc/words.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
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
	struct pattern_error error;
	struct fsm_blame blame;
	struct compress how = { .kind = BVM_TABLE_DFA };
	struct intern accepts;
	struct fsm fsm;

	nfa->text_only = text;
	ck_assert_int_eq(nfa_add(nfa, pattern, 0, &error), 0);
	intern_init(&accepts, arena);
	ck_assert_int_eq(fsm_build(arena, nfa, &accepts, &fsm, &blame), 0);
	fsm_minimise(arena, &fsm);
	policyc_table(arena, &fsm, &how, table);
}

static struct words find(enum words_kind kind, const struct bvm_table *table)
{
	const struct words_automaton automaton = { .table = table };
	struct words words;

	ck_assert_int_eq(words_find(arena, kind, &automaton, 1,
				    WORDS_MAX_STATES, &words),
			 0);
	return words;
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
	struct bvm_table table;
	struct words words;
	u32 seen = 0;

	make_table(cases[_i].pattern, cases[_i].text, &table);
	words = find(cases[_i].text ? WORDS_TEXT : WORDS_BELOW, &table);
	ck_assert_uint_eq(words.num, cases[_i].rows);
	for (u32 i = 0; i < words.num; i++) {
		const struct word *word = &words.items[i];
		u32 row = row_of(&table, word->text);

		ck_assert_msg(!(seen >> row & 1), "two texts for row %u", row);
		seen |= 1u << row;
		ck_assert_uint_eq(word->rows[0], row);
		ck_assert_uint_eq(word->len, strlen(word->text));
		ck_assert_uint_eq(oracle_match(cases[_i].pattern, word->text),
				  row);
	}
}
END_TEST

START_TEST(paths_are_paths)
{
	struct bvm_table table;

	if (cases[_i].text)
		return;
	make_table(cases[_i].pattern, false, &table);
	for (u32 root = 0; root < 2; root++) {
		const struct words words =
			find(root ? WORDS_PATH : WORDS_BELOW, &table);

		for (u32 i = 0; i < words.num; i++) {
			const char *text = words.items[i].text;

			ck_assert_int_eq(text[0], '/');
			if (root && !text[1])
				continue;
			ck_assert_int_ne(text[words.items[i].len - 1], '/');
			ck_assert_msg(!strstr(text, "//") &&
					      !strstr(text, "/./") &&
					      !strstr(text, "/../"),
				      "%s", text);
			ck_assert_str_ne(strrchr(text, '/'), "/.");
			ck_assert_str_ne(strrchr(text, '/'), "/..");
		}
	}
}
END_TEST

START_TEST(the_root_is_a_path_but_below_nothing)
{
	struct bvm_table table;

	make_table("/", false, &table);
	ck_assert_str_eq(find(WORDS_PATH, &table).items[0].text, "/");
	ck_assert_uint_eq(find(WORDS_PATH, &table).num, 2);
	ck_assert_uint_eq(find(WORDS_BELOW, &table).num, 1);
}
END_TEST

START_TEST(abstract_names_begin_with_their_sign)
{
	struct bvm_table table;
	struct words words;

	make_table("@a*", true, &table);
	words = find(WORDS_ABSTRACT, &table);
	ck_assert_uint_eq(words.num, 2);
	ck_assert_str_eq(words.items[0].text, "@");
	ck_assert_str_eq(words.items[1].text, "@a");
}
END_TEST

START_TEST(a_vector_of_rows_has_one_shortest_word)
{
	struct bvm_table tables[2];
	struct words_automaton automata[] = {
		{ .table = &tables[0] },
		{ .table = &tables[1], .must_accept = true },
	};
	struct words words;

	make_table("/etc/**", false, &tables[0]);
	make_table("/*/ab*", false, &tables[1]);
	ck_assert_int_eq(words_find(arena, WORDS_PATH, automata, 2,
				    WORDS_MAX_STATES, &words),
			 0);
	ck_assert_uint_eq(words.num, 2);
	ck_assert_uint_eq(words.items[0].rows[0], 0);
	ck_assert_uint_eq(words.items[0].len, strlen("/x/ab"));
	ck_assert_str_eq(words.items[1].text, "/etc/ab");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("words");
	TCase *tc = tcase_create("texts");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_row_has_a_text, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, paths_are_paths, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, the_root_is_a_path_but_below_nothing);
	tcase_add_test(tc, abstract_names_begin_with_their_sign);
	tcase_add_test(tc, a_vector_of_rows_has_one_shortest_word);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
