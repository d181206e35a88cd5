// SPDX-License-Identifier: GPL-2.0-only
/* text_test.c - what others chose, made safe for a terminal and for JSON */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/text.h"
#include "tests/lib/suite.h"

static struct text text;

static void teardown(void)
{
	text_free(&text);
}

static const char *safe(const char *string, const char *keep)
{
	text_reset(&text);
	text_add_safe(&text, string, keep);
	return text_string(&text);
}

START_TEST(control_characters_are_shown_as_numbers)
{
	char string[] = "a?b", shown[] = "a\\x00b";
	int c;

	for (c = 1; c < 0x100; c++) {
		if (c >= 0x20 && c < 0x7f)
			continue;
		string[1] = (char)c;
		snprintf(shown, sizeof(shown), "a\\x%02xb", c);
		ck_assert_str_eq(safe(string, ""), shown);
	}
	/* C1 as UTF-8, to its ends */
	ck_assert_str_eq(safe("\xc2\x80\xc2\x9f\xc2\xa0", ""),
			 "\\xc2\\x80\\xc2\\x9f\xc2\xa0");
}
END_TEST

START_TEST(what_is_text_stays)
{
	static const char good[] = "az ~\\ \xc3\xa4 \xe2\x82\xac "
				   "\xf0\x9f\x98\x80";

	ck_assert_str_eq(safe(good, ""), good);
	ck_assert_str_eq(safe("a\n\tb\r", "\n\t"), "a\n\tb\\x0d");
}
END_TEST

/* Cut, overlong, a surrogate, past the end. */
START_TEST(bytes_that_are_no_utf8_are_shown_as_numbers)
{
	ck_assert_str_eq(safe("\xe2\x82", ""), "\\xe2\\x82");
	ck_assert_str_eq(safe("\xc0\x9b", ""), "\\xc0\\x9b");
	ck_assert_str_eq(safe("\xed\xa0\x80", ""), "\\xed\\xa0\\x80");
	ck_assert_str_eq(safe("\xf4\x90\x80\x80", ""), "\\xf4\\x90\\x80\\x80");
}
END_TEST

START_TEST(a_buffer_holds_whole_characters)
{
	char buf[6];

	ck_assert_str_eq(text_safe("abcdefgh", buf, sizeof(buf)), "abcde");
	ck_assert_str_eq(text_safe("ab\xf0\x9f\x98\x80", buf, sizeof(buf)),
			 "ab");
	ck_assert_str_eq(text_safe("ab\033", buf, sizeof(buf)), "ab");
	ck_assert_str_eq(text_safe("a\033", buf, sizeof(buf)), "a\\x1b");
	ck_assert_str_eq(text_safe("abc", buf, 1), "");
}
END_TEST

START_TEST(a_file_gets_the_same)
{
	char got[64] = "";
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	text_put_safe("a\033\xc2\x9b\xff", file);
	rewind(file);
	ck_assert_uint_gt(fread(got, 1, sizeof(got) - 1, file), 0);
	fclose(file);
	ck_assert_str_eq(got, "a\\x1b\\xc2\\x9b\\xff");
}
END_TEST

START_TEST(json_gets_utf8)
{
	text_add_utf8(&text, "a\033\xc2\x9b\xff\xe2\x82");
	ck_assert_str_eq(text_string(&text),
			 "a\033\xc2\x9b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(the_log_has_no_control_character)
{
	ck_assert(text_add_json(&text, "\033\x7f\xc2\x85\xc2\x9f"));
	ck_assert_str_eq(text_string(&text),
			 "\"\\u001b\\u007f\\u0085\\u009f\"");
}
END_TEST

/* Of other sizes than what it is read by. */
START_TEST(a_file_is_added_whole_or_not_without_an_error)
{
	static char bytes[50000];
	int fd = memfd_create("text", MFD_CLOEXEC), broken;

	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	text_add(&text, "a");
	ck_assert_int_eq(text_add_file(&text, fd), 0);
	ck_assert_uint_eq(text.len, sizeof(bytes) + 1);
	ck_assert_int_eq(memcmp(text.data + 1, bytes, sizeof(bytes)), 0);
	broken = open("/dev/null", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(text_add_file(&text, broken), -EBADF);
	close(broken);
	text_reset(&text);
	ck_assert_int_eq(ftruncate(fd, TEXT_MAX), 0);
	ck_assert_int_eq(text_add_file(&text, fd), -ENOMEM);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, control_characters_are_shown_as_numbers);
	tcase_add_test(tcase, what_is_text_stays);
	tcase_add_test(tcase, bytes_that_are_no_utf8_are_shown_as_numbers);
	tcase_add_test(tcase, a_buffer_holds_whole_characters);
	tcase_add_test(tcase, a_file_gets_the_same);
	tcase_add_test(tcase, json_gets_utf8);
	tcase_add_test(tcase, the_log_has_no_control_character);
	tcase_add_test(tcase, a_file_is_added_whole_or_not_without_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
