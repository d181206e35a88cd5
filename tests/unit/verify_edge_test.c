// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_edge_test.c - where the verifier's rules begin and end
 *
 * Each of these programs is one step from one that must be judged the other
 * way. They were found by faults planted in the verifier (tests/mutants) that
 * no other test saw.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
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
	/* nothing may depend on what the memory held before */
	memset(in.scratch, 0xff, bvm_verify_scratch());
}

static void teardown(void)
{
	free(in.scratch);
}

/* 0: plain memory of 16 bytes. */
static void use_class(u32 class)
{
	in.ctx.size = class ? bvm_classes[class].ctx_size : 16;
	in.ctx.num_fields = class ? bvm_classes[class].num_fields : 0;
	in.ctx.fields = class ? bvm_classes[class].fields : NULL;
	in.verdict = class != 0;
}

static int verify(u32 class, const char *text)
{
	int num = bvm_asm(text, insns, BVM_MAX_LOWERED);

	ck_assert_int_gt(num, 0);
	use_class(class);
	in.num_insns = (u32)num;
	return bvm_verify(&in, &out, &err);
}

struct refusal {
	u32 class;
	const char *program;
	u32 pc;
	const char *says; /* words of it */
};

enum { RAW, FILES = BVM_CLASS_FILES, NET = BVM_CLASS_NETWORK };

