/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lists.h - the rules that may decide one operation, as a decision list
 *
 * Denies by number, allows by number, the class's default. What language.md
 * says of several matching denies (kill if any says so, quiet if all do) and
 * of audit rules becomes entries of their own, before the plain one:
 *
 *	deny 3 quiet (need A), deny 5 (need B), audit 7 (need C), allow 8:
 *
 *	A|B  deny 3		C    allow 8, record
 *	A    deny 3 quiet	-    allow 8
 *	B    deny 5
 */
#ifndef POLICYC_LISTS_H
#define POLICYC_LISTS_H

#include "intern.h"
#include "preds.h"

#define LISTS_MAX_ENTRIES 4096 /* of one list */

struct lists {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	struct preds *preds;
	u32 class;
	/* per rule of the policy: what it needs; see preds.h */
	u64 *need, *need_create, *need_inherit;
	u64 *need_incoming, *need_serve;
	u64 named_kinds;
	u64 own_tasks; /* tasks, network: the other one is of this container */
	struct intern lists; /* rows of struct bvm_decision; 0 denies */
	struct intern choices; /* rows of chosen rules */
	u32 *list_of_choice;
	u32 *scratch; /* room for all rules */
	int err; /* the first failure sticks; it was reported */
};

#define LISTS_ENTRY_WORDS (sizeof(struct bvm_decision) / sizeof(u32))

/* Collect the conditions of the class's rules. Check lists->err at the end. */
void lists_init(struct lists *lists, struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, struct preds *preds);

/*
 * The list for an operation, given the rules (indexes, ascending) whose
 * object matches; rules that do not name the operation are left out.
 */
u32 lists_choose(struct lists *lists, u32 op, const u32 *rules, u32 num);

/*
 * Does the rule (its index) name the operation, and which predicates must
 * hold then? The object is the caller's business.
 */
bool lists_rule_need(const struct lists *lists, u32 rule, u32 op, u64 *need);

/* May and must the list allow? */
void lists_rights(const struct lists *lists, u32 list, bool *may, bool *must);

#endif /* POLICYC_LISTS_H */
