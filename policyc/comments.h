/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * comments.h - the comments of a YAML text, which its tree does not have
 */
#ifndef POLICYC_COMMENTS_H
#define POLICYC_COMMENTS_H

#include "node.h"
#include "source.h"

struct comment {
	const char *text; /* from its '#', without what ends the line */
	size_t off; /* of the '#' */
	u32 line;
	u32 col; /* from 1, in bytes */
	bool alone; /* nothing but blanks before it in its line */
	bool blank; /* alone, and the line before is empty */
};

struct comments {
	struct comment *items; /* as they come in the text */
	u32 num;
};

/* All comments of source, whose tree is root. */
struct comments comments_find(struct arena *arena, const struct source *source,
			      const struct node *root);

/* Where a span begins and ends in the text. */
size_t comments_start(const struct span *span);
size_t comments_end(const struct span *span);

/* Is the line before this one empty? */
bool comments_blank_before(const struct source *source, u32 line);

/* A text in several lines, after '|' or '>'. */
bool comments_is_block_text(const struct node *node);

#endif /* POLICYC_COMMENTS_H */
