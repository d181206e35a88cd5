/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - the kernel's records, checked once, and as lines of JSON
 */
#ifndef DAEMON_RECORD_H
#define DAEMON_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "lsm/uapi/bailiff.h"

struct text;

/*
 * Of the lines of the log, docs/log-format.md. It grows when a member goes, or means
 * something else; not when one is added.
 */
#define RECORD_VERSION 1

/* A record and its strings, which point into the bytes it came from. */
struct record {
	struct bailiff_event raw; /* a copy, so that it is aligned */
	const char *policy; /* each "" when there is none */
	const char *label;
	const char *file;
	const char *message;
	const char *exe;
	const char *comm;
	const char *object;
	const char *detail;
	/* the daemon's words, and not the kernel's: for who knows them to set */
	const char *name;
	const char *image;
};

/*
 * Check the record at the start of bytes and fill record, which borrows them.
 *
 * Return: bytes of the record; -EINVAL it is malformed or not whole.
 */
long record_parse(const void *bytes, size_t len, struct record *record);

/* Append the record as one line of JSON (docs/log-format.md), with newline. */
void record_print_json(const struct record *record, struct text *out);

/* The same, of the last of num records that are alike. */
void record_print_repeated(const struct record *record, uint64_t num,
			   struct text *out);

/* Words of a record, as the log and the tools show them. */
const char *record_outcome_name(unsigned int outcome);
const char *record_class_name(const struct record *record);
const char *record_op_name(const struct record *record);

#endif /* DAEMON_RECORD_H */
