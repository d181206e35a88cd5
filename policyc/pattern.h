/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern.h - the syntax of globs
 *
 *	?	one byte of a component, never '/'
 *	*	any bytes of one component, none as well
 *	**	any bytes, '/' too
 *	{a,b}	one of several, may be nested and may be empty
 *	[a-z]	one ASCII byte of a set, [^a-z] one that is not; never '/'
 *	\c	the byte c itself
 *
 * A pattern matches a whole path. Wildcards do not match the nothing after
 * the '/' of the root directory: only "/" names it, "/" followed by "**" is
 * all that is below. Paths hold no "//", "." or ".." and end in no '/', so a
 * pattern that has one could never match and is refused.
 */
#ifndef POLICYC_PATTERN_H
#define POLICYC_PATTERN_H

#include "vm/port.h"

#define PATTERN_MAX_DEPTH 16 /* braces within braces */

/* What is wrong with a pattern, for a caret and a note below it. */
struct pattern_error {
	u32 off; /* first byte that is wrong, from 0 */
	u32 len; /* how many bytes are, at least 1 */
	char text[128]; /* "unclosed '{'" */
	char hint[128]; /* what to write instead; "" if there is no advice */
};

enum pattern_kind {
	PATTERN_END,
	PATTERN_BYTE, /* that byte */
	PATTERN_ANY, /* ? */
	PATTERN_STAR, /* * */
	PATTERN_GLOBSTAR, /* ** */
	PATTERN_SET, /* [...] */
	PATTERN_OPEN, /* { */
	PATTERN_NEXT, /* , between alternatives */
	PATTERN_CLOSE, /* } */
};

/* A set of byte values. */
struct byteset {
	u64 bits[4];
};

static inline bool byteset_has(const struct byteset *set, u8 byte)
{
	return set->bits[byte / 64] >> byte % 64 & 1;
}

static inline void byteset_add(struct byteset *set, u8 byte)
{
	set->bits[byte / 64] |= 1ull << byte % 64;
}

/* Move *byte up to the next one that is in the set, itself included. */
static inline bool byteset_next(const struct byteset *set, u32 *byte)
{
	for (u32 at = *byte; at < 256; at = (at | 63) + 1) {
		const u64 rest = set->bits[at / 64] >> at % 64;

		if (rest) {
			*byte = at + (u32)__builtin_ctzll(rest);
			return true;
		}
	}
	return false;
}

struct pattern_token {
	enum pattern_kind kind;
	u32 off; /* where in the text it begins */
	u8 byte; /* PATTERN_BYTE */
	struct byteset set; /* PATTERN_SET: what it matches, '^' applied */
};

/* Which part of a component the text so far may end in; see pattern.c. */
struct pattern_level {
	u32 open; /* offset of the '{' */
	u8 before; /* states at the '{' */
	u8 after; /* states at the ends of the alternatives so far */
};

/* What a pattern is of. */
enum pattern_mode {
	PATTERN_PATH,
	PATTERN_TEXT, /* it need not begin with '/' */
	PATTERN_ARG, /* '/' is a byte as any other, and so are ( ) | + $ */
};

/* A pattern being read. Set up by pattern_begin, private otherwise. */
struct pattern_cursor {
	const char *text;
	u32 pos;
	u32 depth;
	enum pattern_mode mode;
	u8 states;
	struct pattern_level levels[PATTERN_MAX_DEPTH];
};

void pattern_begin(struct pattern_cursor *cur, const char *text);

/*
 * The same for a pattern of texts that are no paths: it need not begin with
 * '/', and a '/' in it is a byte that '*' and '?' do not match, no more.
 */
void pattern_begin_text(struct pattern_cursor *cur, const char *text);

/* The same for one of an argument: any text, and the empty one. */
void pattern_begin_arg(struct pattern_cursor *cur, const char *text);

/*
 * Read the next token; PATTERN_END is the last. err may be NULL.
 * Return: 0; -EINVAL with *err filled: the text is no pattern.
 */
int __must_check pattern_next(struct pattern_cursor *cur,
			      struct pattern_token *tok,
			      struct pattern_error *err);

/* Is text a pattern? Return: as pattern_next. */
int __must_check pattern_check(const char *text, struct pattern_error *err);
int __must_check pattern_check_text(const char *text,
				    struct pattern_error *err);
int __must_check pattern_check_arg(const char *text, struct pattern_error *err);

/* The '}' of the '{' that a pattern begins with, or NULL. */
const char *pattern_brace_end(const char *open);

#endif /* POLICYC_PATTERN_H */
