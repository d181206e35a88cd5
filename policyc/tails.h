/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tails.h - rows of states that wait for one byte each
 *
 * Behind the bytes that tell a literal from all others, an automaton has a
 * state for each byte left. They all do the same: go on with that byte, and
 * to the same state with any other. vm/image.h has a short form for them.
 */
#ifndef POLICYC_TAILS_H
#define POLICYC_TAILS_H

#include "buf.h"
#include "fsm.h"

struct tails {
	struct fsm rest; /* states in no tail; edges lead to numbers */
	struct buf bytes; /* as in the table */
	u32 def; /* number of the state for any other byte */
	u32 *number_of; /* per state: its number in the table */
};

/* Take the tails out of an automaton; with wanted unset there are none. */
void tails_find(struct arena *arena, const struct fsm *fsm, bool wanted,
		struct tails *out);

#endif /* POLICYC_TAILS_H */
