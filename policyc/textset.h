/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * textset.h - a list of texts, and quick answers to "is this one of them?"
 */
#ifndef POLICYC_TEXTSET_H
#define POLICYC_TEXTSET_H

#include "arena.h"

/* Starts as zeroes. Texts are borrowed. */
struct textset {
	const char **items;
	u32 num;
};

void textset_add(struct arena *arena, struct textset *set, const char *text);
/* After the last add and before the first question. */
void textset_sort(struct textset *set);
bool textset_has(const struct textset *set, const char *text);

#endif /* POLICYC_TEXTSET_H */
