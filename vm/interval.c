// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * interval.c - arithmetic on sets of words
 *
 * Known bits are tristate numbers as in "Sound, Precise, and Fast Abstract
 * Interpretation with Tristate Numbers" (CGO 2022). Bounds are kept where the
 * exact result cannot wrap, and given up otherwise; settle() then makes each
 * of the three parts as narrow as the other two allow.
 *
 * tests/prove/ proves every function here at 64 bits, and tries all sets at
 * small widths: docs/soundness.md.
 */
#include "interval.h"

typedef bvm_word word;
typedef bvm_sword sword;
typedef struct bvm_num num;

#define SMIN ((sword)BVM_WORD_SIGN)
#define SMAX ((sword)(BVM_WORD_MAX >> 1))
#define HALF_MAX ((word)(BVM_WORD_MAX >> BVM_HALF_BITS))

/* The known bits of a number, alone. */
struct bits {
	word value;
	word mask;
};

/* A stretch of words in unsigned order. */
struct range {
	word lo;
	word hi;
};

static word min_word(word a, word b)
{
	return a < b ? a : b;
}

static word max_word(word a, word b)
{
	return a > b ? a : b;
}

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

/* All ones from the highest bit of w down. */
static word fill(word w)
{
	return ones(bit_length(w));
}

static sword sign_extend(word w, u32 bits)
{
	const u32 up = BVM_WORD_BITS - bits;

	return (sword)((sword)(word)(w << up) >> up);
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
	return a->value == b->value && a->mask == b->mask &&
	       a->umin == b->umin && a->umax == b->umax && a->smin == b->smin &&
	       a->smax == b->smax;
}

/* ---- the three parts learn from each other ---- */

static void raise_umin(num *n, word w)
{
	n->umin = max_word(n->umin, w);
}

