// SPDX-License-Identifier: GPL-2.0-only
#include <yaml.h>

#include "quoting.h"
#include "yaml.h"

struct reader {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	yaml_parser_t parser;
	struct node *root;
	struct node *stack[YAML_MAX_DEPTH];
	struct node *keys[YAML_MAX_DEPTH]; /* of a mapping: awaits its value */
	u32 depth;
	/* libyaml counts characters: the last place that was converted */
	u32 line;
	size_t chars, bytes;
	bool failed; /* the tree is of no use */
	bool done; /* read no further */
};

/* ---- bytes ---- */

static const char *other_encoding(const char *text, size_t len)
{
	const u8 *b = (const u8 *)text;

	if (len >= 4 && ((b[0] == 0xff && b[1] == 0xfe && !b[2] && !b[3]) ||
			 (!b[0] && !b[1] && b[2] == 0xfe && b[3] == 0xff)))
		return "UTF-32";
	if (len >= 2 &&
	    ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
		return "UTF-16";
	/* Without a mark: every other byte of plain English is 0. */
	if (len >= 4 && ((b[0] && !b[1] && b[2] && !b[3]) ||
			 (!b[0] && b[1] && !b[2] && b[3])))
		return "UTF-16";
	return NULL;
}

static bool is_control(u8 byte)
{
	return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') ||
	       byte == 0x7f;
}

/* NEL, LS and PS end a line for libyaml, and for no editor. */
static bool is_odd_break(const char *text, size_t step, size_t rest)
{
	if (*text == '\r')
		return rest < 2 || text[1] != '\n';
	return (step == 2 && !memcmp(text, "\xc2\x85", 2)) ||
	       (step == 3 && !memcmp(text, "\xe2\x80\xa8", 3)) ||
	       (step == 3 && !memcmp(text, "\xe2\x80\xa9", 3));
}

static bool check_byte(struct reader *reader, size_t off, size_t step)
{
	const struct source *source = reader->source;
	struct span span = source_span(source, off, 1);
	u8 byte = (u8)source->text[off];

	if (!step) {
		diag_report(reader->diag, &span, NOT_UTF8, byte, off);
		diag_note(reader->diag, "convert it: iconv -t UTF-8 -f LATIN1");
		return false;
	}
	if (is_control(byte)) {
		diag_report(reader->diag, &span, NOT_TEXT, byte, off);
		return false;
	}
	if (is_odd_break(source->text + off, step, source->len - off)) {
		diag_report(reader->diag, &span, LINE_BREAK);
		return false;
	}
	return true;
}

/* One error is enough: what follows would be noise. */
static bool check_bytes(struct reader *reader)
{
	const struct source *source = reader->source;
	const char *encoding = other_encoding(source->text, source->len);
	const char *nul;
	size_t off = 0;

	if (encoding) {
		diag_report(reader->diag, &(struct span){ .source = source },
			    OTHER_ENCODING, encoding);
		diag_note(reader->diag, "convert it: iconv -t UTF-8 -f %s",
			  encoding);
		return false;
	}
	/* First: a program or an archive is no text in another encoding. */
	nul = memchr(source->text, 0, source->len);
	if (nul)
		return check_byte(reader, nul - source->text, 1);
	while (off < source->len) {
		size_t step = utf8_len(source->text + off, source->len - off);

		if (!check_byte(reader, off, step))
			return false;
		off += step;
	}
	return true;
}

static bool check_tabs(struct reader *reader)
{
	u32 line;

	for (line = 1; line <= reader->source->num_lines; line++) {
		struct span span = { reader->source, line, 0, line, 0 };
		const char *text;
		size_t len, blank;

		text = source_line(reader->source, line, &len);
		blank = 0;
		while (blank < len && text[blank] == ' ')
			blank++;
		if (blank == len || text[blank] != '\t')
			continue;
		span.col = (u32)blank + 1;
		span.end_col = span.col + 1;
		diag_report(reader->diag, &span, TAB);
		diag_note(reader->diag, "YAML takes only spaces there");
		return false;
	}
	return true;
}

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

static bool report_quoting(struct reader *reader, const yaml_mark_t *mark)
{
	struct quoting found;

	if (!quoting_find(reader->arena, reader->source, (u32)mark->line + 1,
			  &found))
		return false;
	diag_report(reader->diag, &found.span, NEEDS_QUOTES, found.cause);
	diag_note(reader->diag, "write it as %s", found.quoted);
	return true;
}

/* What stands between the quotes, if they are on one line; or NULL. */
static const char *quoted_text(struct reader *reader, const yaml_mark_t *mark)
{
	struct span span = span_of(reader, mark, mark);
	size_t len, from = span.col, to;
	const char *line = source_line(reader->source, span.line, &len);

	for (to = from; to < len && line[to] != '"'; to++)
		if (line[to] == '\\')
			to++;
	if (to >= len)
		return NULL;
	return arena_strndup(reader->arena, line + from, to - from);
}

static bool report_escape(struct reader *reader, const struct span *span)
{
	const char *text;

	if (!reader->parser.problem ||
	    !strstr(reader->parser.problem, "escape character"))
		return false;
	diag_report(reader->diag, span, ESCAPE);
	text = quoted_text(reader, &reader->parser.context_mark);
	if (text)
		diag_note(reader->diag, "write it as %s",
			  quoting_add(reader->arena, text));
	return true;
}

/* Between quotes nothing needs quotes. */
static bool in_quotes(const yaml_parser_t *parser)
{
	return parser->context && strstr(parser->context, "quoted scalar");
}

static void report_problem(struct reader *reader)
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
	if (report_escape(reader, &span) ||
	    (!in_quotes(parser) && report_quoting(reader, mark)))
		return;
	if (parser->context && !in_quotes(parser) &&
	    parser->context_mark.line != mark->line &&
	    report_quoting(reader, &parser->context_mark))
		return;
	diag_report(reader->diag, &span, YAML,
		    parser->problem ? parser->problem : "bad syntax");
	if (parser->problem && strstr(parser->problem, "mapping values"))
		diag_note(reader->diag,
			  "the line before lacks its ':' or the space behind "
			  "it, or this one is indented too far");
	if (parser->context) {
		span = span_of(reader, &parser->context_mark,
			       &parser->context_mark);
		diag_note_at(reader->diag, &span, "%s that starts here",
			     parser->context);
	}
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
	struct quoting found;

	if (quoting_find(reader->arena, reader->source, span->line, &found) &&
	    found.cause == '!' && found.span.col == span->col &&
	    !strchr(found.quoted, ' '))
		diag_note(reader->diag, "write it as %s", found.quoted);
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

static void read_events(struct reader *reader)
{
	yaml_event_t event;

	while (!reader->done && !reader->failed) {
		if (!yaml_parser_parse(&reader->parser, &event)) {
			report_problem(reader);
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

struct node *yaml_parse(struct arena *arena, struct diag *diag,
			const struct source *source)
{
	struct reader reader = {
		.arena = arena,
		.diag = diag,
		.source = source,
	};
	size_t mark = source->lines[0]; /* a byte order mark */

	if (!check_bytes(&reader) || !check_tabs(&reader))
		return NULL;
	if (!yaml_parser_initialize(&reader.parser)) {
		diag_report(diag, NULL, YAML, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser,
				     (const u8 *)source->text + mark,
				     source->len - mark);
	read_events(&reader);
	yaml_parser_delete(&reader.parser);
	if (!reader.failed && is_nothing(reader.root)) {
		diag_report(diag, &(struct span){ .source = source }, EMPTY);
		return NULL;
	}
	return reader.failed ? NULL : reader.root;
}
