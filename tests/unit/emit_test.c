// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/emit.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"

static struct emit *e;

static void setup(void)
{
	e = calloc(1, sizeof(*e));
	ck_assert_ptr_nonnull(e);
}

static void teardown(void)
{
	free(e);
}

static u64 run(u64 ctx)
{
	return bvm_exec(e->insns, e->num, &ctx, sizeof(ctx));
}

static const u64 constants[] = {
	0,	    1,	     S32_MAX,	 0x80000000ull, U32_MAX,
	1ull << 32, U64_MAX, 1ull << 63, -(1ull << 31), 0x123456789abcdefull,
};

START_TEST(constants_arrive_whole)
{
	u64 value = constants[_i];

	emit_load_imm(e, 0, value);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
	ck_assert_uint_eq(run(0), value);
}
END_TEST

START_TEST(or_sets_these_bits_alone)
{
	u64 value = constants[_i];

	emit_load_imm(e, 7, 5);
	emit_or(e, 7, value);
	emit_move(e, 0, 7);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
	ck_assert_uint_eq(run(0), value | 5);
}
END_TEST

START_TEST(fields_of_every_size_are_zero_extended)
{
	static const u16 sizes[] = { 1, 2, 4, 8 };
	u64 bytes = 0xf1f2f3f4f5f6f7f8ull;

	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		e->num = 0;
		emit_load_field(e, 0, 1, 0, sizes[i]);
		emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
		ck_assert_uint_eq(run(bytes),
				  bytes & (U64_MAX >> (64 - 8 * sizes[i])));
	}
}
END_TEST

/* 1: first test, 2: second, 3: neither; all jumps of a label find it. */
START_TEST(jumps_find_their_labels)
{
	struct emit_label one = { 0 }, end = { 0 };

	emit_load_field(e, 3, 1, 0, 4);
	emit_load_imm(e, 0, 1);
	emit_jump(e, BVM_JEQ64_K, 3, 10, &end);
	emit_jump(e, BVM_JEQ64_K, 3, 11, &end);
	emit_jump(e, BVM_JEQ64_K, 3, 20, &one);
	emit_load_imm(e, 0, 3);
	emit_jump(e, BVM_JA, 0, 0, &end);
	emit_place(e, &one);
	emit_load_imm(e, 0, 2);
	emit_place(e, &end);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
	ck_assert_uint_eq(run(10), 1);
	ck_assert_uint_eq(run(11), 1);
	ck_assert_uint_eq(run(20), 2);
	ck_assert_uint_eq(run(12), 3);
}
END_TEST

START_TEST(too_long_a_program_is_noticed)
{
	struct emit_label end = { 0 };

	for (u32 i = 0; i < BVM_MAX_INSNS; i++)
		emit_jump(e, BVM_JEQ64_K, 3, i, &end);
	ck_assert(!e->overflow);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
	ck_assert(e->overflow);
	ck_assert_uint_eq(e->num, BVM_MAX_INSNS);
	emit_place(e, &end);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("emit");
	TCase *tc = tcase_create("programs");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, constants_arrive_whole, 0,
			    ARRAY_SIZE(constants));
	tcase_add_loop_test(tc, or_sets_these_bits_alone, 0,
			    ARRAY_SIZE(constants));
	tcase_add_test(tc, fields_of_every_size_are_zero_extended);
	tcase_add_test(tc, jumps_find_their_labels);
	tcase_add_test(tc, too_long_a_program_is_noticed);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
