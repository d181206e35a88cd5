/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space_mounts.h - what is mounted and where, in pairs, for space.c alone
 *
 * What a bind mount or a move may not widen is a matter of both names, so they
 * are no parts: they are chosen together, a pair for each answer.
 */
#ifndef POLICYC_SPACE_MOUNTS_H
#define POLICYC_SPACE_MOUNTS_H

#include "space_parts.h"

/* Pairs that are looked at, 4,194,304, else in tests; -E2BIG where there are more. */
extern u64 space_max_mounts;

/* A source and a mount point. */
struct space_mount {
	struct space_point point; /* path, source and nameless count */
	bool is_word; /* the source is no path */
	bool widens[SPACE_MAX_IMAGES]; /* a mount that gives another name */
};

/* Is what mounts may not widen to be looked at, and does it decide anything? */
bool space_mounts_widen(const struct space *s);

/* Fill s->mounts; s->err says what failed. */
void space_find_mounts(struct space *s);

/* Does the bit of a mount's flags have to do with whether it gives another name? */
bool space_mounts_tell(u32 bit);

/* What space_mounts_fits looks at, as bits, for what has a flag or a type. */
u32 space_mounts_shape(const struct space_point *point);

/*
 * Can a mount have such flags and such a type, if the object gives another name
 * (is_bind) or does not? As far as the fields go.
 */
bool space_mounts_fits(const struct space *s, u64 fields,
		       const struct space_point *point,
		       const struct space_point *object, bool is_bind);

#endif /* POLICYC_SPACE_MOUNTS_H */
