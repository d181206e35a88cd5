/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - a policy as everybody writes it
 *
 * Two blanks a level, one way of quoting, `allow`, `deny` or `audit` first in
 * a rule. What is in brackets stays so while it fits into a line, rules aside.
 * Comments stay where they belong, and several empty lines become one. Nothing
 * else changes its place: the order of rules numbers them.
 */
#ifndef POLICYC_FORMAT_H
#define POLICYC_FORMAT_H

#include "buf.h"
#include "parse.h"

#define FORMAT_WIDTH 80

/*
 * Format source into out. Return: 0; -EINVAL, reported, if it is no YAML or no
 * policy or include, or if format_check finds a difference.
 */
int __must_check format_source(struct arena *arena, struct diag *diag,
			       const struct parse_options *options,
			       const struct source *source, struct buf *out);

/*
 * Do two texts say the same? Their trees are compared, and their comments; if
 * the first is a whole policy, what is made of both is compared too. Return:
 * 0; -EINVAL, reported at the first difference.
 */
int __must_check format_check(struct arena *arena, struct diag *diag,
			      const struct parse_options *options,
			      const struct source *before,
			      const struct source *after);

#endif /* POLICYC_FORMAT_H */
