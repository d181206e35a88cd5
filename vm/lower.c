// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lower.c - one instruction becomes some that no JIT can get wrong
 *
 * The verifier knows no more of an instruction than it will know of what it
 * is lowered to (interval.h, verify_alu.c), so a lowered program is accepted
 * whenever the original was.
 *
 * There is no scratch register. Where the divisor must change its sign, all
 * 64 bits of it are negated, and back: that is exact, and its lower half is
 * the negated lower half.
 */
#include "lower.h"

struct lower {
	const struct bvm_insn *in;
	u32 num_in;
	bool keep_v4;
	struct bvm_insn *out;
	u32 max;
	u32 num_out; /* counts on past max */
};

static void emit(struct lower *l, u8 code, u32 dst, u32 src, s32 imm)
{
	if (l->num_out < l->max)
		l->out[l->num_out] = bvm_insn_make(code, dst, src, 0, imm);
	l->num_out++;
}

/* A jump over num instructions. */
static void emit_skip(struct lower *l, u8 code, u32 dst, s16 num)
{
	if (l->num_out < l->max)
		l->out[l->num_out] = bvm_insn_make(code, dst, 0, num, 0);
	l->num_out++;
}

/* The 32-bit code has the class ALU32 for ALU64, JMP32 for JMP64. */
static u8 narrow(u8 code, bool is_64)
{
	if (is_64)
		return code;
	if (BVM_CODE_CLASS(code) == BVM_CLS_ALU64)
		return (code & ~7) | BVM_CLS_ALU32;
	return (code & ~7) | BVM_CLS_JMP32;
}

/* What arithmetic needs to know of its instruction. */
struct alu {
	u32 dst;
	u32 src;
	s32 imm;
	bool is_64;
	bool is_div; /* or mod */
};

static void emit_alu(struct lower *l, const struct alu *a, u8 code)
{
	emit(l, narrow(code, a->is_64), a->dst,
	     BVM_CODE_IS_X(code) ? a->src : 0, 0);
}

static void emit_divide(struct lower *l, const struct alu *a)
{
	emit_alu(l, a, a->is_div ? BVM_DIV64_X : BVM_MOD64_X);
}

static void emit_branch(struct lower *l, const struct alu *a, u8 code, u32 reg,
			s16 num)
{
	emit_skip(l, narrow(code, a->is_64), reg, num);
}

/* The result of a division by 0, and of one that changes nothing. */
static void emit_by_zero(struct lower *l, const struct alu *a)
{
	if (a->is_div)
		emit_alu(l, a, BVM_MOV64_K);
	else
		emit(l, narrow(BVM_MOV64_X, a->is_64), a->dst, a->dst, 0);
}

static void lower_unsigned(struct lower *l, const struct alu *a)
{
	emit_branch(l, a, BVM_JNE64_K, a->src, 2);
	emit_by_zero(l, a);
	emit_skip(l, BVM_JA, 0, 1);
	emit_divide(l, a);
}

/*
 * By the signs of divisor and dividend; magnitudes are divided unsigned. The
 * sign of a quotient is that of both, of a remainder that of the dividend.
 * INT_MIN is its own magnitude when read as unsigned, so INT_MIN / -1 gives
 * INT_MIN, and nothing traps.
 */
static void lower_signed(struct lower *l, const struct alu *a)
{
	emit_branch(l, a, BVM_JSLT64_K, a->src, 10);
	emit_branch(l, a, BVM_JNE64_K, a->src, 2);
	emit_by_zero(l, a);
	emit_skip(l, BVM_JA, 0, 15);
	/* + / + */
	emit_branch(l, a, BVM_JSLT64_K, a->dst, 2);
	emit_divide(l, a);
	emit_skip(l, BVM_JA, 0, 12);
	/* - / + */
	emit_alu(l, a, BVM_NEG64);
	emit_divide(l, a);
	emit_alu(l, a, BVM_NEG64);
	emit_skip(l, BVM_JA, 0, 8);
	emit(l, BVM_NEG64, a->src, 0, 0);
	if (a->is_div) {
		/* + / -, then - / - */
		emit_branch(l, a, BVM_JSLT64_K, a->dst, 3);
		emit_divide(l, a);
		emit_alu(l, a, BVM_NEG64);
		emit_skip(l, BVM_JA, 0, 2);
		emit_alu(l, a, BVM_NEG64);
		emit_divide(l, a);
	} else {
		emit_branch(l, a, BVM_JSLT64_K, a->dst, 2);
		emit_divide(l, a);
		emit_skip(l, BVM_JA, 0, 3);
		emit_alu(l, a, BVM_NEG64);
		emit_divide(l, a);
		emit_alu(l, a, BVM_NEG64);
	}
	emit(l, BVM_NEG64, a->src, 0, 0);
}

