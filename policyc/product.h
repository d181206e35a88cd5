/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * product.h - products of ranges, as PRODUCT tables
 */
#ifndef POLICYC_PRODUCT_H
#define POLICYC_PRODUCT_H

#include "arena.h"
#include "buf.h"
#include "vm/limits.h"

/* Keys all of whose components lie in their range. */
struct product_box {
	u8 lo[BVM_MAX_KEY]; /* components one behind the other, big-endian */
	u8 hi[BVM_MAX_KEY]; /* inclusive, none below its lo */
	u64 value;
};

/*
 * Append a PRODUCT table for keys of num_widths components, widths[i] bytes
 * each. The value of a key is all the bits of the boxes that hold it. The
 * automaton is minimal, and may still be large: boxes of which each overlaps
 * most others in every component but the last one multiply.
 *
 * Return: 0; -E2BIG past BVM_MAX_PRODUCT_BOUNDS, or after too much work.
 */
int __must_check product_put(struct arena *arena, struct buf *buf,
			     const u32 *widths, u32 num_widths,
			     const struct product_box *boxes, u32 num);

#endif /* POLICYC_PRODUCT_H */
