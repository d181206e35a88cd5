// SPDX-License-Identifier: GPL-2.0-only
/*
 * space_mounts_test.c - what mounts may not widen, in walks, diff and claims
 *
 * Random policies whose patterns are so simple that a few names tell all of
 * them apart. The dumb twin asks about each two of these: the reference
 * evaluator about the rules, vm/rights.c about what would be gained.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/claim.h"
#include "policyc/diff.h"
#include "policyc/judge_rename.h"
#include "policyc/point.h"
#include "policyc/space_mounts.h"
#include "policyc/widens.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"
#include "tests/oracle/gen.h"
#include "vm/rights.h"

#define LOOPS 4
#define PAIRS 20
#define BIND (1u << 12)
#define DIFFERENT (1u << 1 | 1u << 2) /* answers that only one denies with */

struct policy {
	const struct ast_policy *ast;
	struct bvm_image img;
};

static struct arena *arena;
static u64 seed;

static const char *const names[] = {
	"/", "/a", "/b", "/c", "/a/b", "/b/b", "/a/c", "/c/c", "/a/b/c",
};

/* ---- policies ---- */

static const char *pick(const char *const *words, u32 num)
{
	return words[roll_below(&seed, num)];
}

#define PICK(words) pick(words, ARRAY_SIZE(words))

static void put_file_rule(struct buf *text)
{
	static const char *const globs[] = {
		"/a",  "/b",   "/{a,b}", "/a/**",    "/b/**",
		"/**", "/*/b", "/*",	 "/{a,b}/*", "/a{,/**}",
	};
	static const char *const conditions[] = { "", "",
						  ", when: {owner: true}",
						  ", when: {uid: 1}" };

	buf_printf(text, "  - {%s: %s, paths: '%s'%s}\n",
		   roll_below(&seed, 4) ? "allow" : "deny",
		   roll_below(&seed, 2) ? "stat" : "read", PICK(globs),
		   PICK(conditions));
}

static void put_mount_rule(struct buf *text)
{
	static const char *const ops[] = { "mount", "move-mount",
					   "[mount, move-mount]", "mount" };
	static const char *const ends[] = { "/a", "/*", "/**", "/a/*",
					    "/{b,c}" };

	buf_printf(text, "  - {%s: %s", roll_below(&seed, 5) ? "allow" : "deny",
		   PICK(ops));
	if (!roll_below(&seed, 3))
		buf_printf(text, ", source: '%s'", PICK(ends));
	if (!roll_below(&seed, 3))
		buf_printf(text, ", target: '%s'", PICK(ends));
	if (!roll_below(&seed, 5))
		buf_printf(text, ", when: {uid: 1}");
	buf_printf(text, "}\n");
}

static struct policy *make_policy(void)
{
	struct policy *p = arena_alloc(arena, sizeof(*p));
	struct buf text = BUF_INIT(arena);

	buf_printf(&text, "bailiff: 1\npolicy: x\n");
	if (!roll_below(&seed, 8))
		buf_printf(&text, "mode: {mounts: audit}\n");
	if (roll_below(&seed, 8)) {
		buf_printf(&text, "files:\n");
		for (u32 i = 1 + roll_below(&seed, 4); i; i--)
			put_file_rule(&text);
	}
	buf_printf(&text, "mounts:\n");
	for (u32 i = 1 + roll_below(&seed, 3); i; i--)
		put_mount_rule(&text);
	p->ast = policyc_parse(arena, buf_text(&text));
	policyc_build(arena, p->ast, &p->img);
	return p;
}

/* ---- the dumb twin ---- */

static bool widens(const struct bvm_image *img, const char *from,
		   const char *to)
{
	return img->rights &&
	       (bvm_rights_gained(img, widens_state(img, from, false),
				  widens_state(img, to, false)) ||
		bvm_rights_gained_below(img, widens_state(img, from, true),
					widens_state(img, to, true)));
}

