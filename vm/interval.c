// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * interval.c - arithmetic on sets of words
 *
 * Known bits are tristate numbers as in "Sound, Precise, and Fast Abstract
 * Interpretation with Tristate Numbers" (CGO 2022). Bounds are kept where the
 * exact result cannot wrap, and given up otherwise; settle() then lets each
 * of the three parts learn from the others.
 */
#include "interval.h"

typedef bvm_word word;
typedef bvm_sword sword;
typedef struct bvm_num num;

#define SMIN ((sword)BVM_WORD_SIGN)
#define SMAX ((sword)(BVM_WORD_MAX >> 1))

/* All ones below bit i, which is at most the width. */
static word ones(u32 i)
{
	if (i == 0)
		return 0;
	return (word)(BVM_WORD_MAX >> (BVM_WORD_BITS - i));
}

static u32 bit_length(word w)
{
	return w ? 64 - __builtin_clzll(w) : 0;
}

num bvm_num_top(void)
{
	return (num){ 0, BVM_WORD_MAX, 0, BVM_WORD_MAX, SMIN, SMAX };
}

num bvm_num_const(word w)
{
	return (num){ w, 0, w, w, (sword)w, (sword)w };
}

bool bvm_num_is_const(const num *n)
{
	return n->umin == n->umax;
}

bool bvm_num_has(const num *n, word w)
{
	return (word)(w & (word)~n->mask) == n->value && w >= n->umin &&
	       w <= n->umax && (sword)w >= n->smin && (sword)w <= n->smax;
}

