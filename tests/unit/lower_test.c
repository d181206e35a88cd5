// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower_test.c - lowered programs mean the same and hold nothing that a JIT
 * gets wrong
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_gen.h"
#include "tests/lib/bvm_oracle.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/disasm.h"
#include "vm/lower.h"

#define MAX_INSNS 256
#define NUM_PROGRAMS 4000
#define NUM_RUNS 8

static struct bvm_oracle before, after;
static struct bvm_insn insns[BVM_MAX_INSNS], out[BVM_MAX_LOWERED];
static u32 map[BVM_MAX_INSNS + 1];
static struct bvm_error err;
static u64 seed = 88172645463325252ull;

static void setup(void)
{
	bvm_oracle_init(&before);
	bvm_oracle_init(&after);
}

static void teardown(void)
{
	bvm_oracle_fini(&before);
	bvm_oracle_fini(&after);
}

static u32 lower(const char *text, bool keep_v4)
{
	int num = bvm_asm(text, insns, MAX_INSNS);
	u32 num_out = 0;

	ck_assert_int_gt(num, 0);
	ck_assert_int_eq(bvm_lower(insns, (u32)num, keep_v4, out,
				   BVM_MAX_LOWERED, &num_out, map, &err),
			 0);
	return num_out;
}

struct rewrite {
	const char *from;
	bool keep_v4;
	const char *to;
};

static const struct rewrite rewrites[] = {
	{ "div %r1, %r2; exit", false,
	  "jne %r2, 0, +2; mov %r1, 0; ja +1; div %r1, %r2; exit" },
	{ "mod32 %r1, %r2; exit", true,
	  "jne32 %r2, 0, +2; mov32 %r1, %r1; ja +1; mod32 %r1, %r2; exit" },
	{ "div %r1, 0; exit", false, "mov %r1, 0; exit" },
	{ "div32 %r1, 7; exit", false, "div32 %r1, 7; exit" },
	{ "sdiv %r1, -3; exit", true,
	  "jslt %r1, 0, +3; div %r1, 3; neg %r1; ja +2; neg %r1; div %r1, 3; exit" },
	{ "smod32 %r1, -3; exit", true,
	  "jslt32 %r1, 0, +2; mod32 %r1, 3; ja +3; neg32 %r1; mod32 %r1, 3; neg32 %r1; exit" },
	{ "lsh %r1, 65; arsh32 %r1, -1; exit", false,
	  "lsh %r1, 1; arsh32 %r1, 31; exit" },
	{ "movsx864 %r1, %r2; exit", false,
	  "mov %r1, %r2; lsh %r1, 56; arsh %r1, 56; exit" },
	{ "movsx1632 %r1, %r2; exit", false,
	  "mov32 %r1, %r2; lsh32 %r1, 16; arsh32 %r1, 16; exit" },
	{ "movsx864 %r1, %r2; exit", true, "movsx864 %r1, %r2; exit" },
	{ "ldxsw %r1, [%r2+4]; exit", false,
	  "ldxw %r1, [%r2+4]; lsh %r1, 32; arsh %r1, 32; exit" },
	{ "ldxsw %r1, [%r2+4]; exit", true, "ldxsw %r1, [%r2+4]; exit" },
	{ "swap32 %r1; exit", false, "be32 %r1; exit" },
	{ "swap32 %r1; exit", true, "swap32 %r1; exit" },
	/* jumps still go where they went */
	{ "jeq %r1, 1, over; ldxsb %r2, [%r1]; over: mod %r1, 0; exit", false,
	  "jeq %r1, 1, +3; ldxb %r2, [%r1]; lsh %r2, 56; arsh %r2, 56; mov %r1, %r1; exit" },
	{ "ja32 over; lddw %r3, 0x1122334455667788; over: exit", false,
	  "ja +2; lddw %r3, 0x1122334455667788; exit" },
};

START_TEST(each_instruction_has_its_replacement)
{
	const struct rewrite *r = &rewrites[_i];
	static struct bvm_insn expected[MAX_INSNS];
	u32 num = lower(r->from, r->keep_v4);
	char text[64];
	u32 i;

	ck_assert_int_eq(bvm_asm(r->to, expected, MAX_INSNS), (int)num);
	for (i = 0; i < num; i++) {
		(void)bvm_disasm(out, num, i, text, sizeof(text));
		ck_assert_msg(memcmp(&out[i], &expected[i], sizeof(out[i])) ==
				      0,
			      "%s: insn %u is %s", r->from, i, text);
	}
}
END_TEST