static void lower_umax(num *n, word w)
{
	n->umax = min_word(n->umax, w);
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

/*
 * The least word from `at` up that has the known bits; if there is none, one
 * that is below `at`.
 */
static word next_member(struct bits b, word at)
{
	const word known = (word)~b.mask;
	const word wrong = (word)((at ^ b.value) & known);
	word low;

	if (!wrong)
		return at;
	/* from the highest wrong bit down, known bits decide */
	low = fill(wrong);
	if ((b.value & low) > (low >> 1))
		return (word)((at & (word)~low) | (b.value & low));
	/* that bit must go from 1 to 0: carry into an unknown bit above */
	return (word)(((word)((at | known | low) + 1) & b.mask) | b.value);
}

/* The greatest word from `at` down; if there is none, one above `at`. */
static word last_member(struct bits b, word at)
{
	const struct bits flipped = { (word)(~b.value & ~b.mask), b.mask };

	return (word)~next_member(flipped, (word)~at);
}

/* Move the ends to the first and last word with the known bits. */
static bool fit(struct range *r, struct bits b)
{
	const word lo = next_member(b, r->lo);
	const word hi = last_member(b, r->hi);

	if (lo < r->lo || hi > r->hi || lo > hi)
		return false;
	*r = (struct range){ lo, hi };
	return true;
}

/* The words without sign; false: there are none. */
static bool fit_positive(const num *n, struct range *r)
{
	if (n->smax < 0)
		return false;
	r->lo = n->smin > 0 ? max_word(n->umin, (word)n->smin) : n->umin;
	r->hi = min_word(n->umax, (word)n->smax);
	return r->lo <= r->hi && fit(r, (struct bits){ n->value, n->mask });
}

/* The words with the sign set. */
static bool fit_negative(const num *n, struct range *r)
{
	if (n->smin >= 0)
		return false;
	r->lo = max_word(n->umin, (word)n->smin);
	r->hi = n->smax < 0 ? min_word(n->umax, (word)n->smax) : n->umax;
	return r->lo <= r->hi && fit(r, (struct bits){ n->value, n->mask });
}

/*
 * Make every part as narrow as the set of words that all three allow. Either
 * half of the words, by sign, is a stretch in both orders; when the ends of
 * the stretch have the known bits, the bits below the highest in which the
 * ends differ take both values, so the best bits can be read off the ends.
 *
 * false: no word is left, and *n is as it was.
 */
static bool settle(num *n)
{
	struct range pos = { 0, 0 }, neg = { 0, 0 };
	const bool has_pos = fit_positive(n, &pos);
	const bool has_neg = fit_negative(n, &neg);

	if (!has_pos && !has_neg)
		return false;
	if (!has_neg)
		neg = pos;
	if (!has_pos)
		pos = neg;
	n->umin = pos.lo;
	n->umax = neg.hi;
	n->smin = (sword)neg.lo;
	n->smax = (sword)pos.hi;
	n->mask &= (word)(fill(pos.lo ^ pos.hi) | fill(neg.lo ^ neg.hi) |
			  (pos.lo ^ neg.lo));
	n->value = (word)(pos.lo & (word)~n->mask);
	return true;
}

/* For results, which always hold a word: anything else is our own fault. */
static num settled(num n)
{
	if (bvm_broken(!settle(&n)))
		return bvm_num_top();
	return n;
}

static num from_bits(struct bits b)
{
	num n = bvm_num_top();

	n.value = b.value;
	n.mask = b.mask;
	return n;
}

static struct bits bits_of(const num *n)
{
	return (struct bits){ n->value, n->mask };
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

static struct bits add_bits(struct bits a, struct bits b)
{
	const word values = (word)(a.value + b.value);
	const word masks = (word)(a.mask + b.mask);
	const word carries = (word)((word)(values + masks) ^ values);
	const word mask = (word)(carries | a.mask | b.mask);

	return (struct bits){ (word)(values & (word)~mask), mask };
}

static struct bits sub_bits(struct bits a, struct bits b)
{
	const word values = (word)(a.value - b.value);
	const word high = (word)(values + a.mask);
	const word low = (word)(values - b.mask);
	const word mask = (word)((high ^ low) | a.mask | b.mask);

	return (struct bits){ (word)(values & (word)~mask), mask };
}

num bvm_num_add(num a, num b)
{
	num n = from_bits(add_bits(bits_of(&a), bits_of(&b)));
	word umin, umax;
	sword smin, smax;
	bool wraps = __builtin_add_overflow(a.umin, b.umin, &umin);

	/* the sums lie in one stretch if both ends wrap or none does */
	if (wraps == __builtin_add_overflow(a.umax, b.umax, &umax)) {
		n.umin = umin;
		n.umax = umax;
	}
	wraps = __builtin_add_overflow(a.smin, b.smin, &smin);
	if (wraps == __builtin_add_overflow(a.smax, b.smax, &smax) &&
	    smin <= smax) {
		n.smin = smin;
		n.smax = smax;
	}
	return settled(n);
}

num bvm_num_sub(num a, num b)
{
	num n = from_bits(sub_bits(bits_of(&a), bits_of(&b)));
	word umin, umax;
	sword smin, smax;
	bool wraps = __builtin_sub_overflow(a.umin, b.umax, &umin);

	if (wraps == __builtin_sub_overflow(a.umax, b.umin, &umax)) {
		n.umin = umin;
		n.umax = umax;
	}
	wraps = __builtin_sub_overflow(a.smin, b.smax, &smin);
	if (wraps == __builtin_sub_overflow(a.smax, b.smin, &smax) &&
	    smin <= smax) {
		n.smin = smin;
		n.smax = smax;
	}
	return settled(n);
}

/* sum, and b shifted by i if bit i of a is set. */
static struct bits mul_step(struct bits sum, struct bits a, struct bits b,
			    u32 i)
{
	const word bit = (word)((word)1 << i);
	struct bits part = { 0, (word)((word)(b.value | b.mask) << i) };

	if (!((a.value | a.mask) & bit))
		return sum;
	if (a.value & bit)
		part = (struct bits){ (word)(b.value << i),
				      (word)(b.mask << i) };
	return add_bits(sum, part);
}

/* Multiply by hand: for every bit of a, b shifted to its place. */
static struct bits mul_bits(struct bits a, struct bits b)
{
	struct bits sum = { 0, 0 };
	u32 i, len = bit_length(a.value | a.mask);

	/* parts from i on are multiples of 2^i: nothing known is left to lose */
	for (i = 0; i < len && (word) ~(sum.mask | ones(i)); i++)
		sum = mul_step(sum, a, b, i);
	return sum;
}

/* If the greatest product does not wrap, none does. */
static num mul_bounds(num n, const num *a, const num *b)
{
	word umax;

	if (!__builtin_mul_overflow(a->umax, b->umax, &umax)) {
		n.umin = (word)(a->umin * b->umin);
		n.umax = umax;
	}
	return n;
}

num bvm_num_mul(num a, num b)
{
	struct bits bits;

	if (bvm_num_is_const(&a) && bvm_num_is_const(&b))
		return bvm_num_const((word)(a.umin * b.umin));
	/* a bit that is known adds no more doubt than the other operand has */
	if (b.mask)
		bits = mul_bits(bits_of(&a), bits_of(&b));
	else
		bits = mul_bits(bits_of(&b), bits_of(&a));
	return settled(mul_bounds(from_bits(bits), &a, &b));
}

num bvm_num_and(num a, num b)
{
	const word value = (word)(a.value & b.value);
	const word either = (word)((a.value | a.mask) & (b.value | b.mask));
	num n = from_bits(
		(struct bits){ value, (word)(either & (word)~value) });

	n.umax = min_word(a.umax, b.umax);
	return settled(n);
}

num bvm_num_or(num a, num b)
{
	const word value = (word)(a.value | b.value);
	const word mask = (word)((a.mask | b.mask) & (word)~value);
	num n = from_bits((struct bits){ value, mask });

	n.umin = max_word(a.umin, b.umin);
	return settled(n);
}

num bvm_num_xor(num a, num b)
{
	const word mask = (word)(a.mask | b.mask);
	const word value = (word)((a.value ^ b.value) & (word)~mask);

	return settled(from_bits((struct bits){ value, mask }));
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
	if (!(b & (word)(b - 1)))
		return bvm_num_and(a, bvm_num_const((word)(b - 1)));
	return bvm_num_range(0, (word)(b - 1));
}

/* ---- shifts and width ---- */

static num shift_count(num count, u32 bits)
{
	if (bvm_num_is_const(&count))
		return bvm_num_const((word)(count.umin & (bits - 1)));
	return bvm_num_and(count, bvm_num_const((word)(bits - 1)));
}

num bvm_num_lsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	const word umax = (word)(a.umax << c.umax);
	const sword smin = (sword)(word)((word)a.smin << c.umax);
	const sword smax = (sword)(word)((word)a.smax << c.umax);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((struct bits){ (word)(a.value << c.umin),
					     (word)(a.mask << c.umin) });
	/* if the ends keep all their bits, so does what is between them */
	if ((word)(umax >> c.umax) == a.umax) {
		n.umin = (word)(a.umin << c.umin);
		n.umax = umax;
	}
	if (bvm_num_is_const(&c) && (sword)(smin >> c.umin) == a.smin &&
	    (sword)(smax >> c.umin) == a.smax) {
		n.smin = smin;
		n.smax = smax;
	}
	return settled(n);
}

num bvm_num_rsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((struct bits){ (word)(a.value >> c.umin),
					     (word)(a.mask >> c.umin) });
	n.umin = (word)(a.umin >> c.umax);
	n.umax = (word)(a.umax >> c.umin);
	return settled(n);
}

