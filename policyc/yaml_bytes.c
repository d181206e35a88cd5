// SPDX-License-Identifier: GPL-2.0-only
#include "yaml_bytes.h"

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

static bool check_byte(struct diag *diag, const struct source *source,
		       size_t off, size_t step)
{
	struct span span = source_span(source, off, 1);
	u8 byte = (u8)source->text[off];

	if (!step) {
		diag_report(diag, &span, NOT_UTF8, byte, off);
		diag_note(diag, "convert it: iconv -t UTF-8 -f LATIN1");
		return false;
	}
	if (is_control(byte)) {
		diag_report(diag, &span, NOT_TEXT, byte, off);
		return false;
	}
	if (is_odd_break(source->text + off, step, source->len - off)) {
		diag_report(diag, &span, LINE_BREAK);
		return false;
	}
	return true;
}

/* One error is enough: what follows would be noise. */
static bool check_bytes(struct diag *diag, const struct source *source)
{
	const char *encoding = other_encoding(source->text, source->len);
	const char *nul;
	size_t off = 0;

	if (encoding) {
		diag_report(diag, &(struct span){ .source = source },
			    OTHER_ENCODING, encoding);
		diag_note(diag, "convert it: iconv -t UTF-8 -f %s", encoding);
		return false;
	}
	/* First: a program or an archive is no text in another encoding. */
	nul = memchr(source->text, 0, source->len);
	if (nul)
		return check_byte(diag, source, nul - source->text, 1);
	while (off < source->len) {
		size_t step = utf8_len(source->text + off, source->len - off);

		if (!check_byte(diag, source, off, step))
			return false;
		off += step;
	}
	return true;
}

static bool check_tabs(struct diag *diag, const struct source *source)
{
	u32 line;

	for (line = 1; line <= source->num_lines; line++) {
		struct span span = { source, line, 0, line, 0 };
		const char *text;
		size_t len, blank;

		text = source_line(source, line, &len);
		blank = 0;
		while (blank < len && text[blank] == ' ')
			blank++;
		if (blank == len || text[blank] != '\t')
			continue;
		span.col = (u32)blank + 1;
		span.end_col = span.col + 1;
		diag_report(diag, &span, TAB);
		diag_note(diag, "YAML takes only spaces there");
		return false;
	}
	return true;
}

bool yaml_bytes_check(struct diag *diag, const struct source *source)
{
	return check_bytes(diag, source) && check_tabs(diag, source);
}
