// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/attribution.h"
#include "policyc/image_out.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

static struct lowered lowered;

/* Rules that allow to read, each one path. */
static struct ast_policy *make_policy(const char *const *paths, u32 num)
{
	struct ast_policy *ast = arena_alloc(arena, sizeof(*ast));

	ast->name = "test";
	ast->description = "";
	ast->rules = arena_array(arena, num, sizeof(*ast->rules));
	ast->num_rules = num;
	for (u32 i = 0; i < num; i++) {
		struct ast_pattern *path = arena_alloc(arena, sizeof(*path));

		path->text = paths[i];
		ast->rules[i] = (struct ast_rule){
			.number = i + 1,
			.class = BVM_CLASS_FILES,
			.kind = BVM_RULE_ALLOW,
			.ops = BVM_BIT(FILES, READ),
			.paths = { path, 1 },
			.when = { .owner = AST_ANY, .no_new_privs = AST_ANY },
		};
	}
	return ast;
}

static u32 states_without(const struct ast_policy *ast)
{
	ck_assert_int_eq(lowering_run(arena, diag, ast, &lowered), 0);
	return attribution_states_without(arena, &lowered);
}

START_TEST(rules_of_one_verdict_take_states_of_their_own)
{
	static const char *const paths[] = { "/ab", "/cb" };
	struct ast_policy *ast = make_policy(paths, 2);

	/* dead, start, "/", "/a" and "/c", "/ab", "/cb"; without, two less */
	ck_assert_uint_eq(states_without(ast), 5);
	ck_assert_uint_eq(lowered.fsm.num_states, 7);
}
END_TEST

START_TEST(what_differs_in_the_verdict_stays_apart)
{
	static const char *const paths[] = { "/ab", "/cb" };
	struct ast_policy *ast = make_policy(paths, 2);

	ast->rules[1].kind = BVM_RULE_DENY;
	ast->rules[1].err = 2;
	ck_assert_uint_eq(states_without(ast), 7);
	ast->rules[1] = ast->rules[0];
	ast->rules[1].number = 2;
	ast->rules[1].ops = BVM_BIT(FILES, WRITE);
	ck_assert_uint_eq(states_without(ast), 5); /* both of "/ab" */
	ck_assert_uint_eq(lowered.fsm.num_states, 5);
}
END_TEST

/* Thousands of rules in two arenas, which are at other addresses. */
START_TEST(the_same_policy_gives_the_same_bytes)
{
	struct gen gen = { .state = 11 + _i };
	struct arena *other = arena_create();
	const char *paths[300];
	struct buf first = BUF_INIT(arena), again = BUF_INIT(other);
	struct ast_policy *ast;

	gen.arena = arena;
	for (u32 i = 0; i < ARRAY_SIZE(paths); i++)
		paths[i] = arena_printf(arena,
					i % 5 ? "/srv/%u/data-%u" :
						"/usr/lib/%u/lib%u*.so",
					gen_below(&gen, 40), i);
	ast = make_policy(paths, ARRAY_SIZE(paths));
	ck_assert_int_eq(image_build(arena, diag, ast, &first), 0);
	for (u32 i = 0; i < 100; i++)
		(void)arena_alloc(other, 1000 + i);
	ck_assert_int_eq(image_build(other, diag, ast, &again), 0);
	ck_assert_uint_eq(first.len, again.len);
	ck_assert(!memcmp(first.data, again.data, first.len));
	arena_free(other);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attribution");
	TCase *tc = tcase_create("states");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_test(tc, rules_of_one_verdict_take_states_of_their_own);
	tcase_add_test(tc, what_differs_in_the_verdict_stays_apart);
	tcase_add_loop_test(tc, the_same_policy_gives_the_same_bytes, 0, 2);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
