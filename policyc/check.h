/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - does what was written make sense together?
 */
#ifndef POLICYC_CHECK_H
#define POLICYC_CHECK_H

#include "value.h"

/* A rule and what the typed form does not keep. */
struct rule_facts {
	struct ast_rule *rule;
	const struct node *node; /* a mapping */
	u64 named; /* operations said one by one or by group */
	u64 spelled; /* operations said one by one */
	bool all; /* ... and by `all` */
};

/* Is one of the rule's keys misspelt, and most like that one? */
static inline bool rule_key_is_meant(const struct rule_facts *facts,
				     const char *name)
{
	return key_is_meant((enum key_parent)facts->rule->class, facts->node,
			    name);
}

/*
 * Check one rule. What `all` brought and the rule's keys say nothing about
 * is taken out of its operations; said by name it is an error.
 */
void check_rule(struct parse *parse, const struct rule_facts *facts);

/*
 * Check what concerns several rules, of the policy whose file has the mapping
 * root. mounts: the class was spoken of.
 */
void check_policy(struct parse *parse, const struct node *root, bool mounts);

#endif /* POLICYC_CHECK_H */
