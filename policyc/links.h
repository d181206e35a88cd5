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

#include "textset.h"
#include "value.h"

void links_check(struct parse *parse, const struct ast_rule *rule);

/* The same for what `start` waits for: no exec of it would be seen. */
void links_check_start(struct parse *parse, const struct ast_patterns *start);

/*
 * Add to out what the patterns, taken as those of one deny, must have beside
 * them: for each that leads through a link, where that leads.
 */
void links_missing(struct arena *arena, const char *const *patterns, u32 num,
		   struct textset *out);

/* Where a path, or the start of a pattern without braces, leads. */
const char *links_follow(struct arena *arena, const char *path);

#endif /* POLICYC_LINKS_H */
