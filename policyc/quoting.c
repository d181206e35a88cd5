// SPDX-License-Identifier: GPL-2.0-only
#include "quoting.h"

/* A part of one line. */
struct part {
	const char *line;
	size_t from, to;
};

static const char indicators[] = "*&!%@`{[]},|>:?";

/* Lists in lists that are looked into: each costs the line again. */
#define MAX_NESTED 8

const char *quoting_add(struct arena *arena, const char *text)
{
	char *out, *at;

	if (!strpbrk(text, "\\\""))
		return arena_printf(arena, "\"%s\"", text);
	out = arena_alloc(arena, 2 * strlen(text) + 3);
	at = out;
	*at++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			*at++ = '\'';
		*at++ = *text;
	}
	*at = '\'';
	return out;
}

static void trim(struct part *part)
{
	while (part->from < part->to && part->line[part->from] == ' ')
		part->from++;
	while (part->to > part->from && part->line[part->to - 1] == ' ')
		part->to--;
}

/* Behind the quoted text that starts at from. */
static size_t skip_quoted(const char *line, size_t from, size_t to)
{
	char quote = line[from++];

	while (from < to && line[from] != quote) {
		if (quote == '"' && line[from] == '\\' && from + 1 < to)
			from++;
		from++;
	}
	return from < to ? from + 1 : to;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* Does quoted text start at i? Inside a word a quote is a character. */
static bool opens_quote(const char *line, size_t from, size_t i)
{
	return is_quote(line[i]) && (i == from || strchr(" [{,", line[i - 1]));
}

static void cut_comment(struct part *part)
{
	size_t i = part->from;

	while (i < part->to) {
		if (opens_quote(part->line, part->from, i)) {
			i = skip_quoted(part->line, i, part->to);
			continue;
		}
		if (part->line[i] == '#' &&
		    (i == part->from || part->line[i - 1] == ' '))
			part->to = i;
		i++;
	}
}

static bool skip_dash(struct part *part)
{
	if (part->to - part->from < 2 || part->line[part->from] != '-' ||
	    part->line[part->from + 1] != ' ')
		return false;
	part->from += 2;
	trim(part);
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool skip_key(struct part *part)
{
	size_t i = part->from;

	if (i < part->to && is_quote(part->line[i]))
		i = skip_quoted(part->line, i, part->to);
	else
		while (i < part->to && is_word(part->line[i]))
			i++;
	if (i == part->from || i >= part->to || part->line[i] != ':')
		return false;
	if (i + 1 < part->to && part->line[i + 1] != ' ')
		return false;
	part->from = i + 1;
	trim(part);
	return true;
}

static struct part uncommented(const char *line, size_t len)
{
	struct part part = { .line = line, .to = len };

	cut_comment(&part);
	trim(&part);
	return part;
}

/* The value of the line: behind its dashes and its key, before a comment. */
static struct part value_of(const char *line, size_t len, bool *keyed)
{
	struct part part = uncommented(line, len);

	while (skip_dash(&part))
		;
	*keyed = skip_key(&part);
	return part;
}

static bool is_opening(char c)
{
	return c == '[' || c == '{';
}

/* Behind the bracket that closes the one at from; to + 1 if none does. */
static size_t skip_brackets(const char *line, size_t from, size_t to)
{
	u32 depth = 0;
	size_t i = from;

	while (i < to) {
		if (opens_quote(line, from, i)) {
			i = skip_quoted(line, i, to);
			continue;
		}
		if (is_opening(line[i]))
			depth++;
		if ((line[i] == ']' || line[i] == '}') && !--depth)
			return i + 1;
		i++;
	}
	return to + 1;
}

static char cause_in_list(const struct part *item)
{
	size_t i;

	if (strchr(indicators, item->line[item->from]))
		return item->line[item->from];
	for (i = item->from; i < item->to; i++)
		if (strchr("{}[]", item->line[i]))
			return item->line[i];
	if (item->line[item->to - 1] == ':')
		return ':';
	return 0;
}

/* Behind what starts at i: quoted text, brackets, or one character. */
static size_t skip_one(const struct part *part, size_t i)
{
	if (opens_quote(part->line, part->from, i))
		return skip_quoted(part->line, i, part->to);
	if (is_opening(part->line[i]))
		return skip_brackets(part->line, i, part->to);
	return i + 1;
}

/* The next item of a list in brackets; part->from moves behind it. */
static struct part next_item(struct part *part)
{
	struct part item = *part;
	size_t i = part->from;

	while (i < part->to && !strchr(",]}", part->line[i]))
		i = skip_one(part, i);
	if (i > part->to)
		i = part->to;
	item.to = i;
	part->from = i < part->to ? i + 1 : part->to;
	trim(&item);
	return item;
}

static bool find_in_list(struct part part, u32 depth, struct part *found,
			 char *cause);

/* The item is a list of its own: is there one in it? */
static bool find_nested(const struct part *item, size_t end, u32 depth,
			struct part *found, char *cause)
{
	struct part inner = *item;

	inner.from++;
	inner.to = end > item->to ? item->to : end - 1;
	return depth <= MAX_NESTED && find_in_list(inner, depth, found, cause);
}

static bool find_in_list(struct part part, u32 depth, struct part *found,
			 char *cause)
{
	while (part.from < part.to) {
		struct part item = next_item(&part);

		(void)skip_key(&item);
		if (item.from >= item.to || is_quote(item.line[item.from]))
			continue;
		if (is_opening(item.line[item.from])) {
			size_t end =
				skip_brackets(item.line, item.from, item.to);

			if (end >= item.to &&
			    find_nested(&item, end, depth + 1, found, cause))
				return true;
			if (end == item.to || (end > item.to && depth))
				continue;
		}
		*cause = cause_in_list(&item);
		if (*cause) {
			*found = item;
			return true;
		}
	}
	return false;
}

/* Where "a: b" would end as a key; part->to if it has no value. */
static size_t first_colon(const struct part *part)
{
	size_t i;

	for (i = part->from; i + 1 < part->to; i++)
		if (part->line[i] == ':' && part->line[i + 1] == ' ')
			return i;
	return part->to;
}

static bool has_colon(const struct part *part)
{
	return first_colon(part) < part->to;
}

/* A key that starts with what is YAML's own: "@x: y". */
static bool is_odd_key(const struct part *part)
{
	return strchr("*&!%@`", part->line[part->from]) && has_colon(part);
}

static bool find_part(struct part value, bool keyed, struct part *found,
		      char *cause)
{
	char first;

	if (value.from >= value.to)
		return false;
	first = value.line[value.from];
	if (is_opening(first)) {
		size_t end = skip_brackets(value.line, value.from, value.to);

		if (end >= value.to)
			return find_nested(&value, end, 0, found, cause);
		/* Something follows the bracket: [a-z]*, {a,b}/c */
	} else if (is_quote(first)) {
		return false;
	} else if (!strchr(indicators, first)) {
		if (value.line[value.to - 1] != ':' && !has_colon(&value))
			return false;
		first = ':';
	}
	*found = value;
	if (!keyed && is_odd_key(&value))
		found->to = first_colon(&value);
	*cause = first;
	return true;
}

static bool find_in_line(const char *line, size_t len, bool in_list,
			 struct part *found, char *cause)
{
	struct part value;
	bool keyed;

	if (in_list)
		return find_in_list(uncommented(line, len), 0, found, cause);
	value = value_of(line, len, &keyed);
	return find_part(value, keyed, found, cause);
}

bool quoting_find(struct arena *arena, const struct source *source, u32 line,
		  bool in_list, struct quoting *found)
{
	struct part part;
	const char *text;
	size_t len;

	text = source_line(source, line, &len);
	if (!find_in_line(text, len, in_list, &part, &found->cause))
		return false;
	found->span = (struct span){
		.source = source,
		.line = line,
		.col = (u32)part.from + 1,
		.end_line = line,
		.end_col = (u32)part.to + 1,
	};
	found->quoted =
		quoting_add(arena, arena_strndup(arena, text + part.from,
						 part.to - part.from));
	return true;
}

bool quoting_suggest(struct arena *arena, struct diag *diag,
		     const struct node *node)
{
	const char *text = source_quote(arena, &node->span);

	if (node->span.line != node->span.end_line ||
	    (*text != '{' && *text != '['))
		return false;
	diag_note(diag, "if it is a glob, write it as %s",
		  quoting_add(arena, text));
	return true;
}
