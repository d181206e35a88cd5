/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_out.h - what an import makes: a policy, and a list of what it lacks
 *
 * Every reader of another system's policies writes through this. A rule is
 * begun with import_out_rule, which notes the line it comes from, and then
 * given its keys; rules of one class stay in the order they came in.
 */
#ifndef POLICYC_IMPORT_OUT_H
#define POLICYC_IMPORT_OUT_H

#include "buf.h"
#include "diag.h"
#include "source.h"

#define IMPORT_MAX_RULES 20000 /* a policy that nobody could read anyway */

/*
 * Different conditions of a class that sources make up, such as addresses. A
 * class has 64 at most, and what has few values, such as types, takes the rest.
 */
#define IMPORT_MAX_ADDRESSES 32
#define IMPORT_MAX_MOUNTS 60 /* each rule may have three */
#define IMPORT_MAX_SIGNALS 48

/* Texts that only grow. */
struct import_list {
	const char **items;
	u32 num;
};

/* A line that has no equal, or only in part. */
struct import_left {
	struct span from;
	const char *text; /* of the line, shortened */
	const char *why;
};

struct import {
	struct arena *arena;
	struct diag *diag;
	const char *const *dirs; /* -I: where includes are */
	u32 num_dirs;
	bool no_includes; /* read no file: every include is an error */
	const char *profile; /* --profile: which of several; or NULL */

	const char *name; /* of the policy, or NULL: none was found yet */
	bool audit; /* mode: audit */
	struct buf head; /* comments for the start of the policy */
	struct buf top; /* keys of the top level */
	struct buf rules[BVM_NUM_CLASSES];
	struct buf syscalls; /* the whole section, or nothing */
	u32 num_rules;
	struct import_list conditions[BVM_NUM_CLASSES];
	struct import_left *left;
	u32 num_left;
};

void import_out_init(struct import *im, struct arena *arena, struct diag *diag);

void import_list_add(struct arena *arena, struct import_list *list,
		     const char *text);
bool import_list_has(const struct import_list *list, const char *text);

/* Note that a line, or the part of it that `why` names, is left out. */
void __printf(3, 4) import_out_left(struct import *im, const struct span *from,
				    const char *fmt, ...);

/* Report an error of syntax at a place. */
void __printf(3, 4) import_out_error(struct import *im, const struct span *at,
				     const char *fmt, ...);

/* Name the policy, in the characters that a name may have. */
void import_out_name(struct import *im, const char *name);

/* The same after a file, without its directories and an end that it may have. */
void import_out_name_file(struct import *im, const struct source *source,
			  const char *end);

/*
 * Count a condition of a class, where equal texts are one. Return: false if
 * there are max already; the rule then goes without it, or is left out.
 */
bool import_out_condition(struct import *im, u32 class, const char *text,
			  u32 max);

/* Begin a rule: kind is allow, deny or audit; what is a YAML value. */
void import_out_rule(struct import *im, u32 class, const struct span *from,
		     const char *kind, const char *what);
/* Keys of the rule begun last: one value as it is, or texts to be quoted. */
void import_out_key(struct import *im, u32 class, const char *key,
		    const char *value);
void import_out_texts(struct import *im, u32 class, const char *key,
		      const struct import_list *texts);

/*
 * Add to the paths of a deny what lies behind well-known links in them, and
 * note what was added.
 */
void import_out_follow(struct import *im, const struct span *from,
		       struct import_list *paths);

/* Words as a YAML list: "[a, b]". */
const char *import_out_words(struct arena *arena,
			     const struct import_list *words);

/* "file:line: text of it", without what a comment cannot have. */
const char *import_out_line(struct arena *arena, const struct span *from);

/* The whole policy, and the list of what it lacks as comments. */
const char *import_out_policy(struct import *im);

#endif /* POLICYC_IMPORT_OUT_H */
