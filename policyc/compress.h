/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compress.h - an automaton as a DFA table of an image
 *
 * Row displacement: the edges of all states share one row of cells, each
 * state's at an offset where they fall on free cells (vm/image.h). Most
 * states have one edge, so nearly every cell is used. Rows of states that only
 * wait for the next byte of a literal become tails: a byte for each.
 */
#ifndef POLICYC_COMPRESS_H
#define POLICYC_COMPRESS_H

#include "buf.h"
#include "fsm.h"

struct compress {
	u32 kind; /* BVM_TABLE_DFA or BVM_TABLE_ARGV */
	bool no_tails; /* a state for each byte: to compare with */
	/* out: */
	u32 count; /* states that are in no tail */
	u32 *number_of; /* per state of the fsm: its number in the table */
};

/*
 * Append the table, its struct bvm_table_header first; `accept` of a state
 * becomes its row. States in no tail keep their order. number_of lives in the
 * arena of buf.
 *
 * Return: 0; -E2BIG past BVM_MAX_DFA_STATES, BVM_MAX_DFA_CELLS or
 * BVM_MAX_DFA_TAILS.
 */
int __must_check compress_put(struct buf *buf, const struct fsm *fsm,
			      struct compress *how);

#endif /* POLICYC_COMPRESS_H */
