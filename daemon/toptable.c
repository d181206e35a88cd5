// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "toptable.h"

static size_t hash(const char *key)
{
	size_t sum = 5381;

	for (; *key; key++)
		sum = sum * 33 + (unsigned char)*key;
	return sum ^ sum >> 17;
}

/* Where key is in the index, or the place for it. */
static size_t place_of(const struct toptable *table, const char *key)
{
	size_t at = hash(key) & (table->index_size - 1);

	while (table->index[at] &&
	       strcmp(table->rows[table->index[at] - 1].key, key))
		at = (at + 1) & (table->index_size - 1);
	return at;
}

/* Rows were moved, or there are too many for it: make it anew. */
static bool make_index(struct toptable *table)
{
	size_t size = 64, i;
	size_t *index;

	while (size < 2 * (table->room + 1))
		size *= 2;
	index = calloc(size, sizeof(*index));
	free(table->index);
	table->index = index;
	table->index_size = index ? size : 0;
	if (!index)
		return false;
	for (i = 0; i < table->num; i++)
		index[place_of(table, table->rows[i].key)] = i + 1;
	return true;
}

static bool make_room(struct toptable *table)
{
	size_t room = table->room ? 2 * table->room : 32;
	struct toprow *rows;

	if (table->num < table->room)
		return true;
	rows = realloc(table->rows, room * sizeof(*rows));
	if (!rows)
		return false;
	table->rows = rows;
	table->room = room;
	return make_index(table);
}

static struct toprow *new_row(struct toptable *table, const char *key)
{
	struct toprow *row;

	if (!make_room(table))
		return NULL;
	row = &table->rows[table->num];
	*row = (struct toprow){ .key = strdup(key) };
	if (!row->key)
		return NULL;
	table->index[place_of(table, key)] = ++table->num;
	return row;
}

static struct toprow *row_of(struct toptable *table, const char *key,
			     bool *is_new)
{
	struct toprow *row = NULL;

	if (!table->index && !make_index(table))
		return NULL;
	if (table->index[place_of(table, key)])
		row = &table->rows[table->index[place_of(table, key)] - 1];
	*is_new = !row;
	if (!row)
		row = new_row(table, key);
	if (row)
		row->sample = table->sample;
	return row;
}

void toptable_begin(struct toptable *table)
{
	size_t i;

	table->sample++;
	for (i = 0; i < table->num; i++)
		table->rows[i].before = table->rows[i].total;
	if (table->index)
		(void)make_index(table);
}

struct toprow *toptable_set(struct toptable *table, const char *key,
			    unsigned long long total)
{
	struct toprow *row;
	bool is_new;

	row = row_of(table, key, &is_new);
	if (!row)
		return NULL;
	/* a policy that was loaded anew counts from 0 */
	if (is_new || total < row->before)
		row->before = is_new ? total : 0;
	row->total = total;
	return row;
}

struct toprow *toptable_add(struct toptable *table, const char *key,
			    unsigned long long num)
{
	struct toprow *row;
	bool is_new;

	row = row_of(table, key, &is_new);
	if (row)
		row->total += num;
	return row;
}

void toptable_end(struct toptable *table, double seconds, bool keep)
{
	size_t from, to = 0;

	for (from = 0; from < table->num; from++) {
		struct toprow *row = &table->rows[from];

		row->rate = seconds > 0 ? (double)(row->total - row->before) /
						  seconds :
					  0;
		if (!keep && row->sample != table->sample)
			free(row->key);
		else
			table->rows[to++] = *row;
	}
	table->num = to;
	if (table->index)
		(void)make_index(table);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct toprow *)a)->key,
		      ((const struct toprow *)b)->key);
}

static int by_total(const void *a, const void *b)
{
	unsigned long long x = ((const struct toprow *)a)->total;
	unsigned long long y = ((const struct toprow *)b)->total;

	return x == y ? by_name(a, b) : x < y ? 1 : -1;
}

static int by_rate(const void *a, const void *b)
{
	double x = ((const struct toprow *)a)->rate;
	double y = ((const struct toprow *)b)->rate;

	return x < y ? 1 : x > y ? -1 : by_total(a, b);
}

void toptable_sort(struct toptable *table, enum toporder order)
{
	int (*compare)(const void *, const void *) =
		order == TOP_BY_NAME  ? by_name :
		order == TOP_BY_TOTAL ? by_total :
					by_rate;

	if (table->num)
		qsort(table->rows, table->num, sizeof(*table->rows), compare);
	if (table->index)
		(void)make_index(table);
}

void toptable_free(struct toptable *table)
{
	size_t i;

	for (i = 0; i < table->num; i++)
		free(table->rows[i].key);
	free(table->rows);
	free(table->index);
	memset(table, 0, sizeof(*table));
}
