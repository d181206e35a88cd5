/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eval.h - what a policy says to a request, read off the typed policy
 *
 * policyc/reference.c with patterns that are tried by backtracking.
 */
#ifndef ORACLE_EVAL_H
#define ORACLE_EVAL_H

#include "policyc/ast.h"
#include "vm/exec.h"

struct oracle_request {
	u32 class;
	union bvm_ctx ctx; /* handles are not looked at */
	/* what STR and TEXT fields name, by handle - 1; NULL: nothing */
	const char *strings[BVM_RUN_STRINGS];
	const char *argv; /* exec: as in struct bvm_run */
	u32 argv_len;
};

/* The verdict word. */
u32 oracle_eval(const struct ast_policy *ast,
		const struct oracle_request *request);

#endif /* ORACLE_EVAL_H */
