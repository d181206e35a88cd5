/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_vars.h - the variables of AppArmor profiles
 */
#ifndef POLICYC_IMPORT_AA_VARS_H
#define POLICYC_IMPORT_AA_VARS_H

#include "import_out.h"

#define AA_MAX_VALUES 1024 /* of one word, its variables expanded */

struct aa_var {
	const char *name; /* without @{} */
	struct import_list values;
};

struct aa_vars {
	struct arena *arena;
	struct aa_var *items;
	u32 num;
};

/* Give a variable a value more; it starts without any if it is new. */
void aa_vars_add(struct aa_vars *vars, const char *name, const char *value);
/* It is there, and has the values that it was given since; no more others. */
void aa_vars_reset(struct aa_vars *vars, const char *name);
bool aa_vars_has(const struct aa_vars *vars, const char *name);

/*
 * All texts that a word stands for, as many as its variables have values.
 * Return: NULL; or what is wrong, for a message.
 */
const char *__must_check aa_vars_expand(const struct aa_vars *vars,
					const char *text,
					struct import_list *out);

#endif /* POLICYC_IMPORT_AA_VARS_H */
