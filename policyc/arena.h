/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arena.h - all memory of one run of policyc, freed at once
 *
 * Nothing here returns NULL: when memory runs out the process says so and
 * exits with 3, since no caller could do better. Memory starts as zeroes and
 * is aligned for any type. Under AddressSanitizer every allocation is a block
 * of its own, so that an overrun of one is seen.
 */
#ifndef POLICYC_ARENA_H
#define POLICYC_ARENA_H

#include <stdarg.h>

#include "vm/port.h"

struct arena;

/* Returns an owned arena; the caller must free it. */
struct arena *arena_create(void);
/* Free the arena and everything in it. NULL is fine. */
void arena_free(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t len);
/* num * size bytes; an overflow of the product counts as out of memory. */
void *arena_array(struct arena *arena, size_t num, size_t size);
/*
 * Grow old, which holds old_len bytes (NULL and 0 at first), to new_len.
 * Returns the new place; the old one must not be used again. The bytes past
 * old_len are zeroes.
 */
void *arena_resize(struct arena *arena, void *old, size_t old_len,
		   size_t new_len);
/*
 * Room for one more element behind the num that items holds. Call it before
 * each append to an array that only ever grew this way (NULL and 0 at first).
 */
void *arena_grow(struct arena *arena, void *items, size_t num, size_t size);

char *arena_strdup(struct arena *arena, const char *text);
/* A copy of len bytes with a NUL behind. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *__printf(2, 3) arena_printf(struct arena *arena, const char *fmt, ...);
char *__printf(2, 0)
	arena_vprintf(struct arena *arena, const char *fmt, va_list args);

#endif /* POLICYC_ARENA_H */
