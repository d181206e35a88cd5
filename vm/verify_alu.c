// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify_alu.c - what arithmetic does to what is known
 */
#include "verify_state.h"

int bvm_need_num(struct bvm_verifier *v, u32 r)
{
	if (v->cur.regs[r].kind == BVM_REG_NUM)
		return 0;
	return bvm_refuse(v, r, "a number is needed");
}

static bool is_pointer(const struct bvm_reg *reg)
{
	return reg->kind == BVM_REG_CTX || reg->kind == BVM_REG_STACK;
}

/* mov of 64 bits takes anything along, the merge point that widened it too. */
static int move(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const struct bvm_reg *src = &v->cur.regs[insn->src];

	if (src->kind == BVM_REG_UNSET)
		return bvm_refuse(v, insn->src, "a value is needed");
	v->cur.regs[insn->dst] = *src;
	return 0;
}

/*
 * The only arithmetic on pointers: pointer + number and pointer - number. An
 * offset stays within BVM_MAX_PTR_OFF, so that no later sum of it, an off
 * field and a size can wrap.
 */
static int move_pointer(struct bvm_verifier *v, const struct bvm_insn *insn,
			struct bvm_num delta)
{
	struct bvm_reg *dst = &v->cur.regs[insn->dst];
	const bool is_add = BVM_CODE_OP(insn->code) == BVM_ALU_ADD;
	struct bvm_num num;

	if (BVM_CODE_CLASS(insn->code) != BVM_CLS_ALU64 ||
	    (!is_add && BVM_CODE_OP(insn->code) != BVM_ALU_SUB))
		return bvm_refuse(v, insn->dst,
				  "pointers take 64-bit add and sub alone");
	num = is_add ? bvm_num_add(dst->num, delta) :
		       bvm_num_sub(dst->num, delta);
	if (delta.smin < -BVM_MAX_PTR_OFF || delta.smax > BVM_MAX_PTR_OFF)
		return bvm_refuse(
			v, BVM_CODE_IS_X(insn->code) ? insn->src : insn->dst,
			"an offset must lie within -2^29..2^29");
	if (num.smin < -BVM_MAX_PTR_OFF || num.smax > BVM_MAX_PTR_OFF)
		return bvm_refuse(
			v, insn->dst,
			"it would get over 2^29 bytes away from there");
	dst->num = num;
	if (BVM_CODE_IS_X(insn->code) && v->cur.regs[insn->src].lost)
		dst->lost = v->cur.regs[insn->src].lost;
	return 0;
}

struct bvm_num bvm_extend_by_shifts(struct bvm_num a, u32 from, u32 to)
{
	const struct bvm_num count = bvm_num_const(to - from);

	if (to == 64)
		return bvm_num_arsh(bvm_num_lsh(a, count, 64), count, 64);
	a = bvm_num_cut(bvm_num_lsh(bvm_num_cut(a, 32), count, 32), 32);
	a = bvm_num_arsh(bvm_num_extend(a, 32), count, 32);
	return bvm_num_cut(a, 32);
}

static u64 reverse(u64 w, u32 bits)
{
	switch (bits) {
	case 16:
		return __builtin_bswap16((u16)w);
	case 32:
		return __builtin_bswap32((u32)w);
	}
	return __builtin_bswap64(w);
}

static struct bvm_num swap_bytes(struct bvm_num a, const struct bvm_insn *insn)
{
	const u32 bits = insn->imm;

	if (insn->code == BVM_LE16)
		return bvm_num_cut(a, bits);
	if (bvm_num_is_const(&a))
		return bvm_num_const(reverse(a.umin, bits));
	return bvm_num_cut(bvm_num_top(), bits);
}

static struct bvm_num divide(const struct bvm_insn *insn, struct bvm_num a,
			     struct bvm_num b)
{
	const bool is_div = BVM_CODE_OP(insn->code) == BVM_ALU_DIV;

	if (insn->off) /* signed: lowered to branches, nothing is known */
		return bvm_num_top();
	if (BVM_CODE_IS_X(insn->code))
		return is_div ? bvm_num_div(a, b) : bvm_num_mod(a, b);
	return is_div ? bvm_num_div_const(a, b.umin) :
			bvm_num_mod_const(a, b.umin);
}

