/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate_rest.h - what an image says beside verdicts, against the policy
 *
 * Selectors and the filter of system calls are compared whole: each selector,
 * and what the filter answers for each number, its neighbours, and calls of the
 * other ABIs. RIGHTS, by which renames and links are judged: rows, against the
 * rules; and closures, which the parser of images has found to hold all that is
 * below, to hold nothing else. (That no row denies or allows what rights say must
 * or may not be so, witness.h tries for each request.)
 */
#ifndef POLICYC_VALIDATE_REST_H
#define POLICYC_VALIDATE_REST_H

#include "diag.h"
#include "lowering.h"
#include "vm/image.h"

/* Return: 0; -EINVAL: they differ, reported. */
int __must_check validate_rest(struct arena *arena, struct diag *diag,
			       const struct ast_policy *ast,
			       const struct lowered *lowered,
			       const struct bvm_image *img);

#endif /* POLICYC_VALIDATE_REST_H */