bool bvm_num_is_same(const num *a, const num *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* ---- the three parts learn from each other ---- */

static void raise_umin(num *n, word w)
{
	if (w > n->umin)
		n->umin = w;
}

static void lower_umax(num *n, word w)
{
	if (w < n->umax)
		n->umax = w;
}

static void raise_smin(num *n, sword w)
{
	if (w > n->smin)
		n->smin = w;
}

static void lower_smax(num *n, sword w)
{
	if (w < n->smax)
		n->smax = w;
}

/* Keep what both know of the bits. false: they contradict each other. */
static bool meet_bits(num *n, word value, word mask)
{
	if ((word)((n->value ^ value) & (word)~n->mask & (word)~mask))
		return false;
	n->mask &= mask;
	n->value = (word)((n->value | value) & (word)~n->mask);
	return true;
}

static void bounds_from_bits(num *n)
{
	raise_umin(n, n->value);
	lower_umax(n, n->value | n->mask);
	raise_smin(n, (sword)(word)(n->value | (n->mask & BVM_WORD_SIGN)));
	lower_smax(n,
		   (sword)(word)(n->value | (n->mask & (word)~BVM_WORD_SIGN)));
}

/* A range that does not cross the sign is the same range in both views. */
static void bounds_from_bounds(num *n)
{
	if ((sword)n->umin <= (sword)n->umax) {
		raise_smin(n, (sword)n->umin);
		lower_smax(n, (sword)n->umax);
	}
	if ((word)n->smin <= (word)n->smax) {
		raise_umin(n, (word)n->smin);
		lower_umax(n, (word)n->smax);
	}
}

/* Words of a range share the bits above the highest that differs. */
static bool bits_from_bounds(num *n)
{
	const word unknown = ones(bit_length(n->umin ^ n->umax));

	return meet_bits(n, (word)(n->umin & (word)~unknown), unknown);
}

static bool is_empty(const num *n)
{
	return n->umin > n->umax || n->smin > n->smax;
}

/* false: no word is left. */
static bool settle(num *n)
{
	u32 round;

	for (round = 0; round < 2; round++) {
		bounds_from_bits(n);
		bounds_from_bounds(n);
		if (is_empty(n) || !bits_from_bounds(n))
			return false;
	}
	bounds_from_bits(n);
	bounds_from_bounds(n);
	return !is_empty(n);
}

/* For results, which always hold a word: anything else is our own fault. */
static num settled(num n)
{
	if (bvm_broken(!settle(&n)))
		return bvm_num_top();
	return n;
}

static num from_bits(word value, word mask)
{
	num n = bvm_num_top();

	n.value = value & (word)~mask;
	n.mask = mask;
	return n;
}

num bvm_num_range(word umin, word umax)
{
	num n = bvm_num_top();

	n.umin = umin;
	n.umax = umax;
	return settled(n);
}

num bvm_num_join(num a, num b)
{
	const word mask = (word)(a.mask | b.mask | (a.value ^ b.value));

	return (num){
		.value = (word)(a.value & (word)~mask),
		.mask = mask,
		.umin = a.umin < b.umin ? a.umin : b.umin,
		.umax = a.umax > b.umax ? a.umax : b.umax,
		.smin = a.smin < b.smin ? a.smin : b.smin,
		.smax = a.smax > b.smax ? a.smax : b.smax,
	};
}

/* ---- arithmetic ---- */

static num add_bits(const num *a, const num *b)
{
	const word values = (word)(a->value + b->value);
	const word masks = (word)(a->mask + b->mask);
	const word carries = (word)((word)(values + masks) ^ values);

	return from_bits(values, (word)(carries | a->mask | b->mask));
}

static num sub_bits(const num *a, const num *b)
{
	const word values = (word)(a->value - b->value);
	const word high = (word)(values + a->mask);
	const word low = (word)(values - b->mask);

	return from_bits(values, (word)((high ^ low) | a->mask | b->mask));
}

num bvm_num_add(num a, num b)
{
	num n = add_bits(&a, &b);
	word umin, umax;
	sword smin, smax;
	bool wraps = __builtin_add_overflow(a.umin, b.umin, &umin);

	/* the sums lie in one stretch if both ends wrap or none does */
	if (wraps == __builtin_add_overflow(a.umax, b.umax, &umax)) {
		n.umin = umin;
		n.umax = umax;
	}
	if (!__builtin_add_overflow(a.smin, b.smin, &smin) &&
	    !__builtin_add_overflow(a.smax, b.smax, &smax)) {
		n.smin = smin;
		n.smax = smax;
	}
	return settled(n);
}

num bvm_num_sub(num a, num b)
{
	num n = sub_bits(&a, &b);
	word umin, umax;
	sword smin, smax;
	bool wraps = __builtin_sub_overflow(a.umin, b.umax, &umin);

	if (wraps == __builtin_sub_overflow(a.umax, b.umin, &umax)) {
		n.umin = umin;
		n.umax = umax;
	}
	if (!__builtin_sub_overflow(a.smin, b.smax, &smin) &&
	    !__builtin_sub_overflow(a.smax, b.smin, &smax)) {
		n.smin = smin;
		n.smax = smax;
	}
	return settled(n);
}

/* Multiply by hand: known bits first, the unknown ones added per bit of a. */
static num mul_bits(num a, num b)
{
	num sum = from_bits(0, 0);
	num part;
	u32 i;

	for (i = 0; i < BVM_WORD_BITS; i++) {
		const word bit = (word)((word)1 << i);

		if (a.value & bit)
			part = from_bits((word)(b.value << i),
					 (word)(b.mask << i));
		else if (a.mask & bit)
			part = from_bits(0, (word)((b.value | b.mask) << i));
		else
			continue;
		sum = add_bits(&sum, &part);
	}
	return sum;
}

num bvm_num_mul(num a, num b)
{
	num n;
	word umax;

	if (bvm_num_is_const(&a) && bvm_num_is_const(&b))
		return bvm_num_const((word)(a.umin * b.umin));
	n = mul_bits(a, b);
	if (!__builtin_mul_overflow(a.umax, b.umax, &umax)) {
		n.umin = (word)(a.umin * b.umin);
		n.umax = umax;
	}
	return settled(n);
}

num bvm_num_and(num a, num b)
{
	const word value = (word)(a.value & b.value);
	const word either = (word)((a.value | a.mask) & (b.value | b.mask));
	num n = from_bits(value, (word)(either & (word)~value));

	n.umax = a.umax < b.umax ? a.umax : b.umax;
	return settled(n);
}

num bvm_num_or(num a, num b)
{
	const word value = (word)(a.value | b.value);
	num n = from_bits(value, (word)((a.mask | b.mask) & (word)~value));

	n.umin = a.umin > b.umin ? a.umin : b.umin;
	return settled(n);
}

num bvm_num_xor(num a, num b)
{
	return settled(
		from_bits((word)(a.value ^ b.value), (word)(a.mask | b.mask)));
}

num bvm_num_div(num a, num b)
{
	return bvm_num_range(0, b.umin ? (word)(a.umax / b.umin) : a.umax);
}

num bvm_num_mod(num a, num b)
{
	(void)b;
	return bvm_num_range(0, a.umax);
}

num bvm_num_div_const(num a, word b)
{
	if (!b)
		return bvm_num_const(0);
	return bvm_num_range((word)(a.umin / b), (word)(a.umax / b));
}

num bvm_num_mod_const(num a, word b)
{
	if (!b || a.umax < b)
		return a;
	if (bvm_num_is_const(&a))
		return bvm_num_const((word)(a.umin % b));
	return bvm_num_range(0, (word)(b - 1));
}

/* ---- shifts and width ---- */

static num shift_count(num count, u32 bits)
{
	return bvm_num_and(count, bvm_num_const((word)(bits - 1)));
}

num bvm_num_lsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((word)(a.value << c.umin),
			      (word)(a.mask << c.umin));
	/* nothing is shifted out if the greatest word keeps its bits */
	if (bit_length(a.umax) + c.umax <= BVM_WORD_BITS) {
		n.umin = (word)(a.umin << c.umin);
		n.umax = (word)(a.umax << c.umax);
	}
	return settled(n);
}

