/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hits.h - how often each rule of a policy decided
 *
 * Counted by each CPU for itself: a counter that all of them write would be
 * what they wait for. Memory of CPUs comes in pieces, so the counters do.
 */
#ifndef BAILIFF_HITS_H
#define BAILIFF_HITS_H

#include <linux/percpu.h>
#include <linux/types.h>

#define BAILIFF_HITS_PIECE 2048u /* counters; 16 KiB for each CPU */

struct bailiff_hits {
	u32 num; /* of counters */
	u64 __percpu *piece[];
};

/* Returns num counters at 0, which the caller owns; NULL: no memory. Sleeps. */
struct bailiff_hits *bailiff_hits_alloc(u32 num);

/* NULL is fine. */
void bailiff_hits_free(struct bailiff_hits *hits);

/* One more of a number below num. Any context. */
static inline void bailiff_hits_count(const struct bailiff_hits *hits, u32 n)
{
	this_cpu_inc(
		hits->piece[n / BAILIFF_HITS_PIECE][n % BAILIFF_HITS_PIECE]);
}

/* What all CPUs counted of a number below num. */
u64 bailiff_hits_read(const struct bailiff_hits *hits, u32 n);

#endif /* BAILIFF_HITS_H */
