/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * value.h - text typed by the key it stands behind, never by YAML
 *
 * Each reader reports what is wrong and returns false; the caller goes on
 * with the next key, so that one run tells everything.
 */
#ifndef POLICYC_VALUE_H
#define POLICYC_VALUE_H

#include "diag.h"
#include "keys.h"
#include "node.h"
#include "vars.h"

struct rootfs;

#define VALUE_MAX_LINE 256 /* bytes of a message: it is in every record */

/* What the readers of one run share. */
struct parse {
	struct arena *arena;
	struct diag *diag;
	struct vars *vars;
	struct ast_policy *policy;
	const struct source *main; /* the policy itself */
	const struct rootfs *root; /* of parse_options */
};

/* Text and lists of text, variables expanded: at least one. */
bool value_list(struct parse *parse, enum key_id key, const struct node *node,
		struct values *values);
/* Exactly one. */
bool value_text(struct parse *parse, enum key_id key, const struct node *node,
		struct value *value);

/* Text for people: one line, VALUE_MAX_LINE at most; *line is kept if not. */
bool value_line(struct parse *parse, enum key_id key, const struct node *node,
		const char **line);

bool value_boolean(struct parse *parse, enum key_id key,
		   const struct node *node, bool *result);
/* Numbers and ranges up to max. */
bool value_ranges(struct parse *parse, enum key_id key, const struct node *node,
		  u64 max, struct ast_ranges *ranges);
bool value_patterns(struct parse *parse, enum key_id key,
		    const struct node *node, struct ast_patterns *patterns);
/* Patterns of texts that are no paths. */
bool value_text_patterns(struct parse *parse, enum key_id key,
			 const struct node *node,
			 struct ast_patterns *patterns);
bool value_cidrs(struct parse *parse, enum key_id key, const struct node *node,
		 struct ast_cidrs *cidrs);

/* Number of a word of names.def; -1 and an error with the nearest if none. */
long value_name(struct parse *parse, const struct bvm_name *names,
		const char *what, const struct value *value);

bool value_add_pattern(struct parse *parse, const struct value *value,
		       struct ast_patterns *patterns);

/* `key` takes something else than this node. Always false. */
bool value_wrong_kind(struct parse *parse, enum key_id key,
		      const struct node *node);

#endif /* POLICYC_VALUE_H */
