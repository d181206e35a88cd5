/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_mount.h - the keys of rules for the mount tree
 */
#ifndef POLICYC_RULE_MOUNT_H
#define POLICYC_RULE_MOUNT_H

#include "value.h"

/* Flags of mount(2) by their names in mount(8); ends with a NULL name. */
extern const struct bvm_name rule_mount_flags[];

/* Read a key of class mounts into rule; what is wrong is reported. */
void rule_mount_read(struct parse *parse, enum key_id key,
		     const struct node *node, struct ast_rule *rule);

#endif /* POLICYC_RULE_MOUNT_H */
