// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff_rights_test.c - renames and links that only one of two policies denies
 *
 * The dumb twin asks about each two of some short names, under some conditions:
 * the reference evaluator about each name, vm/rights.c about what is gained. The
 * seeds are fixed.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "policyc/diff_rights_show.h"
#include "policyc/judge.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "policyc/widens.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"
#include "tests/oracle/gen.h"
#include "vm/rights.h"

#define LOOPS 4
#define POLICIES 12
#define NAMES 10
#define REQUESTS 6

struct pair {
	const struct ast_policy *asts[2];
	struct bvm_image images[2];
	struct rights_changes changes;
};

/* ---- policies ---- */

static bool is_files(const struct ast_rule *rule)
{
	return rule->class == BVM_CLASS_FILES && rule->kind == BVM_RULE_ALLOW;
}

/* Renames and links are allowed often, or nothing would be seen. */
static struct ast_policy *gen_moving(struct gen *gen)
{
	struct ast_policy *ast = gen_policy(gen);

	memset(ast->audit, 0, sizeof(ast->audit));
	ast->defaults[BVM_CLASS_FILES] = gen_below(gen, 3) ? AST_DENY :
							     AST_ALLOW;
	for (u32 i = 0; i < ast->num_rules; i++)
		if (is_files(&ast->rules[i]) && gen_below(gen, 3))
			ast->rules[i].ops |= BVM_BIT(FILES, RENAME) |
					     BVM_BIT(FILES, LINK);
	return ast;
}

/* The rule in two halves, each under a condition: for requests the same. */
static struct ast_policy *split(struct gen *gen, const struct ast_policy *from)
{
	struct ast_policy *to = arena_alloc(gen->arena, sizeof(*to));
	u32 at = from->num_rules;

	*to = *from;
	to->rules = arena_array(gen->arena, at + 1, sizeof(*to->rules));
	memcpy(to->rules, from->rules, at * sizeof(*to->rules));
	for (u32 i = 0; i < at; i++) {
		struct ast_rule *rule = &to->rules[i];

		if (!is_files(rule) || rule->when.owner ||
		    rule->rate.interval_ns)
			continue;
		rule->when.owner = 1;
		to->rules[at] = *rule;
		to->rules[at].when.owner = 2;
		to->rules[at].number = at + 1;
		to->num_rules++;
		break;
	}
	return to;
}

static struct ast_policy *gen_other(struct gen *gen,
				    const struct ast_policy *ast)
{
	struct ast_policy *other;

	switch (gen_below(gen, 4)) {
	case 0:
		return policyc_without(gen->arena, ast,
				       1 + gen_below(gen, ast->num_rules + 1));
	case 1:
		other = policyc_without(gen->arena, ast, 0);
		other->audit[BVM_CLASS_FILES] = true;
		return other;
	}
	return split(gen, ast);
}

static int compare(struct gen *gen, struct pair *pair, u32 max_pairs)
{
	for (u32 k = 0; k < 2; k++)
		policyc_build(gen->arena, pair->asts[k], &pair->images[k]);
	return diff_rights(gen->arena, &pair->images[0], &pair->images[1],
			   max_pairs, &pair->changes);
}

/* ---- the dumb twin ---- */

static u64 gain(const struct bvm_image *img, const char *from, const char *to,
		bool is_tree)
{
	u64 extra;

	if (!img->rights)
		return 0;
	extra = bvm_rights_gained(img, widens_state(img, from, false),
				  widens_state(img, to, false));
	if (is_tree)
		extra |= bvm_rights_gained_below(img,
						 widens_state(img, from, true),
						 widens_state(img, to, true));
	return extra;
}

/* Do both policies let the programs pass, with both names? */
static bool is_allowed(const struct pair *pair, struct oracle_request *request,
		       const char *from, const char *to)
{
	const char *const names[] = { from, to };

	for (u32 i = 0; i < 4; i++) {
		const struct ast_policy *ast = pair->asts[i / 2];

		request->strings[BVM_STR_PATH - 1] = names[i % 2];
		if (!ast->audit[BVM_CLASS_FILES] &&
		    oracle_eval(ast, request) & BVM_VERDICT_DENY)
			return false;
	}
	return true;
}

