// SPDX-License-Identifier: GPL-2.0-only
/*
 * hits.c - how often each rule of a policy decided
 */
#include <linux/math.h>
#include <linux/slab.h>

#include "hits.h"

static u32 num_pieces(u32 num)
{
	return DIV_ROUND_UP(num, BAILIFF_HITS_PIECE);
}

void bailiff_hits_free(struct bailiff_hits *hits)
{
	if (!hits)
		return;
	for (u32 i = 0; i < num_pieces(hits->num); i++)
		free_percpu(hits->piece[i]);
	kvfree(hits);
}

struct bailiff_hits *bailiff_hits_alloc(u32 num)
{
	struct bailiff_hits *hits = kvzalloc(
		struct_size(hits, piece, num_pieces(num)), GFP_KERNEL_ACCOUNT);

	if (!hits)
		return NULL;
	hits->num = num;
	for (u32 i = 0; i < num_pieces(num); i++) {
		u32 here =
			min(num - i * BAILIFF_HITS_PIECE, BAILIFF_HITS_PIECE);

		hits->piece[i] = __alloc_percpu_gfp(
			here * sizeof(u64), sizeof(u64), GFP_KERNEL_ACCOUNT);
		if (!hits->piece[i]) {
			bailiff_hits_free(hits);
			return NULL;
		}
	}
	return hits;
}

u64 bailiff_hits_read(const struct bailiff_hits *hits, u32 n)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(&hits->piece[n / BAILIFF_HITS_PIECE]
						[n % BAILIFF_HITS_PIECE],
				    cpu);
	return sum;
}
