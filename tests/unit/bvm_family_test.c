// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_family_test.c - what the bench measures runs as it claims
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_family.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"
#include "vm/verify.h"
#include "vm/verify_state.h"

static const u32 sizes[] = { 64, 97, 128, 512, 1000, 1024, 4096 };

static struct bvm_insn insns[BVM_FAMILY_MAX];
static u8 ctx[BVM_FAMILY_CTX] __attribute__((aligned(8)));
static struct bvm_verify_out out;
static struct bvm_error err;

/* What a run does, by kind of instruction. */
struct count {
	u32 steps;
	u32 kinds[8]; /* by enum bvm_code_class */
};

static void setup(void)
{
	bvm_family_ctx(ctx);
}

static void verify(u32 num)
{
	struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = num,
		.ctx.size = BVM_FAMILY_CTX,
		.max_stack = BVM_STACK_BYTES,
		.scratch = malloc(bvm_verify_scratch()),
	};
	int ret = bvm_verify(&in, &out, &err);

	free(in.scratch);
	ck_assert_msg(ret == 0, "%s", err.text);
}

static bool count_step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct count *count = arg;

	(void)regs;
	(void)stack;
	count->steps++;
	count->kinds[BVM_CODE_CLASS(insns[pc].code)]++;
	return true;
}

static u64 ctx_word(u32 i)
{
	u64 word;

	memcpy(&word, ctx + 8 * i, sizeof(word));
	return word;
}

static u64 xor_words(u32 first, u32 last)
{
	u64 all = 0;

	for (; first <= last; first++)
		all ^= ctx_word(first);
	return all;
}

/* Verify and run; the result lies in the verifier's bounds. */
static u64 run_family(enum bvm_family family, u32 num, struct count *count)
{
	u64 r0, traced;

	bvm_family_make(family, 0, num, insns);
	verify(num);
	memset(count, 0, sizeof(*count));
	r0 = bvm_exec(insns, num, ctx, sizeof(ctx));
	traced = bvm_exec_traced(insns, num, ctx, sizeof(ctx), count_step,
				 count);
	ck_assert_uint_eq(r0, traced);
	ck_assert(r0 >= out.r0_min && r0 <= out.r0_max);
	ck_assert_uint_le(count->steps, out.max_insns);
	return r0;
}

START_TEST(straight_families_run_to_their_end)
{
	static const enum bvm_family straight[] = {
		BVM_FAMILY_ALU64, BVM_FAMILY_ALU32,   BVM_FAMILY_BRANCH,
		BVM_FAMILY_LOAD,  BVM_FAMILY_COMPARE, BVM_FAMILY_STACK,
	};
	const enum bvm_family family = straight[_i];
	struct count count;
	u32 i, lddws;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		(void)run_family(family, sizes[i], &count);
		lddws = count.kinds[BVM_CLS_LD];
		ck_assert_uint_eq(count.steps + lddws, sizes[i]);
		ck_assert_uint_eq(out.visited, count.steps);
	}
}
END_TEST

START_TEST(checks_leave_what_was_loaded)
{
	struct count count;

	ck_assert_uint_eq(run_family(BVM_FAMILY_BRANCH, 512, &count),
			  xor_words(6, 8));
	ck_assert_uint_gt(count.kinds[BVM_CLS_JMP64], 490);
	ck_assert_uint_eq(run_family(BVM_FAMILY_DECIDED, 512, &count),
			  xor_words(6, 8));
	/* r7 and r8 end as the same word */
	ck_assert_uint_eq(run_family(BVM_FAMILY_COMPARE, 512, &count),
			  ctx_word(6));
	ck_assert_uint_gt(count.kinds[BVM_CLS_JMP64], 110);
}
END_TEST

START_TEST(about_every_other_fork_is_taken)
{
	struct count count;
	u32 i, forks, skipped;

	for (i = 1; i < ARRAY_SIZE(sizes); i++) {
		(void)run_family(BVM_FAMILY_FORK, sizes[i], &count);
		forks = count.kinds[BVM_CLS_JMP64];
		skipped = sizes[i] - count.steps;
		ck_assert_uint_gt(forks, (sizes[i] - 20) / 2 - 2);
		ck_assert_uint_gt(skipped, forks / 4);
		ck_assert_uint_lt(skipped, forks * 3 / 4);
	}
}
END_TEST

START_TEST(the_mix_is_one)
{
	struct count count;
	u32 num;

	(void)run_family(BVM_FAMILY_MIX, 4096, &count);
	ck_assert_uint_gt(count.steps, 3800);
	num = count.kinds[BVM_CLS_LDX];
	ck_assert(num > 1300 && num < 1800);
	num = count.kinds[BVM_CLS_JMP64];
	ck_assert(num > 850 && num < 1200);
	num = count.kinds[BVM_CLS_STX];
	ck_assert(num > 140 && num < 300);
	num = count.kinds[BVM_CLS_ALU64] + count.kinds[BVM_CLS_ALU32];
	ck_assert(num > 1000 && num < 1500);
}
END_TEST

START_TEST(deep_fills_the_stack)
{
	struct count count;

	(void)run_family(BVM_FAMILY_DEEP, 512, &count);
	ck_assert_uint_eq(out.stack_bytes, BVM_STACK_BYTES);
}
END_TEST

