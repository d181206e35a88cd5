// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "buf.h"
#include "source.h"

static void make_room(struct buf *buf, size_t len)
{
	size_t cap = buf->cap ? buf->cap : 64;

	while (cap - buf->len < len && cap <= SIZE_MAX / 2)
		cap *= 2;
	if (cap - buf->len < len)
		cap = SIZE_MAX; /* the arena ends the run */
	buf->data = arena_resize(buf->arena, buf->data, buf->cap, cap);
	buf->cap = cap;
}

void *buf_reserve(struct buf *buf, size_t len)
{
	u8 *start;

	if (!buf->data || buf->cap - buf->len < len)
		make_room(buf, len);
	start = buf->data + buf->len;
	memset(start, 0, len);
	buf->len += len;
	return start;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
	void *start = buf_reserve(buf, len);

	if (len)
		memcpy(start, bytes, len);
}

void buf_put_u8(struct buf *buf, u8 value)
{
	buf_put(buf, &value, sizeof(value));
}

void buf_put_u16(struct buf *buf, u16 value)
{
	buf_put(buf, &value, sizeof(value));
}

void buf_put_u32(struct buf *buf, u32 value)
{
	buf_put(buf, &value, sizeof(value));
}

void buf_put_u64(struct buf *buf, u64 value)
{
	buf_put(buf, &value, sizeof(value));
}

void buf_align(struct buf *buf, size_t alignment)
{
	size_t rest = buf->len % alignment;

	if (rest)
		(void)buf_reserve(buf, alignment - rest);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(buf->arena, fmt, args);
	va_end(args);
	buf_put(buf, text, strlen(text));
}

static void put_json_char(struct buf *buf, const char *text, size_t len)
{
	u8 c = (u8)*text;

	if (!len)
		buf_put(buf, "\\ufffd", 6);
	else if (c == '"' || c == '\\')
		buf_printf(buf, "\\%c", c);
	else if (c < 0x20 || c == 0x7f)
		buf_printf(buf, "\\u%04x", c);
	else
		buf_put(buf, text, len);
}

void buf_put_json(struct buf *buf, const char *text, size_t len)
{
	size_t i = 0;

	buf_put_u8(buf, '"');
	while (i < len) {
		size_t step = utf8_len(text + i, len - i);

		put_json_char(buf, text + i, step);
		i += step ? step : 1;
	}
	buf_put_u8(buf, '"');
}

const char *buf_text(struct buf *buf)
{
	if (!buf->data || buf->cap == buf->len)
		make_room(buf, 1);
	buf->data[buf->len] = 0;
	return (const char *)buf->data;
}