static bool is_told(const struct pair *pair, u32 op, u64 was, u64 is,
		    bool is_tree)
{
	for (u32 i = 0; i < pair->changes.num; i++) {
		const struct rights_change *c = &pair->changes.items[i];

		if (c->ops >> op & 1 && c->wider == !is &&
		    c->extra == (was | is) && (is_tree || !c->is_tree))
			return true;
	}
	return false;
}

/* Return: how many requests differ for what is gained. */
static u32 try_move(const struct pair *pair, struct oracle_request *request,
		    const char *from, const char *to)
{
	const u32 op = request->ctx.op;
	const bool is_tree = request->ctx.files.type == BVM_KIND_DIR;
	u64 gains[2];

	if (is_tree && op == BVM_OP_FILES_LINK)
		return 0;
	for (u32 k = 0; k < 2; k++)
		gains[k] = pair->asts[k]->audit[BVM_CLASS_FILES] ?
				   0 :
				   gain(&pair->images[k], from, to, is_tree);
	if (!gains[0] == !gains[1] || !is_allowed(pair, request, from, to))
		return 0;
	ck_assert_msg(is_told(pair, op, gains[0], gains[1], is_tree),
		      "%s to %s: %llx, %llx, tree %u", from, to,
		      (unsigned long long)gains[0],
		      (unsigned long long)gains[1], is_tree);
	return 1;
}

static u32 find_names(struct gen *gen, const struct pair *pair,
		      const char **names)
{
	const struct ast_policy *ast = pair->asts[0];
	u32 num = 0;

	for (u32 tries = 0; tries < 4 * NAMES && num < NAMES; tries++) {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];
		char *name, *slash;

		if (!rule->paths.num)
			continue;
		name = arena_strdup(gen->arena,
				    gen_path(gen, rule->paths.items[0].text));
		slash = strrchr(name, '/');
		if (slash > name && (!slash[1] || !gen_below(gen, 3)))
			*slash = '\0';
		if (name[0] == '/' && name[1] && !strstr(name, "//") &&
		    name[strlen(name) - 1] != '/')
			names[num++] = name;
	}
	return num;
}

static u32 try_all(struct gen *gen, const struct pair *pair)
{
	static const u32 types[] = { BVM_KIND_REGULAR, BVM_KIND_SOCK,
				     BVM_KIND_DIR };
	const char *names[NAMES];
	const u32 num = find_names(gen, pair, names);
	u32 found = 0;

	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request request;

		gen_request(gen, pair->asts[0], BVM_CLASS_FILES, &request);
		for (u32 n = 0; n < num * num * 6; n++) {
			request.ctx.files.ioctl = 0;
			request.ctx.files.op = n % 2 ? BVM_OP_FILES_RENAME :
						       BVM_OP_FILES_LINK;
			request.ctx.files.type = types[n / 2 % 3];
			found += try_move(pair, &request, names[n / 6 % num],
					  names[n / 6 / num]);
		}
	}
	return found;
}

/* What is told is so: its request differs, and the programs allow it. */
static void check_changes(struct gen *gen, struct pair *pair)
{
	for (u32 i = 0; i < pair->changes.num; i++) {
		const struct rights_change *c = &pair->changes.items[i];
		struct oracle_request request = { .class = BVM_CLASS_FILES };
		struct judgement j;
		struct request asked;
		struct request_error err;
		bool denied[2];

		memcpy(request.strings, c->point.texts,
		       sizeof(request.strings));
		request.ctx = c->point.ctx;
		ck_assert(is_allowed(pair, &request,
				     c->point.texts[BVM_STR_PATH - 1], c->to));
		ck_assert_int_eq(
			request_parse(gen->arena,
				      diff_rights_request(gen->arena,
							  &pair->images[0],
							  &pair->images[1], c),
				      &asked, &err),
			0);
		for (u32 k = 0; k < 2; k++) {
			ck_assert_int_eq(judge_request(gen->arena,
						       &pair->images[k], &asked,
						       &j),
					 0);
			ck_assert(j.answer == JUDGE_ALLOW ||
				  j.answer == JUDGE_DENY);
			denied[k] = j.answer == JUDGE_DENY &&
				    !pair->asts[k]->audit[BVM_CLASS_FILES];
			ck_assert(!denied[k] ||
				  (j.widens && j.extra == c->extra));
		}
		ck_assert(denied[0] == c->wider && denied[1] == !c->wider);
	}
}