static const struct refusal refusals[] = {
	/* control flow */
	{ RAW, "mov %r0, 0; ja32 over; mov %r0, 1; over: exit", 2,
	  "no way leads to it" },
	{ RAW, "mov %r0, 0; exit; mov %r0, 1; exit", 2, "no way leads to it" },
	{ RAW, "mov %r0, 0; ja32 -1; exit", 1, "it jumps backwards" },
	{ RAW, "mov %r0, 0; ja32 +1; exit", 1, "it jumps past the end" },
	{ RAW, "mov %r0, 0; exit; jeq %r0, 0, -3; exit", 2,
	  "it jumps backwards" },
	{ RAW, "mov %r0, 0; ja32 +1; lddw %r2, 1; exit", 1,
	  "it jumps into the lddw" },
	/* helpers that are not there */
	{ NET, "call 99; exit", 0, "there is no such helper" },
	{ NET, "call 65540; exit", 0, "there is no such helper" },
	{ NET, "call -1; exit", 0, "there is no such helper" },
	/* a helper finds its request around the ctx of a hook */
	{ RAW, "mov %r2, 2; mov %r3, 5; call set; exit", 2,
	  "no helper can be called here" },
	/* r1 of a helper is the ctx, at its start */
	{ NET, "mov %r1, 0; mov %r2, 2; mov %r3, 5; call set; exit", 3,
	  "the ctx is needed" },
	{ NET, "mov %r1, %r10; mov %r2, 2; mov %r3, 5; call set; exit", 3,
	  "the ctx is needed" },
	{ NET, "sub %r1, 1; mov %r2, 2; mov %r3, 5; call set; exit", 3,
	  "the ctx is needed" },
	{ NET,
	  "ldxw %r4, [%r1+4]; add %r1, %r4; mov %r2, 2; mov %r3, 5; call set; exit",
	  4, "the ctx is needed" },
	/* addresses are whole, and of the ctx */
	{ NET,
	  "mov %r3, %r10; add %r3, 40; mov %r2, 1; call lpm; and %r0, 1; exit",
	  3, "an address in the ctx is needed" },
	{ NET, "mov %r3, %r1; mov %r2, 1; call lpm; and %r0, 1; exit", 2,
	  "an address in the ctx is needed" },
	{ NET,
	  "ldxw %r4, [%r1+4]; and %r4, 16; mov %r3, %r1; add %r3, 40; add %r3, %r4; mov %r2, 1; call lpm; and %r0, 1; exit",
	  6, "an address in the ctx is needed" },
	/* every register that a call clobbers */
	{ NET,
	  "mov %r5, 1; mov %r2, 2; mov %r3, 5; call set; mov %r0, %r5; exit", 4,
	  "r5 is not set" },
	{ NET,
	  "mov %r4, 1; mov %r2, 2; mov %r3, 5; call set; mov %r0, %r4; exit", 4,
	  "r4 is not set" },
	{ NET, "mov %r2, 2; mov %r3, 5; call set; mov %r0, %r3; exit", 3,
	  "r3 is not set" },
	{ NET, "mov %r2, 2; mov %r3, 5; call set; mov %r0, %r2; exit", 3,
	  "r2 is not set" },
	/* pointers: how far, and how not */
	{ RAW, "sub %r1, 536870913; mov %r0, 0; exit", 0, "2^29" },
	{ RAW, "add %r1, -536870912; sub %r1, 1; mov %r0, 0; exit", 1, "2^29" },
	{ RAW, "sub32 %r1, 8; mov %r0, 0; exit", 0,
	  "pointers take 64-bit add and sub alone" },
	{ RAW, "and %r1, -8; mov %r0, 0; exit", 0,
	  "pointers take 64-bit add and sub alone" },
	{ RAW, "mov %r0, 8; sub %r0, %r1; exit", 1, "a number is needed" },
	{ RAW, "mov %r3, %r1; mov %r0, 0; jeq %r3, %r1, exit; exit", 2,
	  "a number is needed" },
	{ RAW, "mov %r0, 0; jeq32 %r0, %r10, exit; exit", 1,
	  "a number is needed" },
	{ RAW, "movsx864 %r0, %r10; exit", 0, "a number is needed" },
	{ RAW, "mov %r0, 0; jeq %r0, %r5, exit; exit", 1, "r5 is not set" },
	{ RAW, "div %r2, %r1; mov %r0, 0; exit", 0, "a number is needed" },
	{ RAW, "neg %r6; mov %r0, 0; exit", 0, "r6 is not set" },
	/* what was in the scratch memory is not on the stack */
	{ RAW, "ldxdw %r0, [%r10-8]; exit", 0, "is not set" },
	{ RAW, "ldxb %r0, [%r10-64]; exit", 0, "is not set" },
	{ RAW, "stdw [%r10-24], 1; ldxdw %r0, [%r10-16]; exit", 1,
	  "is not set" },
	{ RAW, "stdw [%r10-8], 1; ldxdw %r0, [%r10-16]; exit", 1,
	  "is not set" },
	{ RAW, "stb [%r10-8], 1; ldxh %r0, [%r10-8]; exit", 1, "is not set" },
	{ RAW, "stw [%r10-8], 1; ldxdw %r0, [%r10-8]; exit", 1, "is not set" },
	{ RAW, "stdw [%r10-8], 1; ldxdw %r0, [%r10-12]; exit", 1,
	  "is not set" },
	/* a store somewhere sets nothing for sure, and no pointer goes there */
	{ RAW,
	  "ldxb %r3, [%r1]; and %r3, 8; mov %r4, %r10; sub %r4, %r3; stdw [%r4-8], 1; ldxdw %r0, [%r10-16]; exit",
	  5, "is not set" },
	{ RAW,
	  "stb [%r10-8], 1; ldxb %r3, [%r1]; and %r3, 7; mov %r4, %r10; sub %r4, %r3; stb [%r4-1], 1; ldxdw %r0, [%r10-8]; exit",
	  6, "is not set" },
	{ RAW,
	  "stdw [%r10-8], 1; stdw [%r10-16], 1; ldxb %r3, [%r1]; and %r3, 8; mov %r4, %r10; sub %r4, %r3; stxdw [%r4-8], %r1; mov %r0, 0; exit",
	  6, "stored whole" },
	/* ... and what was a pointer is none any more, nor bytes */
	{ RAW,
	  "stxdw [%r10-8], %r1; stdw [%r10-16], 1; ldxb %r3, [%r1]; and %r3, 8; mov %r4, %r10; sub %r4, %r3; stdw [%r4-8], 1; ldxdw %r0, [%r10-8]; exit",
	  7, "the byte at stack-8" },
	/* a pointer is no bytes */
	{ RAW, "stxdw [%r10-8], %r10; ldxb %r0, [%r10-1]; exit", 1,
	  "part of a pointer" },
	{ RAW, "stxdw [%r10-8], %r10; ldxdw %r3, [%r10-8]; mov %r0, %r3; exit",
	  3, "a number is needed" },
	/* kinds that meet */
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r9, %r1; jeq %r3, 1, a; mov %r9, 1; a: ldxb %r0, [%r9]; exit",
	  4, "a pointer is needed" },
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r9, 8; jeq %r3, 1, a; mov %r9, 20; a: add %r1, %r9; ldxb %r0, [%r1]; exit",
	  5, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r0, %r1; jeq %r3, 1, a; mov %r0, 1; a: exit",
	  4, "a number is needed" },
	/* three ways that meet: the second jump joins the first */
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r9, 20; jeq %r3, 1, a; mov %r9, 2; jeq %r3, 2, a; mov %r9, 4; a: add %r1, %r9; ldxb %r0, [%r1]; exit",
	  7, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r9, 2; jeq %r3, 1, a; mov %r9, 20; jeq %r3, 2, a; mov %r9, 4; a: add %r1, %r9; ldxb %r0, [%r1]; exit",
	  7, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r9, 2; jeq %r3, 1, a; mov %r9, 4; jeq %r3, 2, a; mov %r9, 20; a: add %r1, %r9; ldxb %r0, [%r1]; exit",
	  7, "leave the ctx" },
	/* slots that meet */
	{ RAW,
	  "ldxb %r3, [%r1]; stdw [%r10-8], 2; jeq %r3, 1, a; stdw [%r10-8], 20; a: ldxdw %r4, [%r10-8]; add %r1, %r4; ldxb %r0, [%r1]; exit",
	  6, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; stdw [%r10-8], 0; stdw [%r10-16], 2; jeq %r3, 1, a; stdw [%r10-16], 20; a: ldxdw %r4, [%r10-16]; add %r1, %r4; ldxb %r0, [%r1]; exit",
	  7, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; jeq %r3, 1, a; stdw [%r10-8], 2; a: ldxdw %r0, [%r10-8]; exit",
	  3, "is not set" },
	{ RAW,
	  "ldxb %r3, [%r1]; jne %r3, 1, a; stdw [%r10-8], 2; ja b; a: mov %r0, 0; b: ldxdw %r0, [%r10-8]; exit",
	  5, "is not set" },
	{ RAW,
	  "ldxb %r3, [%r1]; stxdw [%r10-8], %r1; jeq %r3, 1, a; stdw [%r10-8], 2; a: ldxb %r0, [%r10-8]; exit",
	  4, "the byte at stack-8" },
	/* one byte too deep, one too high */
	{ RAW, "stb [%r10-257], 1; mov %r0, 0; exit", 0, "leave the stack" },
	{ RAW, "sth [%r10-257], 1; mov %r0, 0; exit", 0, "leave the stack" },
	{ RAW, "stb [%r10+0], 1; mov %r0, 0; exit", 0, "leave the stack" },
	{ RAW, "sth [%r10-1], 1; mov %r0, 0; exit", 0, "leave the stack" },
	/* one access that spans two ends */
	{ RAW, "ldxdw %r0, [%r1+9]; exit", 0, "leave the ctx" },
	{ RAW, "ldxdw %r0, [%r1-1]; exit", 0, "leave the ctx" },
	{ RAW,
	  "ldxb %r3, [%r1]; and %r3, 15; add %r1, %r3; ldxh %r0, [%r1]; exit",
	  3, "leave the ctx" },
	{ RAW, "ldxb %r3, [%r1]; sub %r1, %r3; ldxb %r0, [%r1+15]; exit", 2,
	  "leave the ctx" },
	{ FILES, "ldxdw %r0, [%r1+20]; exit", 0, "not inside one field" },
	{ FILES, "ldxb %r0, [%r1+24]; exit", 0, "a string's handle" },
	{ FILES, "ldxdw %r3, [%r1+24]; mov %r1, %r3; ldxb %r0, [%r1]; exit", 2,
	  "a pointer is needed" },
	{ FILES,
	  "ldxdw %r3, [%r1+24]; stxdw [%r10-8], %r3; ldxw %r0, [%r10-8]; exit",
	  2, "the byte at stack-8" },
	{ FILES, "ldxdw %r3, [%r1+24]; stxw [%r10-8], %r3; mov %r0, 0; exit", 1,
	  "stored whole" },
	/* a verdict has 32 bits */
	{ NET, "lddw %r0, 0x100000000; exit", 2, "32 bits" },
	{ NET, "ldxw %r0, [%r1+4]; lsh %r0, 24; lsh %r0, 8; exit", 3,
	  "32 bits" },
};

