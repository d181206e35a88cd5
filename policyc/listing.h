/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * listing.h - a policy written out: no include, no variable, no group left
 *
 * The text is a policy again, with the same meaning.
 */
#ifndef POLICYC_LISTING_H
#define POLICYC_LISTING_H

#include "ast.h"
#include "buf.h"

/* A key of a rule and its values, as a policy would have them. */
struct listing_key {
	bool when; /* of `when:` */
	bool lists; /* each value is a list, already written */
	const char *name;
	const char **values; /* none is quoted yet, unless `lists` */
	u32 num;
};

struct listing_keys {
	struct listing_key *items; /* allow, deny or audit first */
	u32 num;
};

/* All keys that a rule has. */
struct listing_keys listing_keys(struct arena *arena,
				 const struct ast_rule *rule);

/*
 * The whole policy, by class, in deciding order: denies, allows, audits. With
 * places each rule has its number, its line, and the operations that the names
 * of groups stand for, in comments.
 */
void listing_policy(struct buf *buf, const struct ast_policy *policy,
		    bool places);

/* What `syscalls` says, each call by its name; nothing without a filter. */
void listing_syscalls(struct buf *buf, const struct ast_policy *policy,
		      bool places);
void listing_json_syscalls(struct buf *buf, const struct ast_policy *policy);

/* policyc show's other form: an object with an array of rules by class. */
void listing_json(struct buf *buf, const struct ast_policy *policy);

#endif /* POLICYC_LISTING_H */
