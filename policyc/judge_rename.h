/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge_rename.h - what an object would gain by another name
 */
#ifndef POLICYC_JUDGE_RENAME_H
#define POLICYC_JUDGE_RENAME_H

#include "request.h"
#include "vm/image.h"

/* An object that gets another name. */
struct judge_rename {
	const char *from, *to;
	bool is_tree;
};

/* Is the request one that gives another name? ctx: what it is of. */
bool judge_rename_find(const struct request *request, const union bvm_ctx *ctx,
		       struct judge_rename *rename);

/*
 * Does a mount give another name: a bind, or one that is moved? What it is of
 * has a name, then.
 */
bool judge_rename_is_mount(u32 op, u32 flags, const char *source);

/*
 * What the object of the first name would gain under the second, BVM_RIGHT_*;
 * or what is below it. The image has RIGHTS.
 */
u64 judge_rename_gain(const struct bvm_image *img,
		      const struct judge_rename *rename, bool below);

#endif /* POLICYC_JUDGE_RENAME_H */
