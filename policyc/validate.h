/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate.h - is the automaton of an image what the globs say?
 *
 * The table, as the kernel will read it, is walked side by side with the
 * globs (reader.h), over all texts at once: a pair of a state and a set of
 * places stands for all texts that lead to both. Where every pair that can be
 * reached accepts alike, the table is right for every text there is.
 */
#ifndef POLICYC_VALIDATE_H
#define POLICYC_VALIDATE_H

#include "reader.h"
#include "vm/image.h"

struct validate {
	const struct bvm_table *table; /* DFA or ARGV */
	struct reader *reader; /* reader_begin was called */
	/* Does a row mean that just these patterns match? */
	bool (*agrees)(void *arg, u32 row, const u32 *patterns, u32 num);
	void *arg;
	u32 max_pairs; /* 0: VALIDATE_MAX_PAIRS */
	size_t max_cost; /* 0: VALIDATE_MAX_COST */
	/* out: */
	u32 num_pairs;
	const char *text; /* on -EINVAL, a shortest text they differ on ... */
	u32 len; /* ... and its bytes, any of which may be NUL for ARGV */
};

/*
 * Return: 0: they are equal; -EINVAL: not; -E2BIG: the walk would take over
 * max_pairs pairs or max_cost places.
 */
#define VALIDATE_MAX_PAIRS (8u << 20)
#define VALIDATE_MAX_COST ((size_t)256 << 20)
int __must_check validate_dfa(struct arena *arena, struct validate *v);

#endif /* POLICYC_VALIDATE_H */