START_TEST(one_step_further_is_refused)
{
	const struct refusal *r = &refusals[_i];

	ck_assert_msg(verify(r->class, r->program) == -EINVAL, "accepted: %s",
		      r->program);
	ck_assert_msg(strstr(err.text, r->says), "%s: '%s'", r->program,
		      err.text);
	ck_assert_msg(err.off == r->pc, "%s: at %u: '%s'", r->program, err.off,
		      err.text);
}
END_TEST

/* Accepted, with what is known of the result. */
struct result {
	u32 class;
	const char *program;
	u64 min, max;
	u64 unknown; /* bits */
};

static const struct result results[] = {
	/* a part of a field has the size of the load, not the field's range */
	{ NET, "ldxb %r0, [%r1+12]; exit", 0, 255, 255 },
	{ NET, "ldxh %r0, [%r1+16]; exit", 0, 65535, 65535 },
	{ FILES, "ldxb %r0, [%r1+8]; exit", 0, 255, 255 },
	{ FILES, "ldxh %r0, [%r1+10]; exit", 0, 65535, 65535 },
	/* a whole one has it */
	{ NET, "ldxw %r0, [%r1+12]; exit", 0, 1023, 1023 },
	{ NET, "ldxw %r0, [%r1+4]; exit", 0, 255, 255 },
	/* a part of a known value is known */
	{ RAW,
	  "lddw %r3, 0x1122334455667788; stxdw [%r10-8], %r3; ldxb %r0, [%r10-7]; exit",
	  0x77, 0x77, 0 },
	{ RAW,
	  "lddw %r3, 0x1122334455667788; stxdw [%r10-8], %r3; ldxh %r0, [%r10-2]; exit",
	  0x1122, 0x1122, 0 },
	{ RAW, "stdw [%r10-8], -2; ldxw %r0, [%r10-8]; exit", 0xfffffffe,
	  0xfffffffe, 0 },
	{ RAW, "stdw [%r10-8], -2; ldxsb %r0, [%r10-8]; exit", (u64)-2, (u64)-2,
	  0 },
	/* of two slots nothing is known but the size */
	{ RAW, "stdw [%r10-8], 1; stdw [%r10-16], 1; ldxw %r0, [%r10-10]; exit",
	  0, U32_MAX, U32_MAX },
	/* nor where it may be at one of several offsets */
	{ RAW,
	  "ldxb %r3, [%r1]; and %r3, 2; stdw [%r10-8], 1; mov %r4, %r10; sub %r4, %r3; ldxh %r0, [%r4-6]; exit",
	  0, 65535, 65535 },
	/* or was partly overwritten */
	{ RAW, "stdw [%r10-8], 1; sth [%r10-6], 1; ldxdw %r0, [%r10-8]; exit",
	  0, U64_MAX, U64_MAX },
	/* the hull of all ways */
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r0, 8; jeq %r3, 1, exit; mov %r0, 4; exit", 4,
	  8, 12 },
	{ RAW,
	  "ldxb %r3, [%r1]; mov %r0, 8; jeq %r3, 1, a; mov %r0, 4; exit; a: exit",
	  4, 8, 12 },
	/* the frame, far down and back */
	{ RAW,
	  "mov %r3, %r10; add %r3, -536870912; add %r3, 536870904; stdw [%r3], 3; ldxdw %r0, [%r10-8]; exit",
	  3, 3, 0 },
	/* what a branch teaches each side */
	{ RAW, "ldxb %r0, [%r1]; jgt %r0, 7, a; exit; a: mov %r0, 0; exit", 0,
	  7, 7 },
	{ RAW, "ldxb %r0, [%r1]; jge %r0, 7, a; exit; a: mov %r0, 0; exit", 0,
	  6, 7 },
	{ RAW, "ldxb %r0, [%r1]; jlt %r0, 7, a; and %r0, 0; a: exit", 0, 6, 7 },
	{ RAW, "ldxb %r0, [%r1]; jle %r0, 7, a; and %r0, 0; a: exit", 0, 7, 7 },
	{ RAW, "ldxb %r0, [%r1]; jne %r0, 7, a; exit; a: mov %r0, 7; exit", 7,
	  7, 0 },
	{ RAW, "ldxb %r0, [%r1]; jset %r0, 248, a; exit; a: mov %r0, 0; exit",
	  0, 7, 7 },
	{ RAW,
	  "ldxdw %r0, [%r1]; jsgt %r0, 7, a; jslt %r0, -8, a; add %r0, 8; exit; a: mov %r0, 0; exit",
	  0, 15, 15 },
	{ RAW,
	  "ldxdw %r0, [%r1]; jsge %r0, 8, a; jsle %r0, -9, a; add %r0, 8; exit; a: mov %r0, 0; exit",
	  0, 15, 15 },
	{ RAW, "ldxw %r0, [%r1]; jgt32 %r0, 7, a; exit; a: mov %r0, 0; exit", 0,
	  7, 7 },
	{ RAW,
	  "mov %r3, 7; ldxb %r0, [%r1]; jgt %r3, %r0, a; mov %r0, 0; a: exit",
	  0, 6, 7 },
	/* where no run goes, the condition counts, and nothing else */
	{ RAW,
	  "mov %r2, 5; jgt32 %r2, 7, a; mov %r0, 8; exit; a: mov32 %r0, %r2; exit",
	  8, 0xffffffff, 0xffffffff },
};