num bvm_num_rsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((word)(a.value >> c.umin),
			      (word)(a.mask >> c.umin));
	n.umin = (word)(a.umin >> c.umax);
	n.umax = (word)(a.umax >> c.umin);
	return settled(n);
}

num bvm_num_arsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((word)((sword)a.value >> c.umin),
			      (word)((sword)a.mask >> c.umin));
	n.smin = (sword)(a.smin >> (a.smin < 0 ? c.umin : c.umax));
	n.smax = (sword)(a.smax >> (a.smax < 0 ? c.umax : c.umin));
	return settled(n);
}

num bvm_num_cut(num a, u32 bits)
{
	const word low = ones(bits);
	num n = from_bits((word)(a.value & low), (word)(a.mask & low));

	if (bits >= BVM_WORD_BITS)
		return a;
	/* words that share the upper bits are in the order of their lower */
	if ((word)(a.umin >> bits) == (word)(a.umax >> bits)) {
		raise_umin(&n, (word)(a.umin & low));
		lower_umax(&n, (word)(a.umax & low));
	}
	if ((sword)(a.smin >> bits) == (sword)(a.smax >> bits)) {
		raise_umin(&n, (word)((word)a.smin & low));
		lower_umax(&n, (word)((word)a.smax & low));
	}
	return settled(n);
}

num bvm_num_extend(num a, u32 bits)
{
	const word sign = (word)((word)1 << (bits - 1));
	const u32 up = BVM_WORD_BITS - bits;
	num low, n;

	if (a.smin >= -(sword)(sign - 1) - 1 && a.smax <= (sword)(sign - 1))
		return a;
	low = bvm_num_cut(a, bits);
	if (low.umax < sign)
		return low;
	n = from_bits((word)((sword)(word)(a.value << up) >> up),
		      (word)((sword)(word)(a.mask << up) >> up));
	if (low.umin >= sign) {
		n.smin = (sword)(word)(low.umin | (word)~ones(bits));
		n.smax = (sword)(word)(low.umax | (word)~ones(bits));
	}
	return settled(n);
}

/* ---- what a branch teaches ---- */

static bool meet(num *a, const num *b)
{
	raise_umin(a, b->umin);
	lower_umax(a, b->umax);
	raise_smin(a, b->smin);
	lower_smax(a, b->smax);
	return meet_bits(a, b->value, b->mask);
}

/* a is not the word w: only the ends of its ranges can tell. */
static bool exclude(num *a, word w)
{
	if (bvm_num_is_const(a) && a->umin == w)
		return false;
	if (a->umin == w)
		a->umin++;
	if (a->umax == w)
		a->umax--;
	if (a->smin == (sword)w && a->smin < a->smax)
		a->smin++;
	if (a->smax == (sword)w && a->smax > a->smin)
		a->smax--;
	return true;
}

