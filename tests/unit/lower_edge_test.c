// SPDX-License-Identifier: GPL-2.0-only
/*
 * lower_edge_test.c - how far a lowered jump goes, and where writing stops
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/suite.h"
#include "vm/insn.h"
#include "vm/lower.h"

/* A signed division by a register becomes this many instructions. */
#define NUM_SDIV 19

static struct bvm_insn insns[4096], out[BVM_MAX_LOWERED + 1];
static u32 map[4097];
static struct bvm_error err;
static u32 num_out;

static int lower(u32 num, u32 max)
{
	return bvm_lower(insns, num, false, out, max, &num_out, map, &err);
}

/* ja over num signed divisions, and the exit. */
static u32 make_jump(u8 code, u32 num)
{
	u32 i;

	insns[0] = bvm_insn_make(code, 0, 0, code == BVM_JA32 ? 0 : (s16)num,
				 code == BVM_JA32 ? (s32)num : 0);
	for (i = 0; i < num; i++)
		insns[1 + i] = bvm_insn_make(BVM_DIV64_X, 3, 2, 1, 0);
	insns[1 + num] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	return 2 + num;
}

START_TEST(a_jump_goes_over_what_its_body_became)
{
	u32 num = make_jump(_i ? BVM_JA32 : BVM_JA, 800);

	ck_assert_int_eq(lower(num, BVM_MAX_LOWERED), 0);
	ck_assert_uint_eq(num_out, 800 * NUM_SDIV + 2);
	ck_assert_uint_eq(out[0].code, BVM_JA);
	ck_assert_int_eq(out[0].off, 800 * NUM_SDIV);
	ck_assert_int_eq(out[0].imm, 0);
	ck_assert_uint_eq(out[num_out - 1].code, BVM_EXIT);
}
END_TEST

/* So every jump reaches, whatever the room. */
START_TEST(more_than_the_most_is_refused_even_where_there_is_room)
{
	const u32 most = (BVM_MAX_LOWERED - 2) / NUM_SDIV;
	struct bvm_insn *room = malloc(40000 * sizeof(*room));
	u32 num = make_jump(BVM_JA, most);

	/* the most that fits, to the last instruction */
	while (num + most * (NUM_SDIV - 1) < BVM_MAX_LOWERED)
		insns[num++] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	ck_assert_int_eq(bvm_lower(insns, num, false, room, 40000, &num_out,
				   map, &err),
			 0);
	ck_assert_uint_eq(num_out, BVM_MAX_LOWERED);
	ck_assert_int_eq(room[0].off, most * NUM_SDIV);
	insns[num++] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	ck_assert_int_eq(bvm_lower(insns, num, false, room, 40000, &num_out,
				   map, &err),
			 -E2BIG);
	ck_assert_str_eq(err.text,
			 "16385 instructions after lowering, at most 16384");
	free(room);
}
END_TEST

START_TEST(nothing_is_written_past_the_room)
{
	static const struct bvm_insn guard = { .code = 0xee, .imm = 0x5a5a };
	const struct bvm_insn programs[][3] = {
		{ bvm_insn_make(BVM_DIV64_X, 3, 2, 0, 0),
		  bvm_insn_make(BVM_EXIT, 0, 0, 0, 0) },
		{ bvm_insn_make(BVM_DIV64_X, 3, 2, 1, 0),
		  bvm_insn_make(BVM_EXIT, 0, 0, 0, 0) },
		{ bvm_insn_make(BVM_LDDW, 3, 0, 0, 1),
		  bvm_insn_make(0, 0, 0, 0, 1),
		  bvm_insn_make(BVM_EXIT, 0, 0, 0, 0) },
		{ bvm_insn_make(BVM_JEQ64_K, 3, 0, 0, 1),
		  bvm_insn_make(BVM_EXIT, 0, 0, 0, 0) },
	};
	const u32 num = _i == 2 ? 3 : 2;
	u32 max, whole;

	memcpy(insns, programs[_i], sizeof(programs[_i]));
	ck_assert_int_eq(lower(num, BVM_MAX_LOWERED), 0);
	whole = num_out;
	for (max = 0; max < whole; max++) {
		out[max] = guard;
		ck_assert_int_eq(lower(num, max), -E2BIG);
		ck_assert_mem_eq(&out[max], &guard, sizeof(guard));
	}
	out[whole] = guard;
	ck_assert_int_eq(lower(num, whole), 0);
	ck_assert_mem_eq(&out[whole], &guard, sizeof(guard));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lower_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_loop_test(tc, a_jump_goes_over_what_its_body_became, 0, 2);
	tcase_add_test(tc,
		       more_than_the_most_is_refused_even_where_there_is_room);
	tcase_add_loop_test(tc, nothing_is_written_past_the_room, 0, 4);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
