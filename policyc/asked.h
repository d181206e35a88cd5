/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asked.h - what a program asks of decide()
 *
 * Where a key is a verdict (keytable.h) nothing is asked: then that stands for
 * a list of it alone.
 */
#ifndef POLICYC_ASKED_H
#define POLICYC_ASKED_H

#include "vm/exec.h"

#define ASKED_VERDICT (U32_MAX - 1) /* in place of a table */

struct asked {
	/* table index, ASKED_VERDICT or anything; U32_MAX: it asks nothing */
	u32 lists;
	u32 list; /* or the verdict */
	u64 preds; /* that hold */
	struct bvm_decision verdict; /* the list of a verdict */
};

/*
 * Make the container of a run a fresh one, whose buckets are full. To be called
 * before each run: the runs of one walk or judgement share their slots.
 */
void asked_renew(struct bvm_run *run);

/* Run the image's program of a class, which it has, up to decide(). */
struct asked asked_find(struct bvm_run *run, u32 class);

/*
 * The entries of that list; NULL: there is no such list, *num is 0. They may be
 * a part of asked.
 */
const struct bvm_decision *asked_entries(const struct bvm_image *img,
					 const struct asked *asked, u32 *num);

/* What that list, which there is, answers with other predicates. */
u32 asked_decide(const struct bvm_image *img, const struct asked *asked,
		 u64 preds);

#endif /* POLICYC_ASKED_H */
