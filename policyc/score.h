/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * score.h - how much a policy gives away, as a number
 *
 * The sum of the weights of what it allows: 0 is best. Only allows cost, so a
 * policy that allows more never has a lower score.
 */
#ifndef POLICYC_SCORE_H
#define POLICYC_SCORE_H

#include "command.h"
#include "space.h"

/* Something that a policy pays for. */
struct score_item {
	u32 weight;
	const char *claim;
	const char *reason;
	const char *request; /* one that is allowed */
	u32 rule; /* that allows it; 0: a default, or a mode */
	u32 class;
};

struct score {
	u64 total;
	struct score_item *items;
	u32 num;
};

/*
 * Classes in audit mode, or that need not be judged, allow everything. Return:
 * 0; as space_walk, *claim says where.
 */
int __must_check score_image(struct arena *arena, const struct bvm_image *img,
			     struct score *score, const char **claim);

/* policyc score POLICY */
int command_score(struct run *run);

#endif /* POLICYC_SCORE_H */
