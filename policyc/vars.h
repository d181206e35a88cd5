/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vars.h - variables, and text with them filled in
 *
 * A variable is text or a list, made of other variables perhaps. Text with a
 * list in it becomes one text for each member. The file that includes
 * another has the last word on a variable, -D has it over all.
 */
#ifndef POLICYC_VARS_H
#define POLICYC_VARS_H

#include "buf.h"
#include "diag.h"
#include "node.h"

#define VARS_MAX_VALUES 100000 /* that variables may make of one text */
#define VARS_MAX_DEPTH 64 /* variables within variables */
#define VARS_MAX_BYTES (32u << 20) /* made by variables in one policy */

struct vars;

/* A text as it ended up. */
struct value {
	const char *text;
	struct span span; /* where it was written, or the variable used */
	bool plain; /* without quotes */
	u32 shift; /* text starts so many bytes into span */
	bool verbatim; /* text is in the source as it is here */
};

struct values {
	struct value *items;
	u32 num;
};

struct vars *vars_create(struct arena *arena, struct diag *diag);

/* Take in the `vars:` of a file. */
void vars_declare(struct vars *vars, const struct node *map);
/* Some could not be read, which was told: an unknown one is no news. */
void vars_lose(struct vars *vars);
/*
 * Take in those of an include. Two includes that differ on a variable which
 * the including file does not define are an error, told by vars_settle.
 */
void vars_inherit(struct vars *vars, const struct vars *from);
/*
 * -D name=value. container.name, container.image and unit.instance need not be
 * used; their values come from outside and may not be patterns.
 */
void vars_define(struct vars *vars, const char *define);
/*
 * For a template: those of a container that have no value get one that stands
 * for any. What is made so shows that the policy is well, and is no policy.
 */
void vars_fill_in(struct vars *vars);
/* Let what vars_fill_in gave values be the pattern "*", or not any more. */
void vars_match_any(struct vars *vars, bool on);
/*
 * Add to list, as deps.h has it, which of them the template uses; and if all
 * that are made of it would have the same name.
 */
void vars_list_at_bind(const struct vars *vars, const char *name,
		       struct buf *list);
/* Nothing will be added: report conflicts and missing values. */
void vars_settle(struct vars *vars);

/* Report what is wrong with those that nothing has used so far. */
void vars_check_unused(struct vars *vars);

/* Add what value becomes to values. False: an error was reported. */
bool vars_expand(struct vars *vars, const struct value *value,
		 struct values *values);

/*
 * Of those that are known when a container is bound, one that was used, if name
 * has the value of none. NULL: none was, or name tells containers apart.
 */
const char *vars_not_in_name(const struct vars *vars, const char *name);

#endif /* POLICYC_VARS_H */
