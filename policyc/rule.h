/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule.h - the rules of a class
 */
#ifndef POLICYC_RULE_H
#define POLICYC_RULE_H

#include "value.h"

/* Add the rules in node, the value of a class's key, to the policy. */
void rule_read_class(struct parse *parse, enum key_id key, u32 class,
		     const struct node *node);

/* Class number of a word that a person wrote, reported if there is none. */
u32 rule_class_by_name(struct parse *parse, const char *name,
		       const struct span *span);

#endif /* POLICYC_RULE_H */
