/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - the JSON log, and what the daemon says of itself
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct log {
	int fd; /* the log; owned */
	uint64_t written; /* lines */
	uint64_t failed; /* lines that could not be written */
	bool failing; /* and stderr was told */
	bool torn; /* the last line lacks its end */
	uint64_t limit; /* bytes of a file; 0: none */
	uint64_t size; /* bytes in it */
	bool is_file; /* and no pipe, which cannot be moved away */
	bool asked; /* for another file, and none has come */
	struct text held; /* lines for it, as this one was removed */
	unsigned int num_held;
	/* ask for another file: log_reopen, or log_not_reopened, is called */
	void (*want_file)(void *arg);
	void *arg;
};

#define LOG_HELD_MAX (1u << 20) /* bytes; further lines are lost, counted */

/* "bailiffd: ..." on standard error. */
void __attribute__((format(printf, 1, 2))) log_error(const char *fmt, ...);

/*
 * Write lines, counted as num. A full disk loses and counts them; if the file
 * was removed, they wait for the next one.
 */
void log_write(struct log *log, const struct text *lines, unsigned int num);

/*
 * A line of the daemon's own: outcome "daemon", and about what (a file, a
 * container; or NULL). It goes to standard error too.
 */
void log_daemon(struct log *log, const char *level, const char *about,
		const char *message);

/* Write to fd from now on, first what was held; owns it. */
void log_reopen(struct log *log, int fd);

/* There is no other file. It may be asked for again from log_retry on. */
void log_not_reopened(struct log *log, const char *why);
void log_retry(struct log *log);

/* What is still held is lost, and counted. */
void log_end(struct log *log);

#endif /* DAEMON_LOG_H */
