// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_cost_test.c - the worst case is that of the dearest path, exactly
 *
 * A program's paths are walked one by one: every branch goes both ways,
 * whether any run could or not. The dearest path of each figure is what the
 * verifier must state, no more and no less.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/parse.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/bvm_gen.h"
#include "tests/lib/bvm_oracle.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "vm/helpers.h"
#include "vm/lower.h"
#include "vm/verify_state.h"

#define MAX_INSNS 64
#define NUM_PROGRAMS 4000
#define MAX_PATHS 200000
#define NUM_POLICIES 200 /* random ones, of which each program is walked */

/* What a path has cost so far, and what the dearest one has. */
struct cost {
	u64 insns, calls, steps;
};

struct walk {
	const struct bvm_insn *insns;
	const struct bvm_image *image;
	struct cost dearest;
	u64 paths;
};

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_verify_in in;
static struct bvm_verify_out out;
static struct bvm_error err;
static struct bvm_insn insns[BVM_MAX_INSNS];
static u64 seed = 88172645463325252ull;

static void setup(void)
{
	bvm_build_full(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	memset(&in, 0, sizeof(in));
	in.insns = insns;
	in.max_stack = BVM_STACK_BYTES;
	in.scratch = malloc(bvm_verify_scratch());
}

static void teardown(void)
{
	free(in.scratch);
}

static void keep_dearest(struct walk *w, const struct cost *c)
{
	if (c->insns > w->dearest.insns)
		w->dearest.insns = c->insns;
	if (c->calls > w->dearest.calls)
		w->dearest.calls = c->calls;
	if (c->steps > w->dearest.steps)
		w->dearest.steps = c->steps;
	w->paths++;
}

/* The table's index is the constant that was put into r2 before the call. */
static u32 table_of(const struct walk *w, u32 pc)
{
	while (w->insns[--pc].code != BVM_MOV64_K || w->insns[pc].dst != 2)
		;
	return (u32)w->insns[pc].imm;
}

static u64 steps_of(const struct walk *w, u32 pc)
{
	if (bvm_helpers[w->insns[pc].imm].table == BVM_TABLE_SLOT)
		return 1;
	return w->image->tables[table_of(w, pc)].max_steps;
}

/* Every way from pc to an exit. */
static void walk_from(struct walk *w, u32 pc, struct cost c)
{
	const struct bvm_insn *insn;
	u32 class;

	for (;; pc++) {
		insn = &w->insns[pc];
		class = BVM_CODE_CLASS(insn->code);
		c.insns++;
		if (insn->code == BVM_LDDW)
			pc++;
		if (class != BVM_CLS_JMP64 && class != BVM_CLS_JMP32)
			continue;
		if (w->paths > MAX_PATHS)
			return;
		if (insn->code == BVM_EXIT) {
			keep_dearest(w, &c);
			return;
		}
		if (insn->code == BVM_CALL) {
			c.calls++;
			c.steps += steps_of(w, pc);
			continue;
		}
		if (insn->code != BVM_JA && insn->code != BVM_JA32)
			walk_from(w, pc + 1, c);
		pc = (u32)bvm_insn_target(insn, pc) - 1;
	}
}

/* Is it accepted? Then it has no more paths than can be walked. */
static bool compare_costs(const struct bvm_image *img)
{
	struct walk w = { .insns = in.insns, .image = img };

	if (bvm_verify(&in, &out, &err))
		return false;
	walk_from(&w, 0, (struct cost){ 0 });
	ck_assert_uint_le(w.paths, MAX_PATHS);
	ck_assert_uint_eq(out.max_insns, w.dearest.insns);
	ck_assert_uint_eq(out.max_calls, w.dearest.calls);
	ck_assert_uint_eq(out.max_steps, w.dearest.steps);
	return true;
}

static size_t random_bytes(u8 *bytes, size_t max)
{
	size_t len = 30 + roll_word(&seed) % (max - 30), i;

	for (i = 0; i < len; i++)
		bytes[i] = (u8)(roll_word(&seed) >> 32);
	return len;
}

START_TEST(costs_are_those_of_the_dearest_path)
{
	static const u32 classes[] = { BVM_CLASS_FILES, BVM_CLASS_NETWORK };
	const u32 class = classes[_i];
	u32 i, compared = 0, with_calls = 0;
	u8 bytes[400];

	in.ctx.size = bvm_classes[class].ctx_size;
	in.ctx.num_fields = bvm_classes[class].num_fields;
	in.ctx.fields = bvm_classes[class].fields;
	in.image = &image;
	for (i = 0; i < NUM_PROGRAMS; i++) {
		size_t len = random_bytes(bytes, sizeof(bytes));

		in.num_insns = bvm_gen_class(bytes, len, insns, MAX_INSNS,
					     &image, class);
		ck_assert_uint_le(in.num_insns, MAX_INSNS);
		if (!compare_costs(&image))
			continue;
		compared++;
		with_calls += out.max_calls > 0;
	}
	printf("%u of %u programs walked, %u with calls\n", compared,
	       NUM_PROGRAMS, with_calls);
	ck_assert_uint_gt(compared, NUM_PROGRAMS / 2);
	ck_assert_uint_gt(with_calls, NUM_PROGRAMS / 10);
}
END_TEST

/* A number of which all are accepted: nothing but branches and fillers. */
START_TEST(branches_alone_are_walked_exactly)
{
	u32 i, pc, compared = 0;

	in.ctx.size = 8;
	for (i = 0; i < NUM_PROGRAMS; i++) {
		u32 num = 4 + roll_word(&seed) % (MAX_INSNS - 4), branches = 0;

		insns[0] = bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0);
		for (pc = 1; pc < num - 1; pc++) {
			insns[pc] = bvm_insn_make(BVM_ADD64_K, 0, 0, 0, 1);
			if (branches == 16 || roll_word(&seed) % 3 == 0)
				continue;
			branches++;
			insns[pc] = bvm_insn_make(
				BVM_JEQ64_K, 0, 0,
				(s16)(roll_word(&seed) % (num - 1 - pc)),
				(s32)pc);
		}
		insns[num - 1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
		in.num_insns = num;
		compared += compare_costs(NULL);
	}
	ck_assert_uint_eq(compared, NUM_PROGRAMS);
}
END_TEST

/* ---- what policyc makes ---- */

/* Return: whether the program was short enough to walk. */
static bool walk_program(const struct bvm_image *img, u32 class)
{
	const struct bvm_program *p = &img->programs[class];

	if (!p->header || p->header->num_insns > MAX_INSNS)
		return false;
	in.insns = p->insns;
	in.num_insns = p->header->num_insns;
	in.ctx.size = bvm_classes[class].ctx_size;
	in.ctx.num_fields = bvm_classes[class].num_fields;
	in.ctx.fields = bvm_classes[class].fields;
	in.image = img;
	in.verdict = true;
	ck_assert_msg(compare_costs(img), "%s", err.text);
	/* ... and that is what the image says of it */
	ck_assert_uint_eq(p->header->max_insns, out.max_insns);
	ck_assert_uint_eq(p->header->max_calls, out.max_calls);
	ck_assert_uint_eq(p->header->max_steps, out.max_steps);
	return true;
}

START_TEST(programs_of_random_policies_are_walked_exactly)
{
	u32 walked[BVM_NUM_CLASSES] = { 0 };

	for (u32 i = 0; i < NUM_POLICIES; i++) {
		struct gen gen = { .arena = arena_create(),
				   .state = gen_seed(i) };
		struct bvm_image *img = arena_alloc(gen.arena, sizeof(*img));

		policyc_build(gen.arena, gen_policy(&gen), img);
		for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
			walked[class] += walk_program(img, class);
		arena_free(gen.arena);
	}
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		printf("%s: %u of %u walked\n", bvm_classes[class].name,
		       walked[class], NUM_POLICIES);
		ck_assert_uint_gt(walked[class], NUM_POLICIES / 20);
	}
}
END_TEST

