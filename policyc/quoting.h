/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quoting.h - which value on a line YAML takes for its own syntax
 *
 * Globs and addresses start with characters that mean something to YAML.
 * What libyaml says then ("did not find expected alphabetic character") helps
 * nobody, so this looks at the line again and finds the value to put quotes
 * round.
 */
#ifndef POLICYC_QUOTING_H
#define POLICYC_QUOTING_H

#include "diag.h"
#include "node.h"
#include "source.h"

struct quoting {
	struct span span; /* the value */
	char cause; /* the character that YAML took for its own */
	const char *quoted; /* the value as it should be written */
};

/*
 * Is there such a value on this line? Then *found is filled. in_list: brackets
 * that were opened on a line before are still open.
 */
bool quoting_find(struct arena *arena, const struct source *source, u32 line,
		  bool in_list, struct quoting *found);

/* text in the quotes that suit it. */
const char *quoting_add(struct arena *arena, const char *text);

/*
 * A note on a list or mapping where text was expected: on one line it is most
 * often a glob, {a,b} or [a-z]. Return: was there one to make?
 */
bool quoting_suggest(struct arena *arena, struct diag *diag,
		     const struct node *node);

#endif /* POLICYC_QUOTING_H */