START_TEST(halves_compares_the_unknown)
{
	struct count count;

	(void)run_family(BVM_FAMILY_HALVES, 512, &count);
	ck_assert_uint_gt(count.kinds[BVM_CLS_JMP32], 480);
	(void)run_family(BVM_FAMILY_UNSIGNED, 512, &count);
	ck_assert_uint_gt(count.kinds[BVM_CLS_JMP32], 480);
}
END_TEST

START_TEST(somewhere_loads_at_any_offset)
{
	struct count count;

	(void)run_family(BVM_FAMILY_SOMEWHERE, 512, &count);
	ck_assert_uint_gt(count.kinds[BVM_CLS_LDX], 400);
}
END_TEST

static bool met_tail;
static u32 num_wider;

/* At the tail the slots hold either; at each jump they hold the greater. */
static void look_at_slots(void *arg, u32 pc, const struct bvm_state *s)
{
	const bool at_tail = pc == *(const u32 *)arg;
	u32 i;

	if (insns[pc].code != BVM_JGT32_X && !at_tail)
		return;
	ck_assert_uint_eq(s->num_slots, BVM_STACK_BYTES / 8);
	for (i = 0; i < s->num_slots; i++) {
		ck_assert_uint_eq(s->slots[i].writer, 0);
		ck_assert_uint_eq(s->slots[i].reg.num.umin, at_tail ? 0 : 300);
		ck_assert_uint_eq(s->slots[i].reg.num.umax, 300 + U16_MAX);
	}
	met_tail |= at_tail;
	num_wider += !at_tail;
}

START_TEST(wider_jumps_where_more_is_possible_of_each_slot)
{
	u32 tail = 1024 - 4; /* put_tail() */
	struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = 1024,
		.ctx.size = BVM_FAMILY_CTX,
		.max_stack = BVM_STACK_BYTES,
		.scratch = malloc(bvm_verify_scratch()),
		.watch = look_at_slots,
		.watch_arg = &tail,
	};

	bvm_family_make(BVM_FAMILY_WIDER, 0, 1024, insns);
	ck_assert_msg(!bvm_verify(&in, &out, &err), "%s", err.text);
	free(in.scratch);
	ck_assert(met_tail);
	ck_assert_uint_gt(num_wider, 700);
}
END_TEST

START_TEST(anywhere_stores_at_any_offset)
{
	struct count count;

	(void)run_family(BVM_FAMILY_ANYWHERE, 512, &count);
	ck_assert_uint_gt(count.kinds[BVM_CLS_STX], 400 + 64);
	ck_assert_uint_eq(out.stack_bytes, BVM_STACK_BYTES);
}
END_TEST

/* The sum, by other means. */
static u8 diamonds_result(u32 k)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < k; i++) {
		if (i % 2 == 0)
			sum += 1ull << i % 31;
	}
	return ctx[sum & 0x7f];
}

START_TEST(diamonds_index_memory_with_their_sum)
{
	static const u32 ks[] = { 8, 16, 18, 64, 1000, BVM_DIAMONDS_MAX };
	u32 i, num;

	for (i = 0; i < ARRAY_SIZE(ks); i++) {
		num = bvm_family_diamonds(ks[i], insns);
		ck_assert_uint_eq(num, 3 * ks[i] + 5);
		verify(num);
		ck_assert_uint_eq(out.visited, num);
		ck_assert_uint_eq(bvm_exec(insns, num, ctx, sizeof(ctx)),
				  diamonds_result(ks[i]));
	}
}
END_TEST

START_TEST(a_program_is_always_the_same)
{
	static struct bvm_insn again[512];

	bvm_family_make(BVM_FAMILY_MIX, 0, 512, insns);
	bvm_family_make(BVM_FAMILY_MIX, 0, 512, again);
	ck_assert_int_eq(memcmp(insns, again, sizeof(again)), 0);
}
END_TEST

START_TEST(another_variant_is_another_program_of_its_sort)
{
	static struct bvm_insn other[64];
	u32 i, same = 0;

	bvm_family_make(BVM_FAMILY_ALU64, 0, 64, other);
	bvm_family_make(BVM_FAMILY_ALU64, 1, 64, insns);
	verify(64);
	for (i = 0; i < 64; i++) {
		same += !memcmp(&insns[i], &other[i], sizeof(insns[i]));
		ck_assert_uint_eq(BVM_CODE_CLASS(insns[i].code),
				  BVM_CODE_CLASS(other[i].code));
	}
	ck_assert_uint_lt(same, 16); /* head and tail are 8 */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bvm_family");
	TCase *tc = tcase_create("bvm_family");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, straight_families_run_to_their_end, 0, 6);
	tcase_add_test(tc, checks_leave_what_was_loaded);
	tcase_add_test(tc, about_every_other_fork_is_taken);
	tcase_add_test(tc, the_mix_is_one);
	tcase_add_test(tc, deep_fills_the_stack);
	tcase_add_test(tc, halves_compares_the_unknown);
	tcase_add_test(tc, somewhere_loads_at_any_offset);
	tcase_add_test(tc, wider_jumps_where_more_is_possible_of_each_slot);
	tcase_add_test(tc, anywhere_stores_at_any_offset);
	tcase_add_test(tc, diamonds_index_memory_with_their_sum);
	tcase_add_test(tc, a_program_is_always_the_same);
	tcase_add_test(tc, another_variant_is_another_program_of_its_sort);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
