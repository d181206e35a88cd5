/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_net.h - network and unix rules of AppArmor
 */
#ifndef POLICYC_IMPORT_AA_NET_H
#define POLICYC_IMPORT_AA_NET_H

#include "import_aa.h"

void aa_net_take(struct aa *aa, const struct aa_rule *rule,
		 const struct aa_args *args);
void aa_net_take_unix(struct aa *aa, const struct aa_rule *rule,
		      const struct aa_args *args);

/* After the last rule: rules for all families, which denies may limit. */
void aa_net_finish(struct aa *aa);

#endif /* POLICYC_IMPORT_AA_NET_H */
