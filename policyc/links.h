/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * links.h - patterns that go through well-known symbolic links
 *
 * Rules see a path after its links were followed, so a pattern below /bin
 * never matches where /bin is a link to usr/bin. In a deny that is a hole
 * and an error, elsewhere a warning; both go away when the same rule has the
 * target too.
 */
#ifndef POLICYC_LINKS_H
#define POLICYC_LINKS_H

#include "value.h"

void links_check(struct parse *parse, const struct ast_rule *rule);

#endif /* POLICYC_LINKS_H */