static bool is_denied(const struct policy *p,
		      const struct oracle_request *request)
{
	const char *from = request->strings[BVM_STR_SOURCE - 1];
	const char *to = request->strings[BVM_STR_PATH - 1];

	if (oracle_eval(p->ast, request) & BVM_VERDICT_DENY)
		return true;
	return to &&
	       judge_rename_is_mount(request->ctx.op, request->ctx.mounts.flags,
				     from) &&
	       widens(&p->img, from, to);
}

static struct oracle_request mount_request(u32 op, u32 uid, const char *from,
					   const char *to)
{
	struct oracle_request r = { .class = BVM_CLASS_MOUNTS };

	r.ctx.op = op;
	r.ctx.mounts.uid = uid;
	r.ctx.mounts.path = BVM_STR_PATH;
	r.ctx.mounts.source = BVM_STR_SOURCE;
	r.strings[BVM_STR_PATH - 1] = to;
	r.strings[BVM_STR_SOURCE - 1] = from;
	if (op == BVM_OP_MOUNTS_MOUNT) {
		r.ctx.mounts.flags = BIND;
		r.ctx.mounts.text = BVM_STR_TEXT;
		r.strings[BVM_STR_TEXT - 1] = "bind";
	}
	return r;
}

/* ---- walks ---- */

struct met {
	const struct policy *const *policies;
	u32 answers[BVM_MAX_OPS];
	u32 widening;
};

static bool meet(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct met *met = arg;
	struct oracle_request request = {
		.class = point->class,
		.ctx = point->ctx,
	};
	u32 answer = 0;

	memcpy(request.strings, point->texts, sizeof(request.strings));
	for (u32 k = 0; k < 2; k++) {
		const bool denied = is_denied(met->policies[k], &request);

		ck_assert_uint_eq(denied, point_is_denied(verdicts[k]));
		ck_assert(denied || !point->widens[k]);
		answer |= (u32)denied << k;
		met->widening += point->widens[k];
	}
	met->answers[point->op] |= 1u << answer;
	return true;
}

/* What diff tells of an operation: bit 0: newly denied, bit 1: newly allowed. */
static u32 told(const struct changes *changes, u32 op)
{
	u32 found = 0;

	for (u32 i = 0; i < changes->num; i++)
		if (changes->items[i].class == BVM_CLASS_MOUNTS &&
		    changes->items[i].ops >> op & 1)
			found |= 1u << changes->items[i].wider;
	return found;
}

static void try_mount(const struct policy *const *both, const struct met *met,
		      const struct changes *changes,
		      const struct oracle_request *r)
{
	u32 answer = 0, denied = 0;

	for (u32 k = 0; k < 2; k++) {
		const bool denies = is_denied(both[k], r);

		answer |= (u32)denies << k;
		denied |=
			(u32)(denies && !both[k]->ast->audit[BVM_CLASS_MOUNTS])
			<< k;
	}
	ck_assert_msg(met->answers[r->ctx.op] >> answer & 1,
		      "%s to %s: no point is answered like it (%u)",
		      r->strings[BVM_STR_SOURCE - 1],
		      r->strings[BVM_STR_PATH - 1], answer);
	if (denied == 1 || denied == 2)
		ck_assert_msg(told(changes, r->ctx.op) >> (denied == 1) & 1,
			      "%s to %s: diff says nothing of it",
			      r->strings[BVM_STR_SOURCE - 1],
			      r->strings[BVM_STR_PATH - 1]);
}

/* What is told is so: explain says it of the request that is shown. */
static void check_changes(const struct policy *const *both,
			  const struct changes *changes)
{
	for (u32 i = 0; i < changes->num; i++) {
		const struct change *c = &changes->items[i];
		struct oracle_request r = { .class = c->class,
					    .ctx = c->point.ctx };

		if (c->class != BVM_CLASS_MOUNTS)
			continue;
		memcpy(r.strings, c->point.texts, sizeof(r.strings));
		for (u32 k = 0; k < 2; k++)
			ck_assert_uint_eq(is_denied(both[k], &r),
					  point_is_denied(c->verdicts[k]));
	}
}

