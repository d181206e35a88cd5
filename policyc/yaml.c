// SPDX-License-Identifier: GPL-2.0-only
#include <yaml.h>

#include "mend.h"
#include "quoting.h"
#include "yaml.h"
#include "yaml_bytes.h"

/* Where libyaml stopped, and why. */
struct problem {
	const char *what; /* NULL: it did not */
	size_t line, column;
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	yaml_parser_t parser;
	struct node *root;
	struct node *stack[YAML_MAX_DEPTH];
	struct node *keys[YAML_MAX_DEPTH]; /* of a mapping: awaits its value */
	bool flow[YAML_MAX_DEPTH]; /* in brackets */
	u32 depth;
	struct mending *mending;
	struct problem problem;
	/* the line that was looked at last for a value that needs quotes */
	u32 looked_line;
	bool looked_found;
	struct quoting looked;
	/* libyaml counts characters: the last place that was converted */
	u32 line;
	size_t chars, bytes;
	bool failed; /* the tree is of no use */
	bool again; /* one value more is mended: read it all again */
	bool done; /* read no further */
};

/* ---- places ---- */

static u32 column_of(struct reader *reader, const yaml_mark_t *mark)
{
	u32 line = (u32)mark->line + 1;
	const char *text;
	size_t len;

	text = source_line(reader->source, line, &len);
	if (reader->line != line || reader->chars > mark->column) {
		reader->line = line;
		reader->chars = 0;
		reader->bytes = 0;
	}
	while (reader->chars < mark->column && reader->bytes < len) {
		size_t step =
			utf8_len(text + reader->bytes, len - reader->bytes);

		reader->bytes += step ? step : 1;
		reader->chars++;
	}
	return (u32)reader->bytes + 1;
}

static struct span span_of(struct reader *reader, const yaml_mark_t *start,
			   const yaml_mark_t *end)
{
	struct span span = { .source = reader->source };

	span.line = (u32)start->line + 1;
	span.col = column_of(reader, start);
	span.end_line = (u32)end->line + 1;
	span.end_col = column_of(reader, end);
	return span;
}

/* ---- errors of libyaml ---- */

/* Is the start of this line in brackets, as far as nodes were made? */
static bool in_brackets(const struct reader *reader, u32 line)
{
	for (u32 i = 0; i < reader->depth; i++)
		if (reader->flow[i] && reader->stack[i]->span.line < line)
			return true;
	return false;
}

/* The same where libyaml stopped. */
static bool starts_in_brackets(struct reader *reader, const yaml_mark_t *mark)
{
	u32 line = (u32)mark->line + 1;
	int open = reader->parser.flow_level;
	size_t len, at, end = column_of(reader, mark) - 1;
	const char *text;

	if (in_brackets(reader, line))
		return true;
	/* The parser has not seen yet what the scanner has. */
	if (reader->parser.error != YAML_SCANNER_ERROR ||
	    mark->line != reader->parser.problem_mark.line)
		return false;
	text = source_line(reader->source, line, &len);
	for (at = 0; at < end && at < len; at++)
		if (strchr("[{", text[at]))
			open--;
		else if (strchr("]}", text[at]))
			open++;
	return open > 0;
}

static bool find_quoting(struct reader *reader, u32 line, bool in_list)
{
	/* Of many on one line only the first is found anyway. */
	if (reader->looked_line == line)
		return reader->looked_found;
	reader->looked_line = line;
	reader->looked_found = quoting_find(reader->arena,
					    &reader->mending->copy, line,
					    in_list, &reader->looked);
	reader->looked.span.source = reader->source;
	return reader->looked_found;
}

/* Read it again as if the value had its quotes, or let this be the end. */
static void mend(struct reader *reader, const struct mend *mend)
{
	reader->again = mending_add(reader->mending, mend);
	if (reader->again)
		return;
	mend_report(reader->diag, mend);
	diag_note(reader->diag, "this file is read no further: what else "
				"is wrong in it is told when this is mended");
}

static bool mend_quoting(struct reader *reader, const yaml_mark_t *mark)
{
	const struct quoting *found = &reader->looked;

	reader->looked_line = 0;
	if (!find_quoting(reader, (u32)mark->line + 1,
			  starts_in_brackets(reader, mark)))
		return false;
	mend(reader, &(struct mend){
			     .kind = MEND_QUOTES,
			     .span = found->span,
			     .shown = found->span,
			     .text = source_quote(reader->arena, &found->span),
			     .quoted = found->quoted,
			     .cause = found->cause,
		     });
	return true;
}

