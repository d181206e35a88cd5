// SPDX-License-Identifier: GPL-2.0-only
/*
 * validate_rules_test.c - a row or a mask that is not what the rules say is seen
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/validate_rules.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "vm/table.h"

#define POLICIES 24

static struct lowered lowered;

static struct bvm_table make_table(const struct fsm *fsm, u32 kind)
{
	struct compress how = { .kind = kind };
	struct bvm_table t;

	policyc_table(arena, fsm, &how, &t);
	return t;
}

static int check_paths(const struct ast_policy *ast)
{
	const struct bvm_table t = make_table(&lowered.fsm, BVM_TABLE_DFA);

	return validate_paths(arena, diag, ast, &lowered, &t);
}

/* Each state in turn has the row of another one. */
static u32 plant_rows(const struct ast_policy *ast)
{
	struct fsm *fsm = &lowered.fsm;
	u32 planted = 0;

	for (u32 i = 0; i < fsm->num_states; i += 1 + i / 8) {
		const u32 right = fsm->states[i].accept;

		fsm->states[i].accept = (right + 1) % lowered.rows.num;
		if (fsm->states[i].accept != right) {
			ck_assert_int_eq(check_paths(ast), -EINVAL);
			planted++;
		}
		fsm->states[i].accept = right;
	}
	return planted;
}

/* A rule more, less, or another one, in a row that some path has. */
static u32 plant_rules(const struct ast_policy *ast)
{
	const u32 num = (u32)lowered.rows.pool_len;

	for (u32 i = 0; i < num; i++) {
		lowered.rows.pool[i] += 1000;
		ck_assert_int_eq(check_paths(ast), -EINVAL);
		lowered.rows.pool[i] -= 1000;
	}
	return num;
}

/* Of random policies, each is right before and after plant. */
static void plant_in_policies(u64 seed,
			      u32 (*plant)(const struct ast_policy *ast))
{
	struct gen gen = { .arena = arena, .state = seed };
	u32 planted = 0;

	for (u32 i = 0; i < POLICIES / 8; i++) {
		struct ast_policy *ast = gen_policy(&gen);

		ck_assert_int_eq(lowering_run(arena, diag, ast, &lowered), 0);
		if (!lowered.has_paths)
			continue;
		ck_assert_int_eq(check_paths(ast), 0);
		planted += plant(ast);
		ck_assert_int_eq(check_paths(ast), 0);
	}
	ck_assert_uint_gt(planted, 10);
}

START_TEST(a_state_with_the_row_of_another_is_seen)
{
	plant_in_policies(31 + (u64)_i, plant_rows);
}
END_TEST

START_TEST(a_row_with_a_wrong_rule_is_seen)
{
	plant_in_policies(71 + (u64)_i, plant_rules);
}
END_TEST

static void check_text(const struct ast_policy *ast, u32 class, u32 text,
		       u32 *planted)
{
	struct lowered_class *c = &lowered.classes[class];
	struct textmatch *t = &c->texts[text];
	const enum pred_field field = PRED_FIRST_TEXT + text;
	const struct bvm_table table = make_table(
		&t->fsm, field == PRED_ARGS ? BVM_TABLE_ARGV : BVM_TABLE_DFA);

	ck_assert_int_eq(validate_text(arena, diag, ast, c, field, &table), 0);
	for (u32 row = 0; row < t->num_rows; row++) {
		t->rows[row].value ^= 1;
		ck_assert_int_eq(validate_text(arena, diag, ast, c, field,
					       &table),
				 -EINVAL);
		t->rows[row].value ^= 1;
		++*planted;
	}
}

START_TEST(a_wrong_predicate_of_a_text_is_seen)
{
	struct gen gen = { .arena = arena, .state = 17 + _i };
	u32 planted = 0, args = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct ast_policy *ast = gen_policy(&gen);

		ck_assert_int_eq(lowering_run(arena, diag, ast, &lowered), 0);
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
			for (u32 text = 0; text < PRED_NUM_TEXTS; text++)
				if (lowered.classes[class].texts[text].asked) {
					check_text(ast, class, text, &planted);
					args += PRED_FIRST_TEXT + text ==
						PRED_ARGS;
				}
	}
	ck_assert_uint_gt(planted, 10);
	ck_assert_uint_gt(args, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("validate_rules");
	TCase *tc = tcase_create("rules");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tc, a_state_with_the_row_of_another_is_seen, 0, 4);
	tcase_add_loop_test(tc, a_row_with_a_wrong_rule_is_seen, 0, 4);
	tcase_add_loop_test(tc, a_wrong_predicate_of_a_text_is_seen, 0, 2);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
