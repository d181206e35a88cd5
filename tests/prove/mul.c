// SPDX-License-Identifier: GPL-2.0-only
/*
 * mul.c - the loop of mul_bits(), by induction over the bits of a
 *
 * Let s(i) be the sum of y << k over the bits k < i that x has. The invariant
 * is that sum holds s(i). mul_begin: it holds at 0. mul_part and mul_add: if at i,
 * then at i + 1. The loop ends at i = 64, where s(64) = x * y (lemma schoolbook in
 * lemmas.smt2), or before: mul_length says that x has no bit from there on, so
 * s(i) = s(64); mul_stop says that sum holds s(i) plus any multiple of 2^i, of
 * which s(64) is one. So the result holds x * y, which is what ir.py assumes
 * of it in the theorems on bvm_num_mul().
 */
#include "theorems.h"

#include "vm/interval.c"
#include "vm/interval_alu.c"

bool bvm_num_settle(num *n)
{
	(void)n;
	return true;
}

THEOREM(mul_begin, word x)
{
	const struct bits sum = { 0, 0 };

	return bits_has(sum, x & ones(0));
}

THEOREM(mul_part, BITS_PARAMS(a), BITS_PARAMS(b), u32 i, word x, word y)
{
	const struct bits a = BITS(a), b = BITS(b);

	if (i >= 64 || !bits_has(a, x) || !bits_has(b, y))
		return true;
	return bits_has(mul_part(a, b, i), x >> i & 1 ? y << i : 0);
}

THEOREM(mul_add, BITS_PARAMS(sum), BITS_PARAMS(part), word s, word p)
{
	const struct bits sum = BITS(sum), part = BITS(part);

	if (!bits_has(sum, s) || !bits_has(part, p))
		return true;
	return bits_has(add_bits(sum, part), s + p);
}

THEOREM(mul_length, BITS_PARAMS(a), u32 i, word x)
{
	const struct bits a = BITS(a);

	if (!bits_has(a, x) || i < bit_length(a.value | a.mask) || i >= 64)
		return true;
	return !(x >> i);
}

THEOREM(mul_stop, BITS_PARAMS(sum), u32 i, word s, word more)
{
	const struct bits sum = BITS(sum);

	if (i >= 64 || !bits_has(sum, s) || ~(sum.mask | ones(i)))
		return true;
	return bits_has(sum, s + (more << i));
}
