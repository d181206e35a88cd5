// SPDX-License-Identifier: GPL-2.0-only
/*
 * judge_test.c - requests that leave attributes open, of random policies
 *
 * Whether all combinations are tried or not, the answer is the same, and it is
 * what a claim of the same request comes to: denied where never can be proved,
 * allowed where always can.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/claim.h"
#include "policyc/judge.h"
#include "policyc/pattern.h"
#include "policyc/point.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

#define LOOPS 4
#define POLICIES 10
#define REQUESTS 40 /* of each policy */

struct tally {
	u32 answers[3]; /* JUDGE_ALLOW, DENY, OPEN */
};

static void put_path(struct gen *gen, const struct ast_policy *ast,
		     struct buf *buf)
{
	const char *path;

	do {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];

		path = gen_path(gen, rule->paths.num ?
					     rule->paths.items[0].text :
					     gen_pattern(gen));
		/* a request's path is made plain: these would be others */
	} while (strpbrk(path, "*?[{\\\"' \t\n") || strstr(path, "..") ||
		 strstr(path, "//") || *path != '/');
	buf_printf(buf, " %s", path);
}

/* One of an operation; some attributes are given, others are not. */
static const char *gen_text(struct gen *gen, const struct ast_policy *ast)
{
	static const u32 classes[] = {
		BVM_CLASS_FILES,   BVM_CLASS_FILES,	 BVM_CLASS_EXEC,
		BVM_CLASS_NETWORK, BVM_CLASS_NETWORK,	 BVM_CLASS_IPC,
		BVM_CLASS_TASKS,   BVM_CLASS_NAMESPACES,
	};
	const u64 remote = BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);
	const u32 class = classes[gen_below(gen, ARRAY_SIZE(classes))];
	struct buf buf = BUF_INIT(gen->arena);
	u32 op;

	do
		op = gen_below(gen, BVM_MAX_OPS);
	while (!(bvm_classes[class].mediated >> op & 1) ||
	       (class == BVM_CLASS_NETWORK && !(remote >> op & 1)) ||
	       (class == BVM_CLASS_FILES && op == BVM_OP_FILES_INHERIT));
	if (!gen_below(gen, 3))
		buf_printf(&buf, "uid=%u ", gen_below(gen, 10));
	if (!gen_below(gen, 3))
		buf_printf(&buf, "gid=%u ", gen_below(gen, 10));
	if (class == BVM_CLASS_NETWORK && gen_below(gen, 2))
		buf_printf(&buf, "to=10.%u.0.1 ", gen_below(gen, 3));
	if (class == BVM_CLASS_NETWORK && gen_below(gen, 2))
		buf_printf(&buf, "port=%u ", gen_below(gen, 10));
	buf_printf(&buf, "%s.%s", bvm_classes[class].name,
		   bvm_op_name(class, op));
	if (class <= BVM_CLASS_EXEC)
		put_path(gen, ast, &buf);
	return buf_text(&buf);
}

/* ---- as a claim ---- */

struct met {
	bool some[2]; /* is allowed, is denied */
};

static bool meet(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct met *met = arg;

	(void)point;
	met->some[point_is_denied(verdicts[0])] = true;
	return true;
}

static bool is_answer(enum judge_answer answer, const struct met *met)
{
	switch (answer) {
	case JUDGE_ALLOW:
		return met->some[0] && !met->some[1];
	case JUDGE_DENY:
		return !met->some[0] && met->some[1];
	case JUDGE_OPEN:
		return met->some[0] && met->some[1];
	case JUDGE_DIFFERS:
		break;
	}
	return false;
}

static void claim(struct gen *gen, const struct bvm_image *img,
		  const struct request *request, const char *text,
		  enum judge_answer answer)
{
	struct space_query query = {
		.images = { img },
		.num_images = 1,
		.class = request->class,
		.ops = request->ops,
		.set.request = request,
	};
	struct met met = { { false } };

	ck_assert_int_eq(space_walk(gen->arena, &query, meet, &met), 0);
	ck_assert_msg(is_answer(answer, &met), "%s: %u, but%s%s", text, answer,
		      met.some[0] ? " some are allowed" : "",
		      met.some[1] ? " some are denied" : "");
}

static void try_request(struct gen *gen, const struct ast_policy *ast,
			const struct bvm_image *img, struct tally *tally)
{
	struct judgement *all = arena_alloc(gen->arena, sizeof(*all));
	struct judgement *some = arena_alloc(gen->arena, sizeof(*some));
	struct request *request = arena_alloc(gen->arena, sizeof(*request));
	const char *text = gen_text(gen, ast);
	struct request_error err;

	ck_assert_msg(!request_parse(gen->arena, text, request, &err), "%s: %s",
		      text, err.text);
	ck_assert_int_eq(judge_request(gen->arena, img, request, all), 0);
	ck_assert_msg(!judge_request_within(gen->arena, img, request, 0, some),
		      "%s: not decided", text);
	claim(gen, img, request, text, some->answer);
	ck_assert_msg(all->answer == some->answer, "%s: %u, %u", text,
		      all->answer, some->answer);
	tally->answers[all->answer]++;
	if (all->answer != JUDGE_OPEN)
		return;
	/* what is named matters */
	ck_assert_msg(some->open && !(some->open & ~all->open),
		      "%s: %llx, %llx", text, (unsigned long long)all->open,
		      (unsigned long long)some->open);
	ck_assert_int_ne(some->shown.verdict & BVM_VERDICT_DENY,
			 some->other.verdict & BVM_VERDICT_DENY);
}

START_TEST(the_answer_is_that_of_all_combinations)
{
	struct gen gen = { .state = gen_seed(_i + 41) };
	struct tally tally = { { 0 } };

	for (u32 i = 0; i < POLICIES; i++) {
		struct ast_policy *ast;
		struct bvm_image *img;

		gen.arena = arena_create();
		img = arena_array(gen.arena, 1, sizeof(*img));
		do
			ast = gen_policy(&gen);
		while (!ast->num_rules);
		policyc_build(gen.arena, ast, img);
		for (u32 k = 0; k < REQUESTS; k++)
			try_request(&gen, ast, img, &tally);
		arena_free(gen.arena);
	}
	for (u32 i = 0; i < ARRAY_SIZE(tally.answers); i++)
		ck_assert_uint_gt(tally.answers[i], POLICIES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("judge");
	TCase *tc = tcase_create("open requests");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, the_answer_is_that_of_all_combinations, 0,
			    LOOPS);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
