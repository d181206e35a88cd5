// SPDX-License-Identifier: GPL-2.0-only
/*
 * score_test.c - who allows more never has a lower score
 *
 * Random policies and what is left of them without a rule: whenever diff finds
 * one wider and not narrower, its score is not lower. Requests that are charged
 * are allowed, which the image says.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/diff.h"
#include "policyc/score.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

#define LOOPS 4
#define PAIRS 12

static u64 score_of(struct gen *gen, const struct bvm_image *img)
{
	struct score score;
	const char *claim;
	u64 sum = 0;

	ck_assert_int_eq(score_image(gen->arena, img, &score, &claim), 0);
	for (u32 i = 0; i < score.num; i++)
		sum += score.items[i].weight;
	ck_assert_uint_eq(sum, score.total);
	return score.total;
}

/* Allow something that is charged, so that scores differ at all. */
static void charge(struct gen *gen, struct ast_policy *ast)
{
	static struct ast_pattern etc = { .text = "/etc/**" };

	for (u32 i = 0; i < ast->num_rules; i++) {
		struct ast_rule *rule = &ast->rules[i];

		if (rule->class == BVM_CLASS_CAPABILITIES)
			rule->caps |= 1ull << gen_below(gen, 40);
		if (rule->class == BVM_CLASS_FILES && rule->paths.num)
			rule->paths.items[0] = etc;
	}
}

START_TEST(wider_never_scores_less)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 23) };
	u32 wider = 0, greater = 0;

	for (u32 i = 0; i < PAIRS; i++) {
		struct bvm_image *images;
		struct changes changes;
		struct ast_policy *ast, *less;
		u32 class, up = 0;
		u64 old, new;

		gen.arena = arena_create();
		images = arena_array(gen.arena, 2, sizeof(*images));
		do
			ast = gen_policy(&gen);
		while (!ast->num_rules);
		charge(&gen, ast);
		policyc_build(gen.arena, ast, &images[0]);
		less = policyc_without(gen.arena, ast,
				       1 + gen_below(&gen, ast->num_rules));
		policyc_build(gen.arena, less, &images[1]);
		ck_assert_int_eq(diff_images(gen.arena, &images[0], &images[1],
					     &changes, &class),
				 0);
		for (u32 k = 0; k < changes.num; k++)
			up += changes.items[k].wider;
		old = score_of(&gen, &images[0]);
		new = score_of(&gen, &images[1]);
		if (up == changes.num)
			ck_assert_uint_ge(new, old);
		if (!up)
			ck_assert_uint_ge(old, new);
		wider += changes.num > 0;
		greater += old != new;
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(wider, 0);
	ck_assert_uint_gt(greater, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("score");
	TCase *tc = tcase_create("scores");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, wider_never_scores_less, 0, LOOPS);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