num bvm_num_arsh(num a, num count, u32 bits)
{
	const num c = shift_count(count, bits);
	num n = bvm_num_top();

	if (bvm_num_is_const(&c))
		n = from_bits((struct bits){ (word)((sword)a.value >> c.umin),
					     (word)((sword)a.mask >> c.umin) });
	n.smin = (sword)(a.smin >> (a.smin < 0 ? c.umin : c.umax));
	n.smax = (sword)(a.smax >> (a.smax < 0 ? c.umax : c.umin));
	return settled(n);
}

num bvm_num_cut(num a, u32 bits)
{
	const word low = ones(bits);
	num n;

	if (a.umax <= low)
		return a;
	n = from_bits(
		(struct bits){ (word)(a.value & low), (word)(a.mask & low) });
	/* words that share the upper bits are in the order of their lower */
	if ((word)(a.umin >> bits) == (word)(a.umax >> bits)) {
		n.umin = (word)(a.umin & low);
		n.umax = (word)(a.umax & low);
	}
	if ((sword)(a.smin >> bits) == (sword)(a.smax >> bits)) {
		raise_umin(&n, (word)((word)a.smin & low));
		lower_umax(&n, (word)((word)a.smax & low));
	}
	return settled(n);
}

/*
 * From one end to the other, does sign extension keep the order? The ends are
 * given without the bits below the sign: only from odd to even does the sign
 * go from negative to positive.
 */
