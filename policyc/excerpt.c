// SPDX-License-Identifier: GPL-2.0-only
#include "buf.h"
#include "excerpt.h"
#include "source.h"

#define COLOR_RESET "\033[0m"
#define COLOR_GREEN "\033[1;32m"

#define MAX_LINE 160 /* bytes of a source line that are shown */

void excerpt_put_clean(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t step = utf8_len(text + i, len - i);
		bool control = step <= 1 &&
			       ((u8)text[i] < 0x20 || (u8)text[i] == 0x7f);

		/* U+0080 to U+009F are controls of eight-bit terminals. */
		if (step == 2 && (u8)text[i] == 0xc2 && (u8)text[i + 1] < 0xa0)
			control = true;
		if (!step || (control && text[i] != '\t'))
			buf_put_u8(out, '?');
		else
			buf_put(out, text + i, step);
		i += step ? step : 1;
	}
}

/* One column for each character; tabs stay, so that they line up. */
static void put_blank(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t step = utf8_len(text + i, len - i);

		buf_put_u8(out, text[i] == '\t' ? '\t' : ' ');
		i += step ? step : 1;
	}
}

static void put_carets(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	buf_put_u8(out, '^');
	if (len)
		i = utf8_len(text, len);
	if (len && !i)
		i = 1;
	while (i < len) {
		size_t step = utf8_len(text + i, len - i);

		buf_put_u8(out, '~');
		i += step ? step : 1;
	}
}

/* The window of a long line that has the span in it: first byte and length. */
static size_t window(const char *line, size_t *len, size_t from)
{
	size_t start = 0;

	if (*len <= MAX_LINE)
		return 0;
	if (from > MAX_LINE / 2)
		start = from - MAX_LINE / 2;
	/* Not inside a character. */
	while (start && start < *len && ((u8)line[start] & 0xc0) == 0x80)
		start--;
	*len -= start;
	if (*len > MAX_LINE)
		*len = MAX_LINE;
	return start;
}

void excerpt_put(struct buf *out, const struct span *span, bool color)
{
	size_t len, from, to, start;
	const char *line;

	if (!span->source || !span->line)
		return;
	line = source_line(span->source, span->line, &len);
	from = span->col ? span->col - 1 : 0;
	to = span->end_line == span->line && span->end_col ? span->end_col - 1 :
							     len;
	start = window(line, &len, from);
	line += start;
	from = from - start < len ? from - start : len;
	to = to - start < len ? to - start : len;
	if (to < from)
		to = from;
	buf_printf(out, "%5u | ", span->line);
	excerpt_put_clean(out, line, len);
	buf_printf(out, "\n      | ");
	put_blank(out, line, from);
	if (color)
		buf_printf(out, COLOR_GREEN);
	put_carets(out, line + from, to - from);
	if (color)
		buf_printf(out, COLOR_RESET);
	buf_put_u8(out, '\n');
}
