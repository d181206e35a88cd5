/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hits.h - how often each rule of a policy decided
 *
 * Counted by each CPU for itself: a counter that all of them write would be
 * what they wait for. Memory of CPUs comes in pieces, so the counters do.
 *
 * A hundred thousand rules on 256 CPUs would take 200 MB for that. So it is
 * done within BAILIFF_HITS_MAX; above that several CPUs share a counter, as
 * few as fit, and the policy is counted as exactly as any.
 */
#ifndef BAILIFF_HITS_H
#define BAILIFF_HITS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/types.h>

#define BAILIFF_HITS_PIECE 2048u /* counters; 16 KiB for each CPU */
#define BAILIFF_HITS_MAX (16u << 20) /* bytes of one version, all CPUs */

struct bailiff_hits {
	u32 num; /* of counters */
	u32 num_pieces;
	u32 num_rows; /* of shared; a power of two */
	atomic64_t *shared; /* num_rows of num; NULL: each CPU has its own */
	u64 __percpu *piece[];
};

/*
 * Returns num counters at 0, which the caller owns; NULL: no memory. They take
 * BAILIFF_HITS_MAX bytes at most, or 8 for each counter if that is more.
 * Sleeps.
 */
struct bailiff_hits *bailiff_hits_alloc(u32 num);

/* NULL is fine. */
void bailiff_hits_free(struct bailiff_hits *hits);

/* A number below num, of a CPU that shares its counter with others. */
static inline atomic64_t *bailiff_hits_shared(const struct bailiff_hits *hits,
					      u32 cpu, u32 n)
{
	size_t row = cpu & (hits->num_rows - 1);

	return &hits->shared[row * hits->num + n];
}

/* One more of a number below num. Any context. */
static inline void bailiff_hits_count(const struct bailiff_hits *hits, u32 n)
{
	if (unlikely(hits->shared))
		atomic64_inc(
			bailiff_hits_shared(hits, raw_smp_processor_id(), n));
	else
		this_cpu_inc(hits->piece[n / BAILIFF_HITS_PIECE]
					[n % BAILIFF_HITS_PIECE]);
}

/* What all CPUs counted of a number below num. */
u64 bailiff_hits_read(const struct bailiff_hits *hits, u32 n);

#endif /* BAILIFF_HITS_H */
