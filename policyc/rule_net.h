/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_net.h - keys of network rules: who connects or sends, and unix sockets
 */
#ifndef POLICYC_RULE_NET_H
#define POLICYC_RULE_NET_H

#include "check.h"

/* `unix`: paths into paths, names with an @ into names. Mixed: reported. */
void rule_net_read_unix(struct parse *parse, enum key_id key,
			const struct node *node, struct ast_rule *rule);

/* `except` beside `unix`: the same, into except and names_except. */
void rule_net_read_except(struct parse *parse, enum key_id key,
			  const struct node *node, struct ast_rule *rule);

/*
 * What no hook can judge: `when` and `kill` where the subject is a socket, and
 * packets of what has none. Takes accept and receive out of a rule that got
 * them by a group only; reports those that it names.
 */
void rule_net_check(struct parse *parse, const struct rule_facts *facts);

#endif /* POLICYC_RULE_NET_H */
