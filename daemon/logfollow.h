/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logfollow.h - the log as it grows, through its rotations
 *
 *	events.json  ->  events.json.1  ->  events.json.2  -> ...
 *
 * Whoever follows holds one of these open. What was moved away is read to its
 * end, then the next newer one; none is passed over, however many there were
 * in between.
 */
#ifndef DAEMON_LOGFOLLOW_H
#define DAEMON_LOGFOLLOW_H

#include <stddef.h>
#include <stdio.h>

struct json_t;

struct logfollow {
	FILE *log; /* owned */
	const char *file; /* the log's name; borrowed */
	int inotify; /* or -1 */
	int watch; /* of the log that is open, or -1 */
	char *line; /* the last record's, with its newline; owned */
	size_t size;
};

/* Goes on where log is, which is taken over; file is its name. */
void logfollow_init(struct logfollow *follow, FILE *log, const char *file);

/*
 * Open file, and begin behind all that is in it.
 *
 * Return: 0 or -errno.
 */
int logfollow_open(struct logfollow *follow, const char *file);

void logfollow_fini(struct logfollow *follow);

/* The next record if it is there already, owned; NULL if not. */
struct json_t *logfollow_next(struct logfollow *follow);

/* Wait until there may be more: at most ms; less after a signal. */
void logfollow_wait(struct logfollow *follow, int ms);

#endif /* DAEMON_LOGFOLLOW_H */
