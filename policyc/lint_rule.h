/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lint_rule.h - what lint asks of a rule by itself, for lint.c alone
 */
#ifndef POLICYC_LINT_RULE_H
#define POLICYC_LINT_RULE_H

#include "ast.h"

/* What a denial brings along is a reason to have it. */
bool lint_rule_is_special(const struct ast_rule *rule);

/*
 * Does the other rule, without this one, record a denial as this one does? A
 * denial is of the first rule that matches, and so is the rate of its records.
 */
bool lint_rule_records_as(const struct ast_rule *rule,
			  const struct ast_rule *other);

/* There was a warning of it. */
bool lint_rule_is_unjudged(const struct ast_rule *rule);

/* An allow with a rate may be exhausted, and an audit decides nothing. */
bool lint_rule_covers_nothing(const struct ast_rule *rule);

#endif /* POLICYC_LINT_RULE_H */
