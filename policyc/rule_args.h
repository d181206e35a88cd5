/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_args.h - the key `args` of exec rules
 */
#ifndef POLICYC_RULE_ARGS_H
#define POLICYC_RULE_ARGS_H

#include "value.h"

/* Add the command lines in node to the rule; what is wrong is reported. */
void rule_args_read(struct parse *parse, const struct node *node,
		    struct ast_rule *rule);

#endif /* POLICYC_RULE_ARGS_H */
