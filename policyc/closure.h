/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * closure.h - the rights of a name and of all names that begin with it
 */
#ifndef POLICYC_CLOSURE_H
#define POLICYC_CLOSURE_H

#include "fsm.h"
#include "vm/image.h"

struct closures {
	struct bvm_rights *items; /* distinct */
	u32 num;
	u32 *of; /* per state: index of items */
};

/*
 * For each state: `may` of any state that bytes lead to from it, itself
 * included, and `must` of all of them. rows are the rights of accept rows.
 */
void closure_find(struct arena *arena, const struct fsm *fsm,
		  const struct bvm_rights *rows, struct closures *out);

#endif /* POLICYC_CLOSURE_H */
