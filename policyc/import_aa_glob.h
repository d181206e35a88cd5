/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_glob.h - globs of AppArmor as globs of Bailiff
 *
 * They differ in what they are matched against. To AppArmor a directory ends
 * in '/' and a process is /proc/123, the caller's own as well; to Bailiff no
 * path ends in '/', a rule has a type, and the caller's own is /proc/self. And
 * AppArmor's [^a] matches a '/', too.
 */
#ifndef POLICYC_IMPORT_AA_GLOB_H
#define POLICYC_IMPORT_AA_GLOB_H

#include "import_out.h"

/* What the paths that a glob matches can be. */
enum aa_what {
	AA_OTHER, /* anything but directories */
	AA_DIR,
	AA_BOTH,
	AA_NUM_WHAT
};

struct aa_globs {
	/* [1]: and the caller's own process is not meant */
	struct import_list items[AA_NUM_WHAT][2];
};

/*
 * Add what one glob, without variables, is. Of an allow the result matches no
 * more than the glob did, of a deny no less.
 *
 * Return: NULL; or why there is none, or not for all of it: then the rest was
 * added.
 */
const char *__must_check aa_glob_add(struct arena *arena, const char *text,
				     bool deny, struct aa_globs *out);

#endif /* POLICYC_IMPORT_AA_GLOB_H */
