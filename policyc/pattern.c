// SPDX-License-Identifier: GPL-2.0-only
/*
 * pattern.c - read globs, and refuse what could never match
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pattern.h"
#include "vm/limits.h"

/*
 * What the component that is being read may consist of so far. Several bits
 * are set after a '}', one for each way through the alternatives.
 */
#define AT_SLASH (1u << 0) /* nothing yet */
#define AT_DOT (1u << 1) /* "." */
#define AT_DOTDOT (1u << 2) /* ".." */
#define AT_OTHER (1u << 3) /* a name, or a wildcard */
#define AT_START (1u << 4) /* before the first '/' */
#define AT_ROOT (1u << 5) /* behind the first '/', which may be all */

static int __printf(4, 5)
	fail(struct pattern_error *err, u32 off, u32 len, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;
	err->off = off;
	err->len = len;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int __printf(2, 3) hint(struct pattern_error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;
	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void pattern_begin(struct pattern_cursor *cur, const char *text)
{
	cur->text = text;
	cur->pos = 0;
	cur->depth = 0;
	cur->mode = PATTERN_PATH;
	cur->states = AT_START;
}

void pattern_begin_text(struct pattern_cursor *cur, const char *text)
{
	pattern_begin(cur, text);
	cur->mode = PATTERN_TEXT;
}

void pattern_begin_arg(struct pattern_cursor *cur, const char *text)
{
	pattern_begin(cur, text);
	cur->mode = PATTERN_ARG;
}

/* The component ends here, at a '/' or at the end of the pattern. */
static int end_component(struct pattern_cursor *cur, u32 off,
			 struct pattern_error *err)
{
	if (cur->states & AT_DOTDOT) {
		fail(err, off - 2, 2, "a '..' component matches no path");
		return hint(err, "write the path without it");
	}
	if (cur->states & AT_DOT) {
		fail(err, off - 1, 1, "a '.' component matches no path");
		return hint(err, "write the path without it");
	}
	return 0;
}

static int add_slash(struct pattern_cursor *cur, u32 off,
		     struct pattern_error *err)
{
	int ret;

	if (cur->mode != PATTERN_PATH) {
		cur->states = AT_OTHER;
		return 0;
	}
	ret = end_component(cur, off, err);
	if (ret)
		return ret;
	if (cur->states & (AT_SLASH | AT_ROOT)) {
		fail(err, off, 1, "'//' matches no path");
		return hint(err, "an optional component is written {,name/}");
	}
	cur->states = off ? AT_SLASH : AT_ROOT;
	return 0;
}

static int add_byte(struct pattern_cursor *cur, u32 off, u8 byte,
		    struct pattern_error *err)
{
	u8 before = cur->states;

	if (byte == '/')
		return add_slash(cur, off, err);
	cur->states = 0;
	if (byte != '.') {
		cur->states = AT_OTHER;
		return 0;
	}
	if (before & (AT_SLASH | AT_ROOT))
		cur->states |= AT_DOT;
	if (before & AT_DOT)
		cur->states |= AT_DOTDOT;
	if (before & (AT_DOTDOT | AT_OTHER))
		cur->states |= AT_OTHER;
	return 0;
}

/* One member of a set, a quoted one as well. */
static int set_member(struct pattern_cursor *cur, u32 open, u8 *byte,
		      struct pattern_error *err)
{
	u32 off = cur->pos;
	u8 c = cur->text[cur->pos++];

	if (c == '\\')
		c = cur->text[cur->pos++];
	if (!c) {
		fail(err, open, 1, "unclosed '['");
		return hint(err, "a '[' in a name is written \\[");
	}
	if (c >= 0x80) {
		fail(err, off, 1, "a set holds ASCII characters only");
		return hint(err, "write {a,b} with whole characters");
	}
	if (c == '/' && cur->mode != PATTERN_ARG) {
		fail(err, off, 1, "a set never matches '/'");
		return hint(err, "write {/,x}");
	}
	*byte = c;
	return 0;
}

/* One member or range: "a", "a-z". */
static int set_range(struct pattern_cursor *cur, u32 open, struct byteset *set,
		     struct pattern_error *err)
{
	u32 off = cur->pos;
	u8 lo, hi;
	int ret;

	ret = set_member(cur, open, &lo, err);
	if (ret)
		return ret;
	hi = lo;
	if (cur->text[cur->pos] == '-' && cur->text[cur->pos + 1] != ']') {
		cur->pos++;
		ret = set_member(cur, open, &hi, err);
		if (ret)
			return ret;
	}
	if (lo > hi) {
		fail(err, off, cur->pos - off, "range is the wrong way round");
		return hint(err, "write [%c-%c]", hi, lo);
	}
	for (u32 c = lo; c <= hi; c++)
		if (c != '/' || cur->mode == PATTERN_ARG)
			byteset_add(set, c);
	return 0;
}

/* After the '['. */
static int read_set(struct pattern_cursor *cur, struct pattern_token *tok,
		    struct pattern_error *err)
{
	u32 open = cur->pos - 1;
	bool negated = cur->text[cur->pos] == '^';
	int ret;

	tok->kind = PATTERN_SET;
	memset(&tok->set, 0, sizeof(tok->set));
	if (cur->text[cur->pos] == '!') {
		fail(err, cur->pos, 1, "a set is negated by '^'");
		return hint(err, "write [^...], or [\\!...] for the character");
	}
	cur->pos += negated;
	if (cur->text[cur->pos] == ']') {
		fail(err, open, cur->pos + 1 - open, "empty set");
		return hint(err, "a ']' in a set is written \\]");
	}
	while (cur->text[cur->pos] != ']') {
		ret = set_range(cur, open, &tok->set, err);
		if (ret)
			return ret;
	}
	cur->pos++;
	if (negated) {
		if (cur->mode != PATTERN_ARG)
			byteset_add(&tok->set, '/');
		for (u32 i = 0; i < ARRAY_SIZE(tok->set.bits); i++)
			tok->set.bits[i] = ~tok->set.bits[i];
	}
	cur->states = AT_OTHER;
	return 0;
}

static int read_open(struct pattern_cursor *cur, struct pattern_token *tok,
		     struct pattern_error *err)
{
	struct pattern_level *level = &cur->levels[cur->depth];
	u32 off = cur->pos - 1;

	tok->kind = PATTERN_OPEN;
	if (cur->text[cur->pos] == '}') {
		fail(err, off, 2, "empty braces");
		return hint(err, "braces in a name are written \\{\\}");
	}
	if (cur->depth == PATTERN_MAX_DEPTH)
		return fail(err, off, 1, "braces nested over %u deep",
			    PATTERN_MAX_DEPTH);
	level->open = off;
	level->before = cur->states;
	level->after = 0;
	cur->depth++;
	return 0;
}

static int read_close(struct pattern_cursor *cur, struct pattern_token *tok,
		      struct pattern_error *err)
{
	tok->kind = PATTERN_CLOSE;
	if (!cur->depth) {
		fail(err, cur->pos - 1, 1, "'}' without a '{'");
		return hint(err, "a '}' in a name is written \\}");
	}
	cur->depth--;
	cur->states |= cur->levels[cur->depth].after;
	return 0;
}

static void read_comma(struct pattern_cursor *cur, struct pattern_token *tok)
{
	struct pattern_level *level = &cur->levels[cur->depth - 1];

	tok->kind = PATTERN_NEXT;
	level->after |= cur->states;
	cur->states = level->before;
}

static int read_star(struct pattern_cursor *cur, struct pattern_token *tok,
		     struct pattern_error *err)
{
	u32 off = cur->pos - 1;

	tok->kind = PATTERN_STAR;
	if (cur->text[cur->pos] == '*') {
		tok->kind = PATTERN_GLOBSTAR;
		cur->pos++;
	}
	if (cur->text[cur->pos] == '*') {
		fail(err, off, 3, "'***' means nothing");
		return hint(err, "** crosses '/', * does not");
	}
	cur->states = AT_OTHER;
	return 0;
}

/* Signs of a regular expression; names with them are quoted. */
static int check_regex(const struct pattern_cursor *cur, u32 off,
		       struct pattern_error *err)
{
	char c = cur->text[off];
	char before = off ? cur->text[off - 1] : '\0';

	if (cur->mode == PATTERN_ARG)
		return 0;
	if (c == '(' || c == ')' || c == '|') {
		fail(err, off, 1, "patterns are globs, not expressions: '%c'",
		     c);
		return hint(err, "write {a,b}, or \\%c for the character", c);
	}
	if (c == '+' && before && strchr(".]*}", before)) {
		fail(err, off, 1, "patterns are globs, not expressions: '+'");
		return hint(err, "write *, or \\+ for the character");
	}
	if (c == '$' && !cur->text[off + 1]) {
		fail(err, off, 1, "patterns are globs, not expressions: '$'");
		return hint(err, "a pattern always matches the whole path; "
				 "write \\$ for the character");
	}
	return 0;
}

static int read_byte(struct pattern_cursor *cur, struct pattern_token *tok,
		     struct pattern_error *err)
{
	u32 off = cur->pos - 1;
	u8 c = cur->text[off];
	int ret;

	tok->kind = PATTERN_BYTE;
	if (c == '\\') {
		c = cur->text[cur->pos];
		if (!c) {
			fail(err, off, 1, "'\\' at the end quotes nothing");
			return hint(err, "a backslash is written \\\\");
		}
		cur->pos++;
	} else {
		ret = check_regex(cur, off, err);
		if (ret)
			return ret;
	}
	tok->byte = c;
	return add_byte(cur, off, c, err);
}

static int check_start(const struct pattern_cursor *cur,
		       struct pattern_error *err)
{
	const char *text = cur->text;

	if (!text[0] && cur->mode != PATTERN_ARG)
		return fail(err, 0, 1, "empty pattern");
	if (strlen(text) >= BVM_MAX_PATH)
		return fail(err, 0, 1, "pattern of %zu bytes, at most %u",
			    strlen(text), BVM_MAX_PATH - 1);
	if (text[0] == '/' || cur->mode != PATTERN_PATH)
		return 0;
	fail(err, 0, 1, "a pattern starts with '/'");
	if (text[0] == '~')
		return hint(err, "write the home directory out");
	if (text[0] == '^')
		return hint(err, "patterns are globs, not expressions, and "
				 "match the whole path");
	if (text[0] == '{')
		return hint(err, "write /{usr/,}lib for {/usr,}/lib");
	if (!strncmp(text, "**/", 3))
		text += 3;
	return hint(err,
		    "write it from the root on; at any depth it is "
		    "/**/%.40s",
		    text);
}

static int read_end(struct pattern_cursor *cur, struct pattern_token *tok,
		    struct pattern_error *err)
{
	u32 off = cur->pos;
	int ret;

	tok->kind = PATTERN_END;
	if (cur->depth) {
		fail(err, cur->levels[cur->depth - 1].open, 1, "unclosed '{'");
		return hint(err, "a '{' in a name is written \\{");
	}
	ret = end_component(cur, off, err);
	if (ret)
		return ret;
	if (cur->states & AT_SLASH) {
		fail(err, off - 1, 1, "no path ends in '/'");
		return hint(err, "/x is the directory, /x/** what is below");
	}
	return 0;
}

int pattern_next(struct pattern_cursor *cur, struct pattern_token *tok,
		 struct pattern_error *err)
{
	char c = cur->text[cur->pos];
	int ret;

	if (cur->states & AT_START) {
		ret = check_start(cur, err);
		if (ret)
			return ret;
		cur->states = AT_OTHER;
	}
	tok->off = cur->pos;
	if (!c)
		return read_end(cur, tok, err);
	cur->pos++;
	switch (c) {
	case '*':
		return read_star(cur, tok, err);
	case '?':
		tok->kind = PATTERN_ANY;
		cur->states = AT_OTHER;
		return 0;
	case '[':
		return read_set(cur, tok, err);
	case '{':
		return read_open(cur, tok, err);
	case '}':
		return read_close(cur, tok, err);
	case ',':
		if (!cur->depth)
			break;
		read_comma(cur, tok);
		return 0;
	}
	return read_byte(cur, tok, err);
}

static int read_all(struct pattern_cursor *cur, struct pattern_error *err)
{
	struct pattern_token tok;
	int ret;

	do {
		ret = pattern_next(cur, &tok, err);
	} while (!ret && tok.kind != PATTERN_END);
	return ret;
}

int pattern_check(const char *text, struct pattern_error *err)
{
	struct pattern_cursor cur;

	pattern_begin(&cur, text);
	return read_all(&cur, err);
}

int pattern_check_text(const char *text, struct pattern_error *err)
{
	struct pattern_cursor cur;

	pattern_begin_text(&cur, text);
	return read_all(&cur, err);
}

int pattern_check_arg(const char *text, struct pattern_error *err)
{
	struct pattern_cursor cur;

	pattern_begin_arg(&cur, text);
	return read_all(&cur, err);
}

const char *pattern_brace_end(const char *open)
{
	u32 depth = 0;

	for (; *open; open++) {
		if (*open == '\\' && open[1])
			open++;
		else if (*open == '{')
			depth++;
		else if (*open == '}' && !--depth)
			return open;
	}
	return NULL;
}
