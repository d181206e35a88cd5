/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * excerpt.h - a line of a source, and carets under what is meant
 *
 *	   12 |     path: /etc
 *	      |     ^~~~
 */
#ifndef POLICYC_EXCERPT_H
#define POLICYC_EXCERPT_H

#include "ast.h"

struct buf;

/* Two lines; nothing of a span that has no place. */
void excerpt_put(struct buf *out, const struct span *span, bool color);

/* A text, but what a terminal would act on is shown as '?'. */
void excerpt_put_clean(struct buf *out, const char *text, size_t len);

#endif /* POLICYC_EXCERPT_H */
