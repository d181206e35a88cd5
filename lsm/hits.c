// SPDX-License-Identifier: GPL-2.0-only
/*
 * hits.c - how often each rule of a policy decided
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "hits.h"

void bailiff_hits_free(struct bailiff_hits *hits)
{
	if (!hits)
		return;
	for (u32 i = 0; i < hits->num_pieces; i++)
		free_percpu(hits->piece[i]);
	kvfree(hits->shared);
	kvfree(hits);
}

/* True: each CPU has counters of its own. */
static bool add_pieces(struct bailiff_hits *hits)
{
	for (u32 i = 0; i < hits->num_pieces; i++) {
		u32 here = min(hits->num - i * BAILIFF_HITS_PIECE,
			       BAILIFF_HITS_PIECE);

		hits->piece[i] = __alloc_percpu_gfp(
			here * sizeof(u64), sizeof(u64), GFP_KERNEL_ACCOUNT);
		if (!hits->piece[i])
			return false;
	}
	return true;
}

/* True: there are as many rows as fit into max bytes, or one. */
static bool add_rows(struct bailiff_hits *hits, size_t max)
{
	size_t fit = max / (hits->num * sizeof(*hits->shared));

	hits->num_rows = fit ? rounddown_pow_of_two(fit) : 1;
	hits->shared = kvcalloc((size_t)hits->num_rows * hits->num,
				sizeof(*hits->shared), GFP_KERNEL_ACCOUNT);
	return hits->shared;
}

/* The counters of so many CPUs. */
static struct bailiff_hits *alloc_within(u32 num, u32 cpus, size_t max)
{
	bool own = (size_t)num * cpus * sizeof(u64) <= max;
	u32 pieces = own ? DIV_ROUND_UP(num, BAILIFF_HITS_PIECE) : 0;
	struct bailiff_hits *hits =
		kvzalloc(struct_size(hits, piece, pieces), GFP_KERNEL_ACCOUNT);

	if (!hits)
		return NULL;
	hits->num = num;
	hits->num_pieces = pieces;
	if (own ? add_pieces(hits) : add_rows(hits, max))
		return hits;
	bailiff_hits_free(hits);
	return NULL;
}

struct bailiff_hits *bailiff_hits_alloc(u32 num)
{
	return alloc_within(num, num_possible_cpus(), BAILIFF_HITS_MAX);
}

u64 bailiff_hits_read(const struct bailiff_hits *hits, u32 n)
{
	u64 sum = 0;
	int cpu;

	for (u32 row = 0; hits->shared && row < hits->num_rows; row++)
		sum += atomic64_read(bailiff_hits_shared(hits, row, n));
	if (hits->shared)
		return sum;
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(&hits->piece[n / BAILIFF_HITS_PIECE]
						[n % BAILIFF_HITS_PIECE],
				    cpu);
	return sum;
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "hits_test.c"
#endif
