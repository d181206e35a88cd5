/* SPDX-License-Identifier: GPL-2.0-only */
/* monitor.h - the kernel's records, into the log */
#ifndef DAEMON_MONITOR_H
#define DAEMON_MONITOR_H

#include <stdint.h>

struct event_base;
struct journal;
struct log;
struct monitor;
struct names;
struct tally;

struct monitor_counts {
	uint64_t records;
	uint64_t lost; /* in the kernel, as the last record says */
	uint64_t malformed; /* reads that held no whole record */
	uint64_t repeated; /* records that share a line with others */
};

struct monitor_config {
	struct log *log;
	struct journal *journal;
	const struct names *names;
	unsigned int window; /* seconds, of repeat.h; 0: each is written */
};

/*
 * Read records from fd (the file `events`) whenever there are some.
 *
 * Return: an owned monitor, which owns fd too; NULL without memory.
 */
struct monitor *monitor_create(struct event_base *base, int fd,
			       const struct monitor_config *config);
void monitor_free(struct monitor *monitor);

const struct monitor_counts *monitor_counts(const struct monitor *monitor);

/* What they said, counted; the monitor's. */
const struct tally *monitor_tally(const struct monitor *monitor);

/* Read what there is now, without waiting. */
void monitor_drain(struct monitor *monitor);

/* Write what is counted and not written yet. */
void monitor_finish(struct monitor *monitor);

#endif /* DAEMON_MONITOR_H */
