// SPDX-License-Identifier: GPL-2.0-only
#include "quoting.h"

/* A part of one line. */
struct part {
	const char *line;
	size_t from, to;
};

static const char indicators[] = "*&!%@`{[]},|>:?";

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

static void cut_comment(struct part *part)
{
	size_t i = part->from;

	while (i < part->to) {
		if (is_quote(part->line[i]) &&
		    (i == part->from || strchr(" [{,", part->line[i - 1]))) {
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

/* The value of the line: behind its dashes and its key, before a comment. */
static struct part value_of(const char *line, size_t len)
{
	struct part part = { .line = line, .to = len };

	cut_comment(&part);
	trim(&part);
	while (skip_dash(&part))
		;
	(void)skip_key(&part);
	return part;
}

/* Behind the bracket that closes the one at from; to + 1 if none does. */
static size_t skip_brackets(const char *line, size_t from, size_t to)
{
	u32 depth = 0;
	size_t i;

	for (i = from; i < to; i++) {
		if (line[i] == '[' || line[i] == '{')
			depth++;
		if ((line[i] == ']' || line[i] == '}') && !--depth)
			return i + 1;
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

/* The next item of a list in brackets; part->from moves behind it. */
static struct part next_item(struct part *part)
{
	struct part item = *part;
	size_t i = part->from;

	while (i < part->to && part->line[i] == ' ')
		i++;
	if (i < part->to && is_quote(part->line[i]))
		i = skip_quoted(part->line, i, part->to);
	while (i < part->to && part->line[i] != ',' && part->line[i] != ']' &&
	       part->line[i] != '}')
		i = part->line[i] == '[' || part->line[i] == '{' ?
			    skip_brackets(part->line, i, part->to) :
			    i + 1;
	if (i > part->to)
		i = part->to;
	item.to = i;
	part->from = i < part->to ? i + 1 : part->to;
	trim(&item);
	return item;
}

static bool find_in_list(struct part part, struct part *found, char *cause)
{
	while (part.from < part.to) {
		struct part item = next_item(&part);

		(void)skip_key(&item);
		if (item.from >= item.to || is_quote(item.line[item.from]))
			continue;
		*cause = cause_in_list(&item);
		if (*cause) {
			*found = item;
			return true;
		}
	}
	return false;
}

/* "a: b", which would be a key and its value. */
static bool has_colon(const struct part *part)
{
	size_t i;

	for (i = part->from; i + 1 < part->to; i++)
		if (part->line[i] == ':' && part->line[i + 1] == ' ')
			return true;
	return false;
}

static bool find_part(struct part value, struct part *found, char *cause)
{
	char first;

	if (value.from >= value.to)
		return false;
	first = value.line[value.from];
	if (first == '[' || first == '{') {
		size_t end = skip_brackets(value.line, value.from, value.to);

		if (end >= value.to) {
			struct part inner = value;

			inner.from++;
			inner.to = end > value.to ? value.to : end - 1;
			return find_in_list(inner, found, cause);
		}
		/* Something follows the bracket: [a-z]*, {a,b}/c */
	} else if (is_quote(first)) {
		return false;
	} else if (!strchr(indicators, first)) {
		if (value.line[value.to - 1] != ':' && !has_colon(&value))
			return false;
		first = ':';
	}
	*found = value;
	*cause = first;
	return true;
}

bool quoting_find(struct arena *arena, const struct source *source, u32 line,
		  struct quoting *found)
{
	struct part part;
	const char *text;
	size_t len;

	text = source_line(source, line, &len);
	if (!find_part(value_of(text, len), &part, &found->cause))
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
