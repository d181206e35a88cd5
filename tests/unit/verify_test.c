// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_test.c - what the verifier accepts, what it refuses and how it says
 * so
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
#include "vm/lower.h"
#include "vm/verify.h"

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_verify_in in;
static struct bvm_verify_out out;
static struct bvm_error err;
static struct bvm_insn insns[BVM_MAX_LOWERED];

static void setup(void)
{
	bvm_build_small(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	memset(&in, 0, sizeof(in));
	in.insns = insns;
	in.image = &image;
	in.max_stack = BVM_KERNEL_STACK;
	in.scratch = malloc(bvm_verify_scratch());
}

static void teardown(void)
{
	free(in.scratch);
}

static void use_class(u32 class)
{
	in.ctx.size = bvm_classes[class].ctx_size;
	in.ctx.num_fields = bvm_classes[class].num_fields;
	in.ctx.fields = bvm_classes[class].fields;
	in.verdict = true;
}

static int verify(const char *text)
{
	int num = bvm_asm(text, insns, BVM_MAX_LOWERED);

	ck_assert_int_gt(num, 0);
	in.num_insns = (u32)num;
	return bvm_verify(&in, &out, &err);
}

#define accepts(program) \
	ck_assert_msg(verify(program) == 0, "%s: %s", program, err.text)

START_TEST(unused_fields_must_be_zero)
{
	const struct bvm_insn exit_insn = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	u32 i, field;
	const struct bvm_insn_info *row;

	insns[1] = exit_insn;
	in.num_insns = 2;
	for (i = 0; (row = bvm_insn_row(i)); i++) {
		for (field = 0; field < 4; field++) {
			struct bvm_insn insn = { .code = row->code };
			const bool has_src = row->form == BVM_FORM_ALU_X ||
					     row->form == BVM_FORM_JMP_X ||
					     row->form == BVM_FORM_LDX ||
					     row->form == BVM_FORM_STX;
			const bool has_dst = row->form != BVM_FORM_JA &&
					     row->form != BVM_FORM_CALL &&
					     row->form != BVM_FORM_EXIT;
			const char *const says[] = {
				"the unused src field",
				"of the off field here",
				"of the imm field here",
				has_dst ? "no r11" : "the unused dst field",
			};

			insn.off = row->off == BVM_ANY ? 0 : row->off;
			insn.imm = row->imm == BVM_ANY ? 0 : row->imm;
			if (field == 0 && !has_src)
				insn.src = 1;
			else if (field == 1 && row->off != BVM_ANY)
				insn.off += 100;
			else if (field == 2 && row->imm != BVM_ANY)
				insn.imm += 1;
			else if (field == 3)
				insn.dst = 11;
			else
				continue;
			insns[0] = insn;
			ck_assert_msg(bvm_verify(&in, &out, &err) == -EINVAL,
				      "%s field %u", row->mnemonic, field);
			ck_assert_msg(strstr(err.text, says[field]), "%s",
				      err.text);
			ck_assert(err.off == 0);
		}
	}
}
END_TEST

START_TEST(codes_without_a_row_are_refused)
{
	bool known[256] = { false };
	const struct bvm_insn_info *row;
	u32 i;

	for (i = 0; (row = bvm_insn_row(i)); i++)
		known[row->code] = true;
	insns[1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = 2;
	for (i = 0; i < 256; i++) {
		if (known[i])
			continue;
		insns[0] = bvm_insn_make((u8)i, 0, 0, 0, 0);
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert(strstr(err.text, "no such instruction") != NULL);
	}
}
END_TEST

START_TEST(costs_are_those_of_the_dearest_way)
{
	use_class(BVM_CLASS_NETWORK);
	accepts("mov %r6, %r1; ldxw %r3, [%r1+0]; mov %r0, 0; jeq %r3, 1, short;"
		"mov %r2, 2; call set; mov %r1, %r6; mov %r2, 1; mov %r3, %r6;"
		"add %r3, 40; stxdw [%r10-12], %r0; call lpm; and %r0, 1; exit;"
		"short: mov %r0, 0; exit");
	ck_assert_uint_eq(out.max_insns, 14);
	ck_assert_uint_eq(out.max_calls, 2);
	/* 3 keys: 2 halvings; 2 prefixes: 1 halving, 2 deep */
	ck_assert_uint_eq(out.max_steps, 5);
	ck_assert_uint_eq(out.stack_bytes, 16);
	ck_assert_uint_eq(out.visited, 16);
	ck_assert_uint_eq(out.r0_max, 1);
}
END_TEST

START_TEST(a_typical_program_is_accepted)
{
	use_class(BVM_CLASS_FILES);
	accepts("mov %r6, %r1; mov %r7, 0; ldxw %r2, [%r6+8]; jne %r2, 0, no;"
		"or %r7, 1; no: mov %r1, %r6; mov %r2, 0; ldxdw %r3, [%r6+24];"
		"call match; lsh %r0, 6; ldxw %r3, [%r6+0]; or %r3, %r0;"
		"mov %r1, %r6; mov %r2, 4; call array; mov %r1, %r6; mov %r2, 5;"
		"mov %r3, %r0; mov %r4, %r7; call decide; exit");
	ck_assert_uint_eq(out.max_calls, 3);
	ck_assert_uint_eq(out.max_steps, BVM_MAX_PATH + 1 + 2);
	ck_assert_uint_eq(out.r0_max, U32_MAX);
}
END_TEST

START_TEST(checked_offsets_reach_the_ctx)
{
	in.ctx.size = 16;
	accepts("ldxb %r2, [%r1+0]; and %r2, 15; add %r1, %r2; ldxb %r0, [%r1+0]; exit");
	accepts("ldxb %r2, [%r1+0]; mov %r0, 0; jgt %r2, 12, exit; add %r1, %r2; ldxw %r0, [%r1+0]; exit");
	accepts("ldxdw %r2, [%r1+0]; mov %r0, 0; jsgt %r2, 8, exit; jslt %r2, 0, exit; add %r1, %r2; ldxdw %r0, [%r1+0]; exit");
	/* a signed compare alone leaves the negative ones */
	ck_assert_int_eq(
		verify("ldxdw %r2, [%r1+0]; mov %r0, 0; jsgt %r2, 8, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit"),
		-EINVAL);
	/* a compare of the lower half says nothing of the upper */
	ck_assert_int_eq(
		verify("ldxdw %r2, [%r1+0]; mov %r0, 0; jgt32 %r2, 8, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit"),
		-EINVAL);
	accepts("ldxw %r2, [%r1+0]; mov %r0, 0; jgt32 %r2, 8, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit");
}
END_TEST

/* k branches that each set a bit, and a use of the sum. */
static u32 make_diamonds(u32 k)
{
	u32 n = 0, i;

	insns[n++] = bvm_insn_make(BVM_LDXDW, 2, 1, 0, 0);
	insns[n++] = bvm_insn_make(BVM_MOV64_K, 3, 0, 0, 0);
	for (i = 0; i < k; i++) {
		insns[n++] = bvm_insn_make(BVM_RSH64_K, 2, 0, 0, 1);
		insns[n++] = bvm_insn_make(BVM_JSET64_K, 2, 0, 1, 1);
		insns[n++] = bvm_insn_make(BVM_ADD64_K, 3, 0, 0, 1);
	}
	insns[n++] = bvm_insn_make(BVM_AND64_K, 3, 0, 0, 7);
	insns[n++] = bvm_insn_make(BVM_ADD64_X, 1, 3, 0, 0);
	insns[n++] = bvm_insn_make(BVM_LDXB, 0, 1, 0, 0);
	insns[n++] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	return n;
}

START_TEST(a_thousand_diamonds_are_visited_once_each)
{
	in.ctx.size = 16;
	in.num_insns = make_diamonds(1000);
	ck_assert_msg(bvm_verify(&in, &out, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(out.visited, in.num_insns);
	ck_assert_uint_eq(out.max_insns, in.num_insns);
}
END_TEST

/* num branches, each with a target of its own, all of them ahead at once. */
static int verify_targets(u32 num)
{
	u32 n = 0, i;

	insns[n++] = bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0);
	for (i = 0; i < num; i++)
		insns[n++] = bvm_insn_make(BVM_JEQ64_K, 0, 0, (s16)num, (s32)i);
	for (i = 0; i < num; i++)
		insns[n++] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, (s32)i);
	insns[n++] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.ctx.size = 8;
	in.num_insns = n;
	return bvm_verify(&in, &out, &err);
}

START_TEST(targets_that_wait_are_bounded)
{
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING - 1), 0);
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING), 0);
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING + 1), -E2BIG);
	ck_assert_int_eq(err.code, -E2BIG);
	ck_assert_uint_eq(err.off, BVM_MAX_PENDING + 1);
	ck_assert_str_eq(
		err.text,
		"insn 257: jeq %r0, 256, +257: 257 jump targets lie ahead, the verifier keeps a state for 256");
	/* they are given back when the pass has reached them */
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING), 0);
}
END_TEST

