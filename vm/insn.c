// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * insn.c - insn.def as a table, and decoding by it
 */
#include "insn.h"

#define BVM_INSN(NAME, code, off, imm, form, mnemonic, cpu, effect) ROW_##NAME,
#define BVM_INSN_ALSO BVM_INSN
enum row {
#include "insn.def"
	NUM_ROWS
};
#undef BVM_INSN
#undef BVM_INSN_ALSO

enum { ANY = BVM_ANY };

#define BVM_INSN(NAME, code, off, imm, form, mnemonic, cpu, effect) \
	{ mnemonic, effect, code, BVM_FORM_##form, cpu, off, imm },
#define BVM_INSN_ALSO BVM_INSN
static const struct bvm_insn_info rows[] = {
#include "insn.def"
};
#undef BVM_INSN
#undef BVM_INSN_ALSO

/* The first row of each code, plus 1; 0 = no such code. */
#define BVM_INSN(NAME, code, off, imm, form, mnemonic, cpu, effect) \
	[code] = ROW_##NAME + 1,
#define BVM_INSN_ALSO(NAME, code, off, imm, form, mnemonic, cpu, effect)
static const u8 first_row[256] = {
#include "insn.def"
};
#undef BVM_INSN
#undef BVM_INSN_ALSO

_Static_assert(NUM_ROWS < 255, "first_row holds bytes");

static bool uses_dst(u8 form)
{
	return form != BVM_FORM_JA && form != BVM_FORM_CALL &&
	       form != BVM_FORM_EXIT;
}

static bool uses_src(u8 form)
{
	return form == BVM_FORM_ALU_X || form == BVM_FORM_JMP_X ||
	       form == BVM_FORM_LDX || form == BVM_FORM_STX;
}

static const char *no_such_reg(u32 reg)
{
	static const char *const texts[16] = {
		[11] = "there is no r11, only r0 to r10",
		[12] = "there is no r12, only r0 to r10",
		[13] = "there is no r13, only r0 to r10",
		[14] = "there is no r14, only r0 to r10",
		[15] = "there is no r15, only r0 to r10",
	};

	return texts[reg & 15]; /* a field has four bits */
}

static const char *check_regs(const struct bvm_insn *insn, u8 form)
{
	if (!uses_dst(form) && insn->dst)
		return "the unused dst field must be 0";
	if (!uses_src(form) && insn->src)
		return "the unused src field must be 0";
	if (insn->dst >= BVM_NUM_REGS || insn->src >= BVM_NUM_REGS)
		return no_such_reg(insn->dst >= BVM_NUM_REGS ? insn->dst :
							       insn->src);
	return NULL;
}

const struct bvm_insn_info *bvm_insn_find(const struct bvm_insn *insn,
					  const char **why)
{
	const char *reason = "no such instruction";
	const struct bvm_insn_info *row;
	bool has_off = false; /* a row: then it is imm that is wrong */
	u32 i = first_row[insn->code];

	for (; i && i <= NUM_ROWS && rows[i - 1].code == insn->code; i++) {
		row = &rows[i - 1];
		if (row->off != BVM_ANY && row->off != insn->off) {
			if (!has_off)
				reason = "no such value of the off field here";
			continue;
		}
		has_off = true;
		if (row->imm != BVM_ANY && row->imm != insn->imm) {
			reason = "no such value of the imm field here";
			continue;
		}
		/* no other row has this off and imm */
		reason = check_regs(insn, row->form);
		if (!reason)
			return row;
		break;
	}
	if (why)
		*why = reason;
	return NULL;
}

const struct bvm_insn_info *bvm_insn_row(u32 i)
{
	return i < NUM_ROWS ? &rows[i] : NULL;
}
