/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reference.h - what a policy says to a request, read off the typed policy
 *
 * The reference for the compiler: no automaton, no predicates, no lists; each
 * sentence of the language is one condition here. Whether patterns match is the
 * caller's business: tests try them by backtracking, witness.c knows it.
 */
#ifndef POLICYC_REFERENCE_H
#define POLICYC_REFERENCE_H

#include "ast.h"

/* The patterns of a rule that a string of the request is held against. */
enum reference_of {
	REFERENCE_PATHS,
	REFERENCE_EXCEPT,
	REFERENCE_SOURCES,
	REFERENCE_EXE,
	REFERENCE_NAMES,
	REFERENCE_NAMES_EXCEPT,
	REFERENCE_FSTYPES,
	REFERENCE_PEERS,
	REFERENCE_ARGS,
	REFERENCE_NUM,
};

struct reference {
	const struct ast_policy *ast;
	bool has_names; /* some rule has a path, a source or an exception */
	bool freezes_mounts; /* ... one of the first two */
};

struct reference_request {
	u32 class;
	const union bvm_ctx *ctx; /* handles are not looked at */
	const char *fstype; /* mounts; NULL: it is not known */
	/* Does one of these patterns match? Of none and of no string: no. */
	bool (*says)(void *arg, const struct ast_rule *rule,
		     enum reference_of of);
	void *arg;
	const u32 *rules; /* indexes, ascending, of all that can match ... */
	u32 num_rules; /* ... or NULL: every rule is tried */
};

void reference_init(struct reference *ref, const struct ast_policy *ast);

/* The verdict word; buckets are full. */
u32 reference_judge(const struct reference *ref,
		    const struct reference_request *rq);

#endif /* POLICYC_REFERENCE_H */