/* The text in double quotes, if they are on one line; or a span of no line. */
static struct span quoted_span(struct reader *reader, const yaml_mark_t *mark)
{
	struct span span = span_of(reader, mark, mark);
	size_t len, to;
	const char *line = source_line(reader->source, span.line, &len);

	for (to = span.col; to < len && line[to] != '"'; to++)
		if (line[to] == '\\')
			to++;
	span.end_col = (u32)to + 2;
	if (to >= len)
		span.line = 0;
	return span;
}

static bool mend_escape(struct reader *reader, const struct span *shown)
{
	struct mend found = { .kind = MEND_ESCAPE, .shown = *shown };
	struct span inner;

	if (!strstr(reader->problem.what, "escape character"))
		return false;
	found.span = quoted_span(reader, &reader->parser.context_mark);
	if (!found.span.line) {
		diag_report(reader->diag, shown, ESCAPE);
		return true;
	}
	inner = found.span;
	inner.col++;
	inner.end_col--;
	found.text = source_quote(reader->arena, &inner);
	found.quoted = quoting_add(reader->arena, found.text);
	mend(reader, &found);
	return true;
}

/* Between quotes nothing needs quotes. */
static bool in_quotes(const yaml_parser_t *parser)
{
	return parser->context && strstr(parser->context, "quoted scalar");
}

static bool mend_problem(struct reader *reader, const struct span *span)
{
	const yaml_parser_t *parser = &reader->parser;

	if (mend_escape(reader, span))
		return true;
	if (in_quotes(parser))
		return false;
	return mend_quoting(reader, &parser->problem_mark) ||
	       (parser->context &&
		parser->context_mark.line != parser->problem_mark.line &&
		mend_quoting(reader, &parser->context_mark));
}

/*
 * Is what libyaml says now about what was mended? It was no value, or not all
 * of it. If libyaml says what it said before, something else is wrong there.
 */
static bool is_consequence(struct reader *reader, const struct problem *before)
{
	const yaml_parser_t *parser = &reader->parser;
	const struct problem *now = &reader->problem;
	u32 line = (u32)parser->problem_mark.line + 1;
	u32 first = line - 1;

	if (before->what && !strcmp(before->what, now->what) &&
	    before->line == now->line && before->column == now->column)
		return false;
	/* A block may be the whole file; brackets and keys are not. */
	if (parser->context && !strstr(parser->context, "block") &&
	    parser->context_mark.line < first)
		first = (u32)parser->context_mark.line + 1;
	return mending_on(reader->mending, first, line);
}

static void report_syntax(struct reader *reader, const struct span *span)
{
	const yaml_parser_t *parser = &reader->parser;
	struct span start;

	diag_report(reader->diag, span, YAML, reader->problem.what);
	if (strstr(reader->problem.what, "mapping values"))
		diag_note(reader->diag,
			  "the line before lacks its ':' or the space behind "
			  "it, or this one is indented too far");
	if (parser->context) {
		start = span_of(reader, &parser->context_mark,
				&parser->context_mark);
		diag_note_at(reader->diag, &start, "%s that starts here",
			     parser->context);
	}
}

/* before: where the last reading stopped, if this is not the first. */
static void report_problem(struct reader *reader, const struct problem *before)
{
	const yaml_parser_t *parser = &reader->parser;
	const yaml_mark_t *mark = &parser->problem_mark;
	struct span span = span_of(reader, mark, mark);

	reader->failed = true;
	if (parser->error == YAML_MEMORY_ERROR) {
		diag_report(reader->diag, NULL, YAML, "out of memory");
		return;
	}
	if (parser->error == YAML_READER_ERROR) {
		span = source_span(reader->source, parser->problem_offset, 1);
		diag_report(reader->diag, &span, YAML,
			    parser->problem ? parser->problem : "bad bytes");
		return;
	}
	reader->problem = (struct problem){
		.what = parser->problem ? parser->problem : "bad syntax",
		.line = mark->line,
		.column = mark->column,
	};
	if (!mend_problem(reader, &span) && !is_consequence(reader, before))
		report_syntax(reader, &span);
}

/* ---- events to nodes ---- */

static struct node *node_create(struct reader *reader, enum node_kind kind,
				const yaml_event_t *event)
{
	struct node *node = arena_alloc(reader->arena, sizeof(*node));

	node->kind = kind;
	node->text = "";
	node->span = span_of(reader, &event->start_mark, &event->end_mark);
	return node;
}

