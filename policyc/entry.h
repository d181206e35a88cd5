/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.h - the tree of a policy with its comments where they belong
 *
 *	# of files: `lead`		an entry is a pair of a mapping or an
 *	files:  # `trail`		item of a list
 *	  - allow: read
 *	    # of paths: `lead`
 *	    paths: /x
 *	  # of no item: `tail` of files
 */
#ifndef POLICYC_ENTRY_H
#define POLICYC_ENTRY_H

#include "comments.h"

struct entry {
	const struct node *key; /* NULL: an item of a list, or the root */
	const struct node *value;
	struct entry *parent; /* NULL: the root */
	struct entry *children; /* of a list or a mapping */
	u32 num;
	size_t start,
		end; /* in the text; of a block, where its last text ends */
	u32 col; /* of the key or the dash; 0: in brackets */
	bool brackets; /* the value is written in brackets */
	bool blank; /* an empty line before, behind the comments of lead */
	struct comments lead; /* in lines of their own before it */
	struct comments tail; /* ... behind its last child */
	const char *trail; /* at the end of its line; or NULL */
};

/* The whole text as the root's entry. */
struct entry *entry_create(struct arena *arena, const struct source *source,
			   const struct node *root,
			   const struct comments *comments);

/* Is there a comment in it, or in what is below it? */
bool entry_has_comments(const struct entry *entry);

#endif /* POLICYC_ENTRY_H */