static bool extends_in_order(word lo, word hi)
{
	return (word)(hi - lo) <= (lo & 1);
}

num bvm_num_extend(num a, u32 bits)
{
	const u32 below = bits - 1;
	num n;

	if (sign_extend((word)a.smin, bits) == a.smin &&
	    sign_extend((word)a.smax, bits) == a.smax)
		return a;
	n = from_bits((struct bits){ (word)sign_extend(a.value, bits),
				     (word)sign_extend(a.mask, bits) });
	if (extends_in_order((word)(a.umin >> below),
			     (word)(a.umax >> below))) {
		n.smin = sign_extend(a.umin, bits);
		n.smax = sign_extend(a.umax, bits);
	}
	if (extends_in_order((word)(a.smin >> below),
			     (word)(a.smax >> below))) {
		raise_smin(&n, sign_extend((word)a.smin, bits));
		lower_smax(&n, sign_extend((word)a.smax, bits));
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

/* The least word from *w up whose lower half is in r; false: none. */
static bool next_half(word *w, struct range r)
{
	const word low = (word)(*w & HALF_MAX);
	const word high = (word)(*w & (word)~HALF_MAX);

	if (low < r.lo)
		*w = (word)(high | r.lo);
	if (low <= r.hi)
		return true;
	*w = (word)((word)(high + HALF_MAX + 1) | r.lo);
	return high != (word)~HALF_MAX;
}

static bool last_half(word *w, struct range r)
{
	const struct range flipped = { (word)(HALF_MAX - r.hi),
				       (word)(HALF_MAX - r.lo) };
	word from_above = (word) ~*w;
	bool found = next_half(&from_above, flipped);

	*w = (word)~from_above;
	return found;
}

/* The words of a whose lower half is in `half`. */
static bool learn_half(num *a, num half)
{
	const struct range r = { half.umin, half.umax };
	/* in the order of unsigned words */
	word smin = (word)((word)a->smin ^ BVM_WORD_SIGN);
	word smax = (word)((word)a->smax ^ BVM_WORD_SIGN);

	if (!next_half(&a->umin, r) || !last_half(&a->umax, r) ||
	    !next_half(&smin, r) || !last_half(&smax, r))
		return false;
	a->smin = (sword)(word)(smin ^ BVM_WORD_SIGN);
	a->smax = (sword)(word)(smax ^ BVM_WORD_SIGN);
	return meet_bits(a, half.value, (word)(half.mask | (word)~HALF_MAX));
}

/* The words of a whose lower half, as a signed number, is in `half`. */
static bool learn_signed_half(num *a, num half)
{
	if (a->smin >= sign_extend((word)(HALF_MAX / 2 + 1), BVM_HALF_BITS) &&
	    a->smax <= (sword)(HALF_MAX / 2))
		return meet(a, &half);
	return learn_half(a, bvm_num_cut(half, BVM_HALF_BITS));
}

static bool refine_half(enum bvm_rel rel, num *a, num *b)
{
	num x, y;

	if (!is_signed(rel)) {
		x = bvm_num_cut(*a, BVM_HALF_BITS);
		y = bvm_num_cut(*b, BVM_HALF_BITS);
		return bvm_num_refine(rel, &x, &y) && learn_half(a, x) &&
		       learn_half(b, y);
	}
	x = bvm_num_extend(*a, BVM_HALF_BITS);
	y = bvm_num_extend(*b, BVM_HALF_BITS);
	return bvm_num_refine(rel, &x, &y) && learn_signed_half(a, x) &&
	       learn_signed_half(b, y);
}

bool bvm_num_refine_half(enum bvm_rel rel, num *a, num *b)
{
	num x = *a, y = *b;

	if (!refine_half(rel, &x, &y) || !settle(&x) || !settle(&y))
		return false;
	*a = x;
	*b = y;
	return true;
}
