/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * metrics.h - /metrics for Prometheus: what the daemon counts, and what the
 * parent reads out of the kernel
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

struct control;
struct alarms;
struct event_base;
struct link;
struct journal;
struct log;
struct metrics;
struct monitor;
struct store;

#define METRICS_FRESH_MS 1000 /* the kernel is asked at most so often */

/* All borrowed; they must outlive the metrics. */
struct metrics_sources {
	struct link *link;
	const struct monitor *monitor;
	const struct log *log;
	const struct journal *journal;
	const struct store *store;
	const struct control *control;
	const struct alarms *alarms;
};

/*
 * Serve them on the listening fd.
 *
 * Return: an owned metrics, which owns fd; NULL without memory.
 */
struct metrics *metrics_create(struct event_base *base, int fd,
			       const struct metrics_sources *sources);
void metrics_free(struct metrics *metrics);

#endif /* DAEMON_METRICS_H */
