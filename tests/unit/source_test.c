// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "policyc/source.h"
#include "tests/lib/suite.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct source *make(const char *text)
{
	return source_create(arena, "x", text, strlen(text));
}

static const char *line(const struct source *source, u32 number)
{
	size_t len;
	const char *text = source_line(source, number, &len);

	return arena_strndup(arena, text, len);
}

START_TEST(lines_come_without_their_end)
{
	const struct source *source = make("a\nbc\r\n\nlast");

	ck_assert_uint_eq(source->num_lines, 4);
	ck_assert_str_eq(line(source, 1), "a");
	ck_assert_str_eq(line(source, 2), "bc");
	ck_assert_str_eq(line(source, 3), "");
	ck_assert_str_eq(line(source, 4), "last");
	ck_assert_str_eq(line(source, 5), "");
	ck_assert_str_eq(line(source, 0), "");
}
END_TEST

START_TEST(an_empty_source_has_one_empty_line)
{
	const struct source *source = make("");

	ck_assert_uint_eq(source->num_lines, 1);
	ck_assert_str_eq(line(source, 1), "");
}
END_TEST

START_TEST(a_byte_order_mark_has_no_column)
{
	const struct source *source = make("\xef\xbb\xbf"
					   "a: 1\n");
	struct span span = source_span(source, 3, 1);

	ck_assert_str_eq(line(source, 1), "a: 1");
	ck_assert_uint_eq(span.line, 1);
	ck_assert_uint_eq(span.col, 1);
}
END_TEST

START_TEST(an_offset_has_a_line_and_a_column)
{
	const struct source *source = make("ab\ncd\n\nef");
	static const u32 want[][2] = {
		{ 1, 1 }, { 1, 2 }, { 1, 3 }, { 2, 1 }, { 2, 2 },
		{ 2, 3 }, { 3, 1 }, { 4, 1 }, { 4, 2 },
	};
	u32 off;

	for (off = 0; off < ARRAY_SIZE(want); off++) {
		struct span span = source_span(source, off, 1);

		ck_assert_uint_eq(span.line, want[off][0]);
		ck_assert_uint_eq(span.col, want[off][1]);
	}
}
END_TEST

START_TEST(quote_stops_at_the_end_of_the_line)
{
	const struct source *source = make("abc def\nghi\n");
	struct span word = source_span(source, 4, 3);
	struct span over = { source, 1, 5, 2, 2 };

	ck_assert_str_eq(source_quote(arena, &word), "def");
	ck_assert_str_eq(source_quote(arena, &over), "def");
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} sequences[] = {
	{ "a", 1 },
	{ "\xc3\xa9", 2 },
	{ "\xe2\x82\xac", 3 },
	{ "\xf0\x9f\x98\x80", 4 },
	{ "\xff", 0 },
	{ "\x80", 0 },
	{ "\xc0\xaf", 0 }, /* overlong */
	{ "\xe0\x80\xaf", 0 }, /* overlong */
	{ "\xf0\x80\x80\xaf", 0 }, /* overlong */
	{ "\xed\xa0\x80", 0 }, /* surrogate */
	{ "\xf4\x90\x80\x80", 0 }, /* past U+10FFFF */
	{ "\xe2\x82", 0 }, /* cut */
	{ "\xe2\x82z", 0 },
};

START_TEST(utf8_is_told_from_other_bytes)
{
	const char *text = sequences[_i].text;

	ck_assert_uint_eq(utf8_len(text, strlen(text)), sequences[_i].len);
}
END_TEST

START_TEST(read_says_why_it_cannot)
{
	const struct source *source;
	char path[] = "/tmp/source_test.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(source_read(arena, "/nonexistent", &source), -ENOENT);
	ck_assert_int_eq(source_read(arena, "/", &source), -EISDIR);
	ck_assert_int_eq(ftruncate(fd, SOURCE_MAX_BYTES + 1), 0);
	ck_assert_int_eq(source_read(arena, path, &source), -EFBIG);
	ck_assert_int_eq(ftruncate(fd, SOURCE_MAX_BYTES), 0);
	ck_assert_int_eq(source_read(arena, path, &source), 0);
	ck_assert_uint_eq(source->len, SOURCE_MAX_BYTES);
	ck_assert_str_eq(source->name, path);
	close(fd);
	unlink(path);
}
END_TEST

/* Its size is not known beforehand. */
/* Around the sizes at which the memory for it grows. */
START_TEST(a_file_is_read_whole)
{
	static const size_t sizes[] = { 0,     1,     8191,  8192,  8193,
					16383, 16384, 16385, 65537, 1000000 };
	char path[] = "/tmp/source_test.XXXXXX", *bytes;
	const struct source *source;
	int fd = mkstemp(path);
	size_t i, at;

	ck_assert_int_ge(fd, 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bytes = arena_alloc(arena, sizes[i]);
		for (at = 0; at < sizes[i]; at++)
			bytes[at] = (char)('a' + at % 23);
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, bytes, sizes[i], 0), sizes[i]);
		ck_assert_int_eq(source_read(arena, path, &source), 0);
		ck_assert_uint_eq(source->len, sizes[i]);
		ck_assert(!memcmp(source->text, bytes, sizes[i]));
	}
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(an_endless_file_is_too_large)
{
	const struct source *source;

	ck_assert_int_eq(source_read(arena, "/dev/zero", &source), -EFBIG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("source");
	TCase *tests = tcase_create("source");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, lines_come_without_their_end);
	tcase_add_test(tests, an_empty_source_has_one_empty_line);
	tcase_add_test(tests, a_byte_order_mark_has_no_column);
	tcase_add_test(tests, an_offset_has_a_line_and_a_column);
	tcase_add_test(tests, quote_stops_at_the_end_of_the_line);
	tcase_add_loop_test(tests, utf8_is_told_from_other_bytes, 0,
			    (int)ARRAY_SIZE(sequences));
	tcase_add_test(tests, read_says_why_it_cannot);
	tcase_add_test(tests, a_file_is_read_whole);
	tcase_add_test(tests, an_endless_file_is_too_large);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
