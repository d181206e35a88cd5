// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_gen.c - programs made from bytes
 *
 * A program is a row of units. Before and after each unit the same holds, so
 * that a jump from any to any is likely to be accepted:
 *
 *	r0 r2-r5 r9   numbers
 *	r1 r6         the ctx
 *	r7            somewhere in the ctx, of a class in its largest field
 *	r8            somewhere in the last AREA bytes of the stack
 *	stack-64..-1  numbers
 *	stack-72      r7, spilled
 *	stack-80      r8, or the end of the stack, spilled
 *	stack-88      a number
 *	below         what unit_deep stored, never read
 *
 * Units that move a pointer by a number bound it first, in every way there
 * is, mostly so that the access is legal by a hair. Some programs are wild:
 * they have jumps into units, and instructions as the bytes have them.
 */
#include "bvm_gen.h"
#include "vm/helpers.h"

#define AREA 64 /* bytes of stack that hold numbers */
#define UNIT 24 /* the most instructions of a unit */
#define MAX_JUMPS 192

/* A jump whose target is the start of a later unit. */
struct jump {
	u32 pc;
	u32 units; /* to go until then */
};

struct gen {
	const u8 *bytes;
	size_t len;
	size_t at;
	struct bvm_insn *insns;
	u32 num;
	u32 num_jumps;
	struct jump jumps[MAX_JUMPS];
	bool wild;
	u32 ctx_off; /* the part of the ctx that r7 points into */
	u32 ctx_len;
	const struct bvm_image *image;
	u32 class;
};

static u8 take(struct gen *g)
{
	return g->at < g->len ? g->bytes[g->at++] : 0;
}

static u32 below(struct gen *g, u32 limit)
{
	return take(g) % limit;
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
	static const u8 regs[] = { 0, 2, 3, 4, 5, 9 };

	return regs[below(g, ARRAY_SIZE(regs))];
}

/* code dst, src or imm, off */
static void add(struct gen *g, u8 code, u32 dst, u32 src, s32 imm)
{
	g->insns[g->num++] = bvm_insn_make(code, dst, src, 0, imm);
}

static void add_mem(struct gen *g, u8 code, u32 dst, u32 src, s32 off, s32 imm)
{
	g->insns[g->num++] = bvm_insn_make(code, dst, src, (s16)off, imm);
}

/* A branch over num instructions. */
static void add_skip(struct gen *g, u8 code, u32 dst, s32 imm, s16 num)
{
	g->insns[g->num++] = bvm_insn_make(code, dst, 0, num, imm);
}

/* ---- units ---- */

static u8 any_load(struct gen *g)
{
	static const u8 loads[] = { BVM_LDXB,  BVM_LDXH,  BVM_LDXW, BVM_LDXDW,
				    BVM_LDXSB, BVM_LDXSH, BVM_LDXSW };

	return loads[below(g, ARRAY_SIZE(loads))];
}

static void unit_alu(struct gen *g)
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
	g->insns[g->num++] =
		bvm_insn_make(row->code, num_reg(g),
			      row->form == BVM_FORM_ALU_X ? num_reg(g) : 0,
			      row->off == BVM_ANY ? 0 : row->off,
			      row->imm == BVM_ANY ? take_imm(g) : row->imm);
}

/* Something that depends on little is more likely to be known. */
static void unit_const(struct gen *g)
{
	if (take(g) & 1) {
		add(g, BVM_MOV64_K, num_reg(g), 0, take_imm(g));
		return;
	}
	add(g, BVM_LDDW, num_reg(g), 0, take_imm(g));
	add(g, 0, 0, 0, take_imm(g));
}

/* The next unit, mostly, or one far away. */
static void jump_later(struct gen *g)
{
	const u8 how = take(g);
	struct jump *jump = &g->jumps[g->num_jumps++];

	jump->pc = g->num - 1;
	jump->units = how < 160 ? 1 + how % 4 : how < 240 ? 1 + how % 48 : 4096;
}