static void add_pair(struct reader *reader, struct node *map,
		     struct node *value)
{
	struct node *key = reader->keys[reader->depth - 1];
	const struct node_pair *old = node_find(map, key->text);

	reader->keys[reader->depth - 1] = NULL;
	if (key->bad)
		return;
	if (old) {
		if (!map->merged) {
			diag_report(reader->diag, &key->span, DUPLICATE_KEY,
				    key->text);
			diag_note_at(reader->diag, &old->key->span,
				     "first seen here");
		}
		map->merged = true;
		return;
	}
	if (map->num == YAML_MAX_KEYS) {
		diag_report(reader->diag, &key->span, TOO_MANY, YAML_MAX_KEYS,
			    "keys in one mapping");
		reader->failed = true;
		return;
	}
	map->pairs = arena_grow(reader->arena, map->pairs, map->num,
				sizeof(*map->pairs));
	map->pairs[map->num++] = (struct node_pair){ key, value };
}

static void add_key(struct reader *reader, struct node *key)
{
	reader->keys[reader->depth - 1] = key;
	if (key->kind == NODE_TEXT && *key->text)
		return;
	if (!key->bad)
		diag_report(reader->diag, &key->span, KEY_NOT_TEXT,
			    key->kind == NODE_TEXT ? "nothing" :
						     node_describe(key));
	if (!key->bad && key->kind != NODE_TEXT)
		diag_note(reader->diag, "put quotes round the value");
	key->bad = true;
}

static void add_node(struct reader *reader, struct node *node)
{
	struct node *parent;

	if (!reader->depth) {
		reader->root = node;
		return;
	}
	parent = reader->stack[reader->depth - 1];
	if (parent->kind == NODE_LIST) {
		parent->items = arena_grow(reader->arena, parent->items,
					   parent->num, sizeof(node));
		parent->items[parent->num++] = node;
	} else if (reader->keys[reader->depth - 1]) {
		add_pair(reader, parent, node);
	} else {
		add_key(reader, node);
	}
}

/* A tag is most often a glob or a negation: the whole value in quotes. */
static void suggest_quotes(struct reader *reader, const struct span *span)
{
	const struct quoting *found = &reader->looked;

	if (find_quoting(reader, span->line, in_brackets(reader, span->line)) &&
	    found->cause == '!' && found->span.col == span->col &&
	    !strchr(found->quoted, ' '))
		diag_note(reader->diag, "write it as %s", found->quoted);
	else
		diag_note(reader->diag, "write a value that starts with '!' "
					"in quotes");
}

static void refuse_decoration(struct reader *reader, const struct span *span,
			      const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor) {
		diag_report(reader->diag, span, ANCHOR, (const char *)anchor);
		diag_note(reader->diag, "use vars or include");
	}
	if (tag) {
		diag_report(reader->diag, span, TAG, (const char *)tag);
		suggest_quotes(reader, span);
	}
}

static void open_node(struct reader *reader, enum node_kind kind,
		      const yaml_event_t *event, const yaml_char_t *anchor,
		      const yaml_char_t *tag)
{
	struct node *node = node_create(reader, kind, event);

	refuse_decoration(reader, &node->span, anchor, tag);
	if (reader->depth == YAML_MAX_DEPTH) {
		diag_report(reader->diag, &node->span, TOO_DEEP,
			    YAML_MAX_DEPTH);
		reader->failed = true;
		return;
	}
	add_node(reader, node);
	reader->stack[reader->depth] = node;
	reader->flow[reader->depth] =
		kind == NODE_LIST ? event->data.sequence_start.style ==
					    YAML_FLOW_SEQUENCE_STYLE :
				    event->data.mapping_start.style ==
					    YAML_FLOW_MAPPING_STYLE;
	reader->keys[reader->depth] = NULL;
	reader->depth++;
}

static void close_node(struct reader *reader, const yaml_event_t *event)
{
	struct node *node = reader->stack[--reader->depth];
	struct span end = span_of(reader, &event->end_mark, &event->end_mark);

	node->span.end_line = end.end_line;
	node->span.end_col = end.end_col;
}

/* In the copy that is read letters stand for what was mended. */
static void restore(struct reader *reader, struct node *node)
{
	const struct mend *mend = mending_within(reader->mending, &node->span);

	if (!mend)
		return;
	/* Places in the text count from where it starts in the file. */
	node->plain = mend->kind == MEND_QUOTES;
	node->text = mend->text;
	/* A part of something larger: what it was to be is not known. */
	if (mend->span.col != node->span.col ||
	    mend->span.end_line != node->span.end_line ||
	    mend->span.end_col != node->span.end_col)
		node->bad = true;
}

