/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operators.h - each operator, as the verifier and as the machine has it
 */
#ifndef TESTS_OPERATORS_H
#define TESTS_OPERATORS_H

#include "tests/prove/sets.h"

struct operator
{
	const char *name;
	num (*abstract)(num a, num b);
	u32 (*concrete)(u32 x, u32 y);
	bool is_unary; /* the second operand is a constant */
};

static s32 to_signed(u32 w, u32 bits)
{
	return (s32)(w << (32 - bits)) >> (32 - bits);
}

#define OPERATOR(name, abstract_result, concrete_result) \
	static num name##_num(num a, num b)              \
	{                                                \
		(void)b;                                 \
		return abstract_result;                  \
	}                                                \
	static u32 name##_word(u32 x, u32 y)             \
	{                                                \
		(void)y;                                 \
		return concrete_result;                  \
	}

#define HALF (WIDTH / 2)
#define LOW(x) ((x) & (HALF_WORDS - 1))
/* As the verifier does it for 32-bit instructions. */
#define HALF_NUM(op) \
	bvm_num_cut(op(bvm_num_cut(a, HALF), bvm_num_cut(b, HALF)), HALF)
#define HALF_SHIFT(op, a, b) \
	bvm_num_cut(op(a, bvm_num_cut(b, HALF), HALF), HALF)
#define CONST(b) ((word)(b).umin)
#define COUNT(b) (1 + (u32)(b).umin % WIDTH)

OPERATOR(add, bvm_num_add(a, b), x + y)
OPERATOR(sub, bvm_num_sub(a, b), x - y)
OPERATOR(neg, bvm_num_sub(bvm_num_const(0), a), -x)
OPERATOR(mul, bvm_num_mul(a, b), x *y)
OPERATOR(and, bvm_num_and(a, b), x &y)
OPERATOR(or, bvm_num_or(a, b), x | y)
OPERATOR(xor, bvm_num_xor(a, b), x ^ y)
OPERATOR(div, bvm_num_div(a, b), y ? x / y : 0)
OPERATOR(mod, bvm_num_mod(a, b), y ? x % y : x)
OPERATOR(div_const, bvm_num_div_const(a, CONST(b)), y ? x / y : 0)
OPERATOR(mod_const, bvm_num_mod_const(a, CONST(b)), y ? x % y : x)
OPERATOR(lsh, bvm_num_lsh(a, b, WIDTH), x << (y & (WIDTH - 1)))
OPERATOR(rsh, bvm_num_rsh(a, b, WIDTH), x >> (y & (WIDTH - 1)))
OPERATOR(arsh, bvm_num_arsh(a, b, WIDTH),
	 (u32)(to_signed(x, WIDTH) >> (y & (WIDTH - 1))))
OPERATOR(lsh_const, bvm_num_lsh(a, b, WIDTH), x << (y & (WIDTH - 1)))
OPERATOR(rsh_const, bvm_num_rsh(a, b, WIDTH), x >> (y & (WIDTH - 1)))
OPERATOR(arsh_const, bvm_num_arsh(a, b, WIDTH),
	 (u32)(to_signed(x, WIDTH) >> (y & (WIDTH - 1))))
OPERATOR(cut, bvm_num_cut(a, COUNT(b)), x &((2u << (y % WIDTH)) - 1))
OPERATOR(extend, bvm_num_extend(a, COUNT(b)), (u32)to_signed(x, 1 + y % WIDTH))
OPERATOR(range, bvm_num_range(a.umin, a.umax), x)
OPERATOR(half_add, HALF_NUM(bvm_num_add), LOW(LOW(x) + LOW(y)))
OPERATOR(half_sub, HALF_NUM(bvm_num_sub), LOW(LOW(x) - LOW(y)))
OPERATOR(half_mul, HALF_NUM(bvm_num_mul), LOW(LOW(x) * LOW(y)))
OPERATOR(half_and, HALF_NUM(bvm_num_and), LOW(x &y))
OPERATOR(half_or, HALF_NUM(bvm_num_or), LOW(x | y))
OPERATOR(half_xor, HALF_NUM(bvm_num_xor), LOW(x ^ y))
OPERATOR(half_div, HALF_NUM(bvm_num_div), LOW(y) ? LOW(x) / LOW(y) : 0)
OPERATOR(half_mod, HALF_NUM(bvm_num_mod), LOW(y) ? LOW(x) % LOW(y) : LOW(x))
OPERATOR(half_lsh, HALF_SHIFT(bvm_num_lsh, bvm_num_cut(a, HALF), b),
	 LOW(LOW(x) << (y & (HALF - 1))))
OPERATOR(half_rsh, HALF_SHIFT(bvm_num_rsh, bvm_num_cut(a, HALF), b),
	 LOW(x) >> (y & (HALF - 1)))
OPERATOR(half_arsh, HALF_SHIFT(bvm_num_arsh, bvm_num_extend(a, HALF), b),
	 LOW((u32)(to_signed(x, HALF) >> (y & (HALF - 1)))))
OPERATOR(join, bvm_num_join(a, b), x)

#define ROW(name, unary)                              \
	{                                             \
#name, name##_num, name##_word, unary \
	}

static const struct operator operators[] = {
	ROW(add, false),       ROW(sub, false),	      ROW(neg, true),
	ROW(mul, false),       ROW(and, false),	      ROW(or, false),
	ROW(xor, false),       ROW(div, false),	      ROW(mod, false),
	ROW(div_const, true),  ROW(mod_const, true),  ROW(lsh, false),
	ROW(rsh, false),       ROW(arsh, false),      ROW(lsh_const, true),
	ROW(rsh_const, true),  ROW(arsh_const, true), ROW(cut, true),
	ROW(extend, true),     ROW(range, true),      ROW(half_add, false),
	ROW(half_sub, false),  ROW(half_mul, false),  ROW(half_and, false),
	ROW(half_or, false),   ROW(half_xor, false),  ROW(half_div, false),
	ROW(half_mod, false),  ROW(half_lsh, false),  ROW(half_rsh, false),
	ROW(half_arsh, false), ROW(join, false),
};

/* By enum bvm_rel. */
static const char *const rel_names[] = { "eq",	"ne",  "gt",  "ge",
					 "lt",	"le",  "sgt", "sge",
					 "slt", "sle", "set", "clear" };

static bool holds(enum bvm_rel rel, u32 x, u32 y, u32 bits)
{
	const s32 sx = to_signed(x, bits), sy = to_signed(y, bits);

	switch (rel) {
	case BVM_REL_EQ:
		return x == y;
	case BVM_REL_NE:
		return x != y;
	case BVM_REL_GT:
		return x > y;
	case BVM_REL_GE:
		return x >= y;
	case BVM_REL_LT:
		return x < y;
	case BVM_REL_LE:
		return x <= y;
	case BVM_REL_SGT:
		return sx > sy;
	case BVM_REL_SGE:
		return sx >= sy;
	case BVM_REL_SLT:
		return sx < sy;
	case BVM_REL_SLE:
		return sx <= sy;
	case BVM_REL_SET:
		return (x & y) != 0;
	case BVM_REL_CLEAR:
		return (x & y) == 0;
	}
	return false;
}

#endif /* TESTS_OPERATORS_H */