START_TEST(no_move_that_differs_is_missed_or_made_up)
{
	struct gen gen = { .state = gen_seed(100 + (u32)_i) };
	u32 found = 0, changes = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct ast_policy *ast;
		struct pair *pair;

		gen.arena = arena_create();
		do
			ast = gen_moving(&gen);
		while (!ast->num_rules);
		pair = arena_alloc(gen.arena, sizeof(*pair));
		pair->asts[i % 2] = ast;
		pair->asts[!(i % 2)] = gen_other(&gen, ast);
		ck_assert_int_eq(compare(&gen, pair, DIFF_RIGHTS_MAX_PAIRS), 0);
		found += try_all(&gen, pair);
		check_changes(&gen, pair);
		changes += pair->changes.num;
		arena_free(gen.arena);
	}
	ck_assert_uint_gt(found, 20);
	ck_assert_uint_gt(changes, POLICIES / 4);
}
END_TEST

START_TEST(the_order_of_rules_makes_no_difference)
{
	struct gen gen = { .state = gen_seed(200 + (u32)_i) };

	for (u32 i = 0; i < POLICIES; i++) {
		struct pair *pair;

		gen.arena = arena_create();
		pair = arena_alloc(gen.arena, sizeof(*pair));
		pair->asts[0] = gen_moving(&gen);
		pair->asts[1] = policyc_reversed(gen.arena, pair->asts[0]);
		ck_assert_int_eq(compare(&gen, pair, DIFF_RIGHTS_MAX_PAIRS), 0);
		ck_assert_uint_eq(pair->changes.num, 0);
		arena_free(gen.arena);
	}
}
END_TEST

/* ---- by hand ---- */

static const struct ast_policy *policy_of(struct arena *arena,
					  const char *rules)
{
	return policyc_parse(
		arena, arena_printf(arena, "bailiff: 1\npolicy: t\n%s", rules));
}

#define MOVE "  - {allow: [rename, link], paths: '/s/*'}\n"
#define TREE "files:\n  - {allow: rename, paths: '/s/[ab]'}\n"

/* Each pair the other way round, too. */
static const struct {
	const char *old, *new;
	const char *request; /* that is newly denied; NULL: no difference */
} hands[] = {
	/* one rule, and two that are the same together */
	{ "files:\n" MOVE "  - {allow: list, paths: '/s/[ab]'}\n",
	  "files:\n" MOVE "  - {allow: list, paths: /s/a}\n"
	  "  - {allow: list, paths: /s/b}\n",
	  NULL },
	{ "files:\n" MOVE "  - {allow: list, paths: '/s/[ab]'}\n",
	  "files:\n" MOVE "  - {allow: list, paths: /s/a}\n"
	  "  - {allow: list, paths: /s/b, when: {owner: true}}\n"
	  "  - {allow: list, paths: /s/b, when: {owner: false}}\n",
	  "rename /s/b /s/a" },
	/* the same condition, in one rule or in two */
	{ "files:\n" MOVE
	  "  - {allow: list, paths: '/s/[ab]', when: {owner: true}}\n",
	  "files:\n" MOVE
	  "  - {allow: list, paths: /s/a, when: {owner: true}}\n"
	  "  - {allow: list, paths: /s/b, when: {owner: true}}\n",
	  "rename /s/a /s/b" },
	/* nobody may rename */
	{ "files:\n  - {allow: list, paths: '/s/[ab]', when: {owner: true}}\n",
	  "files:\n  - {allow: list, paths: /s/a, when: {owner: true}}\n"
	  "  - {allow: list, paths: /s/b, when: {owner: true}}\n",
	  NULL },
	/* one caller may: to rename is a right, too, and conditional */
	{ "files:\n  - {allow: rename, paths: '/s/[ab]', when: {uid: 2}}\n",
	  "files:\n  - {allow: rename, paths: /s/a, when: {uid: 2}}\n"
	  "  - {allow: rename, paths: /s/b, when: {uid: 2}}\n",
	  "uid=2 rename /s/a /s/b" },
	/* what is below differs, and the names do not */
	{ TREE "  - {allow: list, paths: '/s/[ab]/x'}\n",
	  TREE "  - {allow: list, paths: /s/a/x}\n"
	       "  - {allow: list, paths: /s/b/x}\n",
	  "type=dir rename /s/a /s/b" },
	{ TREE "  - {allow: list, paths: '/s/[ab]/x'}\n",
	  "mode: {files: audit}\n" TREE "  - {allow: list, paths: /s/a/x}\n"
	  "  - {allow: list, paths: /s/b/x}\n",
	  NULL },
	/* rights of other classes */
	{ "files:\n" MOVE "exec:\n  - allow: '/s/[ab]'\n",
	  "files:\n" MOVE "exec:\n  - allow: /s/a\n"
	  "  - {allow: /s/b, when: {uid: 0-5}}\n"
	  "  - {allow: /s/b, when: {uid: 6-4294967294}}\n",
	  "rename /s/b /s/a" },
	{ "files:\n" MOVE "network:\n  - {allow: bind, unix: '/s/[ab]'}\n",
	  "files:\n" MOVE "network:\n  - {allow: bind, unix: /s/a}\n"
	  "  - {allow: bind, unix: /s/b, when: {uid: 0-5}}\n"
	  "  - {allow: bind, unix: /s/b, when: {uid: 6-4294967294}}\n",
	  "rename /s/b /s/a" },
	/* only a socket may be renamed */
	{ "files:\n  - {allow: rename, paths: '/s/*', type: sock}\n"
	  "  - {allow: list, paths: '/s/[ab]', when: {owner: true}}\n",
	  "files:\n  - {allow: rename, paths: '/s/*', type: sock}\n"
	  "  - {allow: list, paths: /s/a, when: {owner: true}}\n"
	  "  - {allow: list, paths: /s/b, when: {owner: true}}\n",
	  "type=sock rename /s/a /s/b" },
};