/* ---- real policies ---- */

static glob_t policies;
static u32 num_accesses; /* loads and stores of the policy's programs */

/* Policies that take arguments say so; tests/policy/run.sh knows them. */
static bool takes_arguments(const char *path)
{
	char text[256] = "";
	FILE *f = fopen(path, "r");

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return strstr(text, "# args:") != NULL;
}

struct access_watch {
	const struct bvm_insn *insns;
	u32 num;
};

/*
 * No policy has an access at an offset that is not constant: what a guess of
 * the processor could send astray is not there.
 */
static void expect_fixed(void *arg, u32 pc, const struct bvm_state *s)
{
	struct access_watch *w = arg;
	const struct bvm_insn *insn = &w->insns[pc];
	const u32 class = BVM_CODE_CLASS(insn->code);
	const struct bvm_reg *base;

	if (class < BVM_CLS_LDX || class > BVM_CLS_STX)
		return;
	base = &s->regs[class == BVM_CLS_LDX ? insn->src : insn->dst];
	ck_assert(bvm_num_is_const(&base->num));
	w->num++;
}

static void verify_program(const struct bvm_image *img, u32 class,
			   struct bvm_insn *low, u32 *map)
{
	const struct bvm_program *p = &img->programs[class];
	struct access_watch w = { .insns = p->insns };
	u32 num = 0;

