/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_mount.h - mount, remount, umount and pivot_root of AppArmor
 */
#ifndef POLICYC_IMPORT_AA_MOUNT_H
#define POLICYC_IMPORT_AA_MOUNT_H

#include "import_aa.h"

void aa_mount_take(struct aa *aa, const struct aa_rule *rule,
		   const struct aa_args *args);

#endif /* POLICYC_IMPORT_AA_MOUNT_H */
