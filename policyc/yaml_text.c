// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "quoting.h"
#include "yaml_text.h"

/* NEL, LS, PS and a byte order mark: odd to YAML, wherever they are. */
static size_t odd_len(const char *text)
{
	if (!strncmp(text, "\xc2\x85", 2))
		return 2;
	if (!strncmp(text, "\xe2\x80\xa8", 3) ||
	    !strncmp(text, "\xe2\x80\xa9", 3) ||
	    !strncmp(text, "\xef\xbb\xbf", 3))
		return 3;
	return 0;
}

static bool is_control(char c)
{
	return (u8)c < 0x20 || c == 0x7f;
}

static bool needs_escapes(const char *text)
{
	for (; *text; text++)
		if (is_control(*text) || odd_len(text))
			return true;
	return false;
}

bool yaml_text_is_plain(const char *text)
{
	size_t len = strlen(text);

	if (!len || strchr("-?:,[]{}#&*!|>'\"%@` ~", text[0]))
		return false;
	if (text[len - 1] == ' ' || text[len - 1] == ':')
		return false;
	if (strpbrk(text, ",[]{}") || strstr(text, ": ") || strstr(text, " #"))
		return false;
	return !needs_escapes(text) && strcmp(text, "...");
}

static void put_escaped(struct buf *buf, const char *text, size_t odd)
{
	static const char letters[] = "\a\b\t\n\v\f\r\x1b";
	static const char names[] = "abtnvfre";
	const char *at;

	if (odd == 2) {
		buf_printf(buf, "\\N");
	} else if (odd) {
		buf_printf(buf, (u8)text[0] == 0xef ? "\\uFEFF" :
				(u8)text[2] == 0xa8 ? "\\L" :
						      "\\P");
	} else {
		at = strchr(letters, *text);
		if (at)
			buf_printf(buf, "\\%c", names[at - letters]);
		else
			buf_printf(buf, "\\x%02x", (u8)*text);
	}
}

static const char *escape(struct arena *arena, const char *text)
{
	struct buf buf = BUF_INIT(arena);

	buf_put_u8(&buf, '"');
	while (*text) {
		size_t odd = odd_len(text);

		if (odd || is_control(*text))
			put_escaped(&buf, text, odd);
		else if (*text == '"' || *text == '\\')
			buf_printf(&buf, "\\%c", *text);
		else
			buf_put_u8(&buf, (u8)*text);
		text += odd ? odd : 1;
	}
	buf_put_u8(&buf, '"');
	return arena_strdup(arena, buf_text(&buf));
}

const char *yaml_text_quote(struct arena *arena, const char *text)
{
	return needs_escapes(text) ? escape(arena, text) :
				     quoting_add(arena, text);
}

const char *yaml_text(struct arena *arena, const char *text)
{
	return yaml_text_is_plain(text) ? text : yaml_text_quote(arena, text);
}
