/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lint.h - rules that do nothing, and rules that do too much
 *
 * Exact: a rule is said to be covered by another only if that is so for all
 * requests (space.h), however the two are written.
 */
#ifndef POLICYC_LINT_H
#define POLICYC_LINT_H

#include "ast.h"
#include "diag.h"

#define LINT_MAX_RULES 64 /* of a class; past it, rules are not compared */

/*
 * Bytes of images of nearly the whole policy that may be compiled, 4 MB, else in
 * tests; what would take more is said to be not compared.
 */
extern size_t lint_max_whole;
/* Of one comparison, 20,000, else in tests: past it that is said, too. */
extern u32 lint_max_pairs;

/*
 * Report what is odd about the rules that the policy's own file has; those of
 * includes are only compared with. img is the policy's.
 */
void lint_policy(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, const struct bvm_image *img);

/* The part about paths: lint_paths.c */
void lint_paths(struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, const struct bvm_image *img);

#endif /* POLICYC_LINT_H */