static const char *const divisions[] = {
	"div %r0, %r2",	 "div32 %r0, %r2",  "mod %r0, %r2",   "mod32 %r0, %r2",
	"sdiv %r0, %r2", "sdiv32 %r0, %r2", "smod %r0, %r2",  "smod32 %r0, %r2",
	"sdiv %r0, %r0", "smod32 %r0, %r0", "div32 %r0, %r0", "mod %r0, %r0",
};

/* The edges of both widths, against each other. */
START_TEST(division_agrees_at_the_edges)
{
	static const u64 edges[] = { 0,
				     1,
				     2,
				     3,
				     (u64)-1,
				     (u64)-2,
				     1ull << 63,
				     (1ull << 63) - 1,
				     1ull << 31,
				     (1ull << 31) - 1,
				     0xffffffff,
				     1ull << 32,
				     0xffffffff00000000,
				     0xffffffff80000000,
				     0x123456789abcdef0 };
	char text[128];
	u64 ctx[2];
	u32 i, j, num;

	snprintf(
		text, sizeof(text),
		"ldxdw %%r0, [%%r1]; ldxdw %%r2, [%%r1+8]; %s; xor %%r0, %%r2; exit",
		divisions[_i]);
	num = lower(text, false);
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		for (j = 0; j < ARRAY_SIZE(edges); j++) {
			ctx[0] = edges[i];
			ctx[1] = edges[j];
			ck_assert_msg(bvm_exec(insns, 5, ctx, 16) ==
					      bvm_exec(out, num, ctx, 16),
				      "%s: %#llx by %#llx", divisions[_i],
				      (unsigned long long)edges[i],
				      (unsigned long long)edges[j]);
		}
	}
}
END_TEST

/* By every kind of constant, which is folded. */
START_TEST(division_by_constants_agrees)
{
	static const char *const ops[] = { "div",  "div32",  "mod",  "mod32",
					   "sdiv", "sdiv32", "smod", "smod32" };
	static const s32 imms[] = { 0, 1, -1, 2, -2, 7, -7, S32_MAX, S32_MIN };
	char text[128];
	u64 ctx;
	u32 i, k, num;

	for (i = 0; i < ARRAY_SIZE(imms); i++) {
		snprintf(text, sizeof(text),
			 "ldxdw %%r0, [%%r1]; %s %%r0, %d; exit", ops[_i],
			 imms[i]);
		num = lower(text, false);
		for (k = 0; k < 200; k++) {
			ctx = roll_word(&seed) >> roll_word(&seed) % 64;
			if (k % 2)
				ctx = 0 - ctx;
			if (k == 0)
				ctx = 1ull << 63;
			if (k == 2)
				ctx = 1ull << 31;
			ck_assert_msg(bvm_exec(insns, 3, &ctx, 8) ==
					      bvm_exec(out, num, &ctx, 8),
				      "%s of %#llx", text,
				      (unsigned long long)ctx);
		}
	}
}
END_TEST

/* Nothing is left that a JIT may trap on or not know. */
static void expect_plain(u32 num)
{
	u32 i;

	for (i = 0; i < num; i++) {
		const struct bvm_insn_info *row = bvm_insn_find(&out[i], NULL);

		ck_assert_ptr_nonnull(row);
		ck_assert_uint_le(row->cpu, 3);
		if (row->form == BVM_FORM_LDDW)
			i++;
		if (row->form == BVM_FORM_ALU_K &&
		    (BVM_CODE_OP(row->code) == BVM_ALU_DIV ||
		     BVM_CODE_OP(row->code) == BVM_ALU_MOD))
			ck_assert_int_ne(out[i].imm, 0);
	}
}

static void fill(u8 *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (u8)(roll_word(&seed) >> 11);
}

static void try_program(u32 num)
{
	static u8 ctx[BVM_GEN_CTX] __attribute__((aligned(8)));
	u32 run, num_out = 0;

	ck_assert_int_eq(bvm_lower(insns, num, false, out, BVM_MAX_LOWERED,
				   &num_out, map, &err),
			 0);
	expect_plain(num_out);
	bvm_oracle_set_raw(&after, out, num_out, sizeof(ctx));
	after.in.lowered = true;
	ck_assert_msg(!bvm_oracle_verify(&after), "lowered: %s",
		      after.err.text);
	for (run = 0; run < NUM_RUNS; run++) {
		u64 r0;

		fill(ctx, sizeof(ctx));
		r0 = bvm_oracle_run(&before, ctx);
		ck_assert_msg(!before.why[0], "%s", before.why);
		ck_assert_msg(bvm_oracle_run(&after, ctx) == r0,
			      "r0 is no longer %#llx", (unsigned long long)r0);
		ck_assert_msg(!after.why[0], "lowered: %s", after.why);
	}
}

