/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unixrights.h - what unix sockets of a name may be used for
 *
 * A rule of network that names no path says the same of all names; what such
 * rules and the default decide cannot change with a name. So the bits of a row
 * (image.h) are about the rules with paths alone.
 */
#ifndef POLICYC_UNIXRIGHTS_H
#define POLICYC_UNIXRIGHTS_H

#include "lists.h"
#include "vm/image.h"

/* Add to rights what the rules of a row (indexes, ascending) say. */
void unixrights_add(const struct lists *network, const u32 *rules, u32 num,
		    struct bvm_rights *rights);

#endif /* POLICYC_UNIXRIGHTS_H */
