// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - exact counts of what was decided
 */
#include <linux/cpumask.h>
#include <linux/string.h>

#include "stats.h"

DEFINE_PER_CPU(struct bailiff_stats, bailiff_stats);

static_assert(sizeof(struct bailiff_stats) % sizeof(u64) == 0);

void bailiff_stats_sum(struct bailiff_stats *sum)
{
	u64 *to = (u64 *)sum;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const u64 *from = (u64 *)per_cpu_ptr(&bailiff_stats, cpu);

		for (u32 i = 0; i < sizeof(*sum) / sizeof(u64); i++)
			to[i] += READ_ONCE(from[i]);
	}
}
