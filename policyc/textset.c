// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "textset.h"

void textset_add(struct arena *arena, struct textset *set, const char *text)
{
	set->items = arena_grow(arena, set->items, set->num, sizeof(text));
	set->items[set->num++] = text;
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void textset_sort(struct textset *set)
{
	if (set->num)
		qsort(set->items, set->num, sizeof(*set->items), by_text);
}

bool textset_has(const struct textset *set, const char *text)
{
	return set->num && bsearch(&text, set->items, set->num,
				   sizeof(*set->items), by_text);
}
