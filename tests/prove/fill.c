// SPDX-License-Identifier: GPL-2.0-only
/*
 * fill.c - all ones from the highest bit of a word down
 */
#define FILL_IN_FULL
#include "theorems.h"

/* The contract in ir.py is this, word by word. */
THEOREM(fill, word w)
{
	const word filled = fill(w);

	return w <= filled && !(filled & (filled + 1)) &&
	       (!filled || w > filled >> 1);
}
