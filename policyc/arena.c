// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define CHUNK_BYTES 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHUNK_BYTES 0
#endif
#endif
#ifndef CHUNK_BYTES
#define CHUNK_BYTES (256u << 10)
#endif

#define ALIGNMENT 16

/* Allocations over this get a chunk of their own, which can be resized. */
#define MAX_SHARED (CHUNK_BYTES / 4)

struct ring {
	struct ring *next, *prev;
};

struct chunk {
	struct ring ring; /* first, the links of one of the arena's two rings */
	size_t len; /* bytes of data */
	size_t used;
	_Alignas(ALIGNMENT) char data[];
};

struct arena {
	struct ring own; /* chunks that hold one allocation each */
	struct ring shared; /* the others, the one with room first */
};

static void __attribute__((noreturn)) out_of_memory(void)
{
	fputs("policyc: cannot go on: out of memory\n", stderr);
	exit(3);
}

static void ring_init(struct ring *head)
{
	head->next = head;
	head->prev = head;
}

static void ring_add(struct ring *head, struct ring *chunk)
{
	chunk->next = head->next;
	chunk->prev = head;
	head->next->prev = chunk;
	head->next = chunk;
}

static void ring_free(struct ring *head)
{
	struct ring *at = head->next;

	while (at != head) {
		struct ring *next = at->next;

		free(container_of(at, struct chunk, ring));
		at = next;
	}
}

static struct chunk *chunk_create(struct ring *head, size_t len)
{
	struct chunk *chunk;

	if (len > SIZE_MAX - sizeof(*chunk))
		out_of_memory();
	chunk = calloc(1, sizeof(*chunk) + len);
	if (!chunk)
		out_of_memory();
	chunk->len = len;
	ring_add(head, &chunk->ring);
	return chunk;
}

struct arena *arena_create(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		out_of_memory();
	ring_init(&arena->own);
	ring_init(&arena->shared);
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	ring_free(&arena->own);
	ring_free(&arena->shared);
	free(arena);
}

static size_t align_up(size_t len)
{
	if (len > SIZE_MAX - ALIGNMENT)
		out_of_memory();
	return (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *arena_alloc(struct arena *arena, size_t len)
{
	struct ring *first = arena->shared.next;
	size_t need = align_up(len);
	struct chunk *chunk;
	void *data;

	/* Exact, so that AddressSanitizer sees the first byte too far. */
	if (len > MAX_SHARED || !MAX_SHARED)
		return chunk_create(&arena->own, len)->data;
	chunk = container_of(first, struct chunk, ring);
	if (first == &arena->shared || chunk->len - chunk->used < need)
		chunk = chunk_create(&arena->shared, CHUNK_BYTES);
	data = chunk->data + chunk->used;
	chunk->used += need;
	return data;
}

void *arena_array(struct arena *arena, size_t num, size_t size)
{
	size_t len;

	if (__builtin_mul_overflow(num, size, &len))
		out_of_memory();
	return arena_alloc(arena, len);
}

static void *resize_own(struct arena *arena, void *old, size_t old_len,
			size_t new_len)
{
	struct chunk *chunk = container_of(old, struct chunk, data);

	chunk->ring.prev->next = chunk->ring.next;
	chunk->ring.next->prev = chunk->ring.prev;
	if (new_len > SIZE_MAX - sizeof(*chunk))
		out_of_memory();
	chunk = realloc(chunk, sizeof(*chunk) + new_len);
	if (!chunk)
		out_of_memory();
	memset(chunk->data + old_len, 0, new_len - old_len);
	chunk->len = new_len;
	ring_add(&arena->own, &chunk->ring);
	return chunk->data;
}

void *arena_resize(struct arena *arena, void *old, size_t old_len,
		   size_t new_len)
{
	void *data;

	if (new_len <= old_len)
		return old;
	if (old && (old_len > MAX_SHARED || !MAX_SHARED))
		return resize_own(arena, old, old_len, new_len);
	data = arena_alloc(arena, new_len);
	if (old_len)
		memcpy(data, old, old_len);
	return data;
}

void *arena_grow(struct arena *arena, void *items, size_t num, size_t size)
{
	size_t len;

	if (!num)
		return arena_array(arena, 4, size);
	/* Full exactly at the powers of two from 4 on. */
	if (num < 4 || (num & (num - 1)))
		return items;
	if (__builtin_mul_overflow(num, 2 * size, &len))
		out_of_memory();
	return arena_resize(arena, items, num * size, len);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		out_of_memory();
	text = arena_alloc(arena, (size_t)len + 1);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}
