// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_test.c - what the verifier accepts, what it refuses and how it says
 * so
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
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

struct refusal {
	const char *program;
	u32 pc;
	const char *says;
};

static void refuses(const struct refusal *r)
{
	ck_assert_msg(verify(r->program) == -EINVAL, "accepted: %s",
		      r->program);
	ck_assert_str_eq(err.text, r->says);
	ck_assert_uint_eq(err.off, r->pc);
	ck_assert_int_eq(err.code, -EINVAL);
	/* without anyone to tell, the answer is the same */
	ck_assert_int_eq(bvm_verify(&in, &out, NULL), -EINVAL);
}

/* ctx of class network: op 0, family 4, ..., remote 40, local 56 */
static const struct refusal network_refusals[] = {
	{ "mov %r0, %r3; exit", 0,
	  "insn 0: mov %r0, %r3: r3 is not set; a value is needed" },
	{ "mov %r0, %r2; exit", 0,
	  "insn 0: mov %r0, %r2: r2 is not set; a value is needed" },
	{ "exit", 0, "insn 0: exit: r0 is not set; a number is needed" },
	{ "mov %r0, %r1; exit", 1,
	  "insn 1: exit: r0 is ctx+0; a number is needed" },
	{ "mov %r0, %r10; exit", 1,
	  "insn 1: exit: r0 is stack+0; a number is needed" },
	{ "mov %r0, -1; exit", 1,
	  "insn 1: exit: r0 is number -1; a verdict of 32 bits is needed" },
	{ "mov %r0, 1", 0,
	  "insn 0: mov %r0, 1: the program ends without an exit" },
	{ "mov %r0, 0; jeq %r0, 0, +0", 1,
	  "insn 1: jeq %r0, 0, +0: it jumps past the end, to insn 2 of 2" },
	{ "mov %r0, 0; ja -2; exit", 1,
	  "insn 1: ja -2: it jumps backwards, to insn 0" },
	{ "mov %r0, 0; ja -1; exit", 1,
	  "insn 1: ja -1: it jumps backwards, to insn 1" },
	{ "mov %r0, 0; ja +1; mov %r0, 1; exit", 2,
	  "insn 2: mov %r0, 1: no way leads to it" },
	{ "mov %r0, 0; jeq %r0, 0, +1; lddw %r1, 5; exit", 1,
	  "insn 1: jeq %r0, 0, +1: it jumps into the lddw at insn 2" },
	{ "mov %r10, 0; exit", 0,
	  "insn 0: mov %r10, 0: r10 is stack+0; r10 cannot be written" },
	{ "ldxdw %r10, [%r1+40]; exit", 0,
	  "insn 0: ldxdw %r10, [%r1+40]: r10 is stack+0; r10 cannot be written" },
	{ "lddw %r10, 4; exit", 0,
	  "insn 0: lddw %r10, 0x4: r10 is stack+0; r10 cannot be written" },
	/* pointers */
	{ "mul %r1, 2; mov %r0, 0; exit", 0,
	  "insn 0: mul %r1, 2: r1 is ctx+0; pointers take 64-bit add and sub alone" },
	{ "add32 %r1, 2; mov %r0, 0; exit", 0,
	  "insn 0: add32 %r1, 2: r1 is ctx+0; pointers take 64-bit add and sub alone" },
	{ "mov %r0, 1; add %r0, %r1; exit", 1,
	  "insn 1: add %r0, %r1: r1 is ctx+0; a number is needed" },
	{ "mov32 %r0, %r1; exit", 0,
	  "insn 0: mov32 %r0, %r1: r1 is ctx+0; a number is needed" },
	{ "movsx3264 %r0, %r1; exit", 0,
	  "insn 0: movsx3264 %r0, %r1: r1 is ctx+0; a number is needed" },
	{ "neg %r1; mov %r0, 0; exit", 0,
	  "insn 0: neg %r1: r1 is ctx+0; pointers take 64-bit add and sub alone" },
	{ "be64 %r1; mov %r0, 0; exit", 0,
	  "insn 0: be64 %r1: r1 is ctx+0; pointers take 64-bit add and sub alone" },
	{ "sub %r1, %r1; mov %r0, 0; exit", 0,
	  "insn 0: sub %r1, %r1: r1 is ctx+0; a number is needed" },
	{ "mov %r0, 0; jeq %r1, 0, exit; exit", 1,
	  "insn 1: jeq %r1, 0, +0: r1 is ctx+0; a number is needed" },
	{ "mov %r0, 0; jgt %r0, %r1, exit; exit", 1,
	  "insn 1: jgt %r0, %r1, +0: r1 is ctx+0; a number is needed" },
	{ "add %r1, 536870913; mov %r0, 0; exit", 0,
	  "insn 0: add %r1, 536870913: r1 is ctx+0; an offset must stay within 2^29" },
	{ "ldxdw %r2, [%r1+40]; add %r1, %r2; mov %r0, 0; exit", 1,
	  "insn 1: add %r1, %r2: r2 is any number; an offset needs bounds within 2^29" },
	/* the ctx */
	{ "ldxw %r0, [%r1+72]; exit", 0,
	  "insn 0: ldxw %r0, [%r1+72]: r1 is ctx+0; bytes 72..75 leave the ctx of 72 bytes" },
	{ "ldxw %r0, [%r1-4]; exit", 0,
	  "insn 0: ldxw %r0, [%r1-4]: r1 is ctx+0; bytes -4..-1 leave the ctx of 72 bytes" },
	{ "ldxdw %r0, [%r1+0]; exit", 0,
	  "insn 0: ldxdw %r0, [%r1+0]: r1 is ctx+0; bytes 0..7 are not inside one field" },
	{ "stw [%r1+0], 5; mov %r0, 0; exit", 0,
	  "insn 0: stw [%r1+0], 5: r1 is ctx+0; the ctx cannot be written" },
	{ "ldxw %r2, [%r1+4]; add %r1, %r2; ldxb %r0, [%r1+0]; exit", 2,
	  "insn 2: ldxb %r0, [%r1+0]: r1 is ctx+0..+255; bytes 0..255 leave the ctx of 72 bytes" },
	{ "mov %r2, 5; ldxb %r0, [%r2+0]; exit", 1,
	  "insn 1: ldxb %r0, [%r2+0]: r2 is number 5; a pointer is needed" },
	{ "mov %r2, 5; stxb [%r2+0], %r2; exit", 1,
	  "insn 1: stxb [%r2+0], %r2: r2 is number 5; a pointer to the stack is needed" },
	/* the stack */
	{ "ldxdw %r0, [%r10-8]; exit", 0,
	  "insn 0: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set" },
	{ "stw [%r10-8], 1; ldxdw %r0, [%r10-8]; exit", 1,
	  "insn 1: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-4 is not set" },
	{ "stdw [%r10-264], 1; mov %r0, 0; exit", 0,
	  "insn 0: stdw [%r10-264], 1: r10 is stack+0; bytes -264..-257 leave the stack of 256 bytes" },
	{ "stdw [%r10-7], 1; mov %r0, 0; exit", 0,
	  "insn 0: stdw [%r10-7], 1: r10 is stack+0; bytes -7..0 leave the stack of 256 bytes" },
	{ "ldxb %r0, [%r10+0]; exit", 0,
	  "insn 0: ldxb %r0, [%r10+0]: r10 is stack+0; bytes 0..0 leave the stack of 256 bytes" },
	{ "stxw [%r10-8], %r1; mov %r0, 0; exit", 0,
	  "insn 0: stxw [%r10-8], %r1: r1 is ctx+0; it can be stored whole, at a multiple of 8, alone" },
	{ "stxdw [%r10-12], %r1; mov %r0, 0; exit", 0,
	  "insn 0: stxdw [%r10-12], %r1: r1 is ctx+0; it can be stored whole, at a multiple of 8, alone" },
	{ "stxdw [%r10-8], %r4; mov %r0, 0; exit", 0,
	  "insn 0: stxdw [%r10-8], %r4: r4 is not set; a value is needed" },
	{ "stxdw [%r10-8], %r1; ldxw %r0, [%r10-8]; exit", 1,
	  "insn 1: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is part of a pointer" },
	{ "stxdw [%r10-8], %r1; stb [%r10-8], 0; ldxw %r0, [%r10-4]; exit", 2,
	  "insn 2: ldxw %r0, [%r10-4]: r10 is stack+0; the byte at stack-4 is not set" },
	/* what meets */
	{ "ldxw %r3, [%r1+0]; jeq %r3, 1, a; mov %r4, %r1; ja b; a: mov %r4, 1; b: mov %r0, %r4; exit",
	  5,
	  "insn 5: mov %r0, %r4: r4 is not set; a value is needed (r4 was widened where ways meet at insn 5)" },
	{ "ldxw %r3, [%r1+0]; jeq %r3, 1, a; mov %r4, 0; ja b; a: mov %r4, 68; b: add %r1, %r4; ldxdw %r0, [%r1+0]; exit",
	  6,
	  "insn 6: ldxdw %r0, [%r1+0]: r1 is ctx+0..+68; bytes 0..75 leave the ctx of 72 bytes (r1 was widened where ways meet at insn 5)" },
	{ "ldxw %r3, [%r1+0]; jeq %r3, 1, a; stdw [%r10-8], 0; a: ldxdw %r0, [%r10-8]; exit",
	  3,
	  "insn 3: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set" },
	{ "stxdw [%r10-8], %r1; ldxw %r3, [%r1+0]; jeq %r3, 1, a; stdw [%r10-8], 0; a: ldxdw %r0, [%r10-8]; exit",
	  4,
	  "insn 4: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set on every way that meets at insn 4" },
	{ "ldxw %r3, [%r1+0]; stb [%r10-1], 0; jeq %r3, 1, a; stw [%r10-8], 0; a: ldxw %r0, [%r10-8]; exit",
	  4,
	  "insn 4: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set" },
	/* helpers */
	{ "call 99; exit", 0, "insn 0: call 99: there is no such helper" },
	{ "call 0; exit", 0, "insn 0: call 0: there is no such helper" },
	{ "call set; exit", 0,
	  "insn 0: call set: r2 is not set; the constant index of a SET table is needed" },
	{ "mov %r1, 1; call set; exit", 1,
	  "insn 1: call set: r1 is number 1; the ctx is needed" },
	{ "add %r1, 4; call set; exit", 1,
	  "insn 1: call set: r1 is ctx+4; the ctx is needed" },
	{ "mov %r2, 6; call set; exit", 1,
	  "insn 1: call set: r2 is number 6; there are 6 tables" },
	{ "mov %r2, 3; call set; exit", 1,
	  "insn 1: call set: r2 is number 3; that table is of kind RANGE, expected SET" },
	{ "ldxw %r2, [%r1+0]; call set; exit", 1,
	  "insn 1: call set: r2 is number 0..63; the constant index of a SET table is needed" },
	{ "mov %r2, 2; call set; exit", 1,
	  "insn 1: call set: r3 is not set; a number is needed" },
	{ "mov %r2, 2; mov %r3, %r1; call set; exit", 2,
	  "insn 2: call set: r3 is ctx+0; a number is needed" },
	{ "mov %r2, 1; mov %r3, 40; call lpm; exit", 2,
	  "insn 2: call lpm: r3 is number 40; the start of an address in the ctx is needed" },
	{ "mov %r2, 1; mov %r3, %r1; add %r3, 48; call lpm; exit", 3,
	  "insn 3: call lpm: r3 is ctx+48; the start of an address in the ctx is needed" },
	{ "mov %r2, 1; mov %r3, %r10; call lpm; exit", 2,
	  "insn 2: call lpm: r3 is stack+0; the start of an address in the ctx is needed" },
	{ "mov %r2, 0; mov %r3, 1; call match; exit", 2,
	  "insn 2: call match: r3 is number 1; a string's handle from the ctx is needed" },
	{ "mov %r2, 2; mov %r3, 1; call set; mov %r0, %r1; exit", 3,
	  "insn 3: mov %r0, %r1: r1 is not set; a value is needed" },
	{ "mov %r2, 5; mov %r3, 1; call decide; exit", 2,
	  "insn 2: call decide: r4 is not set; a number is needed" },
	{ "mov %r2, 3; mov %r3, 1; call range; exit", 3,
	  "insn 3: exit: r0 is any number; a verdict of 32 bits is needed" },
};

