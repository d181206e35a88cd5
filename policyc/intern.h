/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intern.h - equal rows of numbers get one number
 *
 * The subset construction interns sets of NFA nodes, lower.c sets of rules
 * and decision lists. Numbers count from 0 in the order of first appearance,
 * so the same input always gives the same numbers.
 */
#ifndef POLICYC_INTERN_H
#define POLICYC_INTERN_H

#include "arena.h"

struct intern {
	struct arena *arena;
	u32 *pool; /* all rows, one after the other */
	size_t pool_len, pool_cap;
	size_t *first; /* where row n starts; num + 1 of them */
	u32 num; /* rows */
	u32 *slots; /* hash table of row numbers + 1; 0 is free */
	u32 num_slots; /* a power of two */
};

void intern_init(struct intern *in, struct arena *arena);

/* The number of the row, which is copied if it is new. */
u32 intern_put(struct intern *in, const u32 *items, u32 num);

static inline u32 intern_len(const struct intern *in, u32 id)
{
	return in->first[id + 1] - in->first[id];
}

/* The row; valid until the next intern_put. */
static inline const u32 *intern_get(const struct intern *in, u32 id)
{
	return in->pool + in->first[id];
}

#endif /* POLICYC_INTERN_H */
