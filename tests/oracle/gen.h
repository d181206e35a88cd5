/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen.h - random policies, and requests that nearly match them
 */
#ifndef ORACLE_GEN_H
#define ORACLE_GEN_H

#include "policyc/arena.h"
#include "tests/oracle/eval.h"

/* A random sequence; the seed says which. Never 0. */
struct gen {
	struct arena *arena;
	u64 state;
};

/* Seeds that lie far from each other. */
static inline u64 gen_seed(u32 i)
{
	return 0x9e3779b97f4a7c15ull * (i + 1);
}

/* A number below limit, which is not 0. */
u32 gen_below(struct gen *gen, u32 limit);

/* A glob that pattern_check accepts. */
const char *gen_pattern(struct gen *gen);
/* A path; most are made from a pattern, and some of these are then spoiled. */
const char *gen_path(struct gen *gen, const char *pattern);

struct ast_policy *gen_policy(struct gen *gen);

/* A request of a class. */
void gen_request(struct gen *gen, const struct ast_policy *ast, u32 class,
		 struct oracle_request *request);

#endif /* ORACLE_GEN_H */