/* A number by itself: 1 and 0, or 0 by 0. */
static void lower_signed_self(struct lower *l, const struct alu *a)
{
	if (!a->is_div) {
		emit_alu(l, a, BVM_MOV64_K);
		return;
	}
	emit_branch(l, a, BVM_JNE64_K, a->dst, 2);
	emit_alu(l, a, BVM_MOV64_K);
	emit_skip(l, BVM_JA, 0, 1);
	emit(l, narrow(BVM_MOV64_K, a->is_64), a->dst, 0, 1);
}

/* Unsigned division by the magnitude of imm. */
static void emit_by_magnitude(struct lower *l, const struct alu *a)
{
	const s32 magnitude = a->imm < 0 && a->imm != S32_MIN ? -a->imm :
								a->imm;

	/* 2^31 as an imm would be sign-extended */
	if (a->is_64 && magnitude == S32_MIN) {
		if (a->is_div)
			emit(l, BVM_RSH64_K, a->dst, 0, 31);
		else
			emit(l, BVM_AND64_K, a->dst, 0, S32_MAX);
		return;
	}
	emit(l, narrow(a->is_div ? BVM_DIV64_K : BVM_MOD64_K, a->is_64), a->dst,
	     0, magnitude);
}

static void lower_signed_const(struct lower *l, const struct alu *a)
{
	if (a->is_div && a->imm < 0) {
		emit_branch(l, a, BVM_JSLT64_K, a->dst, 3);
		emit_by_magnitude(l, a);
		emit_alu(l, a, BVM_NEG64);
		emit_skip(l, BVM_JA, 0, 2);
		emit_alu(l, a, BVM_NEG64);
		emit_by_magnitude(l, a);
		return;
	}
	emit_branch(l, a, BVM_JSLT64_K, a->dst, 2);
	emit_by_magnitude(l, a);
	emit_skip(l, BVM_JA, 0, 3);
	emit_alu(l, a, BVM_NEG64);
	emit_by_magnitude(l, a);
	emit_alu(l, a, BVM_NEG64);
}

static void lower_division(struct lower *l, const struct bvm_insn *insn)
{
	const struct alu a = {
		.dst = insn->dst,
		.src = insn->src,
		.imm = insn->imm,
		.is_64 = BVM_CODE_CLASS(insn->code) == BVM_CLS_ALU64,
		.is_div = BVM_CODE_OP(insn->code) == BVM_ALU_DIV,
	};

	if (BVM_CODE_IS_X(insn->code)) {
		if (!insn->off)
			lower_unsigned(l, &a);
		else if (a.dst == a.src)
			lower_signed_self(l, &a);
		else
			lower_signed(l, &a);
	} else if (!insn->imm) {
		emit_by_zero(l, &a);
	} else if (insn->off) {
		lower_signed_const(l, &a);
	} else {
		emit(l, insn->code, a.dst, 0, a.imm);
	}
}

/* Sign extension of the low `from` bits. */
static void emit_extend(struct lower *l, u32 dst, u32 from, bool is_64)
{
	const s32 count = (is_64 ? 64 : 32) - from;

	emit(l, narrow(BVM_LSH64_K, is_64), dst, 0, count);
	emit(l, narrow(BVM_ARSH64_K, is_64), dst, 0, count);
}

static void lower_movsx(struct lower *l, const struct bvm_insn *insn)
{
	const bool is_64 = insn->code == BVM_MOV64_X;

	emit(l, insn->code, insn->dst, insn->src, 0);
	emit_extend(l, insn->dst, insn->off, is_64);
}

static void copy(struct lower *l, const struct bvm_insn *insn)
{
	if (l->num_out < l->max)
		l->out[l->num_out] = *insn;
	l->num_out++;
}

