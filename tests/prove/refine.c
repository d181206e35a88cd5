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

num bvm_num_settled(num n)
{
	return n;
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
 * (the above), and puts what was learned back, which is here.
 */
#define LEARN(name, part)                                                      \
	THEOREM(name##_##part, NUM_PARAMS(a), NUM_PARAMS(half), word x)        \
	{                                                                      \
		num a = NUM(a);                                                \
		const num half = NUM(half);                                    \
                                                                               \
		if (half.umax > U32_MAX || !bvm_num_has(&a, x) ||              \
		    !bvm_num_has(&half, (u32)x))                               \
			return true;                                           \
		return learn_half(&a, half) && has_##part(&a, x);              \
	}                                                                      \
	THEOREM(name##_signed_##part, NUM_PARAMS(a), NUM_PARAMS(half), word x) \
	{                                                                      \
		num a = NUM(a);                                                \
		const num half = NUM(half);                                    \
                                                                               \
		if (!bvm_num_has(&a, x) ||                                     \
		    !bvm_num_has(&half, (word)(s64)(s32)x))                    \
			return true;                                           \
		return learn_signed_half(&a, half) && has_##part(&a, x);       \
	}

LEARN(learn_half, bits)
LEARN(learn_half, unsigned)
LEARN(learn_half, signed)

/* A cut number is what learn_half() asks for. */
THEOREM(cut_is_half, NUM_PARAMS(a))
{
	return bvm_num_cut(NUM(a), 32).umax <= U32_MAX;
}
