// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "numbers.h"

void numbers_add(struct arena *arena, struct numbers *list, u32 number)
{
	list->items = arena_grow(arena, list->items, list->num, sizeof(number));
	list->items[list->num++] = number;
}

int numbers_compare(const void *left, const void *right)
{
	u32 x = *(const u32 *)left;
	u32 y = *(const u32 *)right;

	return x < y ? -1 : x > y;
}

void numbers_sort(struct numbers *list)
{
	u32 kept = 0;

	if (list->num)
		qsort(list->items, list->num, sizeof(u32), numbers_compare);
	for (u32 i = 0; i < list->num; i++)
		if (!i || list->items[i] != list->items[i - 1])
			list->items[kept++] = list->items[i];
	list->num = kept;
}
