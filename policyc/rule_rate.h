/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_rate.h - the key `rate` of rules: "N/s", "N/s burst M"
 */
#ifndef POLICYC_RULE_RATE_H
#define POLICYC_RULE_RATE_H

#include "value.h"

/* What is wrong is reported. */
void rule_rate_read(struct parse *parse, const struct node *node,
		    struct ast_rate *rate);

#endif /* POLICYC_RULE_RATE_H */
