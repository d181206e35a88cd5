/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - the kernel's records, checked once, and as lines of JSON
 */
#ifndef DAEMON_EVENT_H
#define DAEMON_EVENT_H

#include <stddef.h>

#include "lsm/uapi/bailiff.h"

struct text;

/* A record and its strings, which point into the bytes it came from. */
struct event {
	struct bailiff_event record; /* a copy, so that it is aligned */
	const char *policy; /* each "" when there is none */
	const char *label;
	const char *file;
	const char *message;
	const char *exe;
	const char *comm;
	const char *object;
	const char *detail;
};

/*
 * Check the record at the start of bytes and fill event, which borrows them.
 *
 * Return: bytes of the record; -EINVAL it is malformed or not whole.
 */
long event_parse(const void *bytes, size_t len, struct event *event);

/* Append the record as one line of JSON (docs/log-format.md), with newline. */
void event_print_json(const struct event *event, struct text *out);

/* Words of a record, as the log and the tools show them. */
const char *event_outcome_name(unsigned int outcome);
const char *event_class_name(const struct event *event);
const char *event_op_name(const struct event *event);

#endif /* DAEMON_EVENT_H */
