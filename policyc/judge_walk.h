/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge_walk.h - what requests like one get, found without trying all of them
 *
 * What a request leaves open makes it a set, such as claims are about; so they
 * and judgements look through it in the same way (space.h).
 */
#ifndef POLICYC_JUDGE_WALK_H
#define POLICYC_JUDGE_WALK_H

#include "space.h"

#define JUDGE_WALK_MAX 64 /* points that are kept of either kind */

struct judge_walk {
	struct arena *arena;
	const struct bvm_image *img;
	const struct request *request;
	u32 op;
	/* what was found: [0] is allowed, [1] denied */
	struct space_point *points[2];
	u32 num[2];
};

/*
 * Look for requests like it with the operation and its path, if it has any.
 * None of a kind: there is none.
 *
 * Return: 0; as space_walk, where there may be more than was found.
 */
int __must_check judge_walk_find(struct judge_walk *walk, const char *path);

#endif /* POLICYC_JUDGE_WALK_H */
