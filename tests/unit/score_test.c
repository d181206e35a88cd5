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
#include "policyc/image_out.h"
#include "policyc/judge.h"
#include "policyc/score.h"
#include "tests/oracle/gen.h"

#define LOOPS 4
#define PAIRS 12

static void build(struct gen *gen, const struct ast_policy *ast,
		  struct bvm_image *img)
{
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(gen->arena, &options);
	struct buf bytes = BUF_INIT(gen->arena);
	struct bvm_error err;

	ck_assert_int_eq(image_build(gen->arena, diag, ast, &bytes), 0);
	ck_assert_int_eq(
		image_load(gen->arena, bytes.data, bytes.len, img, &err), 0);
}

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

static struct ast_policy *without(struct gen *gen,
				  const struct ast_policy *from, u32 number)
{
	struct ast_policy *to = arena_alloc(gen->arena, sizeof(*to));

	*to = *from;
	to->rules =
		arena_array(gen->arena, from->num_rules, sizeof(*to->rules));
	to->num_rules = 0;
	for (u32 i = 0; i < from->num_rules; i++) {
		if (from->rules[i].number == number)
			continue;
		to->rules[to->num_rules] = from->rules[i];
		to->rules[to->num_rules].number = to->num_rules + 1;
		to->num_rules++;
	}
	return to;
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
		struct ast_policy *ast;
		u32 class, up = 0;
		u64 old, new;

		gen.arena = arena_create();
		images = arena_array(gen.arena, 2, sizeof(*images));
		do
			ast = gen_policy(&gen);
		while (!ast->num_rules);
		charge(&gen, ast);
		build(&gen, ast, &images[0]);
		build(&gen,
		      without(&gen, ast, 1 + gen_below(&gen, ast->num_rules)),
		      &images[1]);
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
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, wider_never_scores_less, 0, LOOPS);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
