/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff.h - what a policy allows and denies that another does not
 */
#ifndef POLICYC_DIFF_H
#define POLICYC_DIFF_H

#include "command.h"
#include "space.h"

/*
 * Requests that two images answer differently, because of the same two rules:
 * the first operation's point, and all operations that differ alike there.
 */
struct change {
	u32 class;
	u64 ops;
	bool wider; /* newly allowed; else newly denied */
	struct space_point point;
	u32 verdicts[SPACE_MAX_IMAGES]; /* of the programs, modes aside */
	/* the class need not be judged any more, or must be again: no point */
	bool unmediated;
};

struct changes {
	struct change *items;
	u32 num;
};

/*
 * Compare all classes of two images, modes included: a class in audit mode
 * denies nothing. Return: 0; as space_walk, *class says where.
 */
int __must_check diff_images(struct arena *arena, const struct bvm_image *old,
			     const struct bvm_image *new,
			     struct changes *changes, u32 *class);

/* policyc diff OLD NEW */
int command_diff(struct run *run);

#endif /* POLICYC_DIFF_H */
