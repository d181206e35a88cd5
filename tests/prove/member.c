// SPDX-License-Identifier: GPL-2.0-only
/*
 * member.c - what settle.c assumes of next_member()
 */
#include "theorems.h"

#include "vm/interval.c"
#include "vm/interval_settle.c"

/* No word with the known bits is skipped. */
THEOREM(next_member_is_next, BITS_PARAMS(b), word at, word x)
{
	const struct bits b = BITS(b);
	const word next = next_member(b, at);

	if (!bits_has(b, x) || x < at)
		return true;
	return next >= at && next <= x;
}

/* What it finds has the known bits. */
THEOREM(next_member_is_member, BITS_PARAMS(b), word at)
{
	const struct bits b = BITS(b);

	if (b.value & b.mask)
		return true;
	return bits_has(b, next_member(b, at));
}
