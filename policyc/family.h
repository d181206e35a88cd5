/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family.h - address families as Linux numbers them, whatever host compiles
 */
#ifndef POLICYC_FAMILY_H
#define POLICYC_FAMILY_H

#include "vm/port.h"

#define AF_UNIX_NUMBER 1
#define AF_INET_NUMBER 2
#define AF_INET6_NUMBER 10
#define AF_RDS_NUMBER 21
#define AF_SMC_NUMBER 43
#define AF_LAST_NUMBER 45 /* of Linux 6.12 */

static inline bool family_is_inet(u32 family)
{
	return family == AF_INET_NUMBER || family == AF_INET6_NUMBER;
}

/* Its sockets take addresses of IPv4 and IPv6, and reach what these do. */
static inline bool family_carries_inet(u32 family)
{
	return family == AF_RDS_NUMBER || family == AF_SMC_NUMBER;
}

#endif /* POLICYC_FAMILY_H */
