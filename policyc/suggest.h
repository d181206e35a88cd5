/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * suggest.h - "did you mean": the nearest of some names
 *
 *	struct suggest suggest = SUGGEST_INIT(word);
 *	for each name: suggest_try(&suggest, name);
 *	use suggest.best, which is NULL if nothing is near enough
 */
#ifndef POLICYC_SUGGEST_H
#define POLICYC_SUGGEST_H

#include "vm/port.h"

struct suggest {
	const char *word; /* what was written */
	const char *best; /* borrowed from suggest_try, or NULL */
	u32 distance; /* edits from word to best */
};

#define SUGGEST_INIT(word_)                           \
	{                                             \
		.word = (word_), .distance = U32_MAX, \
	}

void suggest_try(struct suggest *suggest, const char *name);

#endif /* POLICYC_SUGGEST_H */
