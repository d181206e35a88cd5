// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "comments.h"

/* Texts of the tree, in which a '#' is no comment. */
struct finder {
	struct arena *arena;
	const struct source *source;
	struct comments found;
	size_t off; /* looked at up to here */
};

size_t comments_start(const struct span *span)
{
	return span->source->lines[span->line - 1] + span->col - 1;
}

/* The end of a text without a line break is a line further on to YAML. */
size_t comments_end(const struct span *span)
{
	if (span->end_line > span->source->num_lines)
		return span->source->len;
	return span->source->lines[span->end_line - 1] + span->end_col - 1;
}

bool comments_blank_before(const struct source *source, u32 line)
{
	const char *text;
	size_t len;

	if (line < 2)
		return false;
	text = source_line(source, line - 1, &len);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return !len;
}

bool comments_is_block_text(const struct node *node)
{
	return node->kind == NODE_TEXT && node->block;
}

static bool is_alone(const struct source *source, size_t off, u32 line)
{
	size_t at = source->lines[line - 1];

	while (at < off && source->text[at] == ' ')
		at++;
	return at == off;
}

static void add(struct finder *f, size_t off)
{
	const struct span span = source_span(f->source, off, 1);
	struct comment comment = {
		.off = off,
		.line = span.line,
		.col = span.col,
		.alone = is_alone(f->source, off, span.line),
	};
	const char *line;
	size_t len;

	line = source_line(f->source, span.line, &len);
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	comment.text = arena_strndup(f->arena, line + span.col - 1,
				     len - (span.col - 1));
	comment.blank = comment.alone &&
			comments_blank_before(f->source, span.line);
	f->found.items = arena_grow(f->arena, f->found.items, f->found.num,
				    sizeof(comment));
	f->found.items[f->found.num++] = comment;
}

/* A byte order mark may stand before the first. */
static bool starts_comment(const struct source *source, size_t off)
{
	return source->text[off] == '#' &&
	       (off == source->lines[0] ||
		strchr(" \t\n\r", source->text[off - 1]));
}

/* Look at what is between two texts. */
static void look(struct finder *f, size_t to)
{
	const char *text = f->source->text;

	while (f->off < to) {
		const char *end = memchr(text + f->off, '\n', to - f->off);

		if (starts_comment(f->source, f->off)) {
			add(f, f->off);
			f->off = end ? (size_t)(end - text) : to;
		}
		f->off++;
	}
}

static void skip_text(struct finder *f, const struct node *node)
{
	size_t start = comments_start(&node->span);
	size_t end = comments_end(&node->span);

	look(f, start);
	if (comments_is_block_text(node)) {
		const char *at = memchr(f->source->text + start, '\n',
					f->source->len - start);

		look(f, at ? (size_t)(at - f->source->text) : f->source->len);
	}
	if (f->off < end)
		f->off = end;
}

/* Depth is bounded by the reader of the tree. */
static void walk(struct finder *f, const struct node *node)
{
	if (node->kind == NODE_TEXT)
		skip_text(f, node);
	for (u32 i = 0; i < node->num; i++) {
		if (node->kind == NODE_MAP) {
			walk(f, node->pairs[i].key);
			walk(f, node->pairs[i].value);
		} else {
			walk(f, node->items[i]);
		}
	}
}

struct comments comments_find(struct arena *arena, const struct source *source,
			      const struct node *root)
{
	struct finder f = {
		.arena = arena,
		.source = source,
		.off = source->lines[0],
	};

	walk(&f, root);
	look(&f, source->len);
	return f.found;
}
