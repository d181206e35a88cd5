// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_test.c - what must be true of differences, on random policies
 *
 * That nothing is missed is space_test.c's business; where not all combinations
 * are tried, what that finds is compared with what trying all of them does.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "policyc/diff.h"
#include "policyc/intern.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

#define LOOPS 4
#define POLICIES 8

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
		ck_assert_uint_eq(
			compare(&gen, ast, policyc_reversed(gen.arena, ast)).num,
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
			const bool *widens = changes.items[k].point.widens;

			/* what a mount would give: space_mounts_test.c */
			if (widens[0] || widens[1])
				continue;
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

/* ---- differences without all combinations ---- */

struct met {
	const bool *never_denies;
	struct intern *answers; /* operations with what both said */
};

static bool meet(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	const struct met *met = arg;
	const u32 key[] = { point->op, verdicts[0], verdicts[1] };
	bool denied[2];

	for (u32 k = 0; k < 2; k++)
		denied[k] = verdicts[k] & BVM_VERDICT_DENY &&
			    !met->never_denies[k];
	if (denied[0] != denied[1])
		(void)intern_put(met->answers, key, ARRAY_SIZE(key));
	return true;
}

static int walk(struct arena *arena, struct space_query *query,
		struct intern *answers)
{
	struct met met = { query->never_denies, answers };

	intern_init(answers, arena);
	return space_walk(arena, query, meet, &met);
}

/* Return: how many answers of one class differ. */
static u32 compare_walks(struct arena *arena, const struct bvm_image *images,
			 u32 class, bool audit)
{
	struct space_query query = {
		.images = { &images[0], &images[1] },
		.num_images = 2,
		.class = class,
		.ops = bvm_classes[class].mediated,
		.never_denies = { false, audit },
	};
	struct intern all, found;
	u32 num;

	if (walk(arena, &query, &all))
		return 0;
	/* no object may be met with each combination */
	query.sought = SPACE_DIFFERENT;
	query.max_points = 1;
	ck_assert_int_eq(walk(arena, &query, &found), 0);
	num = all.num;
	ck_assert_uint_eq(found.num, num);
	for (u32 i = 0; i < num; i++)
		(void)intern_put(&all, intern_get(&found, i),
				 intern_len(&found, i));
	ck_assert_uint_eq(all.num, num);
	return num;
}

START_TEST(no_difference_is_missed_without_all_combinations)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 23) };
	u32 differ = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct bvm_image *images;
		struct ast_policy *ast;

		gen.arena = arena_create();
		images = arena_array(gen.arena, 2, sizeof(*images));
		ast = gen_policy(&gen);
		policyc_build(gen.arena, ast, &images[0]);
		policyc_build(gen.arena, i % 2 ? gen_policy(&gen) : ast,
			      &images[1]);
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
			if (bvm_classes[class].mediated)
				differ += compare_walks(gen.arena, images,
							class, !(i % 2));
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(differ, 8 * POLICIES);
}
END_TEST

/* ---- the same of what one image denies, or allows ---- */

struct found {
	bool deny;
	u32 met; /* points of any kind */
	struct intern answers; /* operations with what was said, of that kind */
};

static bool find(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	const u32 key[] = { point->op, verdicts[0] };
	struct found *found = arg;

	found->met++;
	if (!(verdicts[0] & BVM_VERDICT_DENY) == !found->deny)
		(void)intern_put(&found->answers, key, ARRAY_SIZE(key));
	return true;
}

static int walk_one(struct arena *arena, const struct space_query *query,
		    bool deny, struct found *found)
{
	*found = (struct found){ .deny = deny };
	intern_init(&found->answers, arena);
	return space_walk(arena, query, find, found);
}

static void check_same(struct found *a, const struct found *b)
{
	const u32 num = a->answers.num;

	ck_assert_int_eq(!a->met, !b->met);
	ck_assert_uint_eq(b->answers.num, num);
	for (u32 i = 0; i < num; i++)
		(void)intern_put(&a->answers, intern_get(&b->answers, i),
				 intern_len(&b->answers, i));
	ck_assert_uint_eq(a->answers.num, num);
}

/* The least number of pairs with which a walk comes to its end. */
static u32 least_pairs(struct arena *arena, struct space_query *query,
		       bool deny)
{
	u32 low = 0, high = 1; /* low is too little */
	struct found found;

	query->max_pairs = high;
	while (walk_one(arena, query, deny, &found)) {
		low = high;
		query->max_pairs = high *= 2;
	}
	while (high - low > 1) {
		const u32 middle = low + (high - low) / 2;

		query->max_pairs = middle;
		if (walk_one(arena, query, deny, &found))
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Return: how many answers there are of the class. */
static u32 compare_walks_of_one(struct arena *arena,
				const struct bvm_image *img, u32 class,
				bool deny, u32 *limits)
{
	struct space_query query = {
		.images = { img },
		.num_images = 1,
		.class = class,
		.ops = bvm_classes[class].mediated,
	};
	struct found all, some;
	u32 least;

	if (walk_one(arena, &query, deny, &all))
		return 0;
	query.sought = deny ? SPACE_DENIED : SPACE_ALLOWED;
	query.max_points = 1;
	ck_assert_int_eq(walk_one(arena, &query, deny, &some), 0);
	check_same(&all, &some);
	least = least_pairs(arena, &query, deny);
	for (u32 pairs = least > 1 ? least - 1 : least; pairs < least + 2;
	     pairs++) {
		query.max_pairs = pairs;
		ck_assert_int_eq(walk_one(arena, &query, deny, &some),
				 pairs < least ? -E2BIG : 0);
		if (pairs >= least)
			check_same(&all, &some);
	}
	*limits += least > 1;
	return all.answers.num;
}

START_TEST(no_verdict_is_missed_without_all_combinations)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 29) };
	u32 answers[2] = { 0 }, limits = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct bvm_image *img;

		gen.arena = arena_create();
		img = arena_array(gen.arena, 1, sizeof(*img));
		policyc_build(gen.arena, gen_policy(&gen), img);
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
			if (bvm_classes[class].mediated)
				answers[i % 2] += compare_walks_of_one(
					gen.arena, img, class, i % 2, &limits);
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(answers[0], POLICIES);
	ck_assert_uint_gt(answers[1], POLICIES);
	ck_assert_uint_gt(limits, POLICIES);
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
	tcase_add_loop_test(
		tc, no_difference_is_missed_without_all_combinations, 0, LOOPS);
	tcase_add_loop_test(tc, no_verdict_is_missed_without_all_combinations,
			    0, LOOPS);
	tcase_add_test(tc, audit_mode_denies_nothing);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