/* Past so few points a walk looks only for what differs. */
static void try_pair(const struct policy *const *both, u32 *widening)
{
	struct space_query query = {
		.images = { &both[0]->img, &both[1]->img },
		.num_images = 2,
		.class = BVM_CLASS_MOUNTS,
		.ops = bvm_classes[BVM_CLASS_MOUNTS].mediated,
		.rights = true,
	};
	struct met met = { .policies = both }, few = met;
	struct changes changes;
	u32 class;

	ck_assert_int_eq(space_walk(arena, &query, meet, &met), 0);
	ck_assert_int_eq(diff_images(arena, &both[0]->img, &both[1]->img,
				     &changes, &class),
			 0);
	check_changes(both, &changes);
	for (u32 i = 0; i < ARRAY_SIZE(names) * ARRAY_SIZE(names) * 4; i++) {
		const struct oracle_request r = mount_request(
			i % 2 ? BVM_OP_MOUNTS_MOUNT : BVM_OP_MOUNTS_MOVE_MOUNT,
			i / 2 % 2, names[i / 4 % ARRAY_SIZE(names)],
			names[i / 4 / ARRAY_SIZE(names)]);

		try_mount(both, &met, &changes, &r);
	}
	query.max_points = 1;
	query.sought = SPACE_DIFFERENT;
	for (u32 k = 0; k < 2; k++)
		query.never_denies[k] = both[k]->ast->audit[BVM_CLASS_MOUNTS];
	ck_assert_int_eq(space_walk(arena, &query, meet, &few), 0);
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		ck_assert(query.never_denies[0] || query.never_denies[1] ||
			  (met.answers[op] & ~few.answers[op] & DIFFERENT) ==
				  0);
	*widening += met.widening;
}

START_TEST(what_a_mount_may_not_widen_is_met_and_told)
{
	u32 widening = 0;

	seed = gen_seed(700 + (u32)_i);
	for (u32 i = 0; i < PAIRS; i++) {
		const struct policy *both[2];

		arena = arena_create();
		both[0] = make_policy();
		both[1] = make_policy();
		try_pair(both, &widening);
		arena_free(arena);
	}
	ck_assert_uint_gt(widening, PAIRS);
}
END_TEST

/* ---- claims ---- */

static bool found(void *arg, const struct space_point *point,
		  const u32 *verdicts)
{
	bool *met = arg;

	(void)point;
	met[point_is_denied(verdicts[0])] = true;
	return true;
}

static void try_claim(const struct policy *p, const struct oracle_request *r)
{
	/* a move has a type and flags, which the claim would leave open */
	const char *text = arena_printf(
		arena, "uid=%u %s %s %s", r->ctx.mounts.uid,
		r->ctx.op == BVM_OP_MOUNTS_MOUNT ? "mount bind" :
						   "fstype= flags= move-mount",
		r->strings[BVM_STR_SOURCE - 1], r->strings[BVM_STR_PATH - 1]);
	struct space_query query = {
		.images = { &p->img },
		.num_images = 1,
		.rights = true,
	};
	struct request_error err;
	bool met[2] = { false, false };

	ck_assert_int_eq(claim_parse(arena, text, &query, &err), 0);
	ck_assert_int_eq(space_walk(arena, &query, found, met), 0);
	ck_assert_msg(met[is_denied(p, r)] && !met[!is_denied(p, r)], "%s",
		      text);
}

START_TEST(claims_count_what_a_mount_may_not_widen)
{
	seed = gen_seed(800 + (u32)_i);
	for (u32 i = 0; i < PAIRS; i++) {
		const struct policy *p;

		arena = arena_create();
		p = make_policy();
		for (u32 k = 0; k < 20; k++) {
			const struct oracle_request r = mount_request(
				roll_below(&seed, 2) ? BVM_OP_MOUNTS_MOUNT :
						       BVM_OP_MOUNTS_MOVE_MOUNT,
				roll_below(&seed, 2), PICK(names), PICK(names));

			try_claim(p, &r);
		}
		arena_free(arena);
	}
}
END_TEST

