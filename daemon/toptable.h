/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * toptable.h - counts by name, and how fast they grow
 *
 *	begin, then set or add for each, then end: one sample
 */
#ifndef DAEMON_TOPTABLE_H
#define DAEMON_TOPTABLE_H

#include <stdbool.h>
#include <stddef.h>

struct toprow {
	char *key; /* owned */
	unsigned long long total;
	unsigned long long before; /* total of the sample before */
	double rate; /* a second, between the two */
	unsigned long long extra[2]; /* the caller's */
	unsigned long long sample; /* the last that it was in */
};

struct toptable {
	struct toprow *rows; /* owned */
	size_t num;
	size_t room;
	size_t *index; /* by hash of the key: row + 1; owned */
	size_t index_size; /* a power of two */
	unsigned long long sample;
};

enum toporder { TOP_BY_RATE, TOP_BY_TOTAL, TOP_BY_NAME };

void toptable_begin(struct toptable *table);

/*
 * The total of key is this. One that is new has not grown yet.
 *
 * Return: its row, until the next call; NULL without memory.
 */
struct toprow *toptable_set(struct toptable *table, const char *key,
			    unsigned long long total);

/* There were num more; one that is new began with 0. */
struct toprow *toptable_add(struct toptable *table, const char *key,
			    unsigned long long num);

/* Compute rates; rows that were not in this sample go, unless keep. */
void toptable_end(struct toptable *table, double seconds, bool keep);

/* The greatest first; by name in order. Equal ones by name. */
void toptable_sort(struct toptable *table, enum toporder order);

void toptable_free(struct toptable *table);

#endif /* DAEMON_TOPTABLE_H */
