// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle_test.c - the image decides what the typed policy says
 *
 * Random policies are compiled; random requests, most of them near what a
 * rule says, get the same verdict word from the program and from the
 * reference that reads the rules one by one. The seed is fixed.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/pattern.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/match.h"
#include "tests/oracle/run.h"
#include "vm/exec.h"
#include "vm/table.h"

#define SUITES 8 /* loops of the test, each with its own seed */
#define POLICIES 60
#define REQUESTS 2100 /* of each policy: 1,008,000 pairs in all */

/* How often each answer came up: a test of one answer tests nothing. */
struct tally {
	u32 allowed, denied, by_rule, audited, killed, quiet;
};

static void count(struct tally *tally, u32 verdict)
{
	bool deny = verdict & BVM_VERDICT_DENY;

	tally->allowed += !deny;
	tally->denied += deny;
	tally->by_rule += bvm_verdict_rule(verdict) != 0;
	tally->audited += !!(verdict & BVM_VERDICT_AUDIT);
	tally->killed += !!(verdict & BVM_VERDICT_KILL);
	tally->quiet += !!(verdict & BVM_VERDICT_QUIET);
}

static void compare_policy(struct gen *gen, struct tally *tally)
{
	struct ast_policy *ast = gen_policy(gen);
	struct bvm_image *img = arena_alloc(gen->arena, sizeof(*img));

	policyc_build(gen->arena, ast, img);
	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request request;
		u32 want, got;

		gen_request(gen, ast, 1 + gen_below(gen, BVM_NUM_CLASSES - 1),
			    &request);
		want = oracle_eval(ast, &request);
		got = oracle_run(img, &request);
		ck_assert_msg(
			got == want,
			"%s.%s %s by %s: the image says %#x, the rules %#x",
			bvm_classes[request.class].name,
			bvm_op_name(request.class, request.ctx.op),
			request.strings[BVM_STR_PATH - 1] ?: "-",
			request.strings[BVM_STR_EXE - 1] ?: "-", got, want);
		count(tally, want);
	}
}

START_TEST(image_decides_as_the_rules_say)
{
	struct gen gen = { .state = gen_seed(_i) };
	struct tally tally = { 0 };

	for (u32 i = 0; i < POLICIES; i++) {
		gen.arena = arena_create();
		compare_policy(&gen, &tally);
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(tally.allowed, POLICIES * REQUESTS / 10);
	ck_assert_uint_gt(tally.denied, POLICIES * REQUESTS / 10);
	ck_assert_uint_gt(tally.by_rule, POLICIES * REQUESTS / 7);
	ck_assert_uint_gt(tally.audited, POLICIES / 4);
	ck_assert_uint_gt(tally.killed, POLICIES / 2);
	ck_assert_uint_gt(tally.quiet, POLICIES / 2);
}
END_TEST

static bool rights_hold(const struct ast_policy *ast, u32 op, const char *path,
			bool may, bool must, u32 *exact)
{
	bool allow = false, deny = false;
	struct oracle_request request = {
		.class = BVM_CLASS_FILES,
		.ctx.op = op,
		.strings = { [BVM_STR_PATH - 1] = path },
	};
	struct bvm_ctx_files *file = &request.ctx.files;

	/* uid 0..11 and beyond, both owners, all kinds: every way there is */
	for (u32 uid = 0; uid < 13; uid++) {
		for (u32 rest = 0; rest < 2 * BVM_NUM_KINDS; rest++) {
			file->uid = uid == 12 ? 1000 : uid;
			file->owner = rest & 1;
			file->type = rest / 2;
			if (oracle_eval(ast, &request) & BVM_VERDICT_DENY)
				deny = true;
			else
				allow = true;
		}
	}
	/* the image may know less, never more */
	*exact += may == allow && must == !deny;
	return (may || !allow) && !(must && deny);
}

START_TEST(rights_never_promise_what_the_rules_do_not)
{
	struct gen gen = { .state = gen_seed(100 + _i) };
	u32 exact = 0, asked = 0;

	for (u32 i = 0; i < POLICIES / 4; i++) {
		struct bvm_image *img;
		struct ast_policy *ast;

		gen.arena = arena_create();
		img = arena_alloc(gen.arena, sizeof(*img));
		ast = gen_policy(&gen);
		for (u32 r = 0; r < ast->num_rules; r++) {
			struct ast_when *when = &ast->rules[r].when;

			when->gid.num = when->host_uid.num = when->exe.num = 0;
			when->no_new_privs = AST_ANY;
		}
		policyc_build(gen.arena, ast, img);
		for (u32 k = 0; img->rights && k < 8; k++) {
			const struct bvm_table *t =
				&img->tables[img->rights_dfa];
			const char *path = gen_path(&gen, gen_pattern(&gen));
			u32 op = gen_below(&gen, 17), state = bvm_dfa_start(t);
			const struct bvm_rights *rights;
			bool may, must;

			for (const char *c = path; *c; c++)
				state = bvm_dfa_step(t, state, *c);
			rights = &img->rights[bvm_dfa_accept(t, state)];
			may = rights->may >> op & 1;
			must = rights->must >> op & 1;
			asked++;
			ck_assert_msg(rights_hold(ast, op, path, may, must,
						  &exact),
				      "rights of %s for %s", path,
				      bvm_op_name(BVM_CLASS_FILES, op));
		}
		arena_free(gen.arena);
	}
	/* ... and seldom less */
	ck_assert_uint_gt(asked, 50);
	ck_assert_uint_gt(exact, asked * 3 / 4);
}
END_TEST

START_TEST(same_policy_makes_the_same_bytes)
{
	struct buf bytes[2];
	struct arena *arenas[2];

	for (u32 i = 0; i < 2; i++) {
		const struct diag_options options = { .json = false };
		struct gen gen = { .state = gen_seed(7) };

		arenas[i] = gen.arena = arena_create();
		bytes[i] = (struct buf)BUF_INIT(gen.arena);
		ck_assert_int_eq(image_build(gen.arena,
					     diag_create(gen.arena, &options),
					     gen_policy(&gen), &bytes[i]),
				 0);
	}
	ck_assert_uint_eq(bytes[0].len, bytes[1].len);
	ck_assert_mem_eq(bytes[0].data, bytes[1].data, bytes[0].len);
	arena_free(arenas[0]);
	arena_free(arenas[1]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oracle");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, image_decides_as_the_rules_say, 0, SUITES);
	tcase_add_loop_test(tc, rights_never_promise_what_the_rules_do_not, 0,
			    2);
	tcase_add_test(tc, same_policy_makes_the_same_bytes);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
