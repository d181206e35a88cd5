/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters.h - the kernel's own counts, as metrics
 *
 * They are exact: a denial is counted in the kernel before it is recorded.
 * Only root may read all of them, so the parent does, when the worker asks.
 */
#ifndef DAEMON_COUNTERS_H
#define DAEMON_COUNTERS_H

struct kfs;
struct text;

/*
 * Append the metrics that come from the kernel's files. Rules that have
 * decided nothing are left out: there may be 100,000 of them.
 *
 * Return: 0; -EFBIG it is more than a text holds; -errno.
 */
int counters_print(struct kfs *kfs, struct text *out);

#endif /* DAEMON_COUNTERS_H */
