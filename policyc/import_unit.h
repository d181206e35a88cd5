/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_unit.h - the sandbox options of a systemd unit as a policy
 */
#ifndef POLICYC_IMPORT_UNIT_H
#define POLICYC_IMPORT_UNIT_H

#include "import_out.h"

/*
 * Read the section [Service], [Socket], [Mount] or [Swap]. What an option does
 * not forbid is allowed, as it is there.
 */
void import_unit_read(struct import *im, const struct source *source);

#endif /* POLICYC_IMPORT_UNIT_H */
