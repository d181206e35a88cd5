// SPDX-License-Identifier: GPL-2.0-only
/*
 * refine.c - what a branch teaches keeps every pair of words that takes it
 *
 * Settling does nothing here: each relation is sound without it.
 */
#include "theorems.h"

#include "vm/interval.c"
#include "vm/interval_alu.c"

bool bvm_num_settle(num *n)
{
	(void)n;
	return true;
}

#define REFINE_PART(name, part, refine, rel, holds)                          \
	THEOREM(name##_##part, NUM_PARAMS(a), NUM_PARAMS(b), word x, word y) \
	{                                                                    \
		num a = NUM(a), b = NUM(b);                                  \
                                                                             \
		if (!bvm_num_has(&a, x) || !bvm_num_has(&b, y) || !(holds))  \
			return true;                                         \
		return refine(rel, &a, &b) && has_##part(&a, x) &&           \
		       has_##part(&b, y);                                    \
	}

#define REFINE(name, rel, holds)                                \
	REFINE_PART(name, bits, bvm_num_refine, rel, holds)     \
	REFINE_PART(name, unsigned, bvm_num_refine, rel, holds) \
	REFINE_PART(name, signed, bvm_num_refine, rel, holds)

#define SX ((s64)x)
#define SY ((s64)y)

REFINE(eq, BVM_REL_EQ, x == y)
REFINE(ne, BVM_REL_NE, x != y)
REFINE(gt, BVM_REL_GT, x > y)
REFINE(ge, BVM_REL_GE, x >= y)
REFINE(lt, BVM_REL_LT, x < y)
REFINE(le, BVM_REL_LE, x <= y)
REFINE(sgt, BVM_REL_SGT, SX > SY)
REFINE(sge, BVM_REL_SGE, SX >= SY)
REFINE(slt, BVM_REL_SLT, SX < SY)
REFINE(sle, BVM_REL_SLE, SX <= SY)
REFINE(set, BVM_REL_SET, (x & y) != 0)
REFINE(clear, BVM_REL_CLEAR, (x & y) == 0)

/*
 * bvm_num_refine_half() cuts or extends (theorems cut_32, extend_32), refines
 * (the above), and puts what was learned back, which is here. learn() needs
 * bounds that are those of a half, which the last two say it gets: refining
 * only narrows them.
 */
#define LEARN(name, part, rel, is_half, half_word)                      \
	THEOREM(name##_##part, NUM_PARAMS(a), NUM_PARAMS(half), word x) \
	{                                                               \
		num a = NUM(a);                                         \
		const num half = NUM(half);                             \
                                                                        \
		if (!(is_half) || !bvm_num_has(&a, x) ||                \
		    !bvm_num_has(&half, half_word))                     \
			return true;                                    \
		return learn(&a, &half, rel) && has_##part(&a, x);      \
	}

#define IS_HALF (half.umax <= U32_MAX)
#define IS_SIGNED_HALF (half.smin >= S32_MIN && half.smax <= S32_MAX)
#define SIGNED_HALF ((word)(s64)(s32)x)

LEARN(learn_half, bits, BVM_REL_GT, IS_HALF, (u32)x)
LEARN(learn_half, unsigned, BVM_REL_GT, IS_HALF, (u32)x)
LEARN(learn_half, signed, BVM_REL_GT, IS_HALF, (u32)x)
LEARN(learn_signed_half, bits, BVM_REL_SGT, IS_SIGNED_HALF, SIGNED_HALF)
LEARN(learn_signed_half, unsigned, BVM_REL_SGT, IS_SIGNED_HALF, SIGNED_HALF)
LEARN(learn_signed_half, signed, BVM_REL_SGT, IS_SIGNED_HALF, SIGNED_HALF)

THEOREM(cut_is_half, NUM_PARAMS(a))
{
	return bvm_num_cut(NUM(a), 32).umax <= U32_MAX;
}

THEOREM(extend_is_half, NUM_PARAMS(a))
{
	const num half = bvm_num_extend(NUM(a), 32);

	return IS_SIGNED_HALF;
}
