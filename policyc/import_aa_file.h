/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_file.h - file rules of AppArmor as rules for files and exec
 */
#ifndef POLICYC_IMPORT_AA_FILE_H
#define POLICYC_IMPORT_AA_FILE_H

#include "import_aa.h"

/* Is this statement a file rule, or a link rule? */
bool aa_file_is(const struct aa_rule *rule);
void aa_file_take(struct aa *aa, const struct aa_rule *rule);
/* After the last rule: the locks that no rule allows. */
void aa_file_finish(struct aa *aa);

#endif /* POLICYC_IMPORT_AA_FILE_H */
