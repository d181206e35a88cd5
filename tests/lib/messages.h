/* SPDX-License-Identifier: GPL-2.0-only */
/* messages.h - what policyc says, as text */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include <stdio.h>
#include <stdlib.h>

#include "policyc/arena.h"
#include "policyc/diag.h"

/* What diag_print writes; the arena owns it. */
static inline const char *messages_of(struct arena *arena, struct diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	const char *copy;

	if (!out)
		abort();
	diag_print(diag, out);
	if (fclose(out))
		abort();
	copy = arena_strndup(arena, text, len);
	free(text);
	return copy;
}

#endif
