/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * remedy.h - from denials in the log to the YAML that would allow them
 *
 * Nothing is generalised: a path stays that path, an address that address. (But
 * the number of a thread in /proc/self/task, which is never the same.)
 * What no rule can allow becomes a comment that says what to do instead.
 */
#ifndef DAEMON_REMEDY_H
#define DAEMON_REMEDY_H

#include <stdbool.h>
#include <stdio.h>

struct json_t;
struct remedy;

/* Return: an owned, empty collection; NULL without memory. */
struct remedy *remedy_create(void);
void remedy_free(struct remedy *remedy);

/*
 * Count a record of the log.
 *
 * Return: true if it was a denial, enforced or not.
 */
bool remedy_add(struct remedy *remedy, const struct json_t *record);

/* Different denials so far. */
size_t remedy_num(const struct remedy *remedy);

/* "   12 times  read /etc/x  (default)" lines, most frequent first. */
void remedy_print_counts(const struct remedy *remedy, FILE *out);

/*
 * The same as an owned array of objects, and how many different denials found no
 * room in left_out. Return: NULL without memory.
 */
struct json_t *remedy_denials(const struct remedy *remedy,
			      unsigned long long *left_out);

/* The fragment of a policy; keeps its marks in remedy. */
void remedy_print_yaml(struct remedy *remedy, FILE *out);

#endif /* DAEMON_REMEDY_H */