/* ---- by hand ---- */

#define MOUNTS "mounts:\n  - {allow: mount, source: '/[ab]', target: '/[ab]'}\n"

static const struct {
	const char *old, *new;
	u32 wider, narrower;
} hands[] = {
	/* one rule with a condition, and two: not the same for all below */
	{ "files:\n  - {allow: read, paths: '/[ab]/*', when: {owner: true}}\n",
	  "files:\n  - {allow: read, paths: '/a/*', when: {owner: true}}\n"
	  "  - {allow: read, paths: '/b/*', when: {owner: true}}\n",
	  0, 1 },
	{ "files:\n  - {allow: read, paths: '/[ab]{,/**}'}\n",
	  "files:\n  - {allow: read, paths: '/a{,/**}'}\n"
	  "  - {allow: read, paths: '/b{,/**}'}\n",
	  0, 0 },
	/* of the names themselves */
	{ "exec:\n  - {allow: '/[ab]', when: {owner: true}}\n",
	  "exec:\n  - {allow: /a, when: {owner: true}}\n"
	  "  - {allow: /b, when: {owner: true}}\n",
	  0, 1 },
};

START_TEST(by_hand)
{
	const char *const texts[] = { hands[_i].old, hands[_i].new };

	arena = arena_create();
	for (u32 back = 0; back < 2; back++) {
		struct bvm_image images[2];
		struct changes changes;
		u32 class, wider = 0;

		for (u32 k = 0; k < 2; k++)
			policyc_build(
				arena,
				policyc_parse(
					arena,
					arena_printf(arena,
						     "bailiff: 1\npolicy: "
						     "x\n%s%s",
						     texts[k ^ back], MOUNTS)),
				&images[k]);
		ck_assert_int_eq(diff_images(arena, &images[0], &images[1],
					     &changes, &class),
				 0);
		for (u32 i = 0; i < changes.num; i++)
			wider += changes.items[i].wider;
		ck_assert_uint_eq(wider,
				  back ? hands[_i].narrower : hands[_i].wider);
		ck_assert_uint_eq(changes.num,
				  hands[_i].wider + hands[_i].narrower);
	}
	arena_free(arena);
}
END_TEST

/* ... and no more pairs than are looked at. */
START_TEST(pairs_are_counted)
{
	const u64 before = space_max_mounts;
	struct bvm_image images[2];
	struct changes changes;
	u64 num = 1;
	u32 class;

	arena = arena_create();
	for (u32 k = 0; k < 2; k++)
		policyc_build(
			arena,
			policyc_parse(
				arena,
				arena_printf(arena,
					     "bailiff: 1\npolicy: x\n%s%s",
					     k ? hands[0].new : hands[0].old,
					     MOUNTS)),
			&images[k]);
	for (space_max_mounts = num; diff_images(arena, &images[0], &images[1],
						 &changes, &class) == -E2BIG;
	     space_max_mounts = ++num)
		ck_assert_uint_lt(num, 10000);
	ck_assert_uint_gt(num, 4);
	for (space_max_mounts = num - 1; space_max_mounts <= num + 1;
	     space_max_mounts++)
		ck_assert_int_eq(diff_images(arena, &images[0], &images[1],
					     &changes, &class),
				 space_max_mounts < num ? -E2BIG : 0);
	space_max_mounts = before;
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("space_mounts");
	TCase *tc = tcase_create("mounts");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, what_a_mount_may_not_widen_is_met_and_told, 0,
			    LOOPS);
	tcase_add_loop_test(tc, claims_count_what_a_mount_may_not_widen, 0,
			    LOOPS);
	tcase_add_loop_test(tc, by_hand, 0, ARRAY_SIZE(hands));
	tcase_add_test(tc, pairs_are_counted);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
