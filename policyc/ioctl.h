/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - commands of ioctl, as names or numbers
 */
#ifndef POLICYC_IOCTL_H
#define POLICYC_IOCTL_H

#include "value.h"

/* The number of a name of ioctls.def, or of "0x5413"; -1 if it is neither. */
s64 ioctl_number(const char *text);

/* The key `ioctl` of a rule. */
void ioctl_read(struct parse *parse, const struct node *node,
		struct ast_ranges *commands);

#endif /* POLICYC_IOCTL_H */
