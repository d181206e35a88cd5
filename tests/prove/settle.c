// SPDX-License-Identifier: GPL-2.0-only
/*
 * settle.c - settling loses no word, and adds none
 */
#include "theorems.h"

#include "vm/interval.c"
static BY_CONTRACT word next_member(struct bits b, word at);
#include "vm/interval_settle.c"

/*
 * bvm_num_settled() stops, which is a failed proof, where bvm_num_settle() says
 * that no word is left: so both are proved. By sign, since solvers are quicker
 * with each half alone.
 */
#define KEEPS(sign, part, condition)                           \
	THEOREM(settle_##sign##_##part, NUM_PARAMS(n), word x) \
	{                                                      \
		num n = NUM(n);                                \
                                                               \
		if (!bvm_num_has(&n, x) || !(condition))       \
			return true;                           \
		n = bvm_num_settled(n);                        \
		return has_##part(&n, x);                      \
	}

KEEPS(positive, bits, (sword)x >= 0)
KEEPS(positive, unsigned, (sword)x >= 0)
KEEPS(positive, signed, (sword)x >= 0)
KEEPS(negative, bits, (sword)x < 0)
KEEPS(negative, unsigned, (sword)x < 0)
KEEPS(negative, signed, (sword)x < 0)

THEOREM(settle_adds_none, NUM_PARAMS(n), word x)
{
	const num n = NUM(n);
	num settled = n;

	if ((n.value & n.mask) || !bvm_num_settle(&settled) ||
	    !bvm_num_has(&settled, x))
		return true;
	return bvm_num_has(&n, x);
}
