/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parse.h - a policy file and its includes to the typed policy of ast.h
 */
#ifndef POLICYC_PARSE_H
#define POLICYC_PARSE_H

#include "arena.h"
#include "ast.h"
#include "diag.h"

struct rootfs;

struct buf;

/* Everything is borrowed for the life of the arena. */
struct parse_options {
	const char *const *include_dirs; /* -I, searched in this order */
	u32 num_include_dirs;
	const char *const *defines; /* -D "name=value" */
	u32 num_defines;
	/* the system that it is for: a well-known link may be none there; or NULL */
	const struct rootfs *root;
	bool no_includes; /* read no file: every include is an error */
	const struct source
		*more; /* read as if the policy included it; or NULL */
	struct buf *deps; /* deps.h: takes what was read; or NULL */
	bool is_template; /* a container's values may lack: vars_fill_in */
	bool labels; /* the image names files as label.h has it */
	bool instance; /* the image is one container's: it selects no other */
};

/*
 * Read, parse and check the policy at path; "-" is the standard input.
 *
 * Includes are searched beside the file that names them, then in
 * include_dirs, then where policies are installed, then in the policies/ of
 * the checkout that policyc was built in.
 *
 * Return: the policy, in the arena; NULL if there was an error, all of which
 * are then in diag. Warnings do not make it NULL.
 */
struct ast_policy *parse_policy(struct arena *arena, struct diag *diag,
				const struct parse_options *options,
				const char *path);

/* The same for text that is in memory already; name is for messages. */
struct ast_policy *parse_text(struct arena *arena, struct diag *diag,
			      const struct parse_options *options,
			      const struct source *source);

#endif /* POLICYC_PARSE_H */