static void lower_ldxs(struct lower *l, const struct bvm_insn *insn)
{
	struct bvm_insn load = *insn;

	load.code = (insn->code & 0x1f) | 0x60; /* ldxsb 0x91 to ldxb 0x71 */
	copy(l, &load);
	emit_extend(l, insn->dst, 8 * bvm_insn_size(insn->code), true);
}

static bool is_shift(u8 code)
{
	const u32 op = BVM_CODE_OP(code);

	return op == BVM_ALU_LSH || op == BVM_ALU_RSH || op == BVM_ALU_ARSH;
}

static void lower_alu(struct lower *l, const struct bvm_insn *insn)
{
	const u32 op = BVM_CODE_OP(insn->code);
	const bool is_64 = BVM_CODE_CLASS(insn->code) == BVM_CLS_ALU64;
	struct bvm_insn changed = *insn;

	if (insn->code == BVM_SWAP16 && !l->keep_v4) {
		changed.code = BVM_BE16;
		copy(l, &changed);
	} else if (op == BVM_ALU_DIV || op == BVM_ALU_MOD) {
		lower_division(l, insn);
	} else if (op == BVM_ALU_MOV && insn->off && !l->keep_v4) {
		lower_movsx(l, insn);
	} else if (is_shift(insn->code) && !BVM_CODE_IS_X(insn->code)) {
		changed.imm &= is_64 ? 63 : 31;
		copy(l, &changed);
	} else {
		copy(l, insn);
	}
}

/* Slots of the original that are done with. */
static u32 lower_insn(struct lower *l, const struct bvm_insn *insn)
{
	switch (BVM_CODE_CLASS(insn->code)) {
	case BVM_CLS_ALU32:
	case BVM_CLS_ALU64:
		lower_alu(l, insn);
		return 1;
	case BVM_CLS_LD:
		copy(l, insn);
		copy(l, insn + 1);
		return 2;
	case BVM_CLS_LDX:
		if (!l->keep_v4 &&
		    (insn->code == BVM_LDXSB || insn->code == BVM_LDXSH ||
		     insn->code == BVM_LDXSW)) {
			lower_ldxs(l, insn);
			return 1;
		}
	}
	copy(l, insn);
	return 1;
}

_Static_assert(BVM_MAX_LOWERED <= S16_MAX,
	       "a jump reaches from any end of a lowered program to the other");

/* A jump is lowered to one instruction, whose off is still the old one. */
static void fix_jumps(struct lower *l, const u32 *map)
{
	const struct bvm_insn *insn;
	struct bvm_insn *jump;
	u32 pc;

	for (pc = 0; pc < l->num_in; pc++) {
		insn = &l->in[pc];
		if (insn->code == BVM_LDDW) {
			pc++;
			continue;
		}
		if (insn->code == BVM_CALL || insn->code == BVM_EXIT ||
		    (BVM_CODE_CLASS(insn->code) != BVM_CLS_JMP64 &&
		     BVM_CODE_CLASS(insn->code) != BVM_CLS_JMP32))
			continue;
		jump = &l->out[map[pc]];
		if (jump->code == BVM_JA32) {
			jump->code = BVM_JA;
			jump->imm = 0;
		}
		jump->off = (s16)(map[bvm_insn_target(insn, pc)] - map[pc] - 1);
	}
}

int bvm_lower(const struct bvm_insn *in, u32 num_in, bool keep_v4,
	      struct bvm_insn *out, u32 max, u32 *num_out, u32 *map,
	      struct bvm_error *err)
{
	struct lower l = { in, num_in, keep_v4, out, max, 0 };
	u32 pc = 0;

	if (l.max > BVM_MAX_LOWERED)
		l.max = BVM_MAX_LOWERED;
	while (pc < num_in) {
		map[pc] = l.num_out;
		pc += lower_insn(&l, &in[pc]);
	}
	map[num_in] = l.num_out;
	if (l.num_out > l.max)
		return bvm_fail(err, -E2BIG, 0,
				"%u instructions after lowering, at most %u",
				l.num_out, l.max);
	*num_out = l.num_out;
	fix_jumps(&l, map);
	return 0;
}
