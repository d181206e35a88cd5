/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memo.h - what programs answered last, on each CPU
 *
 * A program that asks for nothing that changes is a function of its policy's
 * version, of the ctx, and of the row in which the path ended. So a question
 * that is the same in all of that has the same answer, and the program need not
 * run again. Nothing is looked at but what the program could have looked at:
 * an answer cannot outlive its policy, whose number is never used again, and
 * knows no object, so none can be exchanged behind it. Names are found anew
 * for each request.
 *
 * Each CPU has its own: what is hot is shared by nobody, and nothing waits.
 */
#ifndef BAILIFF_MEMO_H
#define BAILIFF_MEMO_H

#include "vm/hooks.h"
#include "vm/image.h"

/* A question; ctx is borrowed, and its op does not count. */
struct bailiff_memo_key {
	u64 generation; /* of the policy; 0: it has none, and no memo either */
	u32 class;
	u32 op;
	u32 row; /* in which the path ended; 0: no path */
	const union bvm_ctx *ctx;
};

/* Does the program of a class ask for nothing that is not in the key? */
bool bailiff_memo_fits(const struct bvm_image *image, u32 class);

/* Was it asked before? Then *verdict is the answer. Any context. */
bool bailiff_memo_find(const struct bailiff_memo_key *key, u32 *verdict);

/* Remember an answer. Any context. */
void bailiff_memo_keep(const struct bailiff_memo_key *key, u32 verdict);

#endif /* BAILIFF_MEMO_H */
