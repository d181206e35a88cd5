// SPDX-License-Identifier: GPL-2.0-only
/*
 * program_rate_test.c - what a rule with a rate says as its bucket empties
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"

#define SECOND 1000000000ull

static const char policy[] = "bailiff: 1\n"
			     "policy: x\n"
			     "capabilities:\n"
			     "  - allow: chown\n" /* 1 */
			     "    rate: 10/s burst 2\n"
			     "  - allow: chown\n" /* 2 */
			     "    when: {uid: 5}\n"
			     "    rate: 1/s\n"
			     "  - deny: kill\n" /* 3 */
			     "    rate: 1/s\n"
			     "  - allow: setuid\n" /* 4 */
			     "  - audit: setuid\n" /* 5 */
			     "    rate: 1/s burst 2\n"
			     "  - audit: setuid\n" /* 6 */
			     "    rate: 1/s\n"
			     "    when: {uid: 5}\n"
			     "  - allow: setgid\n" /* 7 */
			     "    rate: 1/s\n"
			     "  - allow: setgid\n" /* 8: whenever 7 does not */
			     "  - audit: setgid\n" /* 9 */
			     "    when: {uid: 5}\n";

#define CHOWN 0
#define KILL 5
#define SETGID 6
#define SETUID 7

static struct arena *arena;
static struct bvm_image img;
static bvm_atomic slots[8];
static u64 now;

static void setup(void)
{
	static const struct diag_options options;
	static const struct parse_options parsing = { .no_includes = true };
	struct diag *diag;
	const struct ast_policy *ast;
	struct bvm_error err;
	struct buf out;

	arena = arena_create();
	diag = diag_create(arena, &options);
	out = (struct buf)BUF_INIT(arena);
	ast = parse_text(arena, diag, &parsing,
			 source_create(arena, "x", policy, strlen(policy)));
	if (!ast || image_build(arena, diag, ast, &out)) {
		diag_print(diag, stderr);
		ck_abort_msg("the policy is refused");
	}
	ck_assert_int_eq(image_load(arena, out.data, out.len, &img, &err), 0);
	ck_assert_uint_eq(img.meta->num_slots, 6);
	memset(slots, 0, sizeof(slots));
	now = SECOND;
}

static void teardown(void)
{
	arena_free(arena);
}

static u32 ask(u32 cap, u32 uid)
{
	struct bvm_run run = {
		.image = &img,
		.slots = slots,
		.now_ns = now,
		.ctx.capabilities = { .cap = cap, .uid = uid },
	};

	return bvm_run_class(&run, BVM_CLASS_CAPABILITIES);
}

static const u32 denied = BVM_VERDICT_DENY | EPERM << BVM_VERDICT_ERRNO_SHIFT;

START_TEST(an_allow_does_not_match_without_a_token)
{
	ck_assert_uint_eq(ask(CHOWN, 1), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(ask(CHOWN, 1), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(ask(CHOWN, 1), denied);
	now += SECOND / 10;
	ck_assert_uint_eq(ask(CHOWN, 1), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(ask(CHOWN, 1), denied);
}
END_TEST

START_TEST(the_next_rule_is_asked_then)
{
	ck_assert_uint_eq(ask(CHOWN, 5), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(ask(CHOWN, 5), bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(ask(CHOWN, 5), bvm_verdict(0, 0, 2));
	ck_assert_uint_eq(ask(CHOWN, 5), denied);
	ck_assert_uint_eq(ask(SETGID, 1), bvm_verdict(0, 0, 7));
	ck_assert_uint_eq(ask(SETGID, 1), bvm_verdict(0, 0, 8));
	ck_assert_uint_eq(ask(SETGID, 5), bvm_verdict(BVM_VERDICT_AUDIT, 0, 8));
}
END_TEST

START_TEST(a_deny_denies_and_is_not_recorded)
{
	u32 verdict = bvm_verdict(BVM_VERDICT_DENY, EPERM, 3);

	ck_assert_uint_eq(ask(KILL, 1), verdict);
	ck_assert_uint_eq(ask(KILL, 1), verdict | BVM_VERDICT_QUIET);
	now += SECOND;
	ck_assert_uint_eq(ask(KILL, 1), verdict);
}
END_TEST

START_TEST(an_audit_does_not_record)
{
	u32 plain = bvm_verdict(0, 0, 4);
	u32 recorded = plain | BVM_VERDICT_AUDIT;

	ck_assert_uint_eq(ask(SETUID, 1), recorded);
	ck_assert_uint_eq(ask(SETUID, 1), recorded);
	ck_assert_uint_eq(ask(SETUID, 1), plain);
	/* another rule with a bucket of its own */
	ck_assert_uint_eq(ask(SETUID, 5), recorded);
	ck_assert_uint_eq(ask(SETUID, 5), plain);
	now += SECOND;
	ck_assert_uint_eq(ask(SETUID, 1), recorded);
}
END_TEST

START_TEST(what_does_not_match_takes_nothing)
{
	for (u32 i = 0; i < 10; i++)
		ck_assert_uint_eq(ask(SETUID + 1, 5), denied);
	for (u32 i = 0; i < ARRAY_SIZE(slots); i++)
		ck_assert_uint_eq(bvm_atomic_read(&slots[i]), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("program_rate");
	TCase *tc = tcase_create("buckets");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_allow_does_not_match_without_a_token);
	tcase_add_test(tc, the_next_rule_is_asked_then);
	tcase_add_test(tc, a_deny_denies_and_is_not_recorded);
	tcase_add_test(tc, an_audit_does_not_record);
	tcase_add_test(tc, what_does_not_match_takes_nothing);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
