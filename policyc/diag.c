// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "buf.h"
#include "diag.h"
#include "excerpt.h"
#include "source.h"

#define MAX_TEXT 500 /* bytes of a message */
#define MAX_SHOWN 100 /* errors in one run; more help nobody */
#define MAX_KEPT 1000 /* what reads JSON may want more */

struct note {
	struct span span;
	const char *text;
	struct note *next;
};

struct message {
	enum diag_id id;
	enum diag_severity severity;
	struct span span;
	const char *text;
	struct note *notes;
	u32 order; /* as reported; sources are told apart by their first */
	u32 source_order;
};

struct diag {
	struct arena *arena;
	struct diag_options options;
	struct message *messages;
	u32 num;
	u32 num_errors, num_warnings;
	u32 num_left; /* counted, not kept */
	bool dropped; /* the last message, so its notes go too */
};

static enum diag_severity severity_of(enum diag_id id)
{
	switch (id) {
#define DIAG(num, ID, severity, format) \
	case num:                       \
		return DIAG_SEVERITY_##severity;
#include "diag.def"
#undef DIAG
	}
	return DIAG_SEVERITY_ERROR;
}

static const char *severity_name(enum diag_severity severity)
{
	static const char *const names[] = {
		[DIAG_SEVERITY_ERROR] = "error",
		[DIAG_SEVERITY_WARNING] = "warning",
		[DIAG_SEVERITY_LINT] = "lint",
	};

	return names[severity];
}

struct diag *diag_create(struct arena *arena,
			 const struct diag_options *options)
{
	struct diag *diag = arena_alloc(arena, sizeof(*diag));

	diag->arena = arena;
	diag->options = *options;
	return diag;
}

static bool same_place(const struct span *a, const struct span *b)
{
	return a->source == b->source && a->line == b->line && a->col == b->col;
}

static bool is_known(const struct diag *diag, const struct message *new)
{
	u32 i;

	if (!new->span.line)
		return false;
	for (i = 0; i < diag->num; i++) {
		const struct message *old = &diag->messages[i];

		if (old->id == new->id && same_place(&old->span, &new->span) &&
		    !strcmp(old->text, new->text))
			return true;
	}
	return false;
}

static void count(struct diag *diag, const struct message *message, int by)
{
	if (message->severity == DIAG_SEVERITY_ERROR)
		diag->num_errors += (u32)by;
	if (message->severity == DIAG_SEVERITY_WARNING)
		diag->num_warnings += (u32)by;
}

/* Messages of one source stay together, in the order the sources came. */
static u32 source_order(const struct diag *diag, const struct source *source)
{
	u32 i;

	for (i = 0; i < diag->num; i++)
		if (diag->messages[i].span.source == source)
			return diag->messages[i].source_order;
	return diag->num;
}

/* A value of megabytes may be quoted in a text: its start will do. */
static char *format(struct diag *diag, const char *fmt, va_list args)
{
	char *text = arena_vprintf(diag->arena, fmt, args);
	size_t len = strnlen(text, MAX_TEXT + 1);

	if (len <= MAX_TEXT)
		return text;
	len = MAX_TEXT;
	while (len && ((u8)text[len] & 0xc0) == 0x80)
		len--;
	return arena_printf(diag->arena, "%.*s...", (int)len, text);
}

void diag_emit(struct diag *diag, const struct span *span, enum diag_id id,
	       const char *fmt, ...)
{
	struct message message = { .id = id, .severity = severity_of(id) };
	va_list args;

	diag->dropped = true;
	if (message.severity == DIAG_SEVERITY_LINT && !diag->options.lint)
		return;
	/* Counted all the same; but a hostile file must not cost memory. */
	if (diag->num >= MAX_KEPT) {
		diag->num_left++;
		count(diag, &message, 1);
		return;
	}
	if (span)
		message.span = *span;
	va_start(args, fmt);
	message.text = format(diag, fmt, args);
	va_end(args);
	if (is_known(diag, &message))
		return;
	message.order = diag->num;
	message.source_order = source_order(diag, message.span.source);
	diag->messages = arena_grow(diag->arena, diag->messages, diag->num,
				    sizeof(message));
	diag->messages[diag->num++] = message;
	diag->dropped = false;
	count(diag, &message, 1);
}

static void add_note(struct diag *diag, const struct span *span,
		     const char *text)
{
	struct note **end = &diag->messages[diag->num - 1].notes;
	struct note *note = arena_alloc(diag->arena, sizeof(*note));

	while (*end)
		end = &(*end)->next;
	*end = note;
	note->text = text;
	if (span)
		note->span = *span;
}

void diag_note(struct diag *diag, const char *fmt, ...)
{
	va_list args;

	if (diag->dropped)
		return;
	va_start(args, fmt);
	add_note(diag, NULL, format(diag, fmt, args));
	va_end(args);
}

void diag_note_at(struct diag *diag, const struct span *span, const char *fmt,
		  ...)
{
	va_list args;

	if (diag->dropped)
		return;
	va_start(args, fmt);
	add_note(diag, span, format(diag, fmt, args));
	va_end(args);
}

u32 diag_num_errors(const struct diag *diag)
{
	return diag->num_errors;
}

u32 diag_num_warnings(const struct diag *diag)
{
	return diag->num_warnings;
}

bool diag_has_bug(const struct diag *diag)
{
	for (u32 i = 0; i < diag->num; i++) {
		const enum diag_id id = diag->messages[i].id;

		if (id == DIAG_BAD_IMAGE || id == DIAG_MISCOMPILED ||
		    id == DIAG_MISDECIDED || id == DIAG_MISSTATED)
			return true;
	}
	return false;
}