static void take_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct node *node = node_create(reader, NODE_TEXT, event);

	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
		      event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
	refuse_decoration(reader, &node->span, event->data.scalar.anchor,
			  event->data.scalar.tag);
	/* "\0" makes one where the file has none. */
	if (memchr(value, 0, len)) {
		diag_report(reader->diag, &node->span, YAML,
			    "a NUL byte in a value");
		node->bad = true;
	}
	node->text = arena_strndup(reader->arena, value, len);
	restore(reader, node);
	if (event->data.scalar.anchor || event->data.scalar.tag)
		node->bad = true;
	add_node(reader, node);
}

static void take_alias(struct reader *reader, const yaml_event_t *event)
{
	struct node *node = node_create(reader, NODE_TEXT, event);
	const char *name = (const char *)event->data.alias.anchor;

	node->bad = true;
	diag_report(reader->diag, &node->span, ALIAS, name);
	diag_note(reader->diag,
		  "write a glob as \"*%s\"; for something said once and used "
		  "often use vars or include",
		  name);
	add_node(reader, node);
}

static void start_document(struct reader *reader, const yaml_event_t *event)
{
	struct span span =
		span_of(reader, &event->start_mark, &event->start_mark);

	if (reader->root) {
		diag_report(reader->diag, &span, SECOND_DOCUMENT);
		diag_note(reader->diag, "one policy to a file");
		reader->done = true;
	}
	if (event->data.document_start.version_directive ||
	    event->data.document_start.tag_directives.start !=
		    event->data.document_start.tag_directives.end)
		diag_report(reader->diag, &span, DIRECTIVE);
}

static void take_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		start_document(reader, event);
		break;
	case YAML_SCALAR_EVENT:
		take_scalar(reader, event);
		break;
	case YAML_ALIAS_EVENT:
		take_alias(reader, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_node(reader, NODE_LIST, event,
			  event->data.sequence_start.anchor,
			  event->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		open_node(reader, NODE_MAP, event,
			  event->data.mapping_start.anchor,
			  event->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_node(reader, event);
		break;
	default:
		break;
	}
}

static void read_events(struct reader *reader, const struct problem *before)
{
	yaml_event_t event;

	while (!reader->done && !reader->failed) {
		if (!yaml_parser_parse(&reader->parser, &event)) {
			report_problem(reader, before);
			return;
		}
		take_event(reader, &event);
		if (event.type == YAML_STREAM_END_EVENT)
			reader->done = true;
		yaml_event_delete(&event);
	}
}

/* Nothing, or comments alone: libyaml sees an empty document or none. */
static bool is_nothing(const struct node *root)
{
	return !root ||
	       (root->kind == NODE_TEXT && root->plain && !*root->text);
}

static void read_text(struct reader *reader, const struct problem *before)
{
	const struct source *source = &reader->mending->copy;
	size_t mark = source->lines[0]; /* a byte order mark */

	if (!yaml_parser_initialize(&reader->parser)) {
		diag_report(reader->diag, NULL, YAML, "out of memory");
		reader->failed = true;
		return;
	}
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser,
				     (const u8 *)source->text + mark,
				     source->len - mark);
	read_events(reader, before);
	yaml_parser_delete(&reader->parser);
}

/* Read it as often as there is something to mend. */
static void read_all(struct reader *reader)
{
	const struct reader fresh = *reader;
	struct problem before = { 0 };
	u32 mark = diag_mark(reader->diag);

	read_text(reader, &before);
	while (reader->again) {
		before = reader->problem;
		*reader = fresh;
		diag_forget(reader->diag, mark);
		mending_report(reader->mending, reader->diag);
		read_text(reader, &before);
	}
}

struct node *yaml_parse(struct arena *arena, struct diag *diag,
			const struct source *source)
{
	struct mending mending;
	struct reader reader = {
		.arena = arena,
		.diag = diag,
		.source = source,
		.mending = &mending,
	};

	if (!yaml_bytes_check(diag, source))
		return NULL;
	mending_init(&mending, arena, source);
	read_all(&reader);
	if (!reader.failed && is_nothing(reader.root)) {
		diag_report(diag, &(struct span){ .source = source }, EMPTY);
		return NULL;
	}
	return reader.failed ? NULL : reader.root;
}
