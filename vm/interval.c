// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * interval.c - sets of words, and what a branch teaches of them
 *
 * tests/prove/ proves every function of interval*.c at 64 bits, and tries all
 * sets at small widths: docs/soundness.md.
 */
#include "interval_parts.h"

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
	return a->value == b->value && a->mask == b->mask &&
	       a->umin == b->umin && a->umax == b->umax && a->smin == b->smin &&
	       a->smax == b->smax;
}

num bvm_num_range(word umin, word umax)
{
	num n = bvm_num_top();

	n.umin = umin;
	n.umax = umax;
	return bvm_num_settled(n);
}

void bvm_num_widen(num *a, const num *b)
{
	const word mask = (word)(a->mask | b->mask | (a->value ^ b->value));

	a->value &= (word)~mask;
	a->mask = mask;
	a->umin = min_word(a->umin, b->umin);
	a->umax = max_word(a->umax, b->umax);
	if (b->smin < a->smin)
		a->smin = b->smin;
	if (b->smax > a->smax)
		a->smax = b->smax;
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
	/* the bits that both may have */
	const word common = (word)((a->value | a->mask) & (b->value | b->mask));
	const word lowest = (word)(common & (word)(0 - common));

	if (!common)
		return false;
	raise_umin(a, lowest);
	raise_umin(b, lowest);
	if (common != lowest)
		return true;
	return meet_bits(a, common, (word)~common) &&
	       meet_bits(b, common, (word)~common);
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

/* A constant, above all, is often as it was. */
static bool settle_changed(num *n, const num *before)
{
	return bvm_num_is_same(n, before) || bvm_num_settle(n);
}

bool bvm_num_refine(enum bvm_rel rel, num *a, num *b)
{
	const num was_a = *a, was_b = *b;

	return refine(rel, a, b) && settle_changed(a, &was_a) &&
	       settle_changed(b, &was_b);
}

static bool is_signed(enum bvm_rel rel)
{
	return rel >= BVM_REL_SGT && rel <= BVM_REL_SLE;
}

/*
 * Where halves are compared as signed numbers, this added to a word puts the
 * halves into unsigned order.
 */
static word half_bias(enum bvm_rel rel)
{
	return is_signed(rel) ? (word)(HALF_MAX / 2 + 1) : 0;
}

/* The least word from *w up whose lower half, biased, is in r. */
static bool next_half(word *w, struct stretch r, word bias)
{
	const word from = *w;
	const word low = (word)((word)(from + bias) & HALF_MAX);
	const word high = (word)((word)(from + bias) & (word)~HALF_MAX);

	if (low < r.lo)
		*w = (word)((word)(high | r.lo) - bias);
	else if (low > r.hi)
		*w = (word)((word)((word)(high + HALF_MAX + 1) | r.lo) - bias);
	/* if not, it went round the end: there is none */
	return *w >= from;
}

/* The greatest word from *w down. */
static bool last_half(word *w, struct stretch r, word bias)
{
	const struct stretch flipped = { (word)(HALF_MAX - r.hi),
					 (word)(HALF_MAX - r.lo) };
	word flipped_w = (word) ~*w;
	const bool found = next_half(&flipped_w, flipped, bias);

	*w = (word)~flipped_w;
	return found;
}

/*
 * Keep the words of a whose lower half is in r, biased, and has the known bits
 * of `half`.
 */
static bool learn_half(num *a, const num *half, struct stretch r, word bias)
{
	/* in the order of unsigned words */
	word smin = (word)((word)a->smin ^ BVM_WORD_SIGN);
	word smax = (word)((word)a->smax ^ BVM_WORD_SIGN);

	if (!next_half(&a->umin, r, bias) || !last_half(&a->umax, r, bias) ||
	    !next_half(&smin, r, bias) || !last_half(&smax, r, bias))
		return false;
	a->smin = (sword)(word)(smin ^ BVM_WORD_SIGN);
	a->smax = (sword)(word)(smax ^ BVM_WORD_SIGN);
	return meet_bits(a, (word)(half->value & HALF_MAX),
			 (word)(half->mask | (word)~HALF_MAX));
}

static void half_of(num *half, const num *a, enum bvm_rel rel)
{
	*half = *a;
	if (is_signed(rel))
		bvm_num_keep_signed(half, BVM_HALF_BITS);
	else
		bvm_num_keep_low(half, BVM_HALF_BITS);
}

static bool learn(num *a, const num *half, enum bvm_rel rel)
{
	const word bias = half_bias(rel);
	struct stretch r = { half->umin, half->umax };

	if (is_signed(rel))
		r = (struct stretch){ (word)((word)half->smin + bias),
				      (word)((word)half->smax + bias) };
	return learn_half(a, half, r, bias);
}

/*
 * Keep the words of *a whose half is in *left, which is what the compare left
 * of `half`, the half of *a. The two short ways give what the long one would,
 * and are those of most compares: nothing of the half went (an operand that is
 * a constant), so nothing of *a does; and *a is its own half (a load of 32 bits
 * or less), so what is left of the one is left of the other.
 */
static bool learn_left(num *a, const num *half, num *left, enum bvm_rel rel)
{
	if (bvm_num_is_same(left, half))
		return true;
	if (!bvm_num_settle(left))
		return false;
	if (bvm_num_is_same(a, half)) {
		*a = *left;
		return true;
	}
	return learn(a, left, rel) && bvm_num_settle(a);
}

void bvm_num_halves(enum bvm_rel rel, const num *a, const num *b,
		    struct bvm_halves *halves)
{
	half_of(&halves->a, a, rel);
	half_of(&halves->b, b, rel);
}

bool bvm_num_refine_halves(enum bvm_rel rel, num *a, num *b,
			   const struct bvm_halves *halves)
{
	struct bvm_halves left = *halves;

	return refine(rel, &left.a, &left.b) &&
	       learn_left(a, &halves->a, &left.a, rel) &&
	       learn_left(b, &halves->b, &left.b, rel);
}

bool bvm_num_refine_half(enum bvm_rel rel, num *a, num *b)
{
	struct bvm_halves halves;

	bvm_num_halves(rel, a, b, &halves);
	return bvm_num_refine_halves(rel, a, b, &halves);
}