static u8 any_branch(struct gen *g)
{
	static const u8 ops[] = { BVM_JMP_JEQ,	BVM_JMP_JNE,  BVM_JMP_JGT,
				  BVM_JMP_JGE,	BVM_JMP_JLT,  BVM_JMP_JLE,
				  BVM_JMP_JSET, BVM_JMP_JSGT, BVM_JMP_JSGE,
				  BVM_JMP_JSLT, BVM_JMP_JSLE };
	const u8 code = ops[below(g, ARRAY_SIZE(ops))];

	return code | (take(g) & 1 ? BVM_CLS_JMP32 : BVM_CLS_JMP64);
}

static void add_branch(struct gen *g, s16 off)
{
	const u8 code = any_branch(g);

	if (take(g) & 1)
		g->insns[g->num++] =
			bvm_insn_make(code | 8, num_reg(g), num_reg(g), off, 0);
	else
		g->insns[g->num++] =
			bvm_insn_make(code, num_reg(g), 0, off, take_imm(g));
}

static void unit_branch(struct gen *g)
{
	if (g->num_jumps == MAX_JUMPS)
		return;
	add_branch(g, 0);
	jump_later(g);
}

/* ja, with a way around it for what comes next. */
static void unit_jump(struct gen *g)
{
	if (g->num_jumps == MAX_JUMPS)
		return;
	add_branch(g, 1);
	add(g, take(g) & 1 ? BVM_JA : BVM_JA32, 0, 0, 0);
	jump_later(g);
}

/* A register that is one of two numbers. */
static void unit_either(struct gen *g)
{
	const u32 reg = num_reg(g);
	const u8 code = take(g) & 1 ? BVM_MOV64_K : BVM_MOV32_K;

	add_branch(g, 2);
	add(g, code, reg, 0, take_imm(g));
	add_skip(g, BVM_JA, 0, 0, 1);
	add(g, code, reg, 0, take_imm(g));
}

static void unit_exit(struct gen *g)
{
	add_branch(g, 2);
	add(g, g->class ? BVM_MOV32_X : BVM_MOV64_X, 0, num_reg(g), 0);
	add(g, BVM_EXIT, 0, 0, 0);
}

/* A load at a fixed place, by any of the pointers to the ctx. */
static void unit_ctx(struct gen *g)
{
	const u8 code = any_load(g);
	const u32 size = bvm_insn_size(code);
	const struct bvm_field *f;

	if (!g->class) {
		add_mem(g, code, num_reg(g), take(g) & 1 ? 1 : 6,
			below(g, g->ctx_len - size + 1), 0);
		return;
	}
	f = &bvm_classes[g->class]
		     .fields[below(g, bvm_classes[g->class].num_fields)];
	if (f->kind >= BVM_FIELD_STR || f->size < size)
		return;
	/* mostly the whole field, which has a bound */
	if (f->size == 4 && take(g) & 3)
		add_mem(g, BVM_LDXW, num_reg(g), 6, f->off, 0);
	else
		add_mem(g, code, num_reg(g), take(g) & 1 ? 1 : 6,
			f->off + (s32)below(g, f->size - size + 1), 0);
}

/* Stores and loads of any size, over and beside each other. */
static void unit_stack(struct gen *g)
{
	static const u8 stores[] = { BVM_STXB, BVM_STXH, BVM_STXW, BVM_STXDW };
	static const u8 consts[] = { BVM_STB, BVM_STH, BVM_STW, BVM_STDW };
	const u32 which = below(g, 4);
	const u8 code = any_load(g);
	s32 off = -AREA + (s32)below(g, AREA + 1 - (1u << which));

	/* mostly aligned, so that something is known of it later */
	if (take(g) & 3)
		off &= -(1 << which);
	if (take(g) & 1)
		add_mem(g, stores[which], 10, num_reg(g), off, 0);
	else
		add_mem(g, consts[which], 10, 0, off, take_imm(g));
	if (take(g) & 1)
		add_mem(g, code, num_reg(g), 10,
			-AREA + (s32)below(g, AREA + 1 - bvm_insn_size(code)),
			0);
	else
		add_mem(g, BVM_LDXDW, num_reg(g), 10, off & -8, 0);
}

