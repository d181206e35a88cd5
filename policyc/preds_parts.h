/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * preds_parts.h - how the condition of a rule is put together
 *
 * Each of these adds one predicate, or nothing where the rule has no value for
 * it. After a failure they do nothing.
 */
#ifndef POLICYC_PREDS_PARTS_H
#define POLICYC_PREDS_PARTS_H

#include "preds.h"

/* A rule's condition while it is being put together. */
struct need {
	struct preds *preds;
	const struct ast_rule *rule;
	u64 bits;
	int err; /* the first failure sticks */
};

/* Shares an equal one that is there already. */
void pred_add(struct need *need, struct pred *pred);

/* The field is in one of these ranges, which may overlap; sorts them. */
void pred_add_ranges(struct need *need, enum pred_field field,
		     struct pred_range *ranges, u32 num);
void pred_add_spans(struct need *need, enum pred_field field,
		    const struct ast_ranges *from);
void pred_add_values(struct need *need, enum pred_field field,
		     const u32 *values, u32 num);
void pred_add_cidrs(struct need *need, enum pred_field field,
		    const struct ast_cidrs *in, const struct ast_cidrs *except);
void pred_add_patterns(struct need *need, enum pred_field field,
		       const struct ast_patterns *match,
		       const struct ast_patterns *unless);

/* preds_net.c: of a rule of class network */
void pred_add_families(struct need *need);
void pred_add_create_families(struct need *need);
void pred_add_socket(struct need *need); /* type and protocol */
void pred_add_own_end(struct need *need); /* all but the other end */
void pred_add_network(struct need *need); /* all */

/* preds_mount.c: of a rule of class mounts */
void pred_add_mount(struct need *need);
void pred_add_fstypes(struct need *need); /* a part of it */

#endif /* POLICYC_PREDS_PARTS_H */
