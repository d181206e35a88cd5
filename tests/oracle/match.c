// SPDX-License-Identifier: GPL-2.0-only
/*
 * match.c - braces are written out, then stars try every length
 */
#include <stdio.h>
#include <string.h>

#include "match.h"

#define MAX_TEXT 8192

/* Nothing, where a brace was: a '*' before it and one behind are no "**". */
#define SEAM '\001'

/* What of a text wildcards do not match. */
struct limits {
	char separator; /* none but "**" do; 0: of an argument, nothing is */
	bool root; /* the nothing behind the '/' of the root */
};

static bool match_plain(const char *p, const char *s, const struct limits *l);

static bool match_star(const char *p, const char *s, const struct limits *l,
		       bool all)
{
	if (l->root && !*s)
		return false;
	for (;; s++) {
		if (match_plain(p, s, l))
			return true;
		if (!*s || (*s == l->separator && !all))
			return false;
	}
}

static bool match_set(const char **p, unsigned char c, const struct limits *l)
{
	bool negated = **p == '^';
	bool found = false;

	*p += negated;
	while (**p != ']') {
		unsigned char lo, hi;

		*p += **p == '\\';
		lo = hi = (unsigned char)*(*p)++;
		if (**p == '-' && (*p)[1] != ']') {
			(*p)++;
			*p += **p == '\\';
			hi = (unsigned char)*(*p)++;
		}
		found |= c >= lo && c <= hi;
	}
	(*p)++;
	return c && c != (unsigned char)l->separator && found != negated;
}

static bool match_plain(const char *p, const char *s, const struct limits *l)
{
	while (*p) {
		char c = *p++;

		if (c == SEAM)
			continue;
		if (c == '*' && *p == '*')
			return match_star(p + 1, s, l, true);
		if (c == '*')
			return match_star(p, s, l, false);
		if (c == '[') {
			if (!match_set(&p, (unsigned char)*s, l))
				return false;
		} else if (c == '?') {
			if (!*s || *s == l->separator)
				return false;
		} else {
			if (c == '\\')
				c = *p++;
			if (c != *s)
				return false;
		}
		s++;
	}
	return !*s;
}

/* The first brace that is neither quoted nor in a set, or NULL. */
static const char *find_open(const char *p)
{
	for (; *p; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '{')
			return p;
		else if (*p == '[')
			while (*++p != ']')
				p += *p == '\\';
	}
	return NULL;
}

/* The ',' or '}' that ends an alternative which begins at p. */
static const char *find_end(const char *p)
{
	for (int depth = 0;; p++) {
		if (!depth && (*p == ',' || *p == '}'))
			return p;
		if (*p == '\\')
			p++;
		else if (*p == '[')
			while (*++p != ']')
				p += *p == '\\';
		else if (*p == '{')
			depth++;
		else if (*p == '}')
			depth--;
	}
}

static bool match(const char *pattern, const char *s, const struct limits *l)
{
	const char *open = find_open(pattern);
	const char *close = open, *at;
	char text[MAX_TEXT];

	if (!open)
		return match_plain(pattern, s, l);
	do
		close = find_end(close + 1);
	while (*close != '}');
	for (at = open; at != close;) {
		const char *end = find_end(at + 1);

		(void)snprintf(text, sizeof(text), "%.*s%c%.*s%c%s",
			       (int)(open - pattern), pattern, SEAM,
			       (int)(end - at - 1), at + 1, SEAM, close + 1);
		if (match(text, s, l))
			return true;
		at = end;
	}
	return false;
}

bool oracle_match(const char *pattern, const char *path)
{
	const struct limits limits = { '/', !strcmp(path, "/") };

	return match(pattern, path, &limits);
}

bool oracle_match_arg(const char *pattern, const char *text)
{
	const struct limits limits = { '\0', false };

	return match(pattern, text, &limits);
}