START_TEST(network_programs_are_refused_with_the_reason)
{
	use_class(BVM_CLASS_NETWORK);
	refuses(&network_refusals[_i]);
}
END_TEST

/* ctx of class files: ..., path is a handle at 24 */
static const struct refusal files_refusals[] = {
	{ "ldxw %r0, [%r1+24]; exit", 0,
	  "insn 0: ldxw %r0, [%r1+24]: r1 is ctx+0; path is a string's handle, which only ldxdw may load" },
	{ "ldxdw %r0, [%r1+24]; exit", 1,
	  "insn 1: exit: r0 is a string's handle; a number is needed" },
	{ "ldxdw %r3, [%r1+24]; add %r3, 1; mov %r0, 0; exit", 1,
	  "insn 1: add %r3, 1: r3 is a string's handle; a number is needed" },
	{ "ldxdw %r3, [%r1+24]; mov %r0, 0; jeq %r3, 1, exit; exit", 2,
	  "insn 2: jeq %r3, 1, +0: r3 is a string's handle; a number is needed" },
	{ "ldxdw %r3, [%r1+24]; ldxb %r0, [%r3+0]; exit", 1,
	  "insn 1: ldxb %r0, [%r3+0]: r3 is a string's handle; a pointer is needed" },
	{ "ldxw %r2, [%r1+20]; lsh %r2, 3; add %r1, %r2; ldxb %r0, [%r1+16]; exit",
	  3,
	  "insn 3: ldxb %r0, [%r1+16]: r1 is ctx+0..+8; some of bytes 16..24 are no number or address" },
};

