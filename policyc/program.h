/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - the program of one class
 *
 *	preds = bits of the predicates that hold
 *	list  = array(keys, key of the request)
 *	return decide(lists, list, preds)
 */
#ifndef POLICYC_PROGRAM_H
#define POLICYC_PROGRAM_H

#include "emit.h"
#include "preds.h"
#include "tables.h"
#include "textmatch.h"

/* A numeric field with up to this many intervals is compared, not looked up. */
#define PROGRAM_MAX_COMPARES 4

/* The tables a program uses: indexes, or PROGRAM_NO_TABLE. */
#define PROGRAM_NO_TABLE U32_MAX
struct program_tables {
	u32 dfa; /* none: no rule has a path, every row is 0 */
	u32 keys;
	u32 lists;
	u32 fields[PRED_NUM_FIELDS]; /* RANGE or LPM; of texts: of their rows */
	u32 texts[PRED_NUM_TEXTS]; /* DFA */
};

/*
 * Emit the program; texts are PRED_NUM_TEXTS, as in lowering.h. Sets e->overflow if it does not fit, which at most
 * PROGRAM_MAX_COMPARES a field cannot cause.
 */
void program_emit(struct emit *e, const struct preds *preds,
		  const struct textmatch *texts,
		  const struct program_tables *tables);

#endif /* POLICYC_PROGRAM_H */
