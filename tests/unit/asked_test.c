// SPDX-License-Identifier: GPL-2.0-only
/*
 * asked_test.c - what a program asks, and images whose programs ask nothing
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/asked.h"
#include "policyc/parse.h"
#include "policyc/passes.h"
#include "policyc/source.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"

static struct bvm_build build;
static struct bvm_image image;

static void build_full(void)
{
	struct bvm_error err;

	bvm_build_full(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
}

START_TEST(a_program_that_asks_nothing_has_no_list)
{
	struct bvm_run run = { .image = &image };
	struct asked asked;
	u32 num = 1;

	build_full();
	asked = asked_find(&run, BVM_CLASS_FILES);
	ck_assert_uint_eq(asked.lists, U32_MAX);
	ck_assert_ptr_null(asked_entries(&image, &asked, &num));
	ck_assert_uint_eq(num, 0);
}
END_TEST

START_TEST(what_is_no_list_has_no_entries)
{
	u32 lists = 0;

	build_full();
	for (u32 i = 0; i < image.num_tables; i++) {
		struct asked asked = { .lists = i };
		const bool is = image.tables[i].kind == BVM_TABLE_LISTS;
		u32 num;

		ck_assert_int_eq(asked_entries(&image, &asked, &num) != NULL,
				 is);
		asked.list = image.tables[i].count;
		ck_assert_ptr_null(asked_entries(&image, &asked, &num));
		lists += is;
	}
	ck_assert_uint_gt(lists, 0);
}
END_TEST

static struct asked ask(const struct ast_policy *ast, u32 off, u32 class)
{
	static bvm_atomic slots[32];
	struct bvm_run run = { .image = &image, .slots = slots, .argv = "" };
	struct asked asked;
	u32 num;

	passes_off = off;
	policyc_build(arena, ast, &image);
	passes_off = 0;
	ck_assert_uint_le(image.meta->num_slots, ARRAY_SIZE(slots));
	asked = asked_find(&run, class);
	ck_assert_ptr_nonnull(asked_entries(&image, &asked, &num));
	asked_renew(&run);
	ck_assert_uint_eq(asked_decide(&image, &asked, asked.preds),
			  bvm_run_class(&run, class));
	return asked;
}

START_TEST(compiled_programs_ask_for_a_list_that_is_there)
{
	struct gen gen = { .arena = arena, .state = 5 };
	const struct ast_policy *ast = gen_policy(&gen);

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		if (bvm_classes[class].mediated)
			(void)ask(ast, 0, class);
}
END_TEST

START_TEST(a_key_that_is_a_verdict_is_a_list_of_it)
{
	static const char text[] =
		"bailiff: 1\npolicy: p\n"
		"default: {files: allow, exec: deny, network: deny, "
		"capabilities: deny, mounts: deny}\n"
		"files:\n"
		"  - {deny: read, paths: /a}\n"
		"  - {deny: read, paths: /b}\n"
		"  - {deny: read, paths: /c}\n"
		"  - {deny: write, when: {uid: 7}}\n";
	const struct source *source =
		source_create(arena, "p.yaml", text, sizeof(text) - 1);
	const struct parse_options options = { .no_includes = true };
	const struct ast_policy *ast =
		parse_text(arena, diag, &options, source);
	struct asked asked;

	ck_assert_ptr_nonnull(ast);
	asked = ask(ast, 1u << PASS_FEW, BVM_CLASS_FILES);
	ck_assert_uint_eq(asked.lists, ASKED_VERDICT);
	ck_assert_uint_eq(asked.list, bvm_verdict(0, 0, 0));
	ck_assert_uint_lt(ask(ast, 0, BVM_CLASS_FILES).lists, image.num_tables);
}
END_TEST

/* num denies of a path each, under a condition or not. */
static const struct ast_policy *denies(u32 num, const char *when)
{
	const struct parse_options options = { .no_includes = true };
	struct buf text = BUF_INIT(arena);
	const struct ast_policy *ast;

	buf_printf(&text, "bailiff: 1\npolicy: p\n"
			  "default: {files: allow, exec: deny, network: deny, "
			  "capabilities: deny, mounts: deny}\nfiles:\n");
	for (u32 i = 0; i < num; i++)
		buf_printf(&text, "  - {deny: read, paths: /%u%s}\n", i, when);
	ast = parse_text(arena, diag, &options,
			 source_create(arena, "p.yaml", buf_text(&text),
				       text.len));
	ck_assert_ptr_nonnull(ast);
	return ast;
}

/* With what is allowed, 64 verdicts: of more, elements hold them. */
START_TEST(few_verdicts_are_lists)
{
	for (u32 num = 62; num < 66; num++) {
		const struct asked asked =
			ask(denies(num, ""), 0, BVM_CLASS_FILES);

		ck_assert_int_eq(asked.lists == ASKED_VERDICT, num + 1 > 64);
	}
}
END_TEST

/* With that of other paths, 64 rows: of more, a table says which column. */
START_TEST(few_rows_have_no_columns)
{
	u32 insns[4];

	for (u32 i = 0; i < ARRAY_SIZE(insns); i++) {
		(void)ask(denies(62 + i, ", when: {uid: 7}"), 0,
			  BVM_CLASS_FILES);
		insns[i] = image.programs[BVM_CLASS_FILES].header->num_insns;
	}
	ck_assert_uint_eq(insns[0], insns[1]);
	ck_assert_uint_gt(insns[2], insns[1]);
	ck_assert_uint_eq(insns[3], insns[2]);
}
END_TEST

START_TEST(a_fresh_container_has_full_buckets)
{
	bvm_atomic slots[8];
	struct bvm_run run = { .image = &image, .slots = slots };

	build_full();
	memset(slots, 0xff, sizeof(slots));
	asked_renew(&run);
	for (u32 i = 0; i < image.meta->num_slots; i++)
		ck_assert(!memcmp(&slots[i], &(bvm_atomic){ 0 },
				  sizeof(slots[i])));
	run.slots = NULL;
	asked_renew(&run);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("asked");
	TCase *tc = tcase_create("questions");

	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_test(tc, a_program_that_asks_nothing_has_no_list);
	tcase_add_test(tc, what_is_no_list_has_no_entries);
	tcase_add_test(tc, compiled_programs_ask_for_a_list_that_is_there);
	tcase_add_test(tc, a_key_that_is_a_verdict_is_a_list_of_it);
	tcase_add_test(tc, few_verdicts_are_lists);
	tcase_add_test(tc, few_rows_have_no_columns);
	tcase_add_test(tc, a_fresh_container_has_full_buckets);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