u32 diag_mark(const struct diag *diag)
{
	return diag->num;
}

void diag_forget(struct diag *diag, u32 mark)
{
	while (diag->num > mark) {
		diag->num--;
		count(diag, &diag->messages[diag->num], -1);
	}
	diag->dropped = true;
}

/* ---- text ---- */

#define COLOR_RESET "\033[0m"
#define COLOR_BOLD "\033[1m"
#define COLOR_RED "\033[1;31m"
#define COLOR_YELLOW "\033[1;33m"
#define COLOR_BLUE "\033[1;34m"

static void put_color(const struct diag *diag, struct buf *out,
		      const char *color)
{
	if (diag->options.color)
		buf_printf(out, "%s", color);
}

static void put_place(const struct diag *diag, struct buf *out,
		      const struct span *span)
{
	put_color(diag, out, COLOR_BOLD);
	if (!span->source) {
		buf_printf(out, "policyc: ");
	} else {
		excerpt_put_clean(out, span->source->name,
				  strlen(span->source->name));
		if (span->line)
			buf_printf(out, ":%u:%u", span->line, span->col);
		buf_printf(out, ": ");
	}
	put_color(diag, out, COLOR_RESET);
}

static void put_text(const struct diag *diag, struct buf *out,
		     const struct message *message)
{
	static const char *const colors[] = {
		[DIAG_SEVERITY_ERROR] = COLOR_RED,
		[DIAG_SEVERITY_WARNING] = COLOR_YELLOW,
		[DIAG_SEVERITY_LINT] = COLOR_BLUE,
	};
	const struct note *note;

	put_place(diag, out, &message->span);
	put_color(diag, out, colors[message->severity]);
	buf_printf(out, "%s: ", severity_name(message->severity));
	put_color(diag, out, COLOR_RESET);
	excerpt_put_clean(out, message->text, strlen(message->text));
	buf_printf(out, " [P%03u]\n", message->id);
	excerpt_put(out, &message->span, diag->options.color);
	for (note = message->notes; note; note = note->next) {
		bool elsewhere = note->span.source != NULL;

		put_place(diag, out, elsewhere ? &note->span : &message->span);
		put_color(diag, out, COLOR_BLUE);
		buf_printf(out, "note: ");
		put_color(diag, out, COLOR_RESET);
		excerpt_put_clean(out, note->text, strlen(note->text));
		buf_put_u8(out, '\n');
		if (elsewhere)
			excerpt_put(out, &note->span, diag->options.color);
	}
}

/* ---- JSON ---- */

static void put_json_place(struct buf *out, const struct span *span)
{
	if (!span->source)
		return;
	buf_printf(out, "\"file\": ");
	buf_put_json(out, span->source->name, strlen(span->source->name));
	if (span->line)
		buf_printf(out,
			   ", \"line\": %u, \"col\": %u, \"end_line\": %u, "
			   "\"end_col\": %u",
			   span->line, span->col, span->end_line,
			   span->end_col);
	buf_printf(out, ", ");
}

static void put_json(struct buf *out, const struct message *message)
{
	const struct note *note;

	buf_printf(out, "{");
	put_json_place(out, &message->span);
	buf_printf(out, "\"severity\": \"%s\", \"id\": \"P%03u\", \"text\": ",
		   severity_name(message->severity), message->id);
	buf_put_json(out, message->text, strlen(message->text));
	buf_printf(out, ", \"notes\": [");
	for (note = message->notes; note; note = note->next) {
		buf_printf(out, "{");
		put_json_place(out, &note->span);
		buf_printf(out, "\"text\": ");
		buf_put_json(out, note->text, strlen(note->text));
		buf_printf(out, "}%s", note->next ? ", " : "");
	}
	buf_printf(out, "]}");
}

/* ---- both ---- */

static int by_place(const void *left, const void *right)
{
	const struct message *a = left;
	const struct message *b = right;

	if (a->source_order != b->source_order)
		return a->source_order < b->source_order ? -1 : 1;
	if (a->span.line != b->span.line)
		return a->span.line < b->span.line ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* The last object of JSON: who counts the others must know. */
static void put_json_rest(const struct diag *diag, struct buf *out)
{
	buf_printf(out,
		   ",\n {\"severity\": \"note\", \"text\": \"the first %u of "
		   "%u messages\", \"notes\": []}",
		   diag->num, diag->num + diag->num_left);
}

static void put_all(struct diag *diag, struct buf *out)
{
	const u32 num = diag->num;
	u32 i;

	if (diag->options.json) {
		for (i = 0; i < num; i++) {
			buf_printf(out, i ? ",\n " : "");
			put_json(out, &diag->messages[i]);
		}
		if (diag->num_left)
			put_json_rest(diag, out);
		return;
	}
	for (i = 0; i < num && i < MAX_SHOWN; i++)
		put_text(diag, out, &diag->messages[i]);
	if (num > MAX_SHOWN)
		buf_printf(out, "policyc: the first %u of %u messages\n",
			   MAX_SHOWN, num + diag->num_left);
}

void diag_print(struct diag *diag, FILE *out)
{
	struct buf buf = BUF_INIT(diag->arena);

	if (diag->num)
		qsort(diag->messages, diag->num, sizeof(*diag->messages),
		      by_place);
	if (diag->options.json)
		buf_printf(&buf, "[");
	put_all(diag, &buf);
	if (diag->options.json)
		buf_printf(&buf, "]\n");
	(void)fputs(buf_text(&buf), out);
	diag->num = 0;
	diag->num_left = 0;
	diag->dropped = true;
}