START_TEST(handles_are_for_match_alone)
{
	use_class(BVM_CLASS_FILES);
	refuses(&files_refusals[_i]);
}
END_TEST

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
	/* 3 keys: 2 halvings; 2 prefixes: 2 halvings, 2 deep */
	ck_assert_uint_eq(out.max_steps, 6);
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

/*
 * Shapes of bugs that other verifiers have had: each reads out of bounds if
 * the verifier mistakes what it computes for small.
 */
static const char *const unsound[] = {
	/* or of 32 bits forgets the upper half */
	"ldxdw %r2, [%r1+0]; and32 %r2, 1; lsh %r2, 32; or %r2, 8; add %r1, %r2; ldxdw %r0, [%r1+0]; exit",
	/* mov32 taken for sign-extending */
	"mov %r2, 0; sub32 %r2, 1; add %r2, 1; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* jump on the lower half taken to bound the whole */
	"ldxdw %r2, [%r1+0]; mov %r0, 0; jne32 %r2, 0, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* arsh of a negative number taken to be small */
	"ldxdw %r2, [%r1+0]; arsh %r2, 60; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* sign-extending load taken for zero-extending */
	"ldxsb %r2, [%r1+0]; mov %r0, 0; jsgt %r2, 8, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* shift counts past the width */
	"ldxb %r3, [%r1+0]; mov %r2, 1; lsh %r2, %r3; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* division by a negative number */
	"ldxb %r2, [%r1+0]; and %r2, 7; sdiv %r2, -1; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* remainder by zero is the dividend */
	"ldxb %r2, [%r1+0]; ldxb %r3, [%r1+1]; and %r3, 7; mod %r2, %r3; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* multiplication that wraps */
	"ldxdw %r2, [%r1+0]; and %r2, 15; lddw %r3, 0x1000000000000001; mul %r2, %r3; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* a spilled number, partly overwritten */
	"ldxb %r3, [%r1+0]; stdw [%r10-8], 1; stxb [%r10-8], %r3; ldxdw %r2, [%r10-8]; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* the same at an offset that is not known */
	"ldxb %r3, [%r1+0]; stdw [%r10-8], 1; mov %r4, %r3; and %r4, 7; mov %r5, %r10; sub %r5, %r4; stxb [%r5-1], %r3; ldxdw %r2, [%r10-8]; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* one past the end */
	"ldxb %r2, [%r1+0]; mov %r0, 0; jgt %r2, 16, exit; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
	/* bounds of a minuend for a subtrahend */
	"ldxb %r2, [%r1+0]; and %r2, 7; mov %r3, 3; sub %r3, %r2; add %r1, %r3; ldxb %r0, [%r1+0]; exit",
	/* byte order turns a small number into a large one */
	"ldxb %r2, [%r1+0]; and %r2, 1; be16 %r2; add %r1, %r2; ldxb %r0, [%r1+0]; exit",
};

