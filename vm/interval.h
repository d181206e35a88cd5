/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * interval.h - what is known of a number: bits, unsigned and signed bounds
 *
 * A struct bvm_num stands for a set of words. Every function below is sound
 * by itself: if the operands' words are in the operands, the result's word is
 * in the result. Nothing is touched but what a pointer to non-const is given.
 *
 * The width is a parameter of the build, so that a test can compile this same
 * code at 8 bits and try everything. A half word is what the machine's 32-bit
 * instructions work on.
 */
#ifndef BVM_INTERVAL_H
#define BVM_INTERVAL_H

#include "port.h"

#ifndef BVM_WORD_BITS
#define BVM_WORD_BITS 64
#endif

#if BVM_WORD_BITS == 64
typedef u64 bvm_word;
typedef s64 bvm_sword;
#elif BVM_WORD_BITS == 8
typedef u8 bvm_word;
typedef s8 bvm_sword;
#elif BVM_WORD_BITS == 4 || BVM_WORD_BITS == 6
typedef unsigned _BitInt(BVM_WORD_BITS) bvm_word;
typedef signed _BitInt(BVM_WORD_BITS) bvm_sword;
#else
#error "BVM_WORD_BITS is 64, or 4, 6 or 8 in a test"
#endif

#define BVM_HALF_BITS (BVM_WORD_BITS / 2)
#define BVM_WORD_MAX ((bvm_word) ~(bvm_word)0)
#define BVM_WORD_SIGN ((bvm_word)((bvm_word)1 << (BVM_WORD_BITS - 1)))

/*
 * The words w with (w & ~mask) == value, umin <= w <= umax, and smin <= w <=
 * smax as a signed number. value & mask is 0.
 */
struct bvm_num {
	bvm_word value;
	bvm_word mask; /* 1: the bit is not known */
	bvm_word umin;
	bvm_word umax;
	bvm_sword smin;
	bvm_sword smax;
};

/* How two numbers compare on the way a branch took. */
enum bvm_rel {
	BVM_REL_EQ,
	BVM_REL_NE,
	BVM_REL_GT,
	BVM_REL_GE,
	BVM_REL_LT,
	BVM_REL_LE,
	BVM_REL_SGT,
	BVM_REL_SGE,
	BVM_REL_SLT,
	BVM_REL_SLE,
	BVM_REL_SET, /* a & b is not 0 */
	BVM_REL_CLEAR, /* a & b is 0 */
};

struct bvm_num bvm_num_const(bvm_word w);
struct bvm_num bvm_num_top(void);
/* The words from umin to umax. */
struct bvm_num bvm_num_range(bvm_word umin, bvm_word umax);
bool bvm_num_is_const(const struct bvm_num *n);
bool bvm_num_has(const struct bvm_num *n, bvm_word w);
bool bvm_num_is_same(const struct bvm_num *a, const struct bvm_num *b);
struct bvm_num bvm_num_add(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_sub(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_mul(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_and(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_or(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_xor(struct bvm_num a, struct bvm_num b);

/*
 * Division by a constant other than 0 is exact on bounds. Division by a
 * number keeps no more than its lowering can show: 0 is among the quotients,
 * and the dividend among the remainders (lower.h).
 */
struct bvm_num bvm_num_div(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_mod(struct bvm_num a, struct bvm_num b);
struct bvm_num bvm_num_div_const(struct bvm_num a, bvm_word b);
struct bvm_num bvm_num_mod_const(struct bvm_num a, bvm_word b);

/* Shifts by count, of which the low bits that number `bits` bits are used. */
struct bvm_num bvm_num_lsh(struct bvm_num a, struct bvm_num count, u32 bits);
struct bvm_num bvm_num_rsh(struct bvm_num a, struct bvm_num count, u32 bits);
struct bvm_num bvm_num_arsh(struct bvm_num a, struct bvm_num count, u32 bits);

/*
 * What the verifier does most is done in place: a struct bvm_num is six words,
 * and to pass and return it takes as long as the rest.
 *
 * *a becomes the words of either.
 */
void bvm_num_widen(struct bvm_num *a, const struct bvm_num *b);
/* The low `bits` bits, and zeroes. */
void bvm_num_keep_low(struct bvm_num *a, u32 bits);
/* The low `bits` bits, and copies of the highest of them. */
void bvm_num_keep_signed(struct bvm_num *a, u32 bits);

static inline struct bvm_num bvm_num_join(struct bvm_num a, struct bvm_num b)
{
	bvm_num_widen(&a, &b);
	return a;
}

static inline struct bvm_num bvm_num_cut(struct bvm_num a, u32 bits)
{
	bvm_num_keep_low(&a, bits);
	return a;
}

static inline struct bvm_num bvm_num_extend(struct bvm_num a, u32 bits)
{
	bvm_num_keep_signed(&a, bits);
	return a;
}

/*
 * Keep of *a and *b the words for which `rel` holds between one of *a and one
 * of *b. a and b are two. false: there are none, and *a and *b are spoilt.
 */
bool __must_check bvm_num_refine(enum bvm_rel rel, struct bvm_num *a,
				 struct bvm_num *b);
/* The same where the machine compares half words. */
bool __must_check bvm_num_refine_half(enum bvm_rel rel, struct bvm_num *a,
				      struct bvm_num *b);

/* The half words that `rel` or its contrary compares, as words. */
struct bvm_halves {
	struct bvm_num a;
	struct bvm_num b;
};

/* bvm_num_refine_half() in two steps, of which a branch needs one but once. */
void bvm_num_halves(enum bvm_rel rel, const struct bvm_num *a,
		    const struct bvm_num *b, struct bvm_halves *halves);
bool __must_check bvm_num_refine_halves(enum bvm_rel rel, struct bvm_num *a,
					struct bvm_num *b,
					const struct bvm_halves *halves);

#endif /* BVM_INTERVAL_H */