START_TEST(a_result_is_known_to_the_bit)
{
	const struct result *r = &results[_i];

	ck_assert_msg(verify(r->class, r->program) == 0, "%s: %s", r->program,
		      err.text);
	ck_assert_msg(out.r0_min == r->min && out.r0_max == r->max &&
			      out.r0_mask == r->unknown,
		      "%s: %#llx..%#llx, mask %#llx", r->program,
		      (unsigned long long)out.r0_min,
		      (unsigned long long)out.r0_max,
		      (unsigned long long)out.r0_mask);
}
END_TEST

/* The deepest use of the stack, be its offset known or one of several. */
static const struct {
	const char *program;
	u32 bytes;
} depths[] = {
	{ "mov %r0, 0; exit", 0 },
	{ "stb [%r10-1], 1; mov %r0, 0; exit", 8 },
	{ "stb [%r10-256], 1; mov %r0, 0; exit", 256 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, -256; add %r3, %r2; stb [%r3], 1; mov %r0, 0; exit",
	  256 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, %r2; stxb [%r3-249], %r2; mov %r0, 0; exit",
	  256 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, %r2; stb [%r3-248], 1; mov %r0, 0; exit",
	  248 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; sub %r3, %r2; stb [%r3-1], 1; mov %r0, 0; exit",
	  8 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; sub %r3, %r2; stb [%r3-2], 1; mov %r0, 0; exit",
	  16 },
	/* one on each side of a fixed one */
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, %r2; stb [%r3-16], 1; stb [%r10-32], 1; mov %r0, 0; exit",
	  32 },
	{ "ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, %r2; stb [%r3-64], 1; stb [%r10-32], 1; mov %r0, 0; exit",
	  64 },
	/* a load */
	{ "stdw [%r10-64], 1; ldxb %r2, [%r1]; and %r2, 7; mov %r3, %r10; add %r3, %r2; ldxb %r0, [%r3-64]; exit",
	  64 },
};

