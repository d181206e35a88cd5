// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_edge_test.c - what a run starts with, and how it ends
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"
#include "vm/helpers.h"

static struct bvm_insn insns[64];

static u64 execute(const char *text, const void *ctx, u64 len)
{
	int num = bvm_asm(text, insns, 64);

	ck_assert_int_gt(num, 0);
	return bvm_exec(insns, (u32)num, ctx, len);
}

struct start {
	const void *ctx;
	u32 steps;
};

static bool check_start(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct start *s = arg;

	s->steps++;
	if (pc)
		return true;
	for (u32 i = 0; i < BVM_NUM_REGS; i++) {
		if (i != 1 && i != 2 && i != BVM_REG_FRAME)
			ck_assert_uint_eq(regs[i], 0);
	}
	ck_assert_uint_eq(regs[1], (u64)(uintptr_t)s->ctx);
	ck_assert_uint_eq(regs[2], 16);
	ck_assert_uint_eq(regs[BVM_REG_FRAME],
			  (u64)(uintptr_t)(stack + BVM_STACK_BYTES));
	return true;
}

/* No bytes of the caller's are left in a register (CVE-2022-1016). */
START_TEST(registers_are_zero_at_the_start)
{
	u64 ctx[2] = { 0, 0 };
	struct start s = { ctx, 0 };
	int num = bvm_asm("mov %r0, 5; exit", insns, 64);

	ck_assert_uint_eq(bvm_exec_traced(insns, (u32)num, ctx, sizeof(ctx),
					  check_start, &s),
			  5);
	ck_assert_uint_eq(s.steps, 2);
}
END_TEST

START_TEST(a_store_writes_its_own_bytes_alone)
{
	static const struct {
		const char *program;
		u64 result;
	} stores[] = {
		{ "stxb [%r10-6], %r3", 0x5555555555885555 },
		{ "stxh [%r10-6], %r3", 0x5555555577885555 },
		{ "stxw [%r10-6], %r3", 0x5555556677885555 },
		{ "stxdw [%r10-8], %r3", 0x1122334455667788 },
		{ "stb [%r10-6], -1", 0x5555555555ff5555 },
		{ "sth [%r10-6], -2", 0x55555555fffe5555 },
		{ "stw [%r10-6], -2", 0x5555fffffffe5555 },
		{ "stdw [%r10-8], -2", 0xfffffffffffffffe },
	};
	char text[256];

	snprintf(
		text, sizeof(text),
		"lddw %%r0, 0x5555555555555555; stxdw [%%r10-8], %%r0;"
		"lddw %%r3, 0x1122334455667788; %s; ldxdw %%r0, [%%r10-8]; exit",
		stores[_i].program);
	ck_assert_msg(execute(text, NULL, 0) == stores[_i].result, "%s",
		      stores[_i].program);
}
END_TEST

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_run request;

static u64 call(u32 num, u64 r2, u64 r3, u64 r4)
{
	return bvm_call_helper(num, (u64)(uintptr_t)&request.ctx, r2, r3, r4,
			       0);
}

START_TEST(strings_are_told_apart_by_their_handles)
{
	struct bvm_error err;

	bvm_build_small(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	memset(&request, 0, sizeof(request));
	request.image = &image;
	request.strings[0] = (struct bvm_str){ .bytes = "/a", .len = 2 };
	request.strings[1] = (struct bvm_str){ .bytes = "/ab", .len = 3 };
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 1, 0), 1);
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 2, 0), 2);
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 0, 0), 0);
	/* a string's length is its end */
	request.strings[1].len = 2;
	ck_assert_uint_eq(call(BVM_HELPER_MATCH, 0, 2, 0), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("exec_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_test(tc, registers_are_zero_at_the_start);
	tcase_add_loop_test(tc, a_store_writes_its_own_bytes_alone, 0, 8);
	tcase_add_test(tc, strings_are_told_apart_by_their_handles);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
