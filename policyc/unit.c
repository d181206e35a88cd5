// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "unit.h"

#define MAX_LINE 65536 /* bytes of a line, as systemd has it, and some */

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && isspace((u8)text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* Such a line is none, even between two that are one, and goes on nowhere. */
static bool is_comment(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	return len && (*text == '#' || *text == ';');
}

bool unit_read(struct arena *arena, const struct source *source, unit_fn *fn,
	       void *ctx, struct span *bad)
{
	struct buf line = BUF_INIT(arena);
	const char *section = "";
	struct span from = { 0 };
	char *whole, *equals;

	for (u32 i = 1; i <= source->num_lines; i++) {
		size_t len;
		const char *text = source_line(source, i, &len);
		const bool comment = is_comment(text, len);
		const bool more = !comment && len && text[len - 1] == '\\';

		if (memchr(text, '\0', len) || len > MAX_LINE) {
			*bad = (struct span){ source, i, 1, i, 1 };
			return false;
		}
		if (comment && (!line.len || i < source->num_lines))
			continue;
		if (!line.len)
			from = (struct span){ source, i, 1, i, (u32)len + 1 };
		buf_put(&line, text, comment ? 0 : len - more);
		if (more && i < source->num_lines) {
			buf_put_u8(&line, ' ');
			continue;
		}
		whole = trim(arena_strdup(arena, buf_text(&line)));
		line.len = 0;
		if (!*whole)
			continue;
		if (*whole == '[')
			section = whole;
		equals = strchr(whole, '=');
		if (equals)
			*equals = '\0';
		if (!fn(ctx, section, *whole == '[' ? NULL : trim(whole),
			equals ? trim(equals + 1) : NULL, &from))
			return true;
	}
	return true;
}
