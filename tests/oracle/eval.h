/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eval.h - what a policy says to a request, read off the typed policy
 *
 * The reference for the compiler: no automaton, no predicates, no lists; each
 * sentence of the language is one condition here.
 */
#ifndef ORACLE_EVAL_H
#define ORACLE_EVAL_H

#include "policyc/ast.h"

/* The verdict word. path: of files and exec, NULL if the object has none. */
u32 oracle_eval(const struct ast_policy *ast, u32 class,
		const union bvm_ctx *ctx, const char *path);

#endif /* ORACLE_EVAL_H */
