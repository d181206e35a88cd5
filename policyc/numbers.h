/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * numbers.h - a list of numbers that is made into an ascending set
 */
#ifndef POLICYC_NUMBERS_H
#define POLICYC_NUMBERS_H

#include "arena.h"

/* Starts as zeroes. */
struct numbers {
	u32 *items;
	u32 num;
};

void numbers_add(struct arena *arena, struct numbers *list, u32 number);
/* Ascending, each once. After it, nothing is added. */
void numbers_sort(struct numbers *list);

/* For qsort, of u32. */
int numbers_compare(const void *left, const void *right);

#endif /* POLICYC_NUMBERS_H */
