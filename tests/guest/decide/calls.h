/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * calls.h - real system calls by a task under a random policy
 */
#ifndef TESTS_GUEST_CALLS_H
#define TESTS_GUEST_CALLS_H

#include "policyc/ast.h"
#include "tests/oracle/gen.h"

/* What came of the calls under one policy. */
struct calls_tally {
	u32 num, denied, different;
	u32 of_class[BVM_NUM_CLASSES];
	char first[256]; /* difference */
};

/* Leave out what a call cannot be held against: kills, and rates. */
void calls_settle(struct ast_policy *ast);

/*
 * Enter the loaded policy of that name in a process of its own and make num
 * system calls there; each must end as the rules say of what it asks.
 */
void calls_try(struct gen *gen, const struct ast_policy *ast, u32 num,
	       struct calls_tally *tally);

#endif /* TESTS_GUEST_CALLS_H */
