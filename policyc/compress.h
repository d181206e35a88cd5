/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compress.h - an automaton as a DFA table of an image
 *
 * Row displacement: the edges of all states share one row of cells, each
 * state's at an offset where they fall on free cells (vm/image.h). Most
 * states have one edge, so nearly every cell is used.
 */
#ifndef POLICYC_COMPRESS_H
#define POLICYC_COMPRESS_H

#include "buf.h"
#include "fsm.h"

/*
 * Append the table, its struct bvm_table_header first; `accept` of a state
 * becomes its row.
 *
 * Return: 0; -E2BIG past BVM_MAX_DFA_STATES or BVM_MAX_DFA_CELLS.
 */
int __must_check compress_put(struct buf *buf, const struct fsm *fsm);
/* The same as an ARGV table. */
int __must_check compress_put_argv(struct buf *buf, const struct fsm *fsm);

#endif /* POLICYC_COMPRESS_H */
