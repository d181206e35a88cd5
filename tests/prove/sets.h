/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sets.h - sets of words of a small width, and the values that describe them
 *
 * For a program that was compiled with BVM_WORD_BITS of 4, 6 or 8 and includes
 * the value domain's source.
 */
#ifndef TESTS_SETS_H
#define TESTS_SETS_H

#include "vm/interval_parts.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH BVM_WORD_BITS
#define NUM_WORDS (1 << WIDTH)
#define SET_LEN ((NUM_WORDS + 63) / 64)
#define HALF_WORDS (NUM_WORDS >> (WIDTH / 2))

/* A set of words, bit by bit. */
struct set {
	u64 part[SET_LEN];
};

static void set_add(struct set *s, u32 w)
{
	s->part[w / 64] |= (u64)1 << (w % 64);
}

static bool set_has(const struct set *s, u32 w)
{
	return s->part[w / 64] >> (w % 64) & 1;
}

static u32 set_size(const struct set *s)
{
	u32 i, size = 0;

	for (i = 0; i < SET_LEN; i++)
		size += __builtin_popcountll(s->part[i]);
	return size;
}

/* The words that have bit i. */
static struct set words_with[WIDTH];

static void init_words_with(void)
{
	u32 i, w;

	for (i = 0; i < WIDTH; i++)
		for (w = 0; w < NUM_WORDS; w++)
			if (w >> i & 1)
				set_add(&words_with[i], w);
}

/* The words from lo to hi, of one part of a set. */
static u64 stretch(u32 part, u32 lo, u32 hi)
{
	const u32 first = 64 * part, last = first + 63;
	u64 words = ~(u64)0;

	if (hi < first || lo > last)
		return 0;
	if (lo > first)
		words &= ~(u64)0 << (lo - first);
	if (hi < last)
		words &= ~(u64)0 >> (last - hi);
	return words;
}

static struct set words_of(const num *n)
{
	const u32 smin = (u32)(word)n->smin, smax = (u32)(word)n->smax;
	struct set s;
	u32 i, bit;
	u64 words;

	for (i = 0; i < SET_LEN; i++) {
		/* a signed stretch that crosses 0 goes round the end */
		if (smin <= smax)
			words = stretch(i, smin, smax);
		else
			words = stretch(i, smin, NUM_WORDS - 1) |
				stretch(i, 0, smax);
		words &= stretch(i, (u32)n->umin, (u32)n->umax);
		for (bit = 0; bit < WIDTH; bit++) {
			if ((u32)n->mask >> bit & 1)
				continue;
			if ((u32)n->value >> bit & 1)
				words &= words_with[bit].part[i];
			else
				words &= ~words_with[bit].part[i];
		}
		s.part[i] = words;
	}
	return s;
}

/* The least word of a set from `at` up, or NUM_WORDS. */
static u32 first_from(const struct set *s, u32 at)
{
	u32 i;
	u64 words;

	for (i = at / 64; i < SET_LEN; i++) {
		words = s->part[i] & stretch(i, at, NUM_WORDS - 1);
		if (words)
			return 64 * i + __builtin_ctzll(words);
	}
	return NUM_WORDS;
}

/* The greatest word of a set below `at`, or NUM_WORDS. */
static u32 last_below(const struct set *s, u32 at)
{
	u32 i;
	u64 words;

	for (i = SET_LEN; i-- > 0;) {
		words = s->part[i] & stretch(i, 0, at - 1);
		if (words)
			return 64 * i + 63 - __builtin_clzll(words);
	}
	return NUM_WORDS;
}

/* The best abstract value of a set that is not empty. */
static num best_of(const struct set *s)
{
	const u32 first_neg = first_from(s, NUM_WORDS / 2);
	const u32 last_pos = last_below(s, NUM_WORDS / 2);
	num n = { .umin = (word)first_from(s, 0),
		  .umax = (word)last_below(s, NUM_WORDS) };
	u32 i, bit;

	n.smin = first_neg < NUM_WORDS ? (sword)(word)first_neg : (sword)n.umin;
	n.smax = last_pos < NUM_WORDS ? (sword)(word)last_pos : (sword)n.umax;
	for (bit = 0; bit < WIDTH; bit++) {
		u64 with = 0, without = 0;

		for (i = 0; i < SET_LEN; i++) {
			with |= s->part[i] & words_with[bit].part[i];
			without |= s->part[i] & ~words_with[bit].part[i];
		}
		if (with && without)
			n.mask |= (word)((word)1 << bit);
		else if (with)
			n.value |= (word)((word)1 << bit);
	}
	return n;
}

