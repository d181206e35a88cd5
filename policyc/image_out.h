/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image_out.h - a typed policy as an image
 */
#ifndef POLICYC_IMAGE_OUT_H
#define POLICYC_IMAGE_OUT_H

#include "arena.h"
#include "ast.h"
#include "buf.h"
#include "diag.h"

/*
 * Append the image of a policy to out, which must be empty. The same policy
 * always gives the same bytes. What is written has passed bvm_image_parse and
 * bvm_image_verify with the kernel's limits, and its automata have been proved
 * to say what the rules do (validate_rules.h).
 *
 * Return: 0; -EINVAL, -E2BIG: reported in diag, out is then of no use.
 */
int __must_check image_build(struct arena *arena, struct diag *diag,
			     const struct ast_policy *ast, struct buf *out);

/*
 * Parse and verify an image as the kernel does. bytes are borrowed, and must
 * be aligned to 8. Return: as bvm_image_parse and bvm_image_verify.
 */
int __must_check image_load(struct arena *arena, const void *bytes, size_t len,
			    struct bvm_image *img, struct bvm_error *err);

#endif /* POLICYC_IMAGE_OUT_H */
