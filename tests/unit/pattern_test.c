// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/pattern.h"
#include "tests/lib/suite.h"
#include "vm/limits.h"

static const char *const good[] = {
	"/",
	"/etc/passwd",
	"/etc/**",
	"/**",
	"/a*b?c",
	"/{a,b{c,}}/d",
	"/[a-z][^0-9]",
	"/[a\\]-]",
	"/.hidden/..x",
	"/a/.*",
	"/...",
	"/usr/lost+found",
	"/c++/x",
	"/a\\*b",
	"/x,y",
	"/{usr/,}lib/*.so",
	"/\\{\\}",
	"/a$b",
	"/@{x}",
	"/{,a}",
	"/\xc3\xa9/?",
	"/a^b",
};

START_TEST(patterns_of_the_language_are_taken)
{
	struct pattern_error err;

	ck_assert_msg(!pattern_check(good[_i], &err), "%s: %s", good[_i],
		      err.text);
	ck_assert_int_eq(pattern_check(good[_i], NULL), 0);
}
END_TEST

static const struct {
	const char *text;
	u32 off, len;
	const char *says; /* part of the text or of the hint */
} bad[] = {
	{ "", 0, 1, "empty pattern" },
	{ "etc", 0, 1, "/**/etc" },
	{ "~/x", 0, 1, "home directory" },
	{ "^/x", 0, 1, "whole path" },
	{ "{/a,/b}", 0, 1, "/{usr/,}lib" },
	{ "/a/./b", 3, 1, "'.' component" },
	{ "/a/..", 3, 2, "'..' component" },
	{ "/a//b", 3, 1, "'//'" },
	{ "/a/{.,b}/c", 7, 1, "'.' component" },
	{ "/a/{,b}/c", 7, 1, "'//'" },
	{ "/a/", 2, 1, "ends in '/'" },
	{ "/a/{b/,c}", 8, 1, "ends in '/'" },
	{ "/a/***", 3, 3, "'***'" },
	{ "/[", 1, 1, "unclosed '['" },
	{ "/[]", 1, 2, "empty set" },
	{ "/[^]", 1, 3, "empty set" },
	{ "/[!a]", 2, 1, "[^...]" },
	{ "/[z-a]", 2, 3, "[a-z]" },
	{ "/[a/b]", 3, 1, "never matches '/'" },
	{ "/[\xc3\xa9]", 2, 1, "ASCII" },
	{ "/[a\\", 1, 1, "unclosed '['" },
	{ "/{a", 1, 1, "unclosed '{'" },
	{ "/{}", 1, 2, "empty braces" },
	{ "/a}", 2, 1, "without a '{'" },
	{ "/a\\", 2, 1, "quotes nothing" },
	{ "/(a|b)", 1, 1, "not expressions" },
	{ "/a|b", 2, 1, "{a,b}" },
	{ "/.+", 2, 1, "\\+" },
	{ "/[a-z]+", 6, 1, "not expressions" },
	{ "/a$", 2, 1, "whole path" },
	{ "/{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}", 17, 1, "16 deep" },
};

START_TEST(what_could_never_match_is_refused)
{
	struct pattern_error err;

	ck_assert_int_eq(pattern_check(bad[_i].text, &err), -EINVAL);
	ck_assert_int_eq(pattern_check(bad[_i].text, NULL), -EINVAL);
	ck_assert_msg(strstr(err.text, bad[_i].says) ||
			      strstr(err.hint, bad[_i].says),
		      "'%s': %s; %s", bad[_i].text, err.text, err.hint);
	ck_assert_msg(err.off == bad[_i].off && err.len == bad[_i].len,
		      "'%s': at %u, %u long", bad[_i].text, err.off, err.len);
}
END_TEST

START_TEST(length_is_that_of_a_path)
{
	char text[BVM_MAX_PATH + 1];

	memset(text, 'a', sizeof(text));
	text[0] = '/';
	text[BVM_MAX_PATH - 1] = '\0';
	ck_assert_int_eq(pattern_check(text, NULL), 0);
	text[BVM_MAX_PATH - 1] = 'a';
	text[BVM_MAX_PATH] = '\0';
	ck_assert_int_eq(pattern_check(text, NULL), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pattern");
	TCase *tc = tcase_create("syntax");

	tcase_add_loop_test(tc, patterns_of_the_language_are_taken, 0,
			    ARRAY_SIZE(good));
	tcase_add_loop_test(tc, what_could_never_match_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tc, length_is_that_of_a_path);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