	in.insns = p->insns;
	in.num_insns = p->header->num_insns;
	in.ctx.size = bvm_classes[class].ctx_size;
	in.ctx.num_fields = bvm_classes[class].num_fields;
	in.ctx.fields = bvm_classes[class].fields;
	in.image = img;
	in.verdict = true;
	in.lowered = false;
	in.max_stack = BVM_KERNEL_STACK;
	in.watch = expect_fixed;
	in.watch_arg = &w;
	ck_assert_msg(!bvm_verify(&in, &out, &err), "%s", err.text);
	num_accesses += w.num;
	ck_assert_int_eq(bvm_lower(p->insns, p->header->num_insns, false, low,
				   BVM_MAX_LOWERED, &num, map, &err),
			 0);
	in.insns = low;
	in.num_insns = num;
	in.lowered = true;
	in.watch = NULL;
	ck_assert_msg(!bvm_verify(&in, &out, &err), "%s", err.text);
}

START_TEST(every_program_of_a_policy_is_accepted)
{
	static struct bvm_insn low[BVM_MAX_LOWERED];
	static u32 map[BVM_MAX_INSNS + 1];
	static const char *const dirs[] = { "tests/policy/include",
					    "policies" };
	const struct diag_options options = { .json = false };
	const struct parse_options parse = { .include_dirs = dirs,
					     .num_include_dirs = 2 };
	const char *path = policies.gl_pathv[_i];
	struct arena *arena = arena_create();
	struct diag *diag = diag_create(arena, &options);
	struct ast_policy *ast = parse_policy(arena, diag, &parse, path);
	struct bvm_image *img = arena_alloc(arena, sizeof(*img));
	struct buf bytes = BUF_INIT(arena);
	u32 class, num = 0;

	if (takes_arguments(path)) {
		arena_free(arena);
		return;
	}
	ck_assert_msg(ast != NULL, "%s", path);
	ck_assert_int_eq(image_build(arena, diag, ast, &bytes), 0);
	ck_assert_int_eq(bvm_image_parse(bytes.data, bytes.len, img, &err), 0);
	for (class = 1; class < BVM_NUM_CLASSES; class ++) {
		if (!img->programs[class].header)
			continue;
		(void)walk_program(img, class);
		verify_program(img, class, low, map);
		num++;
	}
	ck_assert_uint_eq(num, BVM_NUM_CLASSES - 1);
	/* all but what decides all alike look at the request */
	if (strstr(path, "nginx"))
		ck_assert_uint_gt(num_accesses, 10);
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify_cost");
	TCase *tc = tcase_create("cost");
	int status;

	if (glob("policies/*.yaml", 0, NULL, &policies) ||
	    glob("tests/policy/accept/*.yaml", GLOB_APPEND, NULL, &policies))
		return EXIT_FAILURE;
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, costs_are_those_of_the_dearest_path, 0, 2);
	tcase_add_test(tc, branches_alone_are_walked_exactly);
	tcase_add_test(tc, programs_of_random_policies_are_walked_exactly);
	tcase_add_loop_test(tc, every_program_of_a_policy_is_accepted, 0,
			    (int)policies.gl_pathc);
	suite_add_tcase(suite, tc);
	status = suite_run(suite);
	globfree(&policies);
	return status;
}
