/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.h - a policy file and the files that it includes, as trees
 */
#ifndef POLICYC_LOAD_H
#define POLICYC_LOAD_H

#include "node.h"
#include "parse.h"
#include "source.h"
#include "vars.h"

#define LOAD_MAX_DEPTH 16 /* includes within includes */
#define LOAD_MAX_FILES 256 /* the policy and its includes */

struct file {
	const struct source *source;
	const char *real; /* path without links, tells files apart */
	struct node *root; /* NULL if it could not be read */
	struct vars *vars; /* its own and those of its includes */
	bool busy; /* being read: included again, it includes itself */
};

struct files {
	struct file **items; /* the policy first, no file twice */
	u32 num;
};

/* Read what source includes. Errors are in diag; items[0] always exists. */
struct files load_files(struct arena *arena, struct diag *diag,
			const struct parse_options *options,
			const struct source *source);

/* Does it look like a policy or an include, and not like another program's? */
bool load_is_policy(const struct node *root);

/* source_read with the error reported at span, which may be NULL. */
const struct source *load_source(struct arena *arena, struct diag *diag,
				 const char *path, const struct span *span);

#endif /* POLICYC_LOAD_H */
