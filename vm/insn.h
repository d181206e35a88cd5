/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * insn.h - one instruction of RFC 9669, and what makes it legal
 *
 *    63            32 31     16 15  12 11   8 7      0
 *   +----------------+---------+------+------+--------+
 *   |      imm       |   off   | src  | dst  |  code  |
 *   +----------------+---------+------+------+--------+
 *
 * The layout is that of the kernel's struct bpf_insn. lddw takes two slots;
 * the second holds only the upper half of the constant, in imm.
 */
#ifndef BVM_INSN_H
#define BVM_INSN_H

#include "port.h"

struct bvm_insn {
	u8 code;
	u8 dst : 4;
	u8 src : 4;
	s16 off;
	s32 imm;
};

_Static_assert(sizeof(struct bvm_insn) == 8, "the image's layout");

#define BVM_NUM_REGS 11
#define BVM_REG_FRAME 10 /* read-only: the end of the stack */

/* enum bvm_code: BVM_ADD64_K = 0x07 ... */
#define BVM_INSN(NAME, code, off, imm, form, mnemonic, cpu, effect) \
	BVM_##NAME = code,
#define BVM_INSN_ALSO BVM_INSN
enum bvm_code {
#include "insn.def"
};
#undef BVM_INSN
#undef BVM_INSN_ALSO

/* Parts of a code. */
#define BVM_CODE_CLASS(code) ((code)&0x07)
#define BVM_CODE_OP(code) ((code)&0xf0)
#define BVM_CODE_IS_X(code) (((code)&0x08) != 0)

enum bvm_code_class {
	BVM_CLS_LD = 0,
	BVM_CLS_LDX = 1,
	BVM_CLS_ST = 2,
	BVM_CLS_STX = 3,
	BVM_CLS_ALU32 = 4,
	BVM_CLS_JMP64 = 5,
	BVM_CLS_JMP32 = 6,
	BVM_CLS_ALU64 = 7,
};

/* BVM_CODE_OP of arithmetic */
enum bvm_alu_op {
	BVM_ALU_ADD = 0x00,
	BVM_ALU_SUB = 0x10,
	BVM_ALU_MUL = 0x20,
	BVM_ALU_DIV = 0x30, /* off 1: signed */
	BVM_ALU_OR = 0x40,
	BVM_ALU_AND = 0x50,
	BVM_ALU_LSH = 0x60,
	BVM_ALU_RSH = 0x70,
	BVM_ALU_NEG = 0x80,
	BVM_ALU_MOD = 0x90, /* off 1: signed */
	BVM_ALU_XOR = 0xa0,
	BVM_ALU_MOV = 0xb0, /* off 8, 16, 32: sign-extending */
	BVM_ALU_ARSH = 0xc0,
	BVM_ALU_END = 0xd0,
};

/* BVM_CODE_OP of jumps */
enum bvm_jmp_op {
	BVM_JMP_JA = 0x00,
	BVM_JMP_JEQ = 0x10,
	BVM_JMP_JGT = 0x20,
	BVM_JMP_JGE = 0x30,
	BVM_JMP_JSET = 0x40,
	BVM_JMP_JNE = 0x50,
	BVM_JMP_JSGT = 0x60,
	BVM_JMP_JSGE = 0x70,
	BVM_JMP_JLT = 0xa0,
	BVM_JMP_JLE = 0xb0,
	BVM_JMP_JSLT = 0xc0,
	BVM_JMP_JSLE = 0xd0,
};

/* Which registers and fields an encoding uses: the `form` of insn.def. */
enum bvm_form {
	BVM_FORM_ALU_K,
	BVM_FORM_ALU_X,
	BVM_FORM_ALU_U,
	BVM_FORM_JMP_K,
	BVM_FORM_JMP_X,
	BVM_FORM_JA,
	BVM_FORM_CALL,
	BVM_FORM_EXIT,
	BVM_FORM_LDDW,
	BVM_FORM_LDX,
	BVM_FORM_ST,
	BVM_FORM_STX,
};

#define BVM_ANY (-1) /* in off and imm of a row */

/* One row of insn.def. */
struct bvm_insn_info {
	const char *mnemonic;
	const char *effect;
	u8 code;
	u8 form; /* enum bvm_form */
	u8 cpu; /* version of the instruction set that brought it */
	s8 off; /* the value that the field must have, or BVM_ANY */
	s8 imm; /* the same */
};

/*
 * The row of an encoding, whose fields are then all as the row says; for lddw
 * the first half only. NULL: no such instruction, and *why (if not NULL) is a
 * phrase that says what is wrong.
 */
const struct bvm_insn_info *bvm_insn_find(const struct bvm_insn *insn,
					  const char **why);

/* Row number i of insn.def; NULL past the end. For tools and tests. */
const struct bvm_insn_info *bvm_insn_row(u32 i);

/* Bytes that a load or store moves: 1, 2, 4 or 8. */
static inline u32 bvm_insn_size(u8 code)
{
	static const u8 sizes[4] = { 4, 2, 1, 8 };

	return sizes[code >> 3 & 3];
}

/* Slot that a jump goes to, if it is taken. May lie outside the program. */
static inline s64 bvm_insn_target(const struct bvm_insn *insn, u32 pc)
{
	return (s64)pc + 1 + (insn->code == BVM_JA32 ? insn->imm : insn->off);
}

static inline struct bvm_insn bvm_insn_make(u8 code, u32 dst, u32 src, s16 off,
					    s32 imm)
{
	return (struct bvm_insn){ code, dst & 15, src & 15, off, imm };
}

#endif /* BVM_INSN_H */
