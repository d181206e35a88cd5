// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_test.c - what must be true of differences, on random policies
 *
 * That nothing is missed is space_test.c's business.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/diff.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

#define LOOPS 4
#define POLICIES 8

static struct ast_policy *reverse(struct gen *gen,
				  const struct ast_policy *from)
{
	struct ast_policy *to = policyc_without(gen->arena, from, 0);

	for (u32 i = 0; i < to->num_rules; i++) {
		to->rules[i] = from->rules[to->num_rules - 1 - i];
		to->rules[i].number = i + 1;
	}
	return to;
}

static struct changes compare(struct gen *gen, const struct ast_policy *old,
			      const struct ast_policy *new)
{
	struct bvm_image *images = arena_array(gen->arena, 2, sizeof(*images));
	struct changes changes;
	u32 class;

	policyc_build(gen->arena, old, &images[0]);
	policyc_build(gen->arena, new, &images[1]);
	ck_assert_int_eq(diff_images(gen->arena, &images[0], &images[1],
				     &changes, &class),
			 0);
	return changes;
}

START_TEST(the_order_of_rules_makes_no_difference)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 11) };

	for (u32 i = 0; i < POLICIES; i++) {
		struct ast_policy *ast;

		gen.arena = arena_create();
		ast = gen_policy(&gen);
		ck_assert_uint_eq(compare(&gen, ast, reverse(&gen, ast)).num,
				  0);
		arena_free(gen.arena);
	}
}
END_TEST

START_TEST(a_rule_less_goes_one_way)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 17) };
	u32 differ = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		const struct ast_rule *rule;
		struct changes changes;
		struct ast_policy *ast;

		gen.arena = arena_create();
		do
			ast = gen_policy(&gen);
		while (!ast->num_rules);
		rule = &ast->rules[gen_below(&gen, ast->num_rules)];
		changes =
			compare(&gen, ast,
				policyc_without(gen.arena, ast, rule->number));
		for (u32 k = 0; k < changes.num; k++) {
			ck_assert_uint_eq(changes.items[k].class, rule->class);
			ck_assert_int_eq(changes.items[k].wider,
					 rule->kind == BVM_RULE_DENY);
			ck_assert_int_ne(rule->kind, BVM_RULE_AUDIT);
		}
		differ += changes.num > 0;
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(differ, 0);
}
END_TEST

START_TEST(audit_mode_denies_nothing)
{
	struct gen gen = { .state = 77, .arena = arena_create() };
	struct ast_policy *ast = gen_policy(&gen);
	struct ast_policy *audited;
	struct changes changes;

	memset(ast->audit, 0, sizeof(ast->audit));
	audited = policyc_without(gen.arena, ast, 0);
	audited->audit[BVM_CLASS_FILES] = true;
	audited->unmediated = 1u << BVM_CLASS_IPC;
	ast->unmediated = 0;
	changes = compare(&gen, ast, audited);
	ck_assert_uint_gt(changes.num, 1);
	for (u32 i = 0; i < changes.num; i++) {
		ck_assert(changes.items[i].wider);
		ck_assert(changes.items[i].class == BVM_CLASS_FILES ||
			  (changes.items[i].class == BVM_CLASS_IPC &&
			   changes.items[i].unmediated));
	}
	arena_free(gen.arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diff");
	TCase *tc = tcase_create("differences");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, the_order_of_rules_makes_no_difference, 0,
			    LOOPS);
	tcase_add_loop_test(tc, a_rule_less_goes_one_way, 0, LOOPS);
	tcase_add_test(tc, audit_mode_denies_nothing);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