START_TEST(a_lowered_program_may_have_a_few_targets_more)
{
	in.lowered = true;
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING + BVM_LOWERED_PENDING),
			 0);
	ck_assert_int_eq(
		verify_targets(BVM_MAX_PENDING + BVM_LOWERED_PENDING + 1),
		-E2BIG);
	/* and sides that no run enters, which are not looked at */
	ck_assert_int_eq(
		verify("mov %r0, 0; jeq %r0, 0, +1; ldxb %r0, [%r0+0]; exit"),
		0);
	in.lowered = false;
	ck_assert_int_eq(
		verify("mov %r0, 0; jeq %r0, 0, +1; ldxb %r0, [%r0+0]; exit"),
		-EINVAL);
}
END_TEST

START_TEST(a_division_among_all_targets_is_still_accepted_when_lowered)
{
	static struct bvm_insn low[BVM_MAX_LOWERED];
	static u32 map[BVM_MAX_INSNS];
	const u32 at = BVM_MAX_PENDING + 1;

	/* the last of the branches is the division, with the most in flight */
	ck_assert_int_eq(verify_targets(BVM_MAX_PENDING), 0);
	memmove(&insns[at + 2], &insns[at],
		(in.num_insns - at) * sizeof(insns[0]));
	insns[at] = bvm_insn_make(BVM_MOV64_X, 3, 0, 0, 0);
	insns[at + 1] = bvm_insn_make(BVM_DIV64_X, 3, 0, 1, 0);
	for (u32 i = 1; i < at; i++)
		insns[i].off += 2;
	in.num_insns += 2;
	ck_assert_msg(!bvm_verify(&in, &out, &err), "%s", err.text);
	ck_assert_int_eq(bvm_lower(insns, in.num_insns, false, low,
				   BVM_MAX_LOWERED, &in.num_insns, map, &err),
			 0);
	in.insns = low;
	in.lowered = true;
	ck_assert_msg(!bvm_verify(&in, &out, &err), "%s", err.text);
}
END_TEST

