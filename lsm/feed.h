/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * feed.h - names through automata, quickly
 *
 * The same as bvm_dfa_step() byte by byte, which is what KUnit compares it
 * with.
 */
#ifndef BAILIFF_FEED_H
#define BAILIFF_FEED_H

#include <linux/bitmap.h>

#include "vm/table.h"

/*
 * The state after the bytes of name up to its NUL, which there must be. Others
 * may write the name meanwhile: the result is then some state.
 */
u32 bailiff_feed(const struct bvm_table *dfa, u32 state, const char *name);

/*
 * Bit s: whatever bytes follow, state s of dfa stays what it is. Most names end
 * in such a state: below a pattern that ends in **, or where no pattern leads.
 * Owned by the caller, who frees it by kvfree(); NULL: no memory. Sleeps.
 */
unsigned long *bailiff_feed_find_final(const struct bvm_table *dfa);

/* final may be NULL: then nothing is known. */
static inline bool bailiff_feed_is_final(const struct bvm_table *dfa,
					 const unsigned long *final, u32 state)
{
	return final && state < dfa->count && test_bit(state, final);
}

#endif /* BAILIFF_FEED_H */
