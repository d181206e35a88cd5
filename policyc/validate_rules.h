/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * validate_rules.h - the automata of an image against the rules of its policy
 */
#ifndef POLICYC_VALIDATE_RULES_H
#define POLICYC_VALIDATE_RULES_H

#include "diag.h"
#include "lowering.h"
#include "vm/image.h"

/*
 * Does the table of paths say of every path which rules match it?
 * Return: 0; -EINVAL, -E2BIG: as validate_dfa, reported.
 */
int __must_check validate_paths(struct arena *arena, struct diag *diag,
				const struct ast_policy *ast,
				const struct lowered *lowered,
				const struct bvm_table *table);

/* Does the table of 'start' accept just the programs that it names? */
int __must_check validate_start(struct arena *arena, struct diag *diag,
				const struct ast_policy *ast,
				const struct bvm_table *table);

/* Does the table of a text field say of every text which predicates hold? */
int __must_check validate_text(struct arena *arena, struct diag *diag,
			       const struct ast_policy *ast,
			       const struct lowered_class *class,
			       enum pred_field field,
			       const struct bvm_table *table);

#endif /* POLICYC_VALIDATE_RULES_H */
