/* SPDX-License-Identifier: GPL-2.0-only */
/* logread.h - the daemon's JSON log, read again by the tools */
#ifndef DAEMON_LOGREAD_H
#define DAEMON_LOGREAD_H

#include <stdbool.h>
#include <stdio.h>

struct json_t;

/* The string of a member, "" where there is none. */
const char *logread_string(const struct json_t *record, const char *key);
long long logread_number(const struct json_t *record, const char *key);

/* So many alike records are this line; at least 1. */
unsigned long long logread_times(const struct json_t *record);

/*
 * The next record of a log; lines that are none are skipped.
 *
 * line and size are getline(3)'s: start with NULL and 0, free the line at
 * the end; line stays valid until the next call.
 *
 * Return: an owned record, NULL at the end of the file.
 */
struct json_t *logread_next(FILE *log, char **line, size_t *size);

/*
 * Say so on standard error, with the name, if a file that is not empty holds
 * no record at all. Reads it from the start, and goes back there.
 */
bool logread_is_log(FILE *log, const char *name);

/* One record on one line for people; color: with terminal colours. */
void logread_print(const struct json_t *record, bool color, FILE *out);

/* A sentence that says why, by the record's reason. */
const char *logread_reason(const char *reason);

#endif /* DAEMON_LOGREAD_H */
