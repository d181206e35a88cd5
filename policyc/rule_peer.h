/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_peer.h - the key `peer`: who is at the other end
 */
#ifndef POLICYC_RULE_PEER_H
#define POLICYC_RULE_PEER_H

#include "check.h"

/*
 * The policies of another task are written as "/a/b": what stands before and
 * behind a glob for the name of one of them.
 */
#define RULE_PEER_BEFORE "/{,**/}"
#define RULE_PEER_BEHIND "{,/**}"

/* Read `peer:` of class network or tasks; key says which. */
void rule_peer_read(struct parse *parse, enum key_id key,
		    const struct node *node, struct ast_rule *rule);

/*
 * Does the rule of tasks say what an allow of ptrace-trace needs? Whoever may
 * control another task has its rights, so `all` does not bring it, and `peer`
 * must say whose.
 */
void rule_peer_check(struct parse *parse, const struct rule_facts *facts);

#endif /* POLICYC_RULE_PEER_H */