START_TEST(the_deepest_use_of_the_stack_counts)
{
	ck_assert_msg(verify(RAW, depths[_i].program) == 0, "%s: %s",
		      depths[_i].program, err.text);
	ck_assert_msg(out.stack_bytes == depths[_i].bytes, "%s: %u bytes",
		      depths[_i].program, out.stack_bytes);
}
END_TEST

/* Each way is the dearest by another measure. */
START_TEST(costs_are_joined_each_by_itself)
{
	static const char call[] =
		"mov %r1, %r6; mov %r2, 2; mov %r3, 5; call set;";
	char text[512];

	/* the way that is shorter calls more */
	snprintf(text, sizeof(text),
		 "mov %%r6, %%r1; ldxw %%r7, [%%r1]; jeq %%r7, 1, a; %s ja b;"
		 "a: mov %%r0, 1; mov %%r0, 1; mov %%r0, 1; mov %%r0, 1;"
		 "mov %%r0, 1; mov %%r0, 1; mov %%r0, 1; b: exit",
		 call);
	ck_assert_msg(verify(NET, text) == 0, "%s", err.text);
	ck_assert_uint_eq(out.max_insns, 3 + 7 + 1);
	ck_assert_uint_eq(out.max_calls, 1);
	ck_assert_uint_eq(out.max_steps, 2);
	/* and the other way round, where it falls through */
	snprintf(text, sizeof(text),
		 "mov %%r6, %%r1; ldxw %%r7, [%%r1]; jeq %%r7, 1, a;"
		 "mov %%r0, 1; mov %%r0, 1; mov %%r0, 1; mov %%r0, 1;"
		 "mov %%r0, 1; mov %%r0, 1; mov %%r0, 1; ja b; a: %s b: exit",
		 call);
	ck_assert_msg(verify(NET, text) == 0, "%s", err.text);
	ck_assert_uint_eq(out.max_insns, 3 + 8 + 1);
	ck_assert_uint_eq(out.max_calls, 1);
	ck_assert_uint_eq(out.max_steps, 2);
}
END_TEST