START_TEST(memory_is_bounded_by_a_stated_number)
{
	ck_assert_uint_le(bvm_verify_scratch(), BVM_VERIFY_BYTES);
	ck_assert_uint_gt(bvm_verify_scratch(), BVM_VERIFY_BYTES * 9 / 10);
}
END_TEST

START_TEST(lengths_are_bounded)
{
	char says[80];

	in.num_insns = 0;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
	ck_assert_str_eq(err.text, "the program is empty");
	in.num_insns = BVM_MAX_LOWERED + 1;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -E2BIG);
	snprintf(says, sizeof(says), "%u instructions, at most %u",
		 BVM_MAX_LOWERED + 1, BVM_MAX_LOWERED);
	ck_assert_str_eq(err.text, says);
	in.num_insns = 1;
	in.max_stack = BVM_STACK_BYTES + 8;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
}
END_TEST

static void expect_no_helper(void)
{
	ck_assert_int_eq(verify("mov %r2, 2; mov %r3, 1; call set; exit"),
			 -EINVAL);
	ck_assert_str_eq(err.text,
			 "insn 2: call set: no helper can be called here");
}

START_TEST(helpers_need_an_image)
{
	use_class(BVM_CLASS_NETWORK);
	accepts("mov %r2, 2; mov %r3, 1; call set; exit");
	in.image = NULL;
	expect_no_helper();
}
END_TEST

START_TEST(helpers_need_a_class)
{
	ck_assert_ptr_nonnull(in.image);
	expect_no_helper();
}
END_TEST

START_TEST(strings_match_the_walked_table_alone)
{
	use_class(BVM_CLASS_FILES);
	accepts("mov %r2, 0; ldxdw %r3, [%r1+24]; call match; exit");
	ck_assert_uint_eq(out.r0_max, 2);
	image.rights_dfa = U32_MAX;
	ck_assert_int_eq(
		verify("mov %r2, 0; ldxdw %r3, [%r1+24]; call match; exit"),
		-EINVAL);
	ck_assert(strstr(err.text, "strings match the DFA of RIGHTS alone"));
}
END_TEST

START_TEST(an_image_states_what_its_programs_cost)
{
	struct bvm_program_header h;
	static const char *const says[] = {
		"files: the header states 8 bytes of stack, the verifier finds 0",
		"files: the header states 3 instructions at most, the verifier finds 2",
		"files: the header states 1 calls at most, the verifier finds 0",
		"files: the header states 1 table steps at most, the verifier finds 0",
	};
	u32 i;

	ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch, &err), 0);
	for (i = 0; i < ARRAY_SIZE(says); i++) {
		h = *image.programs[BVM_CLASS_FILES].header;
		h.stack_bytes = i == 0 ? 8 : 0;
		h.max_insns = i == 1 ? 3 : 2;
		h.max_calls = i == 2;
		h.max_steps = i == 3;
		image.programs[BVM_CLASS_FILES].header = &h;
		ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch,
						  &err),
				 -EINVAL);
		ck_assert_str_eq(err.text, says[i]);
	}
}
END_TEST

