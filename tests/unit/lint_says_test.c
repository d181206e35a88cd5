// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint_says_test.c - what lint says of some policies, and where it ends
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/image_out.h"
#include "policyc/lint.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "policyc/witness.h"
#include "tests/lib/messages.h"
#include "tests/lib/suite.h"

static struct arena *arena;

/* What lint says, as text. */
static const char *lint_of(const char *rules)
{
	static const struct diag_options options = { .lint = true };
	const char *text =
		arena_printf(arena, "bailiff: 1\npolicy: x\n%s", rules);
	const struct parse_options no_options = { .num_defines = 0 };
	struct diag *diag = diag_create(arena, &options);
	struct buf bytes = BUF_INIT(arena);
	const struct ast_policy *ast;
	struct bvm_image img;
	struct bvm_error err;

	ast = parse_text(arena, diag, &no_options,
			 source_create(arena, "x", text, strlen(text)));
	ck_assert_ptr_nonnull(ast);
	ck_assert_int_eq(image_build(arena, diag, ast, &bytes), 0);
	ck_assert_int_eq(image_load(arena, bytes.data, bytes.len, &img, &err),
			 0);
	lint_policy(arena, diag, ast, &img);
	return messages_of(arena, diag);
}

static const char twice[] = "files:\n"
			    "  - {allow: stat, paths: /a}\n"
			    "  - {allow: stat, paths: /a}\n";
#define OVERLAPPING 16

static u32 images_left; /* that are built before one is spoiled */

static void spoil_one(const struct bvm_image *img)
{
	struct bvm_decision *entries;

	if (images_left--)
		return;
	for (u32 i = 0; i < img->num_tables; i++) {
		const struct bvm_table *t = &img->tables[i];

		if (t->kind != BVM_TABLE_LISTS)
			continue;
		entries = (void *)(uintptr_t)t->lists.entries;
		for (u32 k = 0; k < t->aux; k++)
			entries[k].verdict ^= BVM_VERDICT_DENY;
	}
}

/* Whichever image of lint's is refused, it finds what it did, or says that not. */
START_TEST(what_does_not_compile_is_said)
{
	bool told = false;

	arena = arena_create();
	witness_spoil = spoil_one;
	/* the first is of the policy itself */
	for (u32 i = 1; i < 12; i++) {
		const char *said;

		images_left = i;
		said = lint_of(twice);
		ck_assert_msg(strstr(said, "[P343]") || strstr(said, "[P348]"),
			      "image %u: %s", i, said);
		ck_assert_msg(images_left != U32_MAX ||
				      strstr(said, "do not compile"),
			      "image %u: %s", i, said);
		told |= strstr(said, "do not compile") != NULL;
	}
	witness_spoil = NULL;
	ck_assert(told);
	arena_free(arena);
}
END_TEST

/*
 * So many combinations that not all are met, but pairs of what is left of each rule
 * are looked at; the last rule says what the first does.
 */
static const char *many_conditions(void)
{
	struct buf rules = BUF_INIT(arena);

	buf_printf(&rules, "ipc:\n");
	for (u32 i = 0; i <= OVERLAPPING; i++) {
		const u32 from = i % OVERLAPPING;

		buf_printf(&rules,
			   "  - {allow: mqueue, when: {uid: %u-%u, gid: %u-%u, "
			   "host-uid: %u-%u}}\n",
			   from, from + 100, from, from + 100, from,
			   from + 100);
	}
	return buf_text(&rules);
}

START_TEST(pairs_are_compared_up_to_a_limit)
{
	const u32 before = lint_max_pairs;
	u32 low = 0, high = before;
	const char *rules;

	arena = arena_create();
	rules = many_conditions();
	ck_assert_uint_eq(before, 20000);
	ck_assert_ptr_null(strstr(lint_of(rules), "[P348]"));
	while (high - low > 1) {
		lint_max_pairs = (low + high) / 2;
		if (strstr(lint_of(rules), "[P348]"))
			low = lint_max_pairs;
		else
			high = lint_max_pairs;
	}
	/* one less, and it is said that it was not compared */
	ck_assert_uint_gt(low, 0);
	for (u32 i = 0; i < 2; i++) {
		lint_max_pairs = low + i;
		ck_assert_int_eq(!strstr(lint_of(rules), "[P348]"), i);
	}
	lint_max_pairs = before;
	arena_free(arena);
}
END_TEST

START_TEST(allows_of_what_the_default_allows)
{
	arena = arena_create();
	ck_assert_ptr_nonnull(strstr(
		lint_of("default: {ipc: allow}\nipc:\n  - allow: mqueue\n"),
		"[P344]"));
	ck_assert_ptr_nonnull(
		strstr(lint_of("default: {ipc: allow}\nipc:\n"
			       "  - {allow: mqueue, rate: 1/s}\n"),
		       "[P344]"));
	ck_assert_ptr_null(
		strstr(lint_of("ipc:\n  - allow: mqueue\n"), "[P344]"));
	arena_free(arena);
}
END_TEST

START_TEST(what_defaults_write_or_run)
{
	static const char *const rules[] = {
		"default: {files: allow}\nexec:\n  - allow: /srv/x\n",
		"default: {exec: allow}\nfiles:\n"
		"  - {allow: write, paths: /srv/x}\n",
		"exec:\n  - allow: /srv/x\nfiles:\n"
		"  - {allow: write, paths: /srv/x}\n",
	};

	arena = arena_create();
	for (u32 i = 0; i < ARRAY_SIZE(rules); i++)
		ck_assert_msg(!!strstr(lint_of(rules[i]), "[P347]"), "%u", i);
	ck_assert_ptr_null(strstr(
		lint_of("default: {files: allow, exec: allow}\n"), "[P347]"));
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lint_says");
	TCase *tc = tcase_create("says");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, what_does_not_compile_is_said);
	tcase_add_test(tc, pairs_are_compared_up_to_a_limit);
	tcase_add_test(tc, allows_of_what_the_default_allows);
	tcase_add_test(tc, what_defaults_write_or_run);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