START_TEST(no_field_is_unused_by_chance)
{
	static const u8 codes[] = { BVM_JA, BVM_JA32, BVM_CALL, BVM_EXIT };

	use_class(RAW);
	insns[1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = 2;
	for (u32 i = 0; i < ARRAY_SIZE(codes); i++) {
		insns[0] = bvm_insn_make(codes[i], 1, 0, 0, 0);
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "unused dst field"), "%s",
			      err.text);
		insns[0] = bvm_insn_make(codes[i], 0, 1, 0, 0);
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "unused src field"), "%s",
			      err.text);
	}
}
END_TEST

/* Register 11 is a JIT's own, as a source too. */
START_TEST(a_register_that_is_none_is_named)
{
	static const u8 codes[] = { BVM_ADD64_X, BVM_MOV64_X, BVM_MOV32_X,
				    BVM_LDXDW,	 BVM_STXDW,   BVM_JEQ64_X };
	char text[16];

	use_class(RAW);
	insns[1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = 2;
	for (u32 i = 0; i < 5 * ARRAY_SIZE(codes); i++) {
		const u8 reg = 11 + i % 5, code = codes[i / 5];

		snprintf(text, sizeof(text), "no r%u,", reg);
		insns[0] = bvm_insn_make(code, 0, reg, 0, 0);
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, text), "%s", err.text);
		insns[0] = bvm_insn_make(code, reg, 0, 0, 0);
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, text), "%s", err.text);
	}
}
END_TEST

START_TEST(an_lddw_has_two_clean_halves)
{
	const struct bvm_insn tails[] = {
		bvm_insn_make(BVM_EXIT, 0, 0, 0, 0),
		bvm_insn_make(0, 1, 0, 0, 0),
		bvm_insn_make(0, 0, 1, 0, 0),
		bvm_insn_make(0, 0, 0, 1, 0),
	};

	use_class(RAW);
	for (u32 i = 0; i < ARRAY_SIZE(tails); i++) {
		insns[0] = bvm_insn_make(BVM_LDDW, 0, 0, 0, 1);
		insns[1] = tails[i];
		insns[2] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
		in.num_insns = 3;
		ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "second half may hold only"),
			      "%s", err.text);
	}
	/* at the very end the half is missing, whatever follows in memory */
	insns[0] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, 0);
	insns[1] = bvm_insn_make(BVM_LDDW, 0, 0, 0, 1);
	insns[2] = bvm_insn_make(0, 0, 0, 0, 0);
	in.num_insns = 2;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "second half is missing"), "%s",
		      err.text);
}
END_TEST

START_TEST(helpers_need_the_tables_of_an_image)
{
	in.image = NULL;
	ck_assert_int_eq(verify(NET, "mov %r2, 2; mov %r3, 5; call set; exit"),
			 -EINVAL);
	ck_assert_msg(strstr(err.text, "no helper can be called here"), "%s",
		      err.text);
}
END_TEST