static void collect(void *arg, const char *line)
{
	strncat(arg, line, 1023 - strlen(arg));
	strncat(arg, "\n", 1023 - strlen(arg));
}

static void keep_last(void *arg, const char *line)
{
	snprintf(arg, 1024, "%s", line);
}

START_TEST(no_program_costs_more_than_the_budget)
{
	struct bvm_meta meta = *image.meta;

	/* mov and exit */
	image.meta = &meta;
	meta.budget_insns = 2;
	ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch, &err), 0);
	meta.budget_insns = 1;
	ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch, &err),
			 -E2BIG);
	ck_assert_str_eq(err.text,
			 "files: up to 2 instructions run, the budget is 1");
}
END_TEST

START_TEST(no_program_takes_more_table_steps_than_the_budget)
{
	struct bvm_program_header h = { .max_calls = 1, .max_steps = 2 };
	struct bvm_meta meta = *image.meta;
	int num = bvm_asm("mov %r2, 2; ldxw %r3, [%r1]; call set; exit", insns,
			  BVM_MAX_LOWERED);

	h.num_insns = h.max_insns = (u32)num;
	image.programs[BVM_CLASS_FILES].header = &h;
	image.programs[BVM_CLASS_FILES].insns = insns;
	image.meta = &meta;
	meta.budget_steps = 2;
	ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch, &err), 0);
	meta.budget_steps = 1;
	ck_assert_int_eq(bvm_image_verify(&image, 256, in.scratch, &err),
			 -E2BIG);
	ck_assert_str_eq(err.text,
			 "files: up to 2 table steps, the budget is 1");
}
END_TEST

START_TEST(the_log_shows_what_the_stack_holds)
{
	char text[1024] = "";

	in.ctx.size = 8;
	in.log = collect;
	in.log_arg = text;
	accepts("stxdw [%r10-8], %r1; stb [%r10-9], 1; mov %r0, 0; exit");
	ck_assert_ptr_nonnull(strstr(
		text,
		"   3: exit                             r0=number 0 r1=ctx+0 r2=number 8 stack-8=ctx+0 stack-16=bytes 0x80\n"));
}
END_TEST

START_TEST(a_log_line_that_is_too_long_says_so)
{
	static char text[1024];
	u32 i;

	for (i = 0; i < BVM_STACK_BYTES / 8; i++)
		insns[i] = bvm_insn_make(BVM_STDW, 10, 0, (s16)(-8 * (i + 1)),
					 S32_MIN);
	insns[i] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, 0);
	insns[i + 1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = i + 2;
	in.ctx.size = 8;
	in.max_stack = BVM_STACK_BYTES;
	in.log = keep_last;
	in.log_arg = text;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), 0);
	ck_assert_str_eq(text + strlen(text) - 3, "...");
}
END_TEST

START_TEST(the_log_has_a_line_an_instruction)
{
	char text[1024] = "";

	use_class(BVM_CLASS_CAPABILITIES);
	in.log = collect;
	in.log_arg = text;
	accepts("ldxw %r0, [%r1+4]; exit");
	ck_assert_str_eq(
		text,
		"   0: ldxw %r0, [%r1+4]                r1=ctx+0\n"
		"   1: exit                             r0=number 0..63 r1=ctx+0\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify");
	TCase *tc = tcase_create("verify");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, unused_fields_must_be_zero);
	tcase_add_test(tc, codes_without_a_row_are_refused);
	tcase_add_test(tc, costs_are_those_of_the_dearest_way);
	tcase_add_test(tc, a_typical_program_is_accepted);
	tcase_add_test(tc, checked_offsets_reach_the_ctx);
	tcase_add_test(tc, a_thousand_diamonds_are_visited_once_each);
	tcase_add_test(tc, targets_that_wait_are_bounded);
	tcase_add_test(tc, a_lowered_program_may_have_a_few_targets_more);
	tcase_add_test(
		tc,
		a_division_among_all_targets_is_still_accepted_when_lowered);
	tcase_add_test(tc, memory_is_bounded_by_a_stated_number);
	tcase_add_test(tc, lengths_are_bounded);
	tcase_add_test(tc, helpers_need_an_image);
	tcase_add_test(tc, helpers_need_a_class);
	tcase_add_test(tc, strings_match_the_walked_table_alone);
	tcase_add_test(tc, an_image_states_what_its_programs_cost);
	tcase_add_test(tc, no_program_costs_more_than_the_budget);
	tcase_add_test(tc, no_program_takes_more_table_steps_than_the_budget);
	tcase_add_test(tc, the_log_has_a_line_an_instruction);
	tcase_add_test(tc, the_log_shows_what_the_stack_holds);
	tcase_add_test(tc, a_log_line_that_is_too_long_says_so);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
