/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userlog.h - lines of the log about requests of those who are not root
 *
 * Anybody may ask, as often as he likes and in words of his choice. So such a
 * line says who asks, and there are few of them: the log is for denials.
 */
#ifndef DAEMON_USERLOG_H
#define DAEMON_USERLOG_H

#include <stdbool.h>
#include <stdint.h>

struct control_client;
struct log;

#define USERLOG_LINES 10 /* in USERLOG_SECONDS, of all users together */
#define USERLOG_SECONDS 60

/* All 0 to begin with. */
struct userlog {
	uint64_t since; /* seconds; when the time began that is counted */
	unsigned int lines;
	unsigned int dropped; /* in that time */
};

/*
 * May there be a line now (monotonic seconds)? *dropped is how many there
 * were none of in the time before, if a new one begins.
 */
bool userlog_take(struct userlog *users, uint64_t now, unsigned int *dropped);

/* What became of the client's request for the container label. */
void userlog_write(struct userlog *users, struct log *log,
		   const struct control_client *client, const char *level,
		   const char *label, const char *message);

#endif /* DAEMON_USERLOG_H */