/* Pointers and a number to the stack and back. */
static void unit_spill(struct gen *g)
{
	switch (below(g, 7)) {
	case 0:
		add_mem(g, BVM_STXDW, 10, 7, -72, 0);
		break;
	case 1:
		add_mem(g, BVM_LDXDW, 7, 10, -72, 0);
		break;
	case 2:
		add_mem(g, BVM_STXDW, 10, 8, -80, 0);
		break;
	case 3:
		add_mem(g, BVM_LDXDW, 8, 10, -80, 0);
		break;
	case 4:
		add_mem(g, BVM_STXDW, 10, num_reg(g), -88, 0);
		break;
	case 5:
		add_mem(g, BVM_LDXDW, num_reg(g), 10, -88, 0);
		break;
	case 6: /* over a pointer, which is then one no more */
		add_mem(g, BVM_STW, 10, 0, -72 + (take(g) & 4), take_imm(g));
		if (take(g) & 1)
			add_mem(g, BVM_STDW, 10, 0, -72, take_imm(g));
		else if (g->wild)
			add_mem(g, BVM_LDXDW, num_reg(g), 10, -72, 0);
		add_mem(g, BVM_STXDW, 10, 7, -72, 0);
	}
}

/*
 * Make a register at most max, a power of two less one. Return: how many
 * branches wait to be told how many instructions to skip if it is more; the
 * last is the last instruction.
 */
static u32 bound(struct gen *g, u32 reg, u32 max)
{
	const u32 bits = (u32)__builtin_popcount(max);
	const u32 other = reg == 9 ? 5 : 9;

	switch (below(g, 15)) {
	case 0:
		add(g, BVM_AND32_K, reg, 0, (s32)max);
		return 0;
	case 1:
		add(g, BVM_MOD64_K, reg, 0, (s32)max + 1);
		return 0;
	case 2:
		add(g, BVM_MOD32_K, reg, 0, (s32)max + 1);
		return 0;
	case 3:
		add(g, BVM_RSH64_K, reg, 0, 64 - (s32)bits);
		return 0;
	case 4:
		add(g, BVM_RSH32_K, reg, 0, 32 - (s32)bits);
		return 0;
	case 5:
		add_skip(g, BVM_JGT64_K, reg, (s32)max, 0);
		return 1;
	case 6:
		add_skip(g, BVM_JGE64_K, reg, (s32)max + 1, 0);
		return 1;
	case 7: /* the upper half is known to be 0, then the lower bounded */
		add(g, BVM_MOV32_X, reg, reg, 0);
		add_skip(g, take(g) & 1 ? BVM_JGT32_K : BVM_JSGT32_K, reg,
			 (s32)max, 0);
		if (take(g) & 1)
			return 1;
		add_skip(g, BVM_JSLT32_K, reg, 0, 0);
		return 2;
	case 8:
		add_skip(g, BVM_JSET64_K, reg, ~(s32)max, 0);
		return 1;
	case 9:
		add_skip(g, BVM_JSGT64_K, reg, (s32)max, 0);
		add_skip(g, BVM_JSLT64_K, reg, 0, 0);
		return 2;
	case 10: /* bounded in the stack too */
		add(g, BVM_AND64_K, reg, 0, (s32)max);
		add_mem(g, BVM_STXDW, 10, reg, -88, 0);
		add_mem(g, BVM_LDXDW, reg, 10, -88, 0);
		return 0;
	case 11: /* by another register */
		add(g, BVM_MOV64_K, other, 0, (s32)max);
		add_skip(g, BVM_JGT64_X, reg, 0, 0);
		g->insns[g->num - 1].src = (u8)(other & 15);
		return 1;
	case 12:
		add_skip(g, BVM_JNE64_K, reg, (s32)(max & take(g)), 0);
		return 1;
	case 13: /* and spread over signs that are not there */
		add(g, BVM_AND64_K, reg, 0, (s32)max);
		g->insns[g->num++] = bvm_insn_make(BVM_MOV64_X, reg, reg, 8, 0);
		return 0;
	}
	add(g, BVM_AND64_K, reg, 0, (s32)max);
	return 0;
}

