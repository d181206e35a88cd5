/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - the JSON log, and what the daemon says of itself
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

struct log {
	int fd; /* the log; owned */
	uint64_t written; /* lines */
	uint64_t failed; /* lines that could not be written */
	bool failing; /* and stderr was told */
	bool torn; /* the last line lacks its end */
};

/* "bailiffd: ..." on standard error. */
void __attribute__((format(printf, 1, 2))) log_error(const char *fmt, ...);

/* Write lines, counted as num. A full disk loses and counts them. */
void log_write(struct log *log, const struct text *lines, unsigned int num);

/*
 * A line of the daemon's own: outcome "daemon", and about what (a file, a
 * container; or NULL). It goes to standard error too.
 */
void log_daemon(struct log *log, const char *level, const char *about,
		const char *message);

/* Write to fd from now on; owns it. */
void log_reopen(struct log *log, int fd);

#endif /* DAEMON_LOG_H */
