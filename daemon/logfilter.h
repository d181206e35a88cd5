/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logfilter.h - which records of the log somebody wants to see
 */
#ifndef DAEMON_LOGFILTER_H
#define DAEMON_LOGFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct json_t;

#define LOGFILTER_TIME 40 /* bytes of a time, with its NUL */

/* All must hold; NULL or "" is anything. Strings are borrowed. */
struct logfilter {
	const char *container; /* a glob */
	const char *policy; /* a glob */
	const char *class;
	const char *reason;
	const char *outcome;
	char since[LOGFILTER_TIME]; /* as a record's time, perhaps cut */
};

bool logfilter_takes(const struct logfilter *filter,
		     const struct json_t *record);

/* Does it ask for anything? */
bool logfilter_is_set(const struct logfilter *filter);

/*
 * Understand a time: 90s, 10m, 2h or 3d before now; or the start of one as
 * records have it, 2026-11-26 or 2026-11-26T10:05 (UTC; a blank for the T).
 *
 * Return: 0, -EINVAL.
 */
int logfilter_since(const char *word, time_t now, char since[LOGFILTER_TIME]);

/*
 * Is it the name of a class, a reason, an outcome? If not, the names that
 * there are go into names, with commas.
 */
bool logfilter_is_class(const char *name, char *names, size_t size);
bool logfilter_is_reason(const char *name, char *names, size_t size);
bool logfilter_is_outcome(const char *name, char *names, size_t size);

#endif /* DAEMON_LOGFILTER_H */
