/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * known.h - the short way of what most requests are that have no path
 *
 * What a domain's program answered is in the memo (memo.h). Where that allows by
 * a rule and without a record, all the rest of a decision (decide.c) is a count.
 */
#ifndef BAILIFF_KNOWN_H
#define BAILIFF_KNOWN_H

#include "request.h"

struct bailiff_policy;

/*
 * Has the only domain of set just allowed the same, by a rule and without a
 * record? ctx is all of it that a program sees, and nothing else denies it. True
 * is a decision, and counted; false says nothing. Any context.
 */
bool bailiff_known(const struct bailiff_set *set, u32 class, u32 op,
		   const union bvm_ctx *ctx);

/*
 * The number of the rule by which policy has just allowed the same; 0: that is
 * not known, or there is more to it. Nothing is counted. Any context, in an RCU
 * read section.
 */
u32 bailiff_known_rule(const struct bailiff_policy *policy, u32 class, u32 op,
		       const union bvm_ctx *ctx);

#endif /* BAILIFF_KNOWN_H */
