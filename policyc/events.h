/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * events.h - what a log records, each request once, with its count
 */
#ifndef POLICYC_EVENTS_H
#define POLICYC_EVENTS_H

#include "command.h"
#include "logline.h"

#define EVENTS_MAX 200000 /* different ones */
#define EVENTS_MAX_LINE 65536 /* bytes */

struct event {
	struct logline line;
	u64 count;
	bool paired; /* a rename or link: both of its names were recorded */
};

struct events {
	struct event *items; /* in the order in which they came first */
	u32 num;
	u64 num_others; /* decisions under other policies */
};

/*
 * A rename or link has a record for each of its names that is denied: `object`
 * is that name, `detail` the other one, and nothing says which of them is the
 * new one. It is asked about last, right after the old one: where both were
 * recorded they become one event, which has the old name as its object. Where
 * one was, its object is taken for the old name.
 */

/*
 * Read the log at path, "-" for the standard input. policy: only what was
 * decided under the policy of that name; NULL: everything. A last line that
 * has no end is still being written, and is left out.
 *
 * Return: EXIT_YES; EXIT_BAD, reported.
 */
int __must_check events_read(struct run *run, const char *path,
			     const char *policy, struct events *events);

#endif /* POLICYC_EVENTS_H */