/* The states are in the same memory for every program. */
START_TEST(what_an_earlier_program_stored_is_gone)
{
	ck_assert_msg(!verify(RAW, "stdw [%r10-8], 1; stdw [%r10-16], 1;"
				   "stdw [%r10-24], 1; mov %r0, 0; exit"),
		      "%s", err.text);
	ck_assert_int_eq(verify(RAW, "ldxdw %r0, [%r10-8]; exit"), -EINVAL);
	ck_assert_int_eq(verify(RAW, "stdw [%r10-8], 1;"
				     "ldxdw %r0, [%r10-16]; exit"),
			 -EINVAL);
	ck_assert_int_eq(verify(RAW, "stdw [%r10-16], 1;"
				     "ldxdw %r0, [%r10-24]; exit"),
			 -EINVAL);
	ck_assert_int_eq(verify(RAW, "stdw [%r10-24], 1;"
				     "ldxw %r0, [%r10-16]; exit"),
			 -EINVAL);
}
END_TEST

START_TEST(limits_are_told_by_name)
{
	use_class(RAW);
	insns[0] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, 0);
	insns[1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	in.num_insns = 2;
	in.max_stack = BVM_STACK_BYTES;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), 0);
	in.max_stack = BVM_STACK_BYTES + 1;
	ck_assert_int_eq(bvm_verify(&in, &out, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "bytes of stack, at most 512"), "%s",
		      err.text);
}
END_TEST

/* Put a program where the image has that of class files. */
static int verify_image(const char *text, struct bvm_program_header *h)
{
	int num = bvm_asm(text, insns, BVM_MAX_INSNS);

	ck_assert_int_gt(num, 0);
	h->num_insns = (u32)num;
	image.programs[BVM_CLASS_FILES].header = h;
	image.programs[BVM_CLASS_FILES].insns = insns;
	return bvm_image_verify(&image, BVM_KERNEL_STACK, in.scratch, &err);
}

START_TEST(programs_of_an_image_get_what_the_kernel_grants)
{
	struct bvm_program_header h = { .stack_bytes = 256, .max_insns = 3 };

	ck_assert_msg(verify_image("stdw [%r10-256], 1; mov %r0, 0; exit",
				   &h) == 0,
		      "%s", err.text);
	h.stack_bytes = 264;
	ck_assert_int_eq(verify_image("stdw [%r10-264], 1; mov %r0, 0; exit",
				      &h),
			 -EINVAL);
	ck_assert_msg(strstr(err.text, "leave the stack of 256 bytes"), "%s",
		      err.text);
	/* and answer with a verdict */
	h = (struct bvm_program_header){ .max_insns = 2 };
	ck_assert_int_eq(verify_image("mov %r0, -1; exit", &h), -EINVAL);
	ck_assert_msg(strstr(err.text, "files: ") == err.text &&
			      strstr(err.text, "32 bits"),
		      "%s", err.text);
	/* what is stated is neither more nor less */
	h = (struct bvm_program_header){ .max_insns = 1 };
	ck_assert_int_eq(verify_image("mov %r0, 1; exit", &h), -EINVAL);
	ck_assert_msg(strstr(err.text, "the verifier finds 2"), "%s", err.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, one_step_further_is_refused, 0,
			    ARRAY_SIZE(refusals));
	tcase_add_loop_test(tc, a_result_is_known_to_the_bit, 0,
			    ARRAY_SIZE(results));
	tcase_add_loop_test(tc, the_deepest_use_of_the_stack_counts, 0,
			    ARRAY_SIZE(depths));
	tcase_add_test(tc, costs_are_joined_each_by_itself);
	tcase_add_test(tc, no_field_is_unused_by_chance);
	tcase_add_test(tc, a_register_that_is_none_is_named);
	tcase_add_test(tc, an_lddw_has_two_clean_halves);
	tcase_add_test(tc, helpers_need_the_tables_of_an_image);
	tcase_add_test(tc, what_an_earlier_program_stored_is_gone);
	tcase_add_test(tc, limits_are_told_by_name);
	tcase_add_test(tc, programs_of_an_image_get_what_the_kernel_grants);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
