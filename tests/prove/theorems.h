/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * theorems.h - how a theorem is written
 *
 * A theorem is a function of words that returns true. The sources it speaks of
 * are included, so that a compiler can fold everything into one function
 * without memory or loops; ir.py turns that into a formula, and solvers look
 * for arguments that make it false.
 */
#ifndef TESTS_THEOREMS_H
#define TESTS_THEOREMS_H

#include "vm/interval.h"

/* Has theorems of its own; elsewhere only what they say of it is known. */
#define BY_CONTRACT __attribute__((noinline))

#ifndef FILL_IN_FULL
static BY_CONTRACT bvm_word fill(bvm_word w);
#endif

#include "vm/interval_parts.h"

#define NUM_PARAMS(n)                                                \
	word n##_value, word n##_mask, word n##_umin, word n##_umax, \
		sword n##_smin, sword n##_smax
#define NUM(n) \
	((num){ n##_value, n##_mask, n##_umin, n##_umax, n##_smin, n##_smax })

#define BITS_PARAMS(n) word n##_value, word n##_mask
#define BITS(n) ((struct bits){ n##_value, n##_mask })

#define THEOREM(name, ...) bool prove_##name(__VA_ARGS__)

static inline bool bits_has(struct bits b, word w)
{
	return (w & ~b.mask) == b.value;
}

/* bvm_num_has(), part by part: solvers are quicker with each alone. */
static inline bool has_bits(const num *n, word w)
{
	return (w & ~n->mask) == n->value;
}

static inline bool has_unsigned(const num *n, word w)
{
	return w >= n->umin && w <= n->umax;
}

static inline bool has_signed(const num *n, word w)
{
	return (sword)w >= n->smin && (sword)w <= n->smax;
}

#endif /* TESTS_THEOREMS_H */
