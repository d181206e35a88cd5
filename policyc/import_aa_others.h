/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_others.h - rules of AppArmor about anything but files
 */
#ifndef POLICYC_IMPORT_AA_OTHERS_H
#define POLICYC_IMPORT_AA_OTHERS_H

#include "import_aa.h"

void aa_others_take(struct aa *aa, const struct aa_rule *rule);

/*
 * After the last rule: what own tasks may not do to each other. AppArmor
 * denies it unless a rule allows it, Bailiff allows it unless one denies it.
 */
void aa_others_finish(struct aa *aa);

/* Whose task or socket it is. */
enum aa_peer { AA_PEER_ANY, AA_PEER_SELF, AA_PEER_HOST, AA_PEER_UNKNOWN };

/* What the condition says, which may be NULL. */
enum aa_peer aa_others_peer(struct aa *aa, const struct aa_cond *cond);

/* quiet, where AppArmor would not log */
void aa_others_quiet(struct aa *aa, const struct aa_rule *rule, u32 class);

#endif /* POLICYC_IMPORT_AA_OTHERS_H */
