/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_ka.h - a KubeArmorPolicy as a policy
 *
 * import_ka.c reads the document, import_ka_rules.c says what an entry of it
 * is here.
 */
#ifndef POLICYC_IMPORT_KA_H
#define POLICYC_IMPORT_KA_H

#include "import_out.h"
#include "node.h"

enum ka_action { KA_BLOCK, KA_AUDIT, KA_ALLOW };

enum ka_section { KA_PROCESS, KA_FILE, KA_NETWORK, KA_CAPABILITIES };

/* What holds for an entry unless it says otherwise itself. */
struct ka_common {
	enum ka_action action;
	const char *message; /* fit for a rule; or NULL */
};

/* An entry: one path, directory, pattern, protocol or capability. */
struct ka_entry {
	enum ka_section section;
	struct ka_common common;
	struct span from;
	const char *text; /* a protocol, a capability, or a glob of AppArmor */
	struct import_list sources; /* globs of AppArmor: who does it */
	bool from_source; /* there is such a list */
	bool owner_only, read_only;
	bool left; /* for a reason that was noted; its class is allowed in */
};

struct ka {
	struct import *im;
	bool allowing[BVM_NUM_CLASSES]; /* by an entry: all else is denied */
};

void import_ka_read(struct import *im, const struct source *source);

/* Add the rules of an entry. */
void ka_rules_put(struct ka *ka, const struct ka_entry *e);

/* Add what KubeArmor asks nobody about, and the defaults. */
void ka_rules_finish(struct ka *ka);

#endif /* POLICYC_IMPORT_KA_H */
