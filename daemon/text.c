// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "vm/limits.h"

void text_reset(struct text *text)
{
	text->len = 0;
	text->cut = false;
	if (text->data)
		text->data[0] = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

/* Room for len more bytes and a NUL. */
static bool reserve(struct text *text, size_t len)
{
	size_t room = text->room ? text->room : 256;
	char *data;

	if (len >= TEXT_MAX - text->len) {
		text->cut = true;
		return false;
	}
	while (room <= text->len + len)
		room *= 2;
	if (room == text->room)
		return true;
	data = realloc(text->data, room);
	if (!data) {
		text->cut = true;
		return false;
	}
	text->data = data;
	text->room = room;
	return true;
}

void text_add_bytes(struct text *text, const void *bytes, size_t len)
{
	if (!reserve(text, len))
		return;
	memcpy(text->data + text->len, bytes, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

int text_add_file(struct text *text, int fd)
{
	char chunk[16384];
	ssize_t len;
	off_t off = 0;

	while ((len = pread(fd, chunk, sizeof(chunk), off)) > 0) {
		text_add_bytes(text, chunk, (size_t)len);
		off += len;
	}
	if (len < 0)
		return -errno;
	return text->cut ? -ENOMEM : 0;
}

void text_printf(struct text *text, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !reserve(text, (size_t)len))
		return;
	va_start(args, fmt);
	vsnprintf(text->data + text->len, (size_t)len + 1, fmt, args);
	va_end(args);
	text->len += (size_t)len;
}

size_t text_utf8_len(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int code;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	code = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code & ~0x7ffu) == 0xd800)
		return 0;
	return len;
}

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* U+0080 to U+009F: terminals obey some of them like an escape sequence. */
static bool is_c1(const unsigned char *s)
{
	return s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;
}

/*
 * The next character of a string as a terminal may have it, in shown.
 *
 * Return: bytes of the string that it stands for.
 */
static size_t safe_char(const char *string, const char *keep, char shown[12])
{
	const unsigned char *s = (const unsigned char *)string;
	size_t len = text_utf8_len(string);

	if (len > 1 && is_c1(s)) {
		sprintf(shown, "\\x%02x\\x%02x", s[0], s[1]);
	} else if (!len || ((*s < 0x20 || *s == 0x7f) && !strchr(keep, *s))) {
		sprintf(shown, "\\x%02x", *s);
		len = 1;
	} else {
		memcpy(shown, string, len);
		shown[len] = '\0';
	}
	return len;
}

void text_add_safe(struct text *text, const char *string, const char *keep)
{
	char shown[12];

	while (*string) {
		string += safe_char(string, keep, shown);
		text_add(text, shown);
	}
}

void text_put_safe(const char *string, FILE *out)
{
	char shown[12];

	while (*string) {
		string += safe_char(string, "", shown);
		fputs(shown, out);
	}
}

const char *text_safe(const char *string, char *buf, size_t size)
{
	size_t at = 0, len;
	char shown[12];

	while (*string) {
		string += safe_char(string, "", shown);
		len = strlen(shown);
		if (len >= size - at)
			break;
		memcpy(buf + at, shown, len);
		at += len;
	}
	buf[at] = '\0';
	return buf;
}

void text_add_utf8(struct text *text, const char *string)
{
	size_t len;

	while (*string) {
		len = text_utf8_len(string);
		if (len)
			text_add_bytes(text, string, len);
		else
			text_add(text, REPLACEMENT);
		string += len ? len : 1;
	}
}

static void add_json_ascii(struct text *text, unsigned char c)
{
	switch (c) {
	case '"':
		text_add(text, "\\\"");
		break;
	case '\\':
		text_add(text, "\\\\");
		break;
	case '\n':
		text_add(text, "\\n");
		break;
	case '\t':
		text_add(text, "\\t");
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			text_printf(text, "\\u%04x", c);
		else
			text_add_bytes(text, &c, 1);
	}
}

bool text_add_json(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	bool whole = true;
	size_t len;

	text_add(text, "\"");
	while (*s) {
		len = text_utf8_len((const char *)s);
		if (len == 1) {
			add_json_ascii(text, *s);
		} else if (len && is_c1(s)) {
			text_printf(text, "\\u%04x", s[1]);
		} else if (len) {
			text_add_bytes(text, s, len);
		} else {
			text_add(text, REPLACEMENT);
			whole = false;
		}
		s += len ? len : 1;
	}
	text_add(text, "\"");
	return whole;
}

int text_word(const char *line, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key), len;
	const char *at = line;

	while (at) {
		at += strspn(at, " \n");
		if (!strncmp(at, key, key_len) && at[key_len] == '=') {
			at += key_len + 1;
			len = strcspn(at, " \n");
			if (len >= size)
				return -ENAMETOOLONG;
			memcpy(buf, at, len);
			buf[len] = '\0';
			return (int)len;
		}
		at = strchr(at, ' ');
	}
	return -ENOENT;
}

char *text_next_line(char *line)
{
	char *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	return end[1] ? end + 1 : NULL;
}

int text_number(const char *word, unsigned long long max,
		unsigned long long *value)
{
	unsigned long long number = 0;
	const char *at;

	if (!*word)
		return -EINVAL;
	for (at = word; *at; at++) {
		if (*at < '0' || *at > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(number, 10ull, &number) ||
		    __builtin_add_overflow(
			    number, (unsigned long long)(*at - '0'), &number))
			return -ERANGE;
	}
	if (number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool text_is_policy_name(const char *name)
{
	size_t i;

	if (!is_alnum(name[0]))
		return false;
	for (i = 0; name[i]; i++)
		if (!is_alnum(name[i]) && !strchr("._-", name[i]))
			return false;
	return i < BVM_MAX_NAME;
}

bool text_is_label(const char *label)
{
	size_t i;

	for (i = 0; label[i]; i++)
		if (label[i] <= ' ' || label[i] > '~')
			return false;
	return i > 0 && i < BVM_MAX_NAME;
}

int text_refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, size, fmt, args);
	va_end(args);
	return -EINVAL;
}

bool text_in_list(const char *names, const char *name)
{
	size_t len = strlen(name), item;

	for (;; names += item + 1) {
		item = strcspn(names, ",");
		if (item == len && !strncmp(names, name, len))
			return true;
		if (!names[item])
			return false;
	}
}
