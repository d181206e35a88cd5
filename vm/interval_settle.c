// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * interval_settle.c - the three parts of a number learn from each other
 */
#include "interval_parts.h"

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
static inline bool fit(struct stretch *r, struct bits b)
{
	const word lo = next_member(b, r->lo);
	const word hi = last_member(b, r->hi);

	if (lo < r->lo || hi > r->hi || lo > hi)
		return false;
	*r = (struct stretch){ lo, hi };
	return true;
}

/* The words without sign; false: there are none. */
static inline bool fit_positive(const num *n, struct stretch *r)
{
	if (n->smax < 0)
		return false;
	r->lo = n->smin > 0 ? max_word(n->umin, (word)n->smin) : n->umin;
	r->hi = min_word(n->umax, (word)n->smax);
	return r->lo <= r->hi && fit(r, (struct bits){ n->value, n->mask });
}

/* The words with the sign set. */
static inline bool fit_negative(const num *n, struct stretch *r)
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
 */
bool bvm_num_settle(num *n)
{
	struct stretch pos = { 0, 0 }, neg = { 0, 0 };
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
	n->mask &= (word)(fill((pos.lo ^ pos.hi) | (neg.lo ^ neg.hi)) |
			  (pos.lo ^ neg.lo));
	n->value = (word)(pos.lo & (word)~n->mask);
	return true;
}
