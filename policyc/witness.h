/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness.h - does the image decide what the rules say?
 *
 * validate_rules.h proves what the automata say. What is behind them (keys,
 * lists, conditions, addresses, the programs) is tried on witnesses: requests
 * made from the rules, for each operation and each row of paths
 *
 *	- one that nothing is special about,
 *	- for each rule that is about it one that meets all its conditions,
 *	- and what differs from these in one field, or in several at random:
 *	  values on both sides of each border that a rule draws, a text of each
 *	  row.
 *
 * The programs of the finished image decide them, in the interpreter, and
 * reference.h must say the same.
 */
#ifndef POLICYC_WITNESS_H
#define POLICYC_WITNESS_H

#include "diag.h"
#include "lowering.h"
#include "program.h"

/*
 * What it may cost, for each class: looks at rules, ranges and prefixes. And
 * how many requests that differ from others there are at most; of more, some are
 * taken, evenly.
 */
#define WITNESS_MAX_LOOKS (8u << 20)
#define WITNESS_MAX_NEAR 2000

struct witness {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	const struct lowered *lowered; /* what validate_rules.h has proved */
	const struct bvm_image *img;
	const struct program_tables *tables; /* per class */
	/* out: */
	u64 num; /* requests that were tried */
};

/* Return: 0; -EINVAL: they differ, reported. */
int __must_check witness_try(struct witness *witness);

#ifdef BVM_TEST_BUILD
/* Called first, with the image: what it spoils must be seen. NULL: nothing. */
extern void (*witness_spoil)(const struct bvm_image *img);
#endif

#endif /* POLICYC_WITNESS_H */