/* One or two accesses by a pointer that was moved. */
static void add_access(struct gen *g, u32 base, s32 off, u32 size)
{
	static const u8 loads[] = {
		[1] = BVM_LDXB, [2] = BVM_LDXH, [4] = BVM_LDXW, [8] = BVM_LDXDW
	};
	static const u8 stores[] = {
		[1] = BVM_STXB, [2] = BVM_STXH, [4] = BVM_STXW, [8] = BVM_STXDW
	};

	if (base == 8 && take(g) & 1)
		add_mem(g, stores[size], base, num_reg(g), off, 0);
	if (take(g) & 1 || size == 8)
		add_mem(g, loads[size], num_reg(g), base, off, 0);
	else
		add_mem(g, (loads[size] & 0x1f) | 0x80, num_reg(g), base, off,
			0);
}

/*
 * Move r7 or r8 by a number and use it. The area is so long, the number at
 * most max * scale, and the access ends where the area does, or before.
 */
static void unit_move(struct gen *g)
{
	const u32 base = take(g) & 1 ? 8 : 7;
	const u32 len = base == 8 ? AREA : g->ctx_len;
	const u32 reg = num_reg(g), scale = below(g, 4);
	const u32 max = (2u << below(g, 4)) - 1;
	const u32 size = 1u << below(g, 4);
	const u32 how = take(g), slack = len - (max << scale);
	u32 first = g->num, i;
	s32 off = base == 8 ? -AREA : (s32)g->ctx_off, end;

	if ((max << scale) + size > len)
		return;
	(void)bound(g, reg, max);
	if (scale && how & 1)
		add(g, BVM_LSH64_K, reg, 0, (s32)scale);
	else if (scale)
		add(g, BVM_MUL64_K, reg, 0, 1 << scale);
	add(g, BVM_MOV64_X, base, base == 8 ? 10 : 1, 0);
	if (how & 2) { /* down from the end */
		add(g, BVM_ADD64_K, base, 0, off + (s32)(len - size));
		add(g, BVM_SUB64_X, base, reg, 0);
		end = 0;
	} else {
		add(g, BVM_ADD64_K, base, 0, off);
		add(g, BVM_ADD64_X, base, reg, 0);
		end = (s32)(slack - size);
	}
	/* rarely one too far, or too near */
	if (end > 0 && how & 4)
		end = (s32)below(g, (u32)end + 1);
	if (how > 252)
		end++;
	else if (how > 250)
		end = -1;
	add_access(g, base, end, size);
	/* the branches that were left open skip all of it */
	end = (s32)g->num;
	for (i = first; i < (u32)end; i++) {
		const u8 code = g->insns[i].code;

		if (BVM_CODE_CLASS(code) == BVM_CLS_JMP64 ||
		    BVM_CODE_CLASS(code) == BVM_CLS_JMP32)
			g->insns[i].off = (s16)(end - (s32)i - 1);
	}
}

/* Store below all that is stored at fixed offsets, at one of several. */
static void unit_deep(struct gen *g)
{
	const u32 reg = num_reg(g), max = (2u << below(g, 4)) - 1;
	const s32 off = -112 - 8 * (s32)below(g, 18);

	add(g, BVM_AND64_K, reg, 0, (s32)max);
	add(g, BVM_MOV64_X, 8, 10, 0);
	add(g, BVM_ADD64_X, 8, reg, 0);
	add_mem(g, BVM_STXB, 8, reg, off, 0);
	add(g, BVM_MOV64_X, 8, 10, 0);
	add(g, BVM_ADD64_K, 8, 0, -AREA);
}

/* Use r7 and r8 as they are. */
static void unit_use(struct gen *g)
{
	const u32 base = take(g) & 1 ? 8 : 7;

	add_access(g, base, 0, take(g) & 7 ? 1 : 1u << below(g, 4));
}

/* ---- calls ---- */

