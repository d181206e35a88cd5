/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learn_moves.h - what a rename or link needs beside its own operation
 *
 * A name may not be given to an object that may be used in more ways under it:
 * the kernel denies that as widening. So the old name has to have all rights of
 * the new one, whether they were recorded or not.
 */
#ifndef POLICYC_LEARN_MOVES_H
#define POLICYC_LEARN_MOVES_H

#include "events.h"

/* Events that nobody recorded: line.renamed says for which rename. */
struct learn_moves {
	struct arena *arena;
	const struct event **items;
	u32 num;
};

/*
 * Add events for the old name of a move: what it lacks, BVM_RIGHT_* in `extra`.
 * Return: true; false: those that there can be are there, and do not help.
 */
bool learn_moves_add(struct learn_moves *moves, const struct logline *move,
		     u64 extra);

/* Was something recorded below one of the names, so that it is a directory? */
bool learn_moves_is_tree(const struct event *const *events, u32 num,
			 const struct logline *move);

#endif /* POLICYC_LEARN_MOVES_H */
