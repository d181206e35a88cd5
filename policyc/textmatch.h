/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * textmatch.h - the predicates on one text of a class as one automaton
 *
 * It is fed the text once. The state that it ends in has a row, and a row
 * tells which predicates hold:
 *
 *	row = match_text(dfa, handle)		argv(dfa) for PRED_ARGS
 *	preds |= rows[row]
 */
#ifndef POLICYC_TEXTMATCH_H
#define POLICYC_TEXTMATCH_H

#include "fsm.h"
#include "preds.h"

struct textmatch {
	bool asked; /* some predicate looks at the text */
	struct fsm fsm; /* minimal; accept is the row, 0 where none holds */
	struct bvm_range *rows; /* row .. row, from 1 on: the predicates */
	u32 num_rows;
};

/*
 * Make the automaton of a text field, PRED_FIRST_TEXT or after.
 * Return: 0; -E2BIG too many states; -EINVAL a bad pattern; both reported.
 */
int __must_check textmatch_build(const struct preds *preds,
				 enum pred_field field, struct textmatch *out);

#endif /* POLICYC_TEXTMATCH_H */
