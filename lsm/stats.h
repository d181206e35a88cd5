/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - exact counts of what was decided
 */
#ifndef BAILIFF_STATS_H
#define BAILIFF_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "vm/hooks.h"

/* Per CPU; each only grows. */
struct bailiff_stats {
	u64 denied; /* denials that were enforced */
	u64 would_deny; /* denials in audit mode */
	u64 denied_class[BVM_NUM_CLASSES]; /* enforced */
	u64 reason[BVM_NUM_REASONS]; /* enforced or not */
	u64 loads; /* accepted */
	u64 load_errors;
	u64 joins;
	u64 join_failures;
	u64 walks_again; /* names or mounts moved while a path was walked */
#ifdef CONFIG_SECURITY_BAILIFF_TEST
	u64 walks; /* names that were walked; not those of records, nor known ones */
#endif
	u64 audit_suppressed; /* records kept from the audit log by its budget */
};

DECLARE_PER_CPU(struct bailiff_stats, bailiff_stats);

/* Any context. */
#define bailiff_count(field) this_cpu_inc(bailiff_stats.field)

/* What is counted for tests alone. */
#ifdef CONFIG_SECURITY_BAILIFF_TEST
#define bailiff_count_test(field) bailiff_count(field)
#else
#define bailiff_count_test(field) ((void)0)
#endif

/* Add up all CPUs. */
void bailiff_stats_sum(struct bailiff_stats *sum);

#endif /* BAILIFF_STATS_H */
