// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/arena.h"
#include "policyc/buf.h"
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

static bool all_are(const u8 *bytes, size_t from, size_t to, u8 value)
{
	for (; from < to; from++)
		if (bytes[from] != value)
			return false;
	return true;
}

START_TEST(memory_is_zeroed_and_aligned)
{
	size_t len;

	for (len = 0; len < 200000; len = len * 2 + 1) {
		u8 *bytes = arena_alloc(arena, len);

		ck_assert_uint_eq((uintptr_t)bytes % 16, 0);
		ck_assert(all_are(bytes, 0, len, 0));
		memset(bytes, 0xff, len);
	}
}
END_TEST

START_TEST(free_takes_null)
{
	arena_free(NULL);
}
END_TEST

/* Small blocks are copied, large ones resized in place or moved. */
START_TEST(resize_keeps_content_and_clears_the_rest)
{
	size_t len = 3;
	u8 *bytes = arena_resize(arena, NULL, 0, len);

	memset(bytes, 1, len);
	while (len < 1000000) {
		size_t more = len * 3;

		bytes = arena_resize(arena, bytes, len, more);
		ck_assert(all_are(bytes, 0, len, 1));
		ck_assert(all_are(bytes, len, more, 0));
		memset(bytes, 1, more);
		len = more;
	}
}
END_TEST

START_TEST(grow_makes_room_for_each_append)
{
	u32 *items = NULL;
	u32 i;

	for (i = 0; i < 100000; i++) {
		items = arena_grow(arena, items, i, sizeof(*items));
		items[i] = i;
	}
	for (i = 0; i < 100000 && items[i] == i; i++)
		;
	ck_assert_uint_eq(i, 100000);
}
END_TEST

START_TEST(printf_and_strdup_end_with_nul)
{
	ck_assert_str_eq(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	ck_assert_str_eq(arena_strndup(arena, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_strdup(arena, ""), "");
}
END_TEST

/* The product is over SIZE_MAX: the run ends, it does not wrap round. */
START_TEST(array_of_too_many_ends_the_run)
{
	arena_array(arena, SIZE_MAX / 2, 3);
}
END_TEST

START_TEST(buf_puts_little_endian)
{
	struct buf buf = BUF_INIT(arena);

	buf_put_u8(&buf, 1);
	buf_put_u16(&buf, 0x0302);
	buf_put_u32(&buf, 0x07060504);
	buf_align(&buf, 8);
	buf_put_u64(&buf, 0x0f0e0d0c0b0a0908);
	ck_assert_uint_eq(buf.len, 16);
	ck_assert_mem_eq(buf.data, "\1\2\3\4\5\6\7\0\x8\x9\xa\xb\xc\xd\xe\xf",
			 16);
}
END_TEST

START_TEST(buf_grows_and_stays_text)
{
	struct buf buf = BUF_INIT(arena);
	int i;

	ck_assert_str_eq(buf_text(&buf), "");
	for (i = 0; i < 64; i++)
		buf_put_u8(&buf, 'x');
	ck_assert_uint_eq(strlen(buf_text(&buf)), 64);
	for (i = 0; i < 100000; i++)
		buf_printf(&buf, "%d", i % 10);
	ck_assert_uint_eq(strlen(buf_text(&buf)), 100064);
}
END_TEST

START_TEST(buf_json_escapes)
{
	struct buf buf = BUF_INIT(arena);

	buf_put_json(&buf, "a\"\\\n\xc3\xa9\xff\x7f", 8);
	ck_assert_str_eq(buf_text(&buf),
			 "\"a\\\"\\\\\\u000a\xc3\xa9\\ufffd\\u007f\"");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tests = tcase_create("arena");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, memory_is_zeroed_and_aligned);
	tcase_add_test(tests, free_takes_null);
	tcase_add_test(tests, resize_keeps_content_and_clears_the_rest);
	tcase_add_test(tests, grow_makes_room_for_each_append);
	tcase_add_test(tests, printf_and_strdup_end_with_nul);
	tcase_add_exit_test(tests, array_of_too_many_ends_the_run, 3);
	tcase_add_test(tests, buf_puts_little_endian);
	tcase_add_test(tests, buf_grows_and_stays_text);
	tcase_add_test(tests, buf_json_escapes);
	suite_add_tcase(suite, tests);
	return suite_run_apart(suite);
}
