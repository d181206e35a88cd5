/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * differ.h - where two decision lists differ, without trying all requests
 *
 * Conditions belong to parts of a request that do not depend on each other
 * (space.h). One part after the other takes each of its settings; what is left
 * of a list then is without the entries that it rules out, and ends at the
 * first one that needs nothing more. Pairs of what is left are met once each,
 * and where both deny the same nobody looks further:
 *
 *	A: deny 1 (uid 7, exe x), allow 2	uid 7		A: deny 1 (exe x), allow 2
 *	B: deny 1 (uid 8, exe x), allow 2	------->	B: allow 2
 *					uid 8, others ...	the same: no need to ask
 *
 * So what is looked at grows with what differs, not with the product of all
 * conditions, and each pair of verdicts that some request gets is met.
 *
 * What one list denies, or allows, is where it differs from a list that allows, or
 * denies, everything: so claims are proved.
 */
#ifndef POLICYC_DIFFER_H
#define POLICYC_DIFFER_H

#include "arena.h"
#include "vm/image.h"

#define DIFFER_MAX_PARTS 20

struct differ_part {
	u64 mask[2]; /* predicates of either image that the part decides */
	const u64 (*preds)[2]; /* per setting: those of them that hold */
	u32 num;
};

struct differ_list {
	const struct bvm_decision *entries;
	u32 num;
	u64 known; /* predicates that hold, of those that no part decides */
	bool never_denies; /* the class is in audit mode */
};

struct differ {
	struct arena *arena;
	struct differ_list lists[2];
	struct differ_part parts[DIFFER_MAX_PARTS];
	u32 num_parts;
	u32 max_pairs;
	/* A setting of each part, for which they differ; false: stop. */
	bool (*visit)(void *arg, const u32 *settings);
	void *arg;
};

/* Return: 0; -E2BIG: there are more pairs than max_pairs. */
int __must_check differ_find(const struct differ *differ);

#endif /* POLICYC_DIFFER_H */
