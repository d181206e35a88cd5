// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rate.c - token buckets, each in one 64-bit word
 */
#include "rate.h"

bool bvm_rate_take(const struct bvm_rate *rate, bvm_atomic *word, u64 now_ns)
{
	/* the parser bounds the product by BVM_MAX_RATE_NS */
	const u64 room = (rate->burst - 1) * rate->interval_ns;
	u32 i;

	/* 292 years: from here on sums stay below 2^64 */
	if (bvm_broken(now_ns > U64_MAX / 2))
		return false;
	for (i = 0; i < BVM_RATE_TRIES; i++) {
		const u64 full = bvm_atomic_read(word);
		const u64 from = full > now_ns ? full : now_ns;

		if (from - now_ns > room)
			return false;
		if (bvm_atomic_swap(word, full, from + rate->interval_ns))
			return true;
	}
	return false;
}
