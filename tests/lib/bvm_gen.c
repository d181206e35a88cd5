// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_gen.c - programs made from bytes
 *
 * r1 stays the ctx and r0, r2 - r5 are numbers, so that most choices are
 * legal. r6 and r7 are pointers into ctx and stack that move by what the
 * other registers hold, so that an access is legal only if the verifier is
 * right about a number. Now and then an instruction is taken as it comes.
 */
#include "bvm_gen.h"

struct gen {
	const u8 *bytes;
	size_t len;
	size_t at;
	struct bvm_insn *insns;
	u32 num;
};

static u8 take(struct gen *g)
{
	return g->at < g->len ? g->bytes[g->at++] : 0;
}

static s32 take_imm(struct gen *g)
{
	static const s32 edges[] = { 0,	 1,	  -1,	   2,  7,   8,	 15,
				     31, 32,	  63,	   64, 127, 255, 65535,
				     -8, S32_MAX, S32_MIN, -2, 3,   16 };
	const u8 how = take(g);

	if (how < 200)
		return edges[how % ARRAY_SIZE(edges)];
	return (s32)(take(g) | take(g) << 8 | take(g) << 16 |
		     (u32)take(g) << 24);
}

static u32 num_reg(struct gen *g)
{
	static const u8 regs[] = { 0, 2, 3, 4, 5 };

	return regs[take(g) % ARRAY_SIZE(regs)];
}

static void add(struct gen *g, struct bvm_insn insn)
{
	g->insns[g->num++] = insn;
}

static void add_alu(struct gen *g)
{
	const struct bvm_insn_info *row;
	u32 i = take(g), n = 0;

	/* the i-th arithmetic row, wrapping */
	for (;; n++) {
		row = bvm_insn_row(n);
		if (!row) {
			n = (u32)-1;
			continue;
		}
		if (row->form <= BVM_FORM_ALU_U && i-- == 0)
			break;
	}
	add(g, bvm_insn_make(row->code, num_reg(g),
			     row->form == BVM_FORM_ALU_X ? num_reg(g) : 0,
			     row->off == BVM_ANY ? 0 : row->off,
			     row->imm == BVM_ANY ? take_imm(g) : row->imm));
}

static void add_branch(struct gen *g, u32 max)
{
	static const u8 ops[] = { BVM_JMP_JEQ,	BVM_JMP_JNE,  BVM_JMP_JGT,
				  BVM_JMP_JGE,	BVM_JMP_JLT,  BVM_JMP_JLE,
				  BVM_JMP_JSET, BVM_JMP_JSGT, BVM_JMP_JSGE,
				  BVM_JMP_JSLT, BVM_JMP_JSLE };
	u8 code = ops[take(g) % ARRAY_SIZE(ops)];
	const u8 how = take(g);
	/* landing inside the program: the tail is long enough */
	const s16 off = how % 5;

	(void)max;
	code |= how & 32 ? BVM_CLS_JMP32 : BVM_CLS_JMP64;
	if (how & 64)
		add(g, bvm_insn_make(code | 8, num_reg(g), num_reg(g), off, 0));
	else
		add(g, bvm_insn_make(code, num_reg(g), 0, off, take_imm(g)));
}

static void add_memory(struct gen *g)
{
	static const u8 loads[] = { BVM_LDXB,  BVM_LDXH,  BVM_LDXW, BVM_LDXDW,
				    BVM_LDXSB, BVM_LDXSH, BVM_LDXSW };
	static const u8 stores[] = { BVM_STXB, BVM_STXH, BVM_STXW, BVM_STXDW };
	const u8 how = take(g);
	const u32 base = how & 1 ? 7 : 6;
	const s16 off = (s16)(take(g) % 16) - (base == 7 ? 16 : 0);

	if (how & 2 && base == 7)
		add(g, bvm_insn_make(stores[how >> 2 & 3], base, num_reg(g),
				     off, 0));
	else
		add(g, bvm_insn_make(loads[(how >> 2) % ARRAY_SIZE(loads)],
				     num_reg(g), base, off, 0));
}

/* Put a pointer back, bound a number, and move the pointer by it. */
static void add_move(struct gen *g)
{
	const u8 how = take(g);
	const u32 reg = num_reg(g);

	add(g,
	    bvm_insn_make(BVM_MOV64_X, 6 + (how & 1), how & 1 ? 10 : 1, 0, 0));
	if (how & 2)
		add(g, bvm_insn_make(BVM_AND64_K, reg, 0, 0, how >> 3));
	add(g, bvm_insn_make(how & 1 ? BVM_SUB64_X : BVM_ADD64_X, 6 + (how & 1),
			     reg, 0, 0));
}

static void add_any(struct gen *g)
{
	struct bvm_insn insn;
	u8 raw[8];

	for (u32 i = 0; i < 8; i++)
		raw[i] = take(g);
	memcpy(&insn, raw, sizeof(insn));
	add(g, insn);
}

static void add_one(struct gen *g, u32 max)
{
	const u8 what = take(g);

	if (what < 110)
		add_alu(g);
	else if (what < 160)
		add_branch(g, max);
	else if (what < 215)
		add_memory(g);
	else if (what < 250)
		add_move(g);
	else if (what < 254) {
		add(g, bvm_insn_make(BVM_LDDW, num_reg(g), 0, 0, take_imm(g)));
		add(g, bvm_insn_make(0, 0, 0, 0, take_imm(g)));
	} else {
		add_any(g);
	}
}

u32 bvm_gen(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max)
{
	struct gen g = { .bytes = bytes, .len = len, .insns = insns };
	u32 i;

	/* numbers of which nothing is known, and a stack that is set */
	add(&g, bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0));
	add(&g, bvm_insn_make(BVM_LDXW, 2, 1, 8, 0));
	add(&g, bvm_insn_make(BVM_LDXB, 3, 1, 12, 0));
	add(&g, bvm_insn_make(BVM_LDXSH, 4, 1, 14, 0));
	add(&g, bvm_insn_make(BVM_LDXDW, 5, 1, 16, 0));
	add(&g, bvm_insn_make(BVM_MOV64_X, 6, 1, 0, 0));
	add(&g, bvm_insn_make(BVM_MOV64_X, 7, 10, 0, 0));
	for (i = 1; i <= 6; i++)
		add(&g, bvm_insn_make(BVM_STXDW, 10, i < 6 ? 0 : 5,
				      (s16)(-8 * (s16)i), 0));
	while (g.at < g.len && g.num + 12 < max)
		add_one(&g, max);
	/* where the last branches land */
	for (i = 0; i < 6; i++)
		add(&g, bvm_insn_make(BVM_XOR64_X, 0, 2, 0, 0));
	add(&g, bvm_insn_make(BVM_EXIT, 0, 0, 0, 0));
	return g.num;
}
