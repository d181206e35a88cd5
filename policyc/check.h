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

/*
 * Check one rule. What `all` brought and the rule's keys say nothing about
 * is taken out of its operations; said by name it is an error.
 */
void check_rule(struct parse *parse, const struct rule_facts *facts);

/* Check what concerns several rules. mounts: the class was spoken of. */
void check_policy(struct parse *parse, bool mounts);

#endif /* POLICYC_CHECK_H */
