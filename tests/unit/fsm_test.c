// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsm_test.c - the automaton against the backtracking matcher
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/fsm.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/match.h"
#include "vm/table.h"

#define MAX_PATTERNS 10
#define ROUNDS 60
#define PATHS 40

static struct arena *arena;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

/* An automaton over some patterns, and what its states accept. */
struct machine {
	struct intern accepts;
	struct fsm fsm;
	struct fsm_blame blame;
};

static int build(struct machine *m, const char *const *patterns, u32 num)
{
	struct nfa *nfa = nfa_create(arena);

	intern_init(&m->accepts, arena);
	for (u32 i = 0; i < num; i++)
		ck_assert_int_eq(nfa_add(nfa, patterns[i], i, NULL), 0);
	return fsm_build(arena, nfa, &m->accepts, &m->fsm, &m->blame);
}

static u32 walk(const struct fsm *fsm, const char *path)
{
	u32 state = fsm->start;

	for (; *path; path++)
		state = fsm_step(fsm, state, *path);
	return state;
}

static bool accepts(const struct machine *m, const char *path, u32 pattern)
{
	u32 id = m->fsm.states[walk(&m->fsm, path)].accept;

	for (u32 i = 0; i < intern_len(&m->accepts, id); i++)
		if (intern_get(&m->accepts, id)[i] == pattern)
			return true;
	return false;
}

static void compare(struct gen *gen, const struct machine *m,
		    const char *const *patterns, u32 num)
{
	struct compress how = { .kind = BVM_TABLE_DFA },
			plain = { .kind = BVM_TABLE_DFA, .no_tails = true };
	struct bvm_table t, full;

	policyc_table(arena, &m->fsm, &how, &t);
	policyc_table(arena, &m->fsm, &plain, &full);
	ck_assert_uint_eq(full.dfa.head->tail_len, 0);
	for (u32 i = 0; i < PATHS; i++) {
		const char *path = gen_path(gen, patterns[gen_below(gen, num)]);
		u32 state = walk(&m->fsm, path);

		for (u32 p = 0; p < num; p++)
			ck_assert_msg(accepts(m, path, p) ==
					      oracle_match(patterns[p], path),
				      "%s and %s", patterns[p], path);
		ck_assert_uint_eq(bvm_dfa_feed(&full, bvm_dfa_start(&full),
					       path, strlen(path)),
				  state);
		ck_assert_uint_eq(bvm_dfa_accept(&full, state),
				  m->fsm.states[state].accept);
		state = how.number_of[state];
		ck_assert_uint_eq(bvm_dfa_feed(&t, bvm_dfa_start(&t), path,
					       strlen(path)),
				  state);
		ck_assert_uint_eq(bvm_dfa_accept(&t, state),
				  bvm_dfa_accept(&full, walk(&m->fsm, path)));
	}
}

START_TEST(automaton_matches_as_backtracking_does)
{
	struct gen gen = { .state = 77 + _i };

	for (u32 round = 0; round < ROUNDS; round++) {
		const char *patterns[MAX_PATTERNS];
		u32 num = 1 + gen_below(&gen, MAX_PATTERNS);
		struct machine m;

		gen.arena = arena;
		for (u32 i = 0; i < num; i++)
			patterns[i] = gen_pattern(&gen);
		ck_assert_int_eq(build(&m, patterns, num), 0);
		compare(&gen, &m, patterns, num);
		fsm_minimise(arena, &m.fsm);
		compare(&gen, &m, patterns, num);
	}
}
END_TEST

/* Mark pairs of states that some string tells apart, until nothing changes. */
static void check_minimal(const struct fsm *fsm)
{
	u32 n = fsm->num_states;
	bool *apart = arena_array(arena, (size_t)n * n, sizeof(bool));
	bool changed = true;

	for (u32 x = 0; x < n; x++)
		for (u32 y = 0; y < n; y++)
			apart[x * n + y] = fsm->states[x].accept !=
					   fsm->states[y].accept;
	while (changed) {
		changed = false;
		for (u32 i = 0; i < n * n; i++) {
			for (u32 byte = 0; byte < 256 && !apart[i]; byte++) {
				u32 x = fsm_step(fsm, i / n, byte);
				u32 y = fsm_step(fsm, i % n, byte);

				changed |= apart[i] = apart[x * n + y];
			}
		}
	}
	for (u32 i = 0; i < n * n; i++)
		ck_assert(apart[i] || i / n == i % n);
}

START_TEST(minimised_states_are_all_told_apart)
{
	struct gen gen = { .arena = arena, .state = 1000 + _i };
	const char *patterns[4];
	struct machine m;

	for (u32 i = 0; i < ARRAY_SIZE(patterns); i++)
		patterns[i] = gen_pattern(&gen);
	ck_assert_int_eq(build(&m, patterns, ARRAY_SIZE(patterns)), 0);
	/* fewer kinds of acceptance: more to merge */
	for (u32 i = 0; i < m.fsm.num_states; i++)
		m.fsm.states[i].accept = m.fsm.states[i].accept != 0;
	fsm_minimise(arena, &m.fsm);
	if (m.fsm.num_states < 60)
		check_minimal(&m.fsm);
}
END_TEST

