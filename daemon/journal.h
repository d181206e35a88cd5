/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * journal.h - records for systemd's journal, with a field for each member
 *
 * Its native protocol is one datagram an entry, so no library is needed:
 * systemd.io/JOURNAL_NATIVE_PROTOCOL.
 */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include <stdint.h>

struct record;
struct text;

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal {
	int fd; /* connected; -1: nobody wants it */
	uint64_t written; /* entries */
	uint64_t failed; /* entries that it did not take */
};

/* Return: a socket that is connected to the journal at path, or -errno. */
int journal_open(const char *path);

/* One entry; num > 1: the record stands for so many. */
void journal_print(const struct record *record, uint64_t num, struct text *out);

/* Send an entry, without waiting; counted. */
void journal_send(struct journal *journal, const struct record *record,
		  uint64_t num);

#endif /* DAEMON_JOURNAL_H */