START_TEST(unsound_offsets_are_refused)
{
	in.ctx.size = 16;
	ck_assert_msg(verify(unsound[_i]) == -EINVAL, "accepted: %s",
		      unsound[_i]);
	ck_assert_msg(strstr(err.text, "leave the ctx") ||
			      strstr(err.text, "offset"),
		      "%s", err.text);
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

START_TEST(targets_that_wait_are_bounded)
{
	u32 n = 0, i;
	const u32 k = BVM_MAX_PENDING;

	/* every branch has a target of its own, all of them after the last */
	in.ctx.size = 8;
	insns[n++] = bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0);
	for (i = 0; i < k; i++)
		insns[n++] = bvm_insn_make(BVM_JEQ64_K, 0, 0, (s16)k, i);
	for (i = 0; i < k; i++)
		insns[n++] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, i);
	insns[n++] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = n;
	ck_assert_msg(bvm_verify(&in, &out, &err) == 0, "%s", err.text);

	memmove(&insns[k + 2], &insns[k + 1], (n - k - 1) * sizeof(insns[0]));
	insns[k + 1] = bvm_insn_make(BVM_JEQ64_K, 0, 0, (s16)k, 1);
	in.num_insns = n + 1;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -E2BIG);
	ck_assert_int_eq(err.code, -E2BIG);
	ck_assert(strstr(err.text, "over 256 jump targets lie ahead") != NULL);
}
END_TEST