/* Offset of a field of a kind, or -1. */
static s32 find_field(const struct gen *g, enum bvm_field_kind kind)
{
	const struct bvm_class_info *info = &bvm_classes[g->class];
	u32 i;

	for (i = 0; i < info->num_fields; i++) {
		if (info->fields[i].kind == kind)
			return info->fields[i].off;
	}
	return -1;
}

static bool add_arg(struct gen *g, u32 reg, enum bvm_arg arg, u32 key_len)
{
	s32 off;

	switch (arg) {
	case BVM_ARG_NONE:
		return true;
	case BVM_ARG_SCALAR:
		add(g, BVM_MOV64_X, reg, num_reg(g), 0);
		if (take(g) & 1)
			add(g, BVM_AND64_K, reg, 0, take_imm(g));
		return true;
	case BVM_ARG_STR:
	case BVM_ARG_TEXT:
		off = find_field(g, arg == BVM_ARG_STR ? BVM_FIELD_STR :
							 BVM_FIELD_TEXT);
		if (off >= 0)
			add_mem(g, BVM_LDXDW, reg, 6, off, 0);
		return off >= 0;
	case BVM_ARG_ADDR:
		off = find_field(g, BVM_FIELD_ADDR);
		if (off < 0)
			return false;
		add(g, BVM_MOV64_X, reg, 6, 0);
		add(g, BVM_ADD64_K, reg, 0, off);
		return true;
	case BVM_ARG_KEY:
		add(g, BVM_MOV64_X, reg, 10, 0);
		add(g, BVM_ADD64_K, reg, 0,
		    -AREA + (s32)below(g, AREA - key_len + 1));
		return true;
	}
	return false;
}

/* What r2 may name: a table, or a slot. */
static u32 pick_index(struct gen *g, u32 helper)
{
	const struct bvm_image *img = g->image;
	u32 i, table = take(g);

	if (bvm_helpers[helper].table == BVM_TABLE_SLOT)
		return img->meta->num_slots ? table % img->meta->num_slots :
					      U32_MAX;
	for (i = 0; i < img->num_tables; i++) {
		table = (table + 1) % img->num_tables;
		if (helper == BVM_HELPER_MATCH && table != img->rights_dfa)
			continue;
		if (img->tables[table].kind == bvm_helpers[helper].table)
			return table;
	}
	return U32_MAX;
}

static void unit_call(struct gen *g)
{
	const u32 start = g->num;
	const u32 helper = 1 + below(g, BVM_NUM_HELPERS - 1);
	const u32 index = pick_index(g, helper);
	u32 key_len = 0;

	if (index == U32_MAX ||
	    (helper == BVM_HELPER_ARGV && g->class != BVM_CLASS_EXEC))
		return;
	if (bvm_helpers[helper].table != BVM_TABLE_SLOT)
		key_len = g->image->tables[index].key_len;
	if (!add_arg(g, 3, bvm_helpers[helper].arg3, key_len) ||
	    !add_arg(g, 4, bvm_helpers[helper].arg4, key_len)) {
		g->num = start;
		return;
	}
	add(g, BVM_MOV64_X, 1, 6, 0);
	add(g, BVM_MOV64_K, 2, 0, (s32)index);
	add(g, BVM_CALL, 0, 0, (s32)helper);
	if (g->wild && take(g) & 1)
		return;
	add(g, BVM_MOV64_X, 1, 6, 0);
	add(g, BVM_MOV64_X, 2, 0, 0);
	add(g, BVM_MOV32_K, 3, 0, take_imm(g));
	add(g, BVM_MOV64_X, 4, 9, 0);
	add_mem(g, BVM_LDXW, 5, 1, 0, 0);
}

/* ---- a program ---- */

static void unit_wild(struct gen *g)
{
	struct bvm_insn insn;
	u8 raw[8];

	if (take(g) & 1) {
		add_branch(g, (s16)below(g, 5));
		return;
	}
	for (u32 i = 0; i < 8; i++)
		raw[i] = take(g);
	memcpy(&insn, raw, sizeof(insn));
	if (raw[0] & 1)
		insn.code = bvm_insn_row(raw[1] % 100)->code;
	g->insns[g->num++] = insn;
}