START_TEST(random_programs_mean_the_same_and_keep_their_promises)
{
	u8 bytes[300];
	u32 i, num, accepted = 0;

	for (i = 0; i < NUM_PROGRAMS; i++) {
		fill(bytes, sizeof(bytes));
		num = bvm_gen(bytes, 20 + roll_word(&seed) % 280, insns,
			      MAX_INSNS);
		bvm_oracle_set_raw(&before, insns, num, BVM_GEN_CTX);
		if (bvm_oracle_verify(&before))
			continue;
		accepted++;
		try_program(num);
	}
	/* or the test would say little */
	ck_assert_uint_gt(accepted, NUM_PROGRAMS / 10);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	u32 i, num = 0;

	for (i = 0; i < 1000; i++)
		insns[i] = bvm_insn_make(BVM_DIV64_X, 0, 2, 1, 0);
	insns[i] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	ck_assert_int_eq(bvm_lower(insns, 1001, true, out, BVM_MAX_LOWERED,
				   &num, map, &err),
			 -E2BIG);
	ck_assert_str_eq(err.text,
			 "19001 instructions after lowering, at most 16384");
	/* exactly */
	ck_assert_int_eq(bvm_lower(insns, 2, true, out, 38, &num, map, &err),
			 0);
	ck_assert_uint_eq(num, 38);
	ck_assert_int_eq(bvm_lower(insns, 2, true, out, 37, &num, map, &err),
			 -E2BIG);
}
END_TEST

/* The longest way of a hundred of the same, by what was executed for one. */
static u32 run_for_one(const char *text)
{
	u32 i, num = 0, was;

	ck_assert_int_eq(bvm_asm(text, insns + 2, MAX_INSNS), 1);
	insns[0] = bvm_insn_make(BVM_LDXDW, 3, 1, 0, 0);
	insns[1] = bvm_insn_make(BVM_LDXDW, 0, 1, 8, 0);
	for (i = 3; i < 102; i++)
		insns[i] = insns[2];
	insns[102] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	bvm_oracle_set_raw(&before, insns, 103, 16);
	ck_assert_int_eq(bvm_oracle_verify(&before), 0);
	was = before.out.max_insns;
	ck_assert_int_eq(bvm_lower(insns, 103, false, out, BVM_MAX_LOWERED,
				   &num, map, &err),
			 0);
	bvm_oracle_set_raw(&after, out, num, 16);
	after.in.lowered = true;
	ck_assert_msg(!bvm_oracle_verify(&after), "%s", after.err.text);
	return (after.out.max_insns - (was - 100)) / 100;
}

START_TEST(one_instruction_becomes_a_stated_number_at_most)
{
	static const char *const texts[] = {
		"sdiv %r0, %r3",     "smod %r0, %r3",	   "sdiv32 %r0, %r3",
		"smod32 %r0, %r3",   "sdiv %r0, -3",	   "smod32 %r0, 7",
		"div %r0, %r3",	     "mod32 %r0, %r3",	   "movsx832 %r0, %r3",
		"movsx864 %r0, %r3", "movsx1664 %r0, %r3", "swap64 %r0",
		"swap16 %r0",	     "ldxsb %r0, [%r1]",   "lsh %r0, %r3",
		"arsh32 %r0, %r3",   "be32 %r0",	   "add %r0, %r3",
	};
	u32 most = 0;

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++) {
		const u32 num = run_for_one(texts[i]);

		ck_assert_msg(num <= BVM_LOWERED_INSNS, "%s: %u", texts[i],
			      num);
		most = num > most ? num : most;
	}
	ck_assert_uint_eq(most, BVM_LOWERED_INSNS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lower");
	TCase *tc = tcase_create("lower");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_instruction_has_its_replacement, 0,
			    ARRAY_SIZE(rewrites));
	tcase_add_loop_test(tc, division_agrees_at_the_edges, 0,
			    ARRAY_SIZE(divisions));
	tcase_add_loop_test(tc, division_by_constants_agrees, 0, 8);
	tcase_add_test(tc,
		       random_programs_mean_the_same_and_keep_their_promises);
	tcase_add_test(tc, what_does_not_fit_is_refused);
	tcase_add_test(tc, one_instruction_becomes_a_stated_number_at_most);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
