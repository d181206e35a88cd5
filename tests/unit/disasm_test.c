// SPDX-License-Identifier: GPL-2.0-only
/*
 * disasm_test.c - what is printed can be read again
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/suite.h"
#include "vm/disasm.h"

/* A legal instruction of row i, its fields not all alike. */
static void make_row(const struct bvm_insn_info *row, struct bvm_insn *insns)
{
	struct bvm_insn insn = { .code = row->code };

	memset(insns, 0, 2 * sizeof(*insns));
	insn.off = row->off == BVM_ANY ? 4 : row->off;
	insn.imm = row->imm == BVM_ANY ? -5 : row->imm;
	if (row->form != BVM_FORM_JA && row->form != BVM_FORM_CALL &&
	    row->form != BVM_FORM_EXIT)
		insn.dst = 3;
	if (row->form == BVM_FORM_ALU_X || row->form == BVM_FORM_JMP_X ||
	    row->form == BVM_FORM_LDX || row->form == BVM_FORM_STX)
		insn.src = 7;
	if (row->form == BVM_FORM_CALL)
		insn.imm = 4;
	if (row->form == BVM_FORM_LDDW)
		insns[1].imm = 0x1234;
	if (row->code == BVM_JA32)
		insn.imm = 4;
	insns[0] = insn;
}

START_TEST(every_instruction_is_read_back_from_its_text)
{
	const struct bvm_insn_info *row;
	struct bvm_insn insns[2], again[8];
	char text[64];
	u32 i, slots;

	for (i = 0; (row = bvm_insn_row(i)); i++) {
		make_row(row, insns);
		ck_assert_ptr_eq(bvm_insn_find(&insns[0], NULL), row);
		slots = bvm_disasm(insns, 2, 0, text, sizeof(text));
		ck_assert_uint_eq(slots, row->form == BVM_FORM_LDDW ? 2 : 1);
		ck_assert_int_eq(bvm_asm(text, again, 8), (int)slots);
		ck_assert_msg(!memcmp(insns, again, slots * sizeof(*insns)),
			      "%s", text);
	}
	ck_assert_uint_eq(i, 136);
}
END_TEST

START_TEST(what_is_no_instruction_is_a_word)
{
	const struct bvm_insn insn = { .code = 0xff, .dst = 1, .imm = -1 };
	char text[64], small[6];

	ck_assert_uint_eq(bvm_disasm(&insn, 1, 0, text, sizeof(text)), 1);
	ck_assert_str_eq(text, ".word 0xffffffff000001ff");
	(void)bvm_disasm(&insn, 1, 0, small, sizeof(small));
	ck_assert_str_eq(small, ".word");
}
END_TEST

START_TEST(half_an_lddw_at_the_end_is_not_read_past)
{
	const struct bvm_insn insn = { .code = BVM_LDDW, .imm = 5 };
	char text[64];

	ck_assert_uint_eq(bvm_disasm(&insn, 1, 0, text, sizeof(text)), 1);
	ck_assert_str_eq(text, "lddw %r0, 0x5");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("disasm");
	TCase *tc = tcase_create("disasm");

	tcase_add_test(tc, every_instruction_is_read_back_from_its_text);
	tcase_add_test(tc, what_is_no_instruction_is_a_word);
	tcase_add_test(tc, half_an_lddw_at_the_end_is_not_read_past);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