START_TEST(equal_languages_have_equal_automata)
{
	static const char *const pairs[][2] = {
		{ "/{a,b}c", "/[ab]c" },
		{ "/a**", "/a{,**}" },
		{ "/{aa,ab}{x,y}", "/a[ab][x-y]" },
		{ "/?", "/[^\\\001]" },
	};
	struct machine x, y;

	ck_assert_int_eq(build(&x, &pairs[_i][0], 1), 0);
	ck_assert_int_eq(build(&y, &pairs[_i][1], 1), 0);
	fsm_minimise(arena, &x.fsm);
	fsm_minimise(arena, &y.fsm);
	/* the last pair differs in one byte that the second leaves out */
	ck_assert_uint_eq(x.fsm.num_states, y.fsm.num_states);
	if (_i == 3)
		ck_assert(!accepts(&y, "/\001", 0) && accepts(&x, "/\001", 0));
}
END_TEST

START_TEST(root_is_matched_by_its_name_alone)
{
	static const char *const patterns[] = { "/",	 "/**",	   "/*",
						"/{,a}", "/{*,b}", "/a{,/**}" };
	struct machine m;

	ck_assert_int_eq(build(&m, patterns, ARRAY_SIZE(patterns)), 0);
	ck_assert(accepts(&m, "/", 0) && accepts(&m, "/", 3));
	ck_assert(!accepts(&m, "/", 1) && !accepts(&m, "/", 2));
	ck_assert(!accepts(&m, "/", 4) && !accepts(&m, "/", 5));
	ck_assert(accepts(&m, "/a/b", 1) && !accepts(&m, "/a/b", 2));
	ck_assert(accepts(&m, "/a", 5) && accepts(&m, "/a/b/c", 5));
	ck_assert(!accepts(&m, "", 0));
}
END_TEST

START_TEST(too_many_states_name_the_pattern)
{
	static const char *const patterns[] = { "/etc/**",
						"/**a????????????????????????",
						"/usr/**", "/var/log/*.log" };
	struct machine m;

	ck_assert_int_eq(build(&m, patterns, ARRAY_SIZE(patterns)), -E2BIG);
	ck_assert_uint_eq(m.blame.patterns[0], 1);
}
END_TEST

/* Of so many states before any are merged, and of one more, but not of less. */
START_TEST(an_automaton_has_at_most_so_many_states)
{
	static const char *const pattern = "/{a,b}*/c";
	u32 most = 0;

	for (u32 i = 0; i < 4; i++) {
		struct nfa *nfa = nfa_create(arena);
		struct machine m = { .blame = { .max_states = 0 } };
		int ret;

		nfa->max_states = i ? most - 2 + i : 0;
		intern_init(&m.accepts, arena);
		ck_assert_int_eq(nfa_add(nfa, pattern, 0, NULL), 0);
		ret = fsm_build(arena, nfa, &m.accepts, &m.fsm, &m.blame);
		ck_assert_int_eq(ret, i == 1 ? -E2BIG : 0);
		if (ret)
			ck_assert_uint_eq(m.blame.max_states, most - 1);
		else if (!i)
			most = m.fsm.num_states;
		else
			ck_assert_uint_eq(m.fsm.num_states, most);
	}
	ck_assert_uint_gt(most, 4);
}
END_TEST

/*
 * So many nodes in all sets of nodes, and one more, but not one less. It has
 * fewer states than it might have: how many there were is said.
 */
START_TEST(the_sets_of_an_automaton_have_at_most_so_many_nodes)
{
	static const char *const pattern = "/{a,b}*/c";
	u32 most = 0, states = 0;

	for (u32 pool = 1; !most && pool < 1000; pool++) {
		struct nfa *nfa = nfa_create(arena);
		struct machine m = { .blame = { .max_states = 0 } };

		nfa->max_pool = pool;
		intern_init(&m.accepts, arena);
		ck_assert_int_eq(nfa_add(nfa, pattern, 0, NULL), 0);
		if (!fsm_build(arena, nfa, &m.accepts, &m.fsm, &m.blame)) {
			most = pool;
			ck_assert_uint_eq(m.fsm.num_states, states + 1);
		} else {
			ck_assert_uint_ge(m.blame.max_states, states);
			states = m.blame.max_states;
		}
	}
	ck_assert_uint_gt(most, 4);
}
END_TEST

