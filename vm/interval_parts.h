/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * interval_parts.h - the parts of a struct bvm_num
 *
 * Internal to interval*.c, and to the tests that prove them.
 */
#ifndef BVM_INTERVAL_PARTS_H
#define BVM_INTERVAL_PARTS_H

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
struct stretch {
	word lo;
	word hi;
};

static inline word min_word(word a, word b)
{
	return a < b ? a : b;
}

static inline word max_word(word a, word b)
{
	return a > b ? a : b;
}

/* All ones below bit i, which is at most the width. */
static inline word ones(u32 i)
{
	if (i == 0)
		return 0;
	return (word)(BVM_WORD_MAX >> (BVM_WORD_BITS - i));
}

static inline u32 bit_length(word w)
{
	return w ? 64 - __builtin_clzll(w) : 0;
}

/* All ones from the highest bit of w down. */
static inline word fill(word w)
{
	return ones(bit_length(w));
}

static inline sword sign_extend(word w, u32 bits)
{
	const u32 up = BVM_WORD_BITS - bits;

	return (sword)((sword)(word)(w << up) >> up);
}

static inline num from_bits(struct bits b)
{
	return (num){ b.value, b.mask, 0, BVM_WORD_MAX, SMIN, SMAX };
}

static inline struct bits bits_of(const num *n)
{
	return (struct bits){ n->value, n->mask };
}

static inline void raise_umin(num *n, word w)
{
	n->umin = max_word(n->umin, w);
}

static inline void lower_umax(num *n, word w)
{
	n->umax = min_word(n->umax, w);
}

static inline void raise_smin(num *n, sword w)
{
	if (w > n->smin)
		n->smin = w;
}

static inline void lower_smax(num *n, sword w)
{
	if (w < n->smax)
		n->smax = w;
}

/* Keep what both know of the bits. false: they contradict each other. */
static inline bool meet_bits(num *n, word value, word mask)
{
	if ((word)((n->value ^ value) & (word)~n->mask & (word)~mask))
		return false;
	n->mask &= mask;
	n->value = (word)((n->value | value) & (word)~n->mask);
	return true;
}

/*
 * Make every part as narrow as the set of words that all three allow.
 * Idempotent, and the set stays as it is. false: it is empty, and *n is as it
 * was.
 */
bool __must_check bvm_num_settle(num *n);

/* For results, which always hold a word: anything else is our own fault. */
static inline void bvm_num_must_settle(num *n)
{
	if (bvm_broken(!bvm_num_settle(n)))
		*n = bvm_num_top();
}

static inline num bvm_num_settled(num n)
{
	bvm_num_must_settle(&n);
	return n;
}

#endif /* BVM_INTERVAL_PARTS_H */
