/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * point.h - a point of a space as a request that people can read and repeat
 */
#ifndef POLICYC_POINT_H
#define POLICYC_POINT_H

#include "space.h"

/* Does an image deny a point: what the kernel would do, its mode aside. */
static inline bool point_is_denied(u32 verdict)
{
	return verdict & BVM_VERDICT_DENY;
}

/*
 * The shortest request that names a point: an attribute is left out if the
 * answers, which verdicts has one of per image, do not depend on it. Every
 * request that is tried is read again and judged (judge.h), so what comes back
 * was confirmed.
 */
const char *point_request(struct arena *arena, const struct space_query *query,
			  const struct space_point *point, const u32 *verdicts);

#endif /* POLICYC_POINT_H */