/* ---- values ---- */

struct value {
	num num;
	struct set set;
};

struct values {
	struct value *at;
	u32 num;
	u32 room;
};

static int compare_values(const void *a, const void *b)
{
	return memcmp(((const struct value *)a)->set.part,
		      ((const struct value *)b)->set.part, sizeof(struct set));
}

static void collect_one(struct values *values, num n)
{
	if ((word)(n.value & n.mask) || !bvm_num_settle(&n))
		return;
	if (values->num == values->room) {
		values->room = values->room ? 2 * values->room : 1024;
		values->at =
			realloc(values->at, values->room * sizeof(*values->at));
		if (!values->at)
			exit(2);
	}
	values->at[values->num++] = (struct value){ n, words_of(&n) };
}

static num with_bits(u32 value, u32 mask)
{
	return from_bits((struct bits){ (word)value, (word)mask });
}

static num with_unsigned(num n, u32 lo, u32 hi)
{
	n.umin = (word)lo;
	n.umax = (word)hi;
	return n;
}

static num with_signed(num n, u32 lo, u32 hi)
{
	n.smin = (sword)(word)(lo ^ BVM_WORD_SIGN);
	n.smax = (sword)(word)(hi ^ BVM_WORD_SIGN);
	return n;
}

static void collect_products(struct values *values, num n)
{
	u32 lo, hi, slo, shi;

	for (lo = 0; lo < NUM_WORDS; lo++)
		for (hi = lo; hi < NUM_WORDS; hi++)
			for (slo = 0; slo < NUM_WORDS; slo++)
				for (shi = slo; shi < NUM_WORDS; shi++)
					collect_one(
						values,
						with_signed(with_unsigned(n, lo,
									  hi),
							    slo, shi));
}

static void collect_bits(struct values *values, bool products)
{
	u32 value, mask;

	for (value = 0; value < NUM_WORDS; value++) {
		for (mask = 0; mask < NUM_WORDS; mask++) {
			if (value & mask)
				continue;
			if (products)
				collect_products(values,
						 with_bits(value, mask));
			else
				collect_one(values, with_bits(value, mask));
		}
	}
}

/* "p": products of all three; or of "b", "u" and "s" known bits, unsigned and signed bounds, each alone. */
static void collect(struct values *values, const char *kinds)
{
	const bool without = strchr(kinds, 'u');
	const bool with_sign = strchr(kinds, 's');
	u32 lo, hi;

	if (strchr(kinds, 'p') || strchr(kinds, 'b'))
		collect_bits(values, strchr(kinds, 'p'));
	for (lo = 0; lo < NUM_WORDS; lo++) {
		for (hi = lo; hi < NUM_WORDS; hi++) {
			if (without)
				collect_one(values, with_unsigned(bvm_num_top(),
								  lo, hi));
			if (with_sign)
				collect_one(values,
					    with_signed(bvm_num_top(), lo, hi));
		}
	}
}

/*
 * One for each set. Return: how many are not the best description of their
 * set, so that two of one set would have been settled badly.
 */
static u32 make_unique(struct values *values)
{
	u32 i, kept = 0, bad = 0;
	struct value *const at = values->at;

	qsort(at, values->num, sizeof(*at), compare_values);
	for (i = 0; i < values->num; i++) {
		num best = best_of(&at[i].set);

		if (!bvm_num_is_same(&best, &at[i].num))
			bad++;
		if (!kept || compare_values(&at[kept - 1], &at[i]))
			at[kept++] = at[i];
	}
	values->num = kept;
	return bad;
}

#endif /* TESTS_SETS_H */