static bool refine_ne(num *a, num *b)
{
	if (bvm_num_is_const(b))
		return exclude(a, b->umin);
	if (bvm_num_is_const(a))
		return exclude(b, a->umin);
	return true;
}

static bool refine_gt(num *a, num *b, bool or_equal)
{
	if (!or_equal && (b->umin == BVM_WORD_MAX || a->umax == 0))
		return false;
	raise_umin(a, (word)(b->umin + !or_equal));
	lower_umax(b, (word)(a->umax - !or_equal));
	return true;
}

static bool refine_sgt(num *a, num *b, bool or_equal)
{
	if (!or_equal && (b->smin == SMAX || a->smax == SMIN))
		return false;
	raise_smin(a, (sword)(b->smin + !or_equal));
	lower_smax(b, (sword)(a->smax - !or_equal));
	return true;
}

static bool refine_set(num *a, num *b)
{
	/* one possible bit must be the one */
	if (!b->mask && b->value && !(b->value & (word)(b->value - 1)) &&
	    !meet_bits(a, b->value, (word)~b->value))
		return false;
	return exclude(a, 0) && exclude(b, 0);
}

static bool refine_clear(num *a, num *b)
{
	const word known_a = a->value;

	return meet_bits(a, 0, (word)~b->value) &&
	       meet_bits(b, 0, (word)~known_a);
}

static bool refine(enum bvm_rel rel, num *a, num *b)
{
	switch (rel) {
	case BVM_REL_EQ:
		if (!meet(a, b))
			return false;
		*b = *a;
		return true;
	case BVM_REL_NE:
		return refine_ne(a, b);
	case BVM_REL_GT:
		return refine_gt(a, b, false);
	case BVM_REL_GE:
		return refine_gt(a, b, true);
	case BVM_REL_LT:
		return refine_gt(b, a, false);
	case BVM_REL_LE:
		return refine_gt(b, a, true);
	case BVM_REL_SGT:
		return refine_sgt(a, b, false);
	case BVM_REL_SGE:
		return refine_sgt(a, b, true);
	case BVM_REL_SLT:
		return refine_sgt(b, a, false);
	case BVM_REL_SLE:
		return refine_sgt(b, a, true);
	case BVM_REL_SET:
		return refine_set(a, b);
	case BVM_REL_CLEAR:
		return refine_clear(a, b);
	}
	return true;
}

bool bvm_num_refine(enum bvm_rel rel, num *a, num *b)
{
	num x = *a, y = *b;

	if (!refine(rel, &x, &y) || !settle(&x) || !settle(&y))
		return false;
	*a = x;
	*b = y;
	return true;
}

static bool is_signed(enum bvm_rel rel)
{
	return rel >= BVM_REL_SGT && rel <= BVM_REL_SLE;
}

/* What was learned of a's lower half, put back; the upper half is a's own. */
static bool learn_half(num *a, num half)
{
	const word high = (word)~ones(BVM_HALF_BITS);

	half = bvm_num_cut(half, BVM_HALF_BITS);
	if (a->umax <= ones(BVM_HALF_BITS))
		return meet(a, &half) && settle(a);
	return meet_bits(a, half.value, (word)(half.mask | high)) && settle(a);
}

bool bvm_num_refine_half(enum bvm_rel rel, num *a, num *b)
{
	num x = *a, y = *b, half_x, half_y;

	if (is_signed(rel)) {
		half_x = bvm_num_extend(x, BVM_HALF_BITS);
		half_y = bvm_num_extend(y, BVM_HALF_BITS);
	} else {
		half_x = bvm_num_cut(x, BVM_HALF_BITS);
		half_y = bvm_num_cut(y, BVM_HALF_BITS);
	}
	if (!bvm_num_refine(rel, &half_x, &half_y) || !learn_half(&x, half_x) ||
	    !learn_half(&y, half_y))
		return false;
	*a = x;
	*b = y;
	return true;
}