static struct bvm_num compute(const struct bvm_insn *insn, struct bvm_num a,
			      struct bvm_num b, u32 bits)
{
	switch (BVM_CODE_OP(insn->code)) {
	case BVM_ALU_ADD:
		return bvm_num_add(a, b);
	case BVM_ALU_SUB:
		return bvm_num_sub(a, b);
	case BVM_ALU_MUL:
		return bvm_num_mul(a, b);
	case BVM_ALU_OR:
		return bvm_num_or(a, b);
	case BVM_ALU_AND:
		return bvm_num_and(a, b);
	case BVM_ALU_XOR:
		return bvm_num_xor(a, b);
	case BVM_ALU_LSH:
		return bvm_num_lsh(a, b, bits);
	case BVM_ALU_RSH:
		return bvm_num_rsh(a, b, bits);
	case BVM_ALU_ARSH:
		if (bits == 32)
			a = bvm_num_extend(a, 32);
		return bvm_num_arsh(a, b, bits);
	case BVM_ALU_DIV:
	case BVM_ALU_MOD:
		return divide(insn, a, b);
	case BVM_ALU_NEG:
		return bvm_num_sub(bvm_num_const(0), a);
	}
	return bvm_num_top();
}

/* mov of a number; off says of how many bits, 0 = all. */
static struct bvm_num move_num(const struct bvm_insn *insn, struct bvm_num b,
			       u32 bits)
{
	if (insn->off)
		return bvm_extend_by_shifts(b, insn->off, bits);
	return bvm_num_cut(b, bits);
}

/*
 * Signed division by a register is lowered to code that negates the divisor
 * and back (lower.h): keep no more of it than is known after that.
 */
static void weaken_divisor(struct bvm_reg *reg)
{
	const struct bvm_num zero = bvm_num_const(0);
	const struct bvm_num twice =
		bvm_num_sub(zero, bvm_num_sub(zero, reg->num));

	reg->num = bvm_num_join(reg->num, twice);
}

static bool is_signed_division(const struct bvm_insn *insn)
{
	const u32 op = BVM_CODE_OP(insn->code);

	return (op == BVM_ALU_DIV || op == BVM_ALU_MOD) && insn->off;
}

/* Both operands are numbers, or will be refused. */
static int verify_nums(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const bool is_mov = BVM_CODE_OP(insn->code) == BVM_ALU_MOV;
	const bool is_64 = BVM_CODE_CLASS(insn->code) == BVM_CLS_ALU64;
	const u32 bits = is_64 ? 64 : 32;
	struct bvm_reg *dst = &v->cur.regs[insn->dst];
	struct bvm_num a, b = bvm_num_const((u64)(s64)insn->imm);
	u32 lost = 0;
	int err = 0;

	if (BVM_CODE_OP(insn->code) != BVM_ALU_END &&
	    BVM_CODE_IS_X(insn->code)) {
		err = bvm_need_num(v, insn->src);
		b = v->cur.regs[insn->src].num;
		lost = v->cur.regs[insn->src].lost;
	}
	if (!err && !is_mov)
		err = bvm_need_num(v, insn->dst);
	if (err)
		return err;

	a = dst->num;
	if (!is_mov && dst->lost > lost)
		lost = dst->lost;
	if (BVM_CODE_OP(insn->code) == BVM_ALU_END)
		a = swap_bytes(a, insn);
	else if (is_mov)
		a = move_num(insn, b, bits);
	else
		a = bvm_num_cut(compute(insn, bvm_num_cut(a, bits),
					bvm_num_cut(b, bits), bits),
				bits);
	if (is_signed_division(insn) && BVM_CODE_IS_X(insn->code))
		weaken_divisor(&v->cur.regs[insn->src]);
	bvm_reg_set_num(dst, a);
	dst->lost = bvm_num_is_const(&a) ? 0 : lost;
	return 0;
}

int bvm_verify_alu(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const struct bvm_reg *dst = &v->cur.regs[insn->dst];
	struct bvm_num delta = bvm_num_const((u64)(s64)insn->imm);
	int err;

	if (insn->dst == BVM_REG_FRAME)
		return bvm_refuse(v, insn->dst, "r10 cannot be written");
	if (insn->code == BVM_MOV64_X && !insn->off)
		return move(v, insn);
	if (BVM_CODE_OP(insn->code) == BVM_ALU_MOV || !is_pointer(dst))
		return verify_nums(v, insn);
	if (BVM_CODE_IS_X(insn->code) &&
	    BVM_CODE_OP(insn->code) != BVM_ALU_END) {
		err = bvm_need_num(v, insn->src);
		if (err)
			return err;
		delta = v->cur.regs[insn->src].num;
	}
	return move_pointer(v, insn, delta);
}
