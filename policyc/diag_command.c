// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "diag_command.h"

#define MAX_WIDTH 78 /* columns of a text */

struct doc {
	const char *when, *mend;
};

#define DOC(ID, when, mend) static const struct doc doc_##ID = { when, mend };
#include "diag_doc.def"
#undef DOC

/* A message of diag.def that diag_doc.def does not explain is an error here. */
static const struct row {
	u32 num;
	const char *severity; /* in capitals */
	const char *format;
	const struct doc *doc;
} rows[] = {
#define DIAG(num, ID, severity, format) { num, #severity, format, &doc_##ID },
#include "diag.def"
#undef DIAG
};

/* Behind a conversion of printf. */
static const char *skip_conversion(const char *format)
{
	format += strspn(format, "0123456789lz#%");
	return *format ? format + 1 : format;
}

/* The format with "..." for what is filled in. */
static const char *text_of(struct arena *arena, const struct row *row)
{
	struct buf buf = BUF_INIT(arena);
	const char *at = row->format;
	bool dots = false;

	while (*at) {
		if (at[0] == '%' && at[1] != '%') {
			buf_printf(&buf, "%s", dots ? "" : "...");
			at = skip_conversion(at);
			dots = true;
			continue;
		}
		at += *at == '%';
		buf_put_u8(&buf, (u8)*at++);
		dots = false;
	}
	return buf_text(&buf);
}

static const char *severity_of(struct arena *arena, const struct row *row)
{
	char *text = arena_printf(arena, "%s", row->severity);

	for (char *at = text; *at; at++)
		*at = (char)tolower((u8)*at);
	return text;
}

/* The words of a text in lines. */
static void print_wrapped(const char *text)
{
	size_t col = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (col && col + 1 + len > MAX_WIDTH) {
			printf("\n");
			col = 0;
		}
		col += (size_t)printf("%s%.*s", col ? " " : "", (int)len, text);
		text += len;
		text += *text == ' ';
	}
	printf("\n");
}

static void print_row(struct arena *arena, const struct row *row)
{
	printf("P%03u %s: %s\n\n", row->num, severity_of(arena, row),
	       text_of(arena, row));
	print_wrapped(row->doc->when);
	printf("\n");
	print_wrapped(row->doc->mend);
}

static void put_member(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, ", \"%s\": ", name);
	buf_put_json(buf, text, strlen(text));
}

static void put_json(struct buf *buf, const struct row *row)
{
	buf_printf(buf, "{\"id\": \"P%03u\"", row->num);
	put_member(buf, "severity", severity_of(buf->arena, row));
	put_member(buf, "text", text_of(buf->arena, row));
	put_member(buf, "when", row->doc->when);
	put_member(buf, "mend", row->doc->mend);
	buf_printf(buf, "}");
}

/* P305, p305, 305 and [P305], as it is copied from a message; or NULL. */
static const struct row *find(const char *id)
{
	char *end;
	long num;

	id += *id == '[';
	id += *id == 'P' || *id == 'p';
	if (!isdigit((u8)*id))
		return NULL;
	num = strtol(id, &end, 10);
	if (*end == ']')
		end++;
	for (size_t i = 0; !*end && i < ARRAY_SIZE(rows); i++)
		if (rows[i].num == num)
			return &rows[i];
	return NULL;
}

int command_diag(struct run *run)
{
	const struct row *only = NULL;
	struct buf buf = BUF_INIT(run->arena);

	if (run->num_operands) {
		only = find(run->operands[0]);
		if (!only) {
			diag_report(run->diag, NULL, NO_MESSAGE,
				    run->operands[0]);
			diag_note(run->diag, "'policyc diag' lists them all");
			return EXIT_BAD;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		if (only && row != only)
			continue;
		if (run->json) {
			buf_printf(&buf, buf.len ? ",\n " : "");
			put_json(&buf, row);
		} else if (only) {
			print_row(run->arena, row);
		} else {
			printf("P%03u %-8s %s\n", row->num,
			       severity_of(run->arena, row),
			       text_of(run->arena, row));
		}
	}
	if (run->json)
		printf("[%s]\n", buf_text(&buf));
	return EXIT_YES;
}
