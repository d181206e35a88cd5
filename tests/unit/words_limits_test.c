// SPDX-License-Identifier: GPL-2.0-only
/* words_limits_test.c - how far the search for words goes */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/words.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static struct fsm fsm;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

static void build(const char *pattern)
{
	struct nfa *nfa = nfa_create(arena);
	struct fsm_blame blame;
	struct intern accepts;

	ck_assert_int_eq(nfa_add(nfa, pattern, 0, NULL), 0);
	intern_init(&accepts, arena);
	ck_assert_int_eq(fsm_build(arena, nfa, &accepts, &fsm, &blame), 0);
	fsm_minimise(arena, &fsm);
}

/* Accepts that many times 'a'; a pattern is never as long as the longest. */
static void build_row(u32 len)
{
	fsm = (struct fsm){ .num_states = len + 2,
			    .num_edges = len,
			    .start = 1,
			    .num_classes = 2 };
	fsm.states = arena_array(arena, len + 2, sizeof(*fsm.states));
	fsm.edges = arena_array(arena, len, sizeof(*fsm.edges));
	fsm.classmap['a'] = 1;
	for (u32 i = 0; i < len; i++) {
		fsm.edges[i] = (struct fsm_edge){ 1, i + 2 };
		fsm.states[i + 1] = (struct fsm_state){ .first = i, .num = 1 };
	}
	fsm.states[len + 1].accept = 1;
}

/*
 * "/a" and every other path. Seven states of the product: none yet, "/", "/a",
 * and nothing accepted behind a letter, a '/', "." and "..".
 */
START_TEST(so_many_states_are_looked_at)
{
	const struct words_automaton a = { .fsm = &fsm };
	struct words words;

	build("/a");
	ck_assert_int_eq(words_find(arena, WORDS_PATH, &a, 1, 6, &words),
			 -E2BIG);
	for (u32 max = 7; max <= 8; max++) {
		ck_assert_int_eq(
			words_find(arena, WORDS_PATH, &a, 1, max, &words), 0);
		ck_assert_uint_eq(words.num, 2);
		ck_assert_str_eq(words.items[0].text, "/");
		ck_assert_str_eq(words.items[1].text, "/a");
	}
}
END_TEST

START_TEST(a_word_is_as_long_as_a_path_may_be)
{
	const struct words_automaton a = { .fsm = &fsm, .must_accept = true };
	static char text[BVM_MAX_PATH + 1];

	/* of a path, the NUL counts */
	for (u32 len = BVM_MAX_PATH - 2; len <= BVM_MAX_PATH; len++) {
		struct words words;

		memset(text, 'a', len);
		build_row(len);
		ck_assert_int_eq(words_find(arena, WORDS_TEXT, &a, 1,
					    WORDS_MAX_STATES, &words),
				 0);
		ck_assert_uint_eq(words.num, len < BVM_MAX_PATH);
		if (words.num)
			ck_assert_str_eq(words.items[0].text, text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("words");
	TCase *tc = tcase_create("limits");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, so_many_states_are_looked_at);
	tcase_add_test(tc, a_word_is_as_long_as_a_path_may_be);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
