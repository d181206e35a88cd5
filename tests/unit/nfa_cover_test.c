// SPDX-License-Identifier: GPL-2.0-only
/* nfa_cover_test.c - what is left out of sets is not missed, in both machines */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/buf.h"
#include "policyc/fsm.h"
#include "policyc/reader.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/match.h"

#define MAX_PATTERNS 4
#define MAX_BYTES 5 /* of a path, behind "/d/" */
#define ROUNDS 40

static struct arena *arena;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

/* The automaton, and the simulation that it is held against. */
struct machines {
	const char **patterns;
	u32 num;
	struct intern accepts;
	struct fsm fsm;
	struct reader *reader;
};

static void build(struct machines *m, const char **patterns, u32 num)
{
	struct nfa *nfa = nfa_create(arena);
	struct fsm_blame blame;

	*m = (struct machines){ .patterns = patterns, .num = num };
	intern_init(&m->accepts, arena);
	m->reader = reader_create(arena, PATTERN_PATH);
	for (u32 i = 0; i < num; i++) {
		ck_assert_int_eq(nfa_add(nfa, patterns[i], i, NULL), 0);
		reader_add(m->reader, &patterns[i], 1, false);
	}
	ck_assert_int_eq(fsm_build(arena, nfa, &m->accepts, &m->fsm, &blame),
			 0);
	ck_assert_int_eq(reader_begin(m->reader), 0);
}

static bool has(const u32 *items, u32 num, u32 item)
{
	for (u32 i = 0; i < num; i++)
		if (items[i] == item)
			return true;
	return false;
}

static u32 step(struct reader *reader, u32 set, u8 byte)
{
	struct reader_steps next;

	reader_steps(reader, set, &next);
	for (u32 i = 0; i < next.num; i++)
		if (next.bytes[i] == byte)
			return next.sets[i];
	return next.others;
}

static void compare(struct machines *m, const char *path)
{
	u32 state = m->fsm.start, set = reader_start(m->reader), num, id;
	const u32 *matches;

	for (const char *c = path; *c; c++) {
		state = fsm_step(&m->fsm, state, (u8)*c);
		set = step(m->reader, set, (u8)*c);
	}
	id = m->fsm.states[state].accept;
	matches = reader_matches(m->reader, set, &num);
	for (u32 i = 0; i < m->num; i++) {
		const bool want = oracle_match(m->patterns[i], path);

		ck_assert_msg(has(intern_get(&m->accepts, id),
				  intern_len(&m->accepts, id), i) == want,
			      "automaton: %s and %s", m->patterns[i], path);
		ck_assert_msg(has(matches, num, i) == want, "reader: %s and %s",
			      m->patterns[i], path);
	}
}

/* All paths of few bytes. */
static void compare_all(struct machines *m, char *path, u32 len)
{
	static const char bytes[] = "ab/";

	path[len] = '\0';
	compare(m, path);
	if (len == strlen("/d/") + MAX_BYTES)
		return;
	for (const char *c = bytes; *c; c++) {
		path[len] = *c;
		compare_all(m, path, len + 1);
	}
}

static const char *make_pattern(struct gen *gen)
{
	static const char *const parts[] = { "*a*",  "*b*",   "*ab*", "*ba*",
					     "*a",   "a*",    "b",    "*",
					     "**",   "a**",   "*/b",  "*a/b",
					     "*a*b", "*b*/a", "a?b*", "[ab]*" };
	struct buf out = BUF_INIT(arena);
	const u32 num = 1 + gen_below(gen, 5);

	buf_printf(&out, "/d/%s{", gen_below(gen, 4) ? "" : "*");
	for (u32 i = 0; i < num; i++)
		buf_printf(&out, "%s%s", i ? "," : "",
			   parts[gen_below(gen, ARRAY_SIZE(parts))]);
	buf_printf(&out, "}%s", gen_below(gen, 4) ? "" : "/b");
	/* some are wrong, such as "***" */
	return pattern_check(buf_text(&out), NULL) ? "/d/{*a*,*b*}" :
						     buf_text(&out);
}

START_TEST(what_is_left_out_is_not_missed)
{
	struct gen gen = { .state = 5 + (u64)_i, .arena = arena };

	for (u32 round = 0; round < ROUNDS; round++) {
		const char *patterns[MAX_PATTERNS];
		const u32 num = 1 + gen_below(&gen, MAX_PATTERNS);
		char path[16] = "/d/";
		struct machines m;

		for (u32 i = 0; i < num; i++)
			patterns[i] = make_pattern(&gen);
		build(&m, patterns, num);
		compare_all(&m, path, (u32)strlen(path));
	}
}
END_TEST

/* Not a state for each subset of them. */
START_TEST(words_anywhere_in_a_name_are_few_states)
{
	const char *patterns[] = {
		"/d/{*alpha*,*beta*,*gamma*,*delta*,*eps*,*zeta*,*eta*,"
		"*theta*,*iota*,*kappa*,*mu*,*nu*,*.pem,*.key}",
		"/d/*"
	};
	struct machines m;
	u32 num = 0;
	struct reader_steps next;

	build(&m, patterns, ARRAY_SIZE(patterns));
	ck_assert_uint_lt(m.fsm.num_states, 100);
	/* sets have numbers as they are found */
	for (u32 set = 0; set <= num; set++) {
		reader_steps(m.reader, set, &next);
		for (u32 i = 0; i < next.num; i++)
			num = next.sets[i] > num ? next.sets[i] : num;
		num = next.others > num ? next.others : num;
		ck_assert_uint_lt(num, 100);
	}
	ck_assert_uint_gt(num, 40);
}
END_TEST

/* Epsilons lead on in more ways than there are nodes. */
START_TEST(many_empty_braces_behind_a_star_are_no_trouble)
{
	const char *pattern =
		"/d/*{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}"
		"{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}{,}";
	struct machines m;

	build(&m, &pattern, 1);
	ck_assert_uint_lt(m.fsm.num_states, 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nfa_cover");
	TCase *tc = tcase_create("covers");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_is_left_out_is_not_missed, 0, 4);
	tcase_add_test(tc, words_anywhere_in_a_name_are_few_states);
	tcase_add_test(tc, many_empty_braces_behind_a_star_are_no_trouble);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
