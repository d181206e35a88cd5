/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lowering.h - from the typed policy to what programs look up
 *
 * One automaton over all path patterns of files, exec, network and mounts; each set of
 * matching rules is a row. For each class: predicates, decision lists, and
 * keys, which say what list decides:
 *
 *	files		keys[row * 64 + operation]
 *	exec		keys[row]; if rules name memfd, one more for it
 *	network		keys[row * 8 + operation], where a rule has a path
 *	capabilities	keys[capability]
 *	others		keys[operation]
 */
#ifndef POLICYC_LOWERING_H
#define POLICYC_LOWERING_H

#include "closure.h"
#include "fsm.h"
#include "lists.h"
#include "preds.h"
#include "textmatch.h"

#define LOWERING_NETWORK_OPS 8

struct lowered_class {
	struct preds preds;
	struct textmatch texts[PRED_NUM_TEXTS]; /* by field, PRED_FIRST_TEXT on */
	struct lists lists;
	u32 *keys; /* numbers of lists */
	u32 num_keys; /* 0: the class has no operation that is judged */
	u32 keys_per_row; /* 1: no row has several */
};

struct lowered {
	bool has_paths; /* some rule has a pattern; else row 0 is all */
	struct fsm fsm; /* accept is the row; set if has_paths */
	bool has_unix_paths; /* a rule of network has one */
	/*
	 * Rules that match, by row: files, exec and network; mounts by their
	 * target; then, as index + number of rules, mounts by their source.
	 */
	struct intern rows;
	struct bvm_rights *rights; /* per row */
	struct closures closures; /* per state of fsm; set if has_paths */
	u32 memfd_key; /* of class exec; 0: that of row 0 */
	struct lowered_class classes[BVM_NUM_CLASSES];
};

/* Return: 0; -E2BIG past a limit, -EINVAL; both reported. */
int __must_check lowering_run(struct arena *arena, struct diag *diag,
			      const struct ast_policy *ast,
			      struct lowered *out);

#endif /* POLICYC_LOWERING_H */
