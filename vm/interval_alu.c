// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * interval_alu.c - arithmetic on sets of words
 *
 * Known bits are tristate numbers as in "Sound, Precise, and Fast Abstract
 * Interpretation with Tristate Numbers" (CGO 2022). Bounds are kept where the
 * exact result cannot wrap, and given up otherwise.
 */
#include "interval_parts.h"

static struct bits add_bits(struct bits a, struct bits b)
{
	const word values = (word)(a.value + b.value);
	const word masks = (word)(a.mask + b.mask);
	const word carries = (word)((word)(values + masks) ^ values);
	const word mask = (word)(carries | a.mask | b.mask);

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
	return bvm_num_settled(n);
}

/* The words w of which ~w is in a. */
static num flip(num a)
{
	return (num){
		.value = (word)(~a.value & (word)~a.mask),
		.mask = a.mask,
		.umin = (word)~a.umax,
		.umax = (word)~a.umin,
		.smin = (sword)~a.smax,
		.smax = (sword)~a.smin,
	};
}

/* a - b is ~(~a + b) */
num bvm_num_sub(num a, num b)
{
	return flip(bvm_num_add(flip(a), b));
}

/* b shifted by i if bit i of a is set, 0 if not. */
static struct bits mul_part(struct bits a, struct bits b, u32 i)
{
	const word bit = (word)((word)1 << i);

	if (a.value & bit)
		return (struct bits){ (word)(b.value << i),
				      (word)(b.mask << i) };
	if (a.mask & bit)
		return (struct bits){ 0,
				      (word)((word)(b.value | b.mask) << i) };
	return (struct bits){ 0, 0 };
}

/* Multiply by hand: for every bit of a, b shifted to its place. */
static struct bits mul_bits(struct bits a, struct bits b)
{
	struct bits sum = { 0, 0 };
	u32 i, len = bit_length(a.value | a.mask);

	/* parts from i on are multiples of 2^i: nothing known is left to lose */
	for (i = 0; i < len && (word) ~(sum.mask | ones(i)); i++)
		sum = add_bits(sum, mul_part(a, b, i));
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
	return bvm_num_settled(mul_bounds(from_bits(bits), &a, &b));
}

num bvm_num_and(num a, num b)
{
	const word value = (word)(a.value & b.value);
	const word either = (word)((a.value | a.mask) & (b.value | b.mask));
	num n = from_bits(
		(struct bits){ value, (word)(either & (word)~value) });

	n.umax = min_word(a.umax, b.umax);
	return bvm_num_settled(n);
}

num bvm_num_or(num a, num b)
{
	const word value = (word)(a.value | b.value);
	const word mask = (word)((a.mask | b.mask) & (word)~value);
	num n = from_bits((struct bits){ value, mask });

	n.umin = max_word(a.umin, b.umin);
	return bvm_num_settled(n);
}

num bvm_num_xor(num a, num b)
{
	const word mask = (word)(a.mask | b.mask);
	const word value = (word)((a.value ^ b.value) & (word)~mask);

	return bvm_num_settled(from_bits((struct bits){ value, mask }));
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
	return bvm_num_settled(n);
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
	return bvm_num_settled(n);
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
	return bvm_num_settled(n);
}

void bvm_num_keep_low(num *a, u32 bits)
{
	const word low = ones(bits);
	num n;

	if (a->umax <= low)
		return;
	n = from_bits(
		(struct bits){ (word)(a->value & low), (word)(a->mask & low) });
	n.umax = low;
	/* words that share the upper bits are in the order of their lower */
	if ((word)(a->umin >> bits) == (word)(a->umax >> bits)) {
		n.umin = (word)(a->umin & low);
		n.umax = (word)(a->umax & low);
	}
	if ((sword)(a->smin >> bits) == (sword)(a->smax >> bits)) {
		raise_umin(&n, (word)((word)a->smin & low));
		lower_umax(&n, (word)((word)a->smax & low));
	}
	*a = n;
	bvm_num_must_settle(a);
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

void bvm_num_keep_signed(num *a, u32 bits)
{
	const u32 below = bits - 1;
	num n;

	if (sign_extend((word)a->smin, bits) == a->smin &&
	    sign_extend((word)a->smax, bits) == a->smax)
		return;
	n = from_bits((struct bits){ (word)sign_extend(a->value, bits),
				     (word)sign_extend(a->mask, bits) });
	n.smin = (sword)(-(sword)ones(below) - 1);
	n.smax = (sword)ones(below);
	if (extends_in_order((word)(a->umin >> below),
			     (word)(a->umax >> below))) {
		n.smin = sign_extend(a->umin, bits);
		n.smax = sign_extend(a->umax, bits);
	}
	if (extends_in_order((word)(a->smin >> below),
			     (word)(a->smax >> below))) {
		raise_smin(&n, sign_extend((word)a->smin, bits));
		lower_smax(&n, sign_extend((word)a->smax, bits));
	}
	*a = n;
	bvm_num_must_settle(a);
}
