/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - how many records there were, by what they say
 */
#ifndef DAEMON_TALLY_H
#define DAEMON_TALLY_H

#include <stdint.h>

#include "vm/limits.h"

struct record;
struct tally;
struct text;

#define TALLY_ROWS 4096 /* kinds of records that are told apart */

/* Return: an owned tally, NULL without memory. */
struct tally *tally_create(void);
void tally_free(struct tally *tally);

/* Count a record; lifecycle records are none. */
void tally_add(struct tally *tally, const struct record *record);

/* Append PROM_RECORDS and PROM_RECORDS_OTHER. */
void tally_print(const struct tally *tally, struct text *out);

#endif /* DAEMON_TALLY_H */
