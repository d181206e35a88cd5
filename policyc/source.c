// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "source.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

static u32 *index_lines(struct arena *arena, const char *text, size_t len,
			u32 *num)
{
	u32 *lines = arena_grow(arena, NULL, 0, sizeof(*lines));
	const char *end = text + len;
	const char *at = text;

	/* Editors on Windows put a mark first; columns start behind it. */
	lines[0] = len >= 3 && !memcmp(text, byte_order_mark, 3) ? 3 : 0;
	*num = 1;
	while ((at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		lines = arena_grow(arena, lines, *num, sizeof(*lines));
		lines[(*num)++] = (u32)(at - text);
	}
	return lines;
}

const struct source *source_create(struct arena *arena, const char *name,
				   const char *text, size_t len)
{
	struct source *source = arena_alloc(arena, sizeof(*source));

	source->name = arena_strdup(arena, name);
	source->text = text;
	source->len = len;
	source->lines = index_lines(arena, text, len, &source->num_lines);
	return source;
}

#define FIRST_READ 8192 /* bytes; as many again when they are full */

static int read_all(int fd, struct buf *buf)
{
	for (;;) {
		size_t room = buf->cap - buf->len;
		ssize_t got;

		if (!room) {
			room = buf->len ? buf->len : FIRST_READ;
			(void)buf_reserve(buf, room);
			buf->len -= room;
		}
		got = read(fd, buf->data + buf->len, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return 0;
		buf->len += (size_t)got;
		/* Never hold more of it than is needed to refuse it. */
		if (buf->len > SOURCE_MAX_BYTES)
			return -EFBIG;
	}
}

static int check_kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISREG(st.st_mode) && st.st_size > SOURCE_MAX_BYTES)
		return -EFBIG;
	return 0;
}

int source_read(struct arena *arena, const char *path,
		const struct source **source)
{
	bool standard = !strcmp(path, "-");
	struct buf buf = BUF_INIT(arena);
	int fd = STDIN_FILENO;
	int err;

	if (!standard)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = check_kind(fd);
	if (!err)
		err = read_all(fd, &buf);
	if (!standard)
		(void)close(fd);
	if (err)
		return err;
	*source = source_create(arena, standard ? "<stdin>" : path,
				buf_text(&buf), buf.len);
	return 0;
}

const char *source_line(const struct source *source, u32 line, size_t *len)
{
	u32 start, end;

	*len = 0;
	if (!line || line > source->num_lines)
		return "";
	start = source->lines[line - 1];
	end = line < source->num_lines ? source->lines[line] : (u32)source->len;
	while (end > start &&
	       (source->text[end - 1] == '\n' || source->text[end - 1] == '\r'))
		end--;
	*len = end - start;
	return source->text + start;
}

struct span source_span(const struct source *source, size_t off, size_t len)
{
	struct span span = { .source = source };
	u32 low = 0, high = source->num_lines - 1;

	while (low < high) {
		u32 middle = low + (high - low + 1) / 2;

		if (source->lines[middle] <= off)
			low = middle;
		else
			high = middle - 1;
	}
	if (off < source->lines[low])
		off = source->lines[low];
	span.line = low + 1;
	span.col = (u32)(off - source->lines[low]) + 1;
	span.end_line = span.line;
	span.end_col = span.col + (u32)len;
	return span;
}

const char *source_quote(struct arena *arena, const struct span *span)
{
	const char *line;
	size_t len, from, to;

	if (!span->source || !span->line)
		return "";
	line = source_line(span->source, span->line, &len);
	from = span->col - 1;
	to = span->end_line == span->line ? span->end_col - 1 : len;
	if (to > len)
		to = len;
	if (from > to)
		from = to;
	return arena_strndup(arena, line + from, to - from);
}

/* Bounds of the second byte say which three and four byte forms are none. */
static bool second_byte_ok(u8 first, u8 second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

size_t utf8_len(const char *text, size_t len)
{
	const u8 *bytes = (const u8 *)text;
	size_t need, i;

	if (!len)
		return 0;
	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	need = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (len < need || !second_byte_ok(bytes[0], bytes[1]))
		return 0;
	for (i = 2; i < need; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return need;
}
