/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - the text of a policy file, by line
 */
#ifndef POLICYC_SOURCE_H
#define POLICYC_SOURCE_H

#include "arena.h"
#include "ast.h"

/* a million prefixes, or 100,000 rules of many words */
#define SOURCE_MAX_BYTES (32u << 20)

/* One file; constant once made. */
struct source {
	const char *name; /* as diagnostics and records show it */
	const char *text; /* len bytes and a NUL */
	size_t len;
	const u32 *lines; /* offset of each line's first byte */
	u32 num_lines; /* at least 1 */
};

/* Index text, which is borrowed for the life of the arena. */
const struct source *source_create(struct arena *arena, const char *name,
				   const char *text, size_t len);

/*
 * Read a file, or the standard input if path is "-".
 *
 * Return: 0; -EFBIG over SOURCE_MAX_BYTES; -EISDIR, -EINVAL if it is no
 * regular file or pipe; or what open(2) and read(2) say.
 */
int __must_check source_read(struct arena *arena, const char *path,
			     const struct source **source);

/* Line number (from 1) without its end; "" past the end. */
const char *source_line(const struct source *source, u32 line, size_t *len);

/* The place of len bytes at offset off, for messages; len 0 is a point. */
struct span source_span(const struct source *source, size_t off, size_t len);

/* What a span covers on its first line, a copy. */
const char *source_quote(struct arena *arena, const struct span *span);

/*
 * Length of the UTF-8 sequence at text, of which len bytes are there; 0 if
 * they are none (overlong forms and surrogates included).
 */
size_t utf8_len(const char *text, size_t len);

#endif /* POLICYC_SOURCE_H */
