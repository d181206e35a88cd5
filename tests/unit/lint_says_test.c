// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint_says_test.c - what lint says of some policies
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
		/* by the other one, or by all others */
		ck_assert_msg(strstr(said, "[P343]") ||
				      strstr(said, "[P344]") ||
				      strstr(said, "[P348]"),
			      "image %u: %s", i, said);
		told |= strstr(said, "do not compile") != NULL;
	}
	witness_spoil = NULL;
	ck_assert(told);
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
	tcase_add_test(tc, allows_of_what_the_default_allows);
	tcase_add_test(tc, what_defaults_write_or_run);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
