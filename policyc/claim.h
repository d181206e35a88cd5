/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim.h - `never` and `always`: proved over all inputs, by the shipped VM
 *
 *	never: [manage /etc/shadow, "connect any:22"]
 *
 * A claim is a request (request.h) that stands for a set: what it does not give
 * is free, a path may be a glob, an address a prefix, a port a range. `never`
 * says that all of the set is denied, `always` that all of it is allowed, where
 * the image is asked, whatever its mode. See space.h for what "all" is.
 */
#ifndef POLICYC_CLAIM_H
#define POLICYC_CLAIM_H

#include "ast.h"
#include "diag.h"
#include "space.h"

/*
 * Prove each claim of a policy on its image. One that fails is reported with a
 * shortest request that shows it, and the rules to blame. Return: how many
 * failed.
 */
u32 claim_policy(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, const struct bvm_image *img);

/*
 * Read the set that a claim is about; class, ops and set of query are filled.
 * Return: 0; -EINVAL with *err filled.
 */
int __must_check claim_parse(struct arena *arena, const char *text,
			     struct space_query *query,
			     struct request_error *err);

/*
 * Report the requests of tests and claims that say nothing anybody could be
 * asked: of a policy that cannot be compiled, which is told in the same run.
 */
void claim_check_requests(struct arena *arena, struct diag *diag,
			  const struct ast_policy *ast);

#endif /* POLICYC_CLAIM_H */
