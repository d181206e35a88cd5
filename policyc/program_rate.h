/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program_rate.h - the end of a program whose rules have buckets
 */
#ifndef POLICYC_PROGRAM_RATE_H
#define POLICYC_PROGRAM_RATE_H

#include "program.h"

/* What the program saved, and where. */
struct program_saved {
	u32 ctx, preds, list; /* registers r6 to r9 */
	u32 spare; /* one more, for the verdict */
};

/*
 * Rules of the class with a rate, with the predicate each has in `preds`, as a
 * RANGE from rule numbers to keys: ascending. first: bucket of each rule of the
 * policy (index), U32_MAX if it has none.
 */
u32 program_rate_rules(const struct preds *preds, const u32 *buckets,
		       struct bvm_range **ranges);

/* Does a rule of the class have a rate? */
bool program_has_rates(const struct preds *preds);

/* Decide, take tokens, and exit. */
void program_rate_emit(struct emit *e, const struct preds *preds,
		       const struct program_tables *tables,
		       const struct program_saved *saved);

#endif /* POLICYC_PROGRAM_RATE_H */