START_TEST(lengths_are_bounded)
{
	in.num_insns = 0;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
	in.num_insns = BVM_MAX_LOWERED + 1;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -E2BIG);
	in.num_insns = 1;
	in.max_stack = BVM_STACK_BYTES + 8;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
}
END_TEST

START_TEST(helpers_need_an_image)
{
	in.image = NULL;
	ck_assert_int_eq(verify("mov %r2, 2; mov %r3, 1; call set; exit"),
			 -EINVAL);
	ck_assert_str_eq(err.text,
			 "insn 2: call set: no helper can be called here");
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
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, network_programs_are_refused_with_the_reason, 0,
			    ARRAY_SIZE(network_refusals));
	tcase_add_loop_test(tc, handles_are_for_match_alone, 0,
			    ARRAY_SIZE(files_refusals));
	tcase_add_loop_test(tc, unsound_offsets_are_refused, 0,
			    ARRAY_SIZE(unsound));
	tcase_add_test(tc, unused_fields_must_be_zero);
	tcase_add_test(tc, codes_without_a_row_are_refused);
	tcase_add_test(tc, costs_are_those_of_the_dearest_way);
	tcase_add_test(tc, a_typical_program_is_accepted);
	tcase_add_test(tc, checked_offsets_reach_the_ctx);
	tcase_add_test(tc, a_thousand_diamonds_are_visited_once_each);
	tcase_add_test(tc, targets_that_wait_are_bounded);
	tcase_add_test(tc, lengths_are_bounded);
	tcase_add_test(tc, helpers_need_an_image);
	tcase_add_test(tc, strings_match_the_walked_table_alone);
	tcase_add_test(tc, an_image_states_what_its_programs_cost);
	tcase_add_test(tc, the_log_has_a_line_an_instruction);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
