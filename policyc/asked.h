/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asked.h - what a program asks of decide()
 */
#ifndef POLICYC_ASKED_H
#define POLICYC_ASKED_H

#include "vm/exec.h"

struct asked {
	u32 lists; /* table index, or anything; U32_MAX: it asks nothing */
	u32 list;
	u64 preds; /* that hold */
};

/*
 * Make the container of a run a fresh one, whose buckets are full. To be called
 * before each run: the runs of one walk or judgement share their slots.
 */
void asked_renew(struct bvm_run *run);

/* Run the image's program of a class, which it has, up to decide(). */
struct asked asked_find(struct bvm_run *run, u32 class);

/* The entries of that list; NULL: there is no such list, *num is 0. */
const struct bvm_decision *asked_entries(const struct bvm_image *img,
					 const struct asked *asked, u32 *num);

#endif /* POLICYC_ASKED_H */
