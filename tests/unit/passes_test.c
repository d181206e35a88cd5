// SPDX-License-Identifier: GPL-2.0-only
/*
 * passes_test.c - no pass of the compiler changes a decision
 *
 * Random policies are compiled with all passes and without one of them. The
 * build proves each of the two images equal to the rules, as far as it does
 * (validate.h), and random requests get the same verdict word from both: the
 * same rule, errno and flags. What a pass saves is in docs/compiler.md;
 * PASSES_PRINT=1 prints it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/image_out.h"
#include "policyc/passes.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/run.h"

#define POLICIES 24
#define REQUESTS 400
#define DOC "docs/compiler.md"

static const struct {
	const char *name, *file, *doc;
} passes[] = {
#define PASS(NAME, name, file, doc) { name, file, doc },
#include "policyc/passes.def"
#undef PASS
};

/* What images are made of, summed up. */
struct size {
	u32 bytes, insns, states;
};

static void add_size(struct size *size, const struct bvm_image *img)
{
	size->bytes += (u32)img->len;
	for (u32 i = 0; i < img->num_tables; i++)
		if (img->tables[i].kind == BVM_TABLE_DFA ||
		    img->tables[i].kind == BVM_TABLE_ARGV)
			size->states += img->tables[i].count;
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (img->programs[i].header)
			size->insns += img->programs[i].header->num_insns;
}

/* Without the passes of off. False: past a limit, which is no wrong image. */
static bool build(struct arena *arena, const struct ast_policy *ast, u32 off,
		  struct bvm_image *img)
{
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(arena, &options);
	struct buf bytes = BUF_INIT(arena);
	struct bvm_error err;
	int ret;

	passes_off = off;
	ret = image_build(arena, diag, ast, &bytes);
	passes_off = 0;
	if (ret) {
		ck_assert_int_eq(ret, -E2BIG);
		return false;
	}
	ck_assert_int_eq(image_load(arena, bytes.data, bytes.len, img, &err),
			 0);
	return true;
}

static void compare(struct gen *gen, const struct ast_policy *ast,
		    const struct bvm_image *on, const struct bvm_image *off)
{
	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request request;
		u32 want;

		gen_request(gen, ast, 1 + gen_below(gen, BVM_NUM_CLASSES - 1),
			    &request);
		want = oracle_run(on, &request);
		ck_assert_uint_eq(want, oracle_eval(ast, &request));
		ck_assert_uint_eq(want, oracle_run(off, &request));
	}
}

/*
 * Images without the passes of off, beside those without the ones of base.
 * Return: how many policies had an image both ways.
 */
static u32 compare_all(u32 base, u32 off, struct size *with,
		       struct size *without)
{
	u32 num = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		struct gen gen = { .arena = arena_create(),
				   .state = gen_seed(i) };
		const struct ast_policy *ast = gen_policy(&gen);
		struct bvm_image *images =
			arena_array(gen.arena, 2, sizeof(*images));

		ck_assert(build(gen.arena, ast, base, &images[0]));
		if (build(gen.arena, ast, off, &images[1])) {
			num++;
			add_size(with, &images[0]);
			add_size(without, &images[1]);
			compare(&gen, ast, &images[0], &images[1]);
		}
		arena_free(gen.arena);
	}
	return num;
}

static bool doc_has(const char *line)
{
	char text[512];
	bool found = false;
	FILE *f = fopen(DOC, "r");

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(text, sizeof(text), f))
		found = !strcmp(text, line);
	fclose(f);
	return found;
}

/* What is for many keys is tried on few, or these policies had none of it. */
static u32 base_of(u32 pass)
{
	return pass == PASS_COLUMNS || pass == PASS_VERDICTS ? 1u << PASS_FEW :
							       0;
}

START_TEST(a_pass_changes_sizes_alone)
{
	struct size with = { 0 }, without = { 0 };
	const u32 base = base_of(_i);
	const u32 num = compare_all(base, base | 1u << _i, &with, &without);
	char line[512];

	(void)snprintf(line, sizeof(line),
		       "| %s | `%s` | %s | %d | %d | %d |\n", passes[_i].name,
		       passes[_i].file, passes[_i].doc,
		       (int)(without.bytes - with.bytes),
		       (int)(without.insns - with.insns),
		       (int)(without.states - with.states));
	if (getenv("PASSES_PRINT"))
		printf("%s", line);
	ck_assert_uint_gt(num, POLICIES / 2);
	/* otherwise it was not left out */
	if (_i == PASS_FEW)
		ck_assert_uint_gt(without.insns, with.insns);
	else
		ck_assert_uint_gt(without.bytes, with.bytes);
	ck_assert_msg(getenv("PASSES_PRINT") || doc_has(line),
		      DOC " should have: %s", line);
}
END_TEST

START_TEST(all_left_out_decide_the_same)
{
	struct size with = { 0 }, without = { 0 };

	ck_assert_uint_gt(compare_all(0, (1u << PASS_NUM) - 1, &with, &without),
			  POLICIES / 2);
	ck_assert_uint_gt(without.states, with.states);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("passes");
	TCase *tc = tcase_create("passes");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, a_pass_changes_sizes_alone, 0, PASS_NUM);
	tcase_add_test(tc, all_left_out_decide_the_same);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