/* Each multiplies at once in states or in nodes; each is named at once, too. */
START_TEST(what_multiplies_is_given_up_early)
{
	const u32 lens[] = { 17, 18 };
	static const char *const stars[] = {
		"/**a*z", "/**b*z", "/**c*z", "/**d*z", "/**e*z", "/**f*z",
		"/**g*z", "/**h*z", "/**i*z", "/**j*z", "/**k*z", "/**l*z",
		"/**m*z", "/**n*z", "/**o*z", "/**p*z", "/**q*z", "/**r*z"
	};
	struct machine m;

	for (u32 i = 0; i < ARRAY_SIZE(lens); i++) {
		char text[32] = "/**a";
		const char *const pattern = text;

		memset(text + 4, '?', lens[i]);
		ck_assert_int_eq(build(&m, &pattern, 1), -E2BIG);
		ck_assert_uint_lt(m.blame.max_states, FSM_FREE_STATES + 100);
		ck_assert_uint_gt(m.blame.max_states, FSM_FREE_STATES / 8);
	}
	ck_assert_int_eq(build(&m, stars, 12), 0);
	ck_assert_int_eq(build(&m, stars, ARRAY_SIZE(stars)), -E2BIG);
	ck_assert_uint_lt(m.blame.max_states, FSM_FREE_STATES / 2);
}
END_TEST

/* From the start that many times 'a'; a pattern is never as long as a tail. */
static void make_row(struct fsm *fsm, u32 len)
{
	*fsm = (struct fsm){ .num_states = len + 2,
			     .num_edges = len,
			     .start = 1,
			     .num_classes = 2 };
	fsm->states = arena_array(arena, len + 2, sizeof(*fsm->states));
	fsm->edges = arena_array(arena, len, sizeof(*fsm->edges));
	fsm->classmap['a'] = 1;
	for (u32 i = 0; i < len; i++) {
		fsm->edges[i] = (struct fsm_edge){ 1, i + 2 };
		fsm->states[i + 1] = (struct fsm_state){ .first = i, .num = 1 };
	}
	fsm->states[len + 1].accept = 1;
}

/* All but the start's byte is one tail: the other states are start and end. */
START_TEST(a_row_over_the_longest_tail_is_two)
{
	for (u32 tail = BVM_MAX_DFA_TAIL - 1; tail <= BVM_MAX_DFA_TAIL + 1;
	     tail++) {
		struct compress how = { .kind = BVM_TABLE_DFA };
		struct bvm_table t;
		struct fsm fsm;
		u32 state;

		make_row(&fsm, tail + 1);
		/* parsed: one that is too long would be refused */
		policyc_table(arena, &fsm, &how, &t);
		ck_assert_uint_eq(t.count, tail > BVM_MAX_DFA_TAIL ? 4 : 3);
		state = bvm_dfa_start(&t);
		for (u32 i = 0; i <= tail; i++) {
			ck_assert_uint_eq(bvm_dfa_accept(&t, state), 0);
			state = bvm_dfa_step(&t, state, 'a');
		}
		ck_assert_uint_eq(bvm_dfa_accept(&t, state), 1);
		state = bvm_dfa_step(&t, state, 'a');
		ck_assert_uint_eq(bvm_dfa_accept(&t, state), 0);
	}
}
END_TEST

START_TEST(many_empty_braces_are_no_trouble)
{
	char text[1 + 3 * 1000 + 1] = "/";
	const char *patterns[] = { text };
	struct machine m;

	for (u32 i = 0; i < 1000; i++)
		strcpy(text + 1 + 3 * i, "{,}");
	/* an empty name is no name: "/" */
	ck_assert_int_eq(build(&m, patterns, 1), 0);
	ck_assert(accepts(&m, "/", 0) && !accepts(&m, "/a", 0));
}
END_TEST

START_TEST(literal_patterns_stay_small)
{
	const char *patterns[2000];
	struct machine m;

	for (u32 i = 0; i < ARRAY_SIZE(patterns); i++)
		patterns[i] =
			arena_printf(arena, "/srv/%u/data/%u/**", i % 97, i);
	ck_assert_int_eq(build(&m, patterns, ARRAY_SIZE(patterns)), 0);
	for (u32 i = 0; i < m.fsm.num_states; i++)
		m.fsm.states[i].accept = m.fsm.states[i].accept != 0;
	fsm_minimise(arena, &m.fsm);
	/* about a state for each byte that tells two of them apart */
	ck_assert_uint_lt(m.fsm.num_states, 6000);
	ck_assert_uint_eq(walk(&m.fsm, "/srv/1/data/1/x"),
			  walk(&m.fsm, "/srv/2/data/2/y/z"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fsm");
	TCase *tc = tcase_create("automata");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, automaton_matches_as_backtracking_does, 0, 4);
	tcase_add_loop_test(tc, minimised_states_are_all_told_apart, 0, 20);
	tcase_add_loop_test(tc, equal_languages_have_equal_automata, 0, 4);
	tcase_add_test(tc, root_is_matched_by_its_name_alone);
	tcase_add_test(tc, too_many_states_name_the_pattern);
	tcase_add_test(tc, an_automaton_has_at_most_so_many_states);
	tcase_add_test(tc, the_sets_of_an_automaton_have_at_most_so_many_nodes);
	tcase_add_test(tc, what_multiplies_is_given_up_early);
	tcase_add_test(tc, a_row_over_the_longest_tail_is_two);
	tcase_add_test(tc, many_empty_braces_are_no_trouble);
	tcase_add_test(tc, literal_patterns_stay_small);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
