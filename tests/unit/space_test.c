// SPDX-License-Identifier: GPL-2.0-only
/*
 * space_test.c - what a walk found is all there is
 *
 * Random policies, alone and in pairs. Whatever a random request is answered by
 * the images, the walk of its class must have met that answer for its operation,
 * and each point of a walk must get from the reference the verdicts it came with.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/passes.h"
#include "policyc/space.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/possible.h"

#define LOOPS 4
#define PAIRS 8
#define REQUESTS 200

struct policy {
	const struct ast_policy *ast;
	struct bvm_image img;
};

/* Answers that were met: by image 0, by image 1, as bits of 0 .. 3. */
struct met {
	const struct policy *const *policies;
	u32 answers[BVM_MAX_OPS];
	u32 points;
};

static struct policy *make_policy(struct gen *gen)
{
	struct policy *policy = arena_alloc(gen->arena, sizeof(*policy));

	policy->ast = gen_policy(gen);
	/* half of them with keys as large policies have them */
	passes_off = gen_below(gen, 2) ? 1u << PASS_FEW : 0;
	policyc_build(gen->arena, policy->ast, &policy->img);
	passes_off = 0;
	return policy;
}

static u32 denied_by(const struct policy *policy,
		     const struct oracle_request *request)
{
	return oracle_eval(policy->ast, request) & BVM_VERDICT_DENY ? 1 : 0;
}

static bool meet(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct met *met = arg;
	struct oracle_request request = {
		.class = point->class,
		.ctx = point->ctx,
		.argv = point->argv,
		.argv_len = point->argv_len,
	};
	u32 answer = 0;

	memcpy(request.strings, point->texts, sizeof(request.strings));
	for (u32 k = 0; k < 2; k++) {
		u32 denied = verdicts[k] & BVM_VERDICT_DENY ? 1 : 0;

		ck_assert_uint_eq(denied_by(met->policies[k], &request),
				  denied);
		answer |= denied << k;
	}
	met->answers[point->op] |= 1u << answer;
	met->points++;
	return true;
}

static u32 try_requests(struct gen *gen, const struct policy *const *policies,
			struct met *met)
{
	u32 tried = 0;

	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request request;
		u32 answer = 0;

		gen_request(gen, policies[i & 1]->ast,
			    1 + i % (BVM_NUM_CLASSES - 1), &request);
		if (!oracle_possible(&request))
			continue;
		for (u32 k = 0; k < 2; k++)
			answer |= denied_by(policies[k], &request) << k;
		ck_assert_msg(
			met[request.class].answers[request.ctx.files.op] >>
					answer &
				1,
			"%s.%s %s by %s: no point is answered like it (%u)",
			bvm_classes[request.class].name,
			bvm_op_name(request.class, request.ctx.files.op),
			request.strings[0] ?: "-",
			request.strings[BVM_STR_EXE - 1] ?: "-", answer);
		tried++;
	}
	return tried;
}

START_TEST(every_answer_has_a_point)
{
	struct gen gen = { .state = 0x9e3779b97f4a7c15ull * (_i + 3) };
	u32 tried = 0, walked = 0;

	for (u32 i = 0; i < PAIRS; i++) {
		struct met met[BVM_NUM_CLASSES] = { 0 };
		const struct policy *both[2];

		gen.arena = arena_create();
		both[0] = make_policy(&gen);
		both[1] = make_policy(&gen);
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
			const struct space_query query = {
				.images = { &both[0]->img, &both[1]->img },
				.num_images = 2,
				.class = class,
				.ops = bvm_classes[class].mediated,
			};

			met[class].policies = both;
			ck_assert_int_eq(space_walk(gen.arena, &query, meet,
						    &met[class]),
					 0);
			walked += met[class].points;
		}
		tried += try_requests(&gen, both, met);
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(tried, PAIRS * REQUESTS / 4);
	ck_assert_uint_gt(walked, PAIRS * 100);
}
END_TEST

static bool count(void *arg, const struct space_point *point,
		  const u32 *verdicts)
{
	u32 *num = arg;

	(void)point;
	(void)verdicts;
	++*num;
	return true;
}

/* As many points as there are, and one more, but not one less. */
START_TEST(a_walk_ends_at_its_limit)
{
	struct gen gen = { .arena = arena_create(), .state = 31 };
	const struct policy *p = make_policy(&gen);
	u32 tried = 0;

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		struct space_query query = {
			.images = { &p->img },
			.num_images = 1,
			.class = class,
			.ops = bvm_classes[class].mediated,
		};
		u32 all = 0, num;

		ck_assert_int_eq(space_walk(gen.arena, &query, count, &all), 0);
		for (u32 i = all > 1 ? 0 : 1; i < 3; i++) {
			query.max_points = all - 1 + i;
			num = 0;
			ck_assert_int_eq(space_walk(gen.arena, &query, count,
						    &num),
					 i ? 0 : -E2BIG);
			ck_assert_uint_eq(num, i ? all : all - 1);
			tried++;
		}
	}
	ck_assert_uint_gt(tried, 2 * BVM_NUM_CLASSES);
	arena_free(gen.arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("space");
	TCase *tc = tcase_create("walks");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, every_answer_has_a_point, 0, LOOPS);
	tcase_add_test(tc, a_walk_ends_at_its_limit);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