START_TEST(by_hand)
{
	struct gen gen = { .arena = arena_create() };
	struct pair *pair = arena_alloc(gen.arena, sizeof(*pair));

	for (u32 back = 0; back < 2; back++) {
		pair->asts[back] = policy_of(gen.arena, hands[_i].old);
		pair->asts[!back] = policy_of(gen.arena, hands[_i].new);
		ck_assert_int_eq(compare(&gen, pair, DIFF_RIGHTS_MAX_PAIRS), 0);
		check_changes(&gen, pair);
		ck_assert_uint_eq(pair->changes.num, hands[_i].request != NULL);
		if (!hands[_i].request)
			continue;
		ck_assert_int_eq(pair->changes.items[0].wider, back);
		ck_assert_str_eq(diff_rights_request(gen.arena,
						     &pair->images[0],
						     &pair->images[1],
						     &pair->changes.items[0]),
				 hands[_i].request);
	}
	arena_free(gen.arena);
}
END_TEST

START_TEST(work_past_the_limit_is_refused)
{
	struct gen gen = { .state = gen_seed(300), .arena = arena_create() };
	struct pair *pair = arena_alloc(gen.arena, sizeof(*pair));
	u32 low = 0, high = DIFF_RIGHTS_MAX_PAIRS, num;

	do {
		pair->asts[0] = gen_moving(&gen);
		pair->asts[1] = split(&gen, pair->asts[0]);
		ck_assert_int_eq(compare(&gen, pair, high), 0);
	} while (pair->changes.num < 2);
	num = pair->changes.num;
	while (high - low > 1) {
		const u32 middle = low + (high - low) / 2;

		if (compare(&gen, pair, middle))
			low = middle;
		else
			high = middle;
	}
	ck_assert_uint_gt(high, 2);
	ck_assert_int_eq(compare(&gen, pair, high - 1), -E2BIG);
	ck_assert_int_eq(compare(&gen, pair, high), 0);
	ck_assert_uint_eq(pair->changes.num, num);
	ck_assert_int_eq(compare(&gen, pair, high + 1), 0);
	ck_assert_uint_eq(pair->changes.num, num);
	arena_free(gen.arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diff_rights");
	TCase *tc = tcase_create("moves");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, no_move_that_differs_is_missed_or_made_up, 0,
			    LOOPS);
	tcase_add_loop_test(tc, the_order_of_rules_makes_no_difference, 0,
			    LOOPS);
	tcase_add_loop_test(tc, by_hand, 0, ARRAY_SIZE(hands));
	tcase_add_test(tc, work_past_the_limit_is_refused);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