/* Jumps that lead here. */
static void land(struct gen *g, bool all)
{
	u32 i = 0;

	while (i < g->num_jumps) {
		struct jump *jump = &g->jumps[i];
		struct bvm_insn *insn = &g->insns[jump->pc];
		s32 off = (s32)(g->num - jump->pc) - 1;

		if (!all && --jump->units) {
			i++;
			continue;
		}
		if (insn->code == BVM_JA32)
			insn->imm = off;
		else
			insn->off = (s16)off;
		*jump = g->jumps[--g->num_jumps];
	}
}

static void add_unit(struct gen *g)
{
	static void (*const units[])(struct gen *) = {
		unit_alu,   unit_alu,	 unit_alu,   unit_alu,	 unit_alu,
		unit_const, unit_ctx,	 unit_stack, unit_stack, unit_spill,
		unit_move,  unit_move,	 unit_move,  unit_use,	 unit_branch,
		unit_jump,  unit_either, unit_deep,
	};
	const u8 what = take(g);

	if (g->wild && what < 32)
		unit_wild(g);
	else if (what >= 250)
		unit_exit(g);
	else if (what >= 200 && g->image)
		unit_call(g);
	else
		units[what % ARRAY_SIZE(units)](g);
}

static void begin(struct gen *g)
{
	u32 i;

	add(g, BVM_MOV64_X, 6, 1, 0);
	add_mem(g, BVM_LDXW, 0, 1, 0, 0);
	add_mem(g, g->class ? BVM_LDXW : BVM_LDXDW, 2, 1, 8, 0);
	add_mem(g, BVM_LDXB, 3, 1, 12, 0);
	add_mem(g, BVM_LDXSH, 4, 1, 2, 0);
	add_mem(g, g->class ? BVM_LDXSW : BVM_LDXDW, 5, 1, g->class ? 12 : 16,
		0);
	add(g, BVM_MOV64_X, 9, 5, 0);
	add(g, BVM_MOV64_X, 7, 1, 0);
	add(g, BVM_ADD64_K, 7, 0, (s32)g->ctx_off);
	add(g, BVM_MOV64_X, 8, 10, 0);
	add(g, BVM_ADD64_K, 8, 0, -AREA);
	for (i = 1; i <= AREA / 8; i++)
		add_mem(g, BVM_STXDW, 10, i & 1 ? 3 : 2, -8 * (s32)i, 0);
	add_mem(g, BVM_STXDW, 10, 7, -72, 0);
	add_mem(g, BVM_STXDW, 10, 8, -80, 0);
	add_mem(g, BVM_STXDW, 10, 3, -88, 0);
}

static u32 generate(struct gen *g, u32 max)
{
	const u8 how = take(g);

	g->wild = how >= 240;
	begin(g);
	while (g->at < g->len && g->num + UNIT + 4 < max) {
		add_unit(g);
		land(g, false);
	}
	land(g, true);
	add(g, BVM_XOR64_X, 0, 2, 0);
	if (g->class)
		add(g, BVM_MOV32_X, 0, 0, 0);
	add(g, BVM_EXIT, 0, 0, 0);
	return g->num;
}

u32 bvm_gen(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max)
{
	struct gen g = {
		.bytes = bytes,
		.len = len,
		.insns = insns,
		.ctx_len = BVM_GEN_CTX,
	};

	return generate(&g, max);
}

static const struct bvm_field *largest_field(u32 class)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	const struct bvm_field *best = &info->fields[0];
	u32 i;

	for (i = 1; i < info->num_fields; i++) {
		if (info->fields[i].kind < BVM_FIELD_STR &&
		    info->fields[i].size > best->size)
			best = &info->fields[i];
	}
	return best;
}

u32 bvm_gen_class(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max,
		  const struct bvm_image *image, u32 class)
{
	struct gen g = {
		.bytes = bytes,
		.len = len,
		.insns = insns,
		.ctx_off = largest_field(class)->off,
		.ctx_len = largest_field(class)->size,
		.image = image,
		.class = class,
	};

	return generate(&g, max);
}
