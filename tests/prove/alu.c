// SPDX-License-Identifier: GPL-2.0-only
/*
 * alu.c - the result of each operator holds every word that the machine can
 * compute of its operands' words
 *
 * Settling does nothing here: each operator is sound without it.
 */
#include "theorems.h"

static BY_CONTRACT struct bits mul_bits(struct bits a, struct bits b);

#include "vm/interval.c"
#include "vm/interval_alu.c"

bool bvm_num_settle(num *n)
{
	(void)n;
	return true;
}

#define UNARY_PART(name, part, abstract, concrete)       \
	THEOREM(name##_##part, NUM_PARAMS(a), word x)    \
	{                                                \
		const num a = NUM(a);                    \
		num r;                                   \
                                                         \
		if (!bvm_num_has(&a, x))                 \
			return true;                     \
		r = (abstract);                          \
		return has_##part(&r, (word)(concrete)); \
	}

#define UNARY(name, abstract, concrete)                \
	UNARY_PART(name, bits, abstract, concrete)     \
	UNARY_PART(name, unsigned, abstract, concrete) \
	UNARY_PART(name, signed, abstract, concrete)

#define BINARY_PART(name, part, abstract, concrete)                          \
	THEOREM(name##_##part, NUM_PARAMS(a), NUM_PARAMS(b), word x, word y) \
	{                                                                    \
		const num a = NUM(a), b = NUM(b);                            \
		num r;                                                       \
                                                                             \
		if (!bvm_num_has(&a, x) || !bvm_num_has(&b, y))              \
			return true;                                         \
		r = (abstract);                                              \
		return has_##part(&r, (word)(concrete));                     \
	}

#define BINARY(name, abstract, concrete)                \
	BINARY_PART(name, bits, abstract, concrete)     \
	BINARY_PART(name, unsigned, abstract, concrete) \
	BINARY_PART(name, signed, abstract, concrete)

/*
 * Where a part of the result comes of the same parts of the operands: stronger,
 * and quicker.
 */
#define PARALLEL_PART(name, part, abstract, concrete)                        \
	THEOREM(name##_##part, NUM_PARAMS(a), NUM_PARAMS(b), word x, word y) \
	{                                                                    \
		const num a = NUM(a), b = NUM(b);                            \
		num r;                                                       \
                                                                             \
		if (!has_##part(&a, x) || !has_##part(&b, y))                \
			return true;                                         \
		r = (abstract);                                              \
		return has_##part(&r, (word)(concrete));                     \
	}

#define PARALLEL(name, abstract, concrete)                \
	PARALLEL_PART(name, bits, abstract, concrete)     \
	PARALLEL_PART(name, unsigned, abstract, concrete) \
	PARALLEL_PART(name, signed, abstract, concrete)

/* ---- making and joining ---- */

THEOREM(const, word x)
{
	const num n = bvm_num_const(x);

	return bvm_num_has(&n, x) && bvm_num_is_const(&n);
}

THEOREM(top, word x)
{
	const num n = bvm_num_top();

	return bvm_num_has(&n, x);
}

THEOREM(range, word lo, word hi, word x)
{
	num n;

	if (x < lo || x > hi)
		return true;
	n = bvm_num_range(lo, hi);
	return bvm_num_has(&n, x);
}

/* What is_const() says of a number is so. */
THEOREM(is_const, NUM_PARAMS(a), word x)
{
	const num a = NUM(a);

	return !bvm_num_has(&a, x) || !bvm_num_is_const(&a) || x == a.umin;
}

/* A join keeps a number that is the same as the other: it has its words. */
THEOREM(is_same, NUM_PARAMS(a), NUM_PARAMS(b), word x)
{
	const num a = NUM(a), b = NUM(b);

	return !bvm_num_is_same(&a, &b) ||
	       bvm_num_has(&a, x) == bvm_num_has(&b, x);
}

/* The words of a; those of b by the other theorem. */
PARALLEL(join_left, bvm_num_join(a, b), x)
PARALLEL(join_right, bvm_num_join(a, b), y)

/* ---- operators ---- */

PARALLEL(add, bvm_num_add(a, b), x + y)
PARALLEL(sub, bvm_num_sub(a, b), x - y)
BINARY(and, bvm_num_and(a, b), x &y)
BINARY(or, bvm_num_or(a, b), x | y)
BINARY(xor, bvm_num_xor(a, b), x ^ y)
BINARY(mul, bvm_num_mul(a, b), x *y)
BINARY(div, bvm_num_div(a, b), y ? x / y : 0)
BINARY(mod, bvm_num_mod(a, b), y ? x % y : x)
BINARY(lsh_64, bvm_num_lsh(a, b, 64), x << (y & 63))
BINARY(rsh_64, bvm_num_rsh(a, b, 64), x >> (y & 63))
BINARY(arsh_64, bvm_num_arsh(a, b, 64), (sword)x >> (y & 63))
BINARY(lsh_32, bvm_num_lsh(a, b, 32), x << (y & 31))
BINARY(rsh_32, bvm_num_rsh(a, b, 32), x >> (y & 31))
BINARY(arsh_32, bvm_num_arsh(a, b, 32), (sword)x >> (y & 31))
UNARY(neg, bvm_num_sub(bvm_num_const(0), a), -x)

THEOREM(div_const, NUM_PARAMS(a), word b, word x)
{
	const num a = NUM(a);
	num r;

	if (!bvm_num_has(&a, x))
		return true;
	r = bvm_num_div_const(a, b);
	return bvm_num_has(&r, b ? x / b : 0);
}

THEOREM(mod_const, NUM_PARAMS(a), word b, word x)
{
	const num a = NUM(a);
	num r;

	if (!bvm_num_has(&a, x))
		return true;
	r = bvm_num_mod_const(a, b);
	return bvm_num_has(&r, b ? x % b : x);
}

#define CUT(bits) (x & ((word)-1 >> (64 - (bits))))
#define EXTEND(bits) ((word)((sword)(x << (64 - (bits))) >> (64 - (bits))))

/* The widths of all instructions and fields. */
UNARY(cut_8, bvm_num_cut(a, 8), CUT(8))
UNARY(cut_16, bvm_num_cut(a, 16), CUT(16))
UNARY(cut_32, bvm_num_cut(a, 32), CUT(32))
UNARY(cut_64, bvm_num_cut(a, 64), CUT(64))
UNARY(extend_8, bvm_num_extend(a, 8), EXTEND(8))
UNARY(extend_16, bvm_num_extend(a, 16), EXTEND(16))
UNARY(extend_32, bvm_num_extend(a, 32), EXTEND(32))
UNARY(extend_64, bvm_num_extend(a, 64), EXTEND(64))
