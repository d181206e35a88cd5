/* SPDX-License-Identifier: GPL-2.0-only */
/* srcline.h - lines of the YAML that policies were compiled from */
#ifndef DAEMON_SRCLINE_H
#define DAEMON_SRCLINE_H

#include <stdio.h>

/* All 0 to begin with. Lines that are asked for in order are read once. */
struct srcline {
	FILE *source; /* or NULL */
	char *name; /* its name in records; owned */
	long long at; /* lines read so far */
	char *line; /* getline's */
	size_t size;
};

/* Where names that are not absolute are looked for: POLICIES_DIR, but in tests. */
extern const char *srcline_dir;

/*
 * The line of a file, of which the name is as records have it: from the
 * daemon's directory, or absolute.
 *
 * Return: without its newline, until the next call; NULL if it cannot be read
 * here.
 */
const char *srcline_get(struct srcline *srcline, const char *file,
			long long number);

void srcline_free(struct srcline *srcline);

#endif /* DAEMON_SRCLINE_H */
