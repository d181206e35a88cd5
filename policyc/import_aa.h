/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa.h - a profile of AppArmor as a policy
 *
 * One profile is imported, the first of the file or the one that was asked
 * for. import_aa.c finds it and sorts its rules, import_aa_file.c and
 * import_aa_others.c say what they are here.
 */
#ifndef POLICYC_IMPORT_AA_H
#define POLICYC_IMPORT_AA_H

#include "import_aa_glob.h"
#include "import_aa_scan.h"
#include "import_aa_vars.h"

/* A variable of the policy: types of all that is no directory. */
#define AA_FILE_TYPES "no-dir"

/* A statement up to its comma, without what qualifies it. */
struct aa_rule {
	struct span span;
	bool audit, deny, owner;
	const struct aa_token *tokens;
	u32 num;
};

/* key=value, key=(values), key in (values); peer=(label=x) is "peer.label" */
struct aa_cond {
	const char *key;
	bool in;
	struct import_list values;
};

/* A network rule that names no family. */
struct aa_any_family {
	struct aa_rule rule;
	const char *type; /* or NULL */
};

/* What is behind the word that a rule begins with. */
struct aa_args {
	struct import_list words; /* those in parentheses, too */
	struct aa_cond *conds;
	u32 num_conds;
	const char *target; /* behind ->, or NULL */
};

struct aa {
	struct import *im;
	struct aa_scan scan;
	struct aa_vars vars;
	const char *profile; /* the one that is imported */
	bool found; /* it was there */
	bool disconnected; /* flags=(attach_disconnected) */
	struct span head; /* of the profile */
	bool renames; /* a rule lets files be renamed */
	bool null, tty; /* /dev/null, terminals may be read and written */
	/* rules for all families; not those that Bailiff has no name for */
	struct aa_any_family *any_family;
	u32 num_any_family;
	bool other_families_denied;
	struct aa_globs locks[2]; /* what has k; [1]: for its owner alone */
	/* own tasks, by signal; and what ptrace may do */
	u64 send_self[2], receive_self[2];
	bool trace_self, traced_self, read_self, readby_self;
};

/* Read the first profile of the source, or the one of im->profile. */
void import_aa_read(struct import *im, const struct source *source);

/* Read what is behind the first word. False: reported. */
bool aa_args_read(struct aa *aa, const struct aa_rule *rule,
		  struct aa_args *args);
const struct aa_cond *aa_args_cond(const struct aa_args *args, const char *key);

/* Can it be the start of a path: / or a variable? */
bool aa_is_path(const struct aa_token *token);

#endif /* POLICYC_IMPORT_AA_H */
