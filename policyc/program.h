/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - the program of one class
 *
 *	preds = bits of the predicates that hold, those of buckets included
 *	list  = array(keys, key of the request)
 *	return decide(lists, list, preds)
 *
 * How keys are laid out, and that they may be verdicts: keytable.h.
 *
 * If rules have a rate, the token is taken when the rule has decided. Without
 * one its predicate is taken away, and it is decided again (program_rate.h).
 */
#ifndef POLICYC_PROGRAM_H
#define POLICYC_PROGRAM_H

#include "emit.h"
#include "preds.h"
#include "tables.h"
#include "textmatch.h"

/* A numeric field with up to this many intervals is compared, not looked up. */
#define PROGRAM_MAX_COMPARES 4

/* The register that has the predicates when the key is looked up. */
#define PROGRAM_REG_PREDS 7

/* The tables a program uses: indexes, or PROGRAM_NO_TABLE. */
#define PROGRAM_NO_TABLE U32_MAX
struct program_tables {
	u32 dfa; /* none: no rule has a path, every row is 0 */
	u32 keys;
	u32 columns; /* none: keys are rows; keytable.h */
	bool verdicts; /* keys may be such, and not lists */
	u32 memfd_key; /* exec: of programs without a path; 0: as row 0 */
	u32 lists;
	u32 fields[PRED_NUM_FIELDS]; /* RANGE or LPM; of texts: of their rows */
	u32 texts[PRED_NUM_TEXTS]; /* DFA */
	const u32 *buckets; /* per rule (index): its number in rates, U32_MAX */
	u32 rates; /* RATES of all classes */
	u32 rate_rules; /* RANGE: program_rate_key of a rule's number */
};

/*
 * Emit the program; texts are PRED_NUM_TEXTS, as in lowering.h. Sets e->overflow if it does not fit, which at most
 * PROGRAM_MAX_COMPARES a field cannot cause.
 */
void program_emit(struct emit *e, const struct preds *preds,
		  const struct textmatch *texts,
		  const struct program_tables *tables);

#endif /* POLICYC_PROGRAM_H */
