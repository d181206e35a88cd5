// SPDX-License-Identifier: GPL-2.0-only
/* learn_path_test.c - what is guessed of a path, and what never is */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/learn_path.h"
#include "tests/lib/suite.h"

static const struct {
	const char *path, *pattern;
	const char *guess; /* or NULL */
} cases[] = {
	{ "/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf", NULL },
	{ "/usr/lib/libssl.so.3", "/usr/lib/libssl.so.3", NULL },
	{ "/usr/lib/libz.so.1.2.13", "/usr/lib/libz.so.[0-9]*", "a version" },
	{ "/usr/lib/python3.11/os.py", "/usr/lib/python[0-9]*/os.py",
	  "a version" },
	{ "/opt/app-1.2./x", "/opt/app-[0-9]*./x", "a version" },
	{ "/proc/self/task/123/stat", "/proc/self/task/*/stat", "a thread" },
	{ "/proc/self/task", "/proc/self/task", NULL },
	{ "/run/app-1234.pid", "/run/app-[0-9]*.pid", "a number" },
	{ "/run/app-12.pid", "/run/app-12.pid", NULL },
	{ "/srv/app-1234.pid", "/srv/app-1234.pid", NULL },
	{ "/tmp/tmp.aB3dE9", "/tmp/tmp.??????", "a temporary name" },
	{ "/tmp/aB3dE9xY", "/tmp/????????", "a temporary name" },
	{ "/tmp/abcdef", "/tmp/abcdef", NULL },
	{ "/srv/tmp.aB3dE9", "/srv/tmp.aB3dE9", NULL },
	{ "/srv/a*b?[c]{d}\\$e", "/srv/a\\*b\\?\\[c\\]\\{d\\}\\\\\\$e", NULL },
	/* never */
	{ "/proc/1234/environ", "/proc/1234/environ", NULL },
	{ "/proc/1234/task/1234/mem", "/proc/1234/task/1234/mem", NULL },
	{ "/home/a/.ssh/id_rsa.1.2", "/home/a/.ssh/id_rsa.1.2", NULL },
	{ "/run/secrets/db-12345", "/run/secrets/db-12345", NULL },
	{ "/tmp/server-1.2.key", "/tmp/server-1.2.key", NULL },
	{ "/etc/shadow", "/etc/shadow", NULL },
	{ "/etc/ssl/private/a-1.2", "/etc/ssl/private/a-1.2", NULL },
};

START_TEST(paths_become_patterns)
{
	struct arena *arena = arena_create();
	const char *guess;
	const char *pattern = learn_path_pattern(arena, cases[_i].path, &guess);

	ck_assert_str_eq(pattern, cases[_i].pattern);
	if (cases[_i].guess)
		ck_assert_str_eq(guess, cases[_i].guess);
	else
		ck_assert_ptr_null(guess);
	arena_free(arena);
}
END_TEST

START_TEST(directories_that_may_be_widened)
{
	static const char *const yes[] = { "/usr/share", "/srv/www/pages" };
	static const char *const no[] = {
		"",	   "/etc",     "/home/a/b",	   "/proc/self",
		"/root/x", "/dev/pts", "/run/secrets/app", "/etc/ssl/private/x"
	};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		ck_assert(learn_path_may_widen(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		ck_assert_msg(!learn_path_may_widen(no[i]), "%s", no[i]);
}
END_TEST

START_TEST(secrets_that_may_lie_in_a_directory)
{
	static const char *const in[] = {
		"*.pem", "*.key", "id_rsa*", ".netrc", ".env*", "*[Ss]ecret*",
	};
	struct arena *arena = arena_create();
	const char *names = learn_path_secret_names(arena, "/srv/app");

	ck_assert_ptr_nonnull(names);
	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		ck_assert_msg(strstr(names, in[i]), "%s", in[i]);
	ck_assert_ptr_null(strchr(names, '/'));
	/* what is so by its directory */
	ck_assert_ptr_null(strstr(names, "config.json"));
	names = learn_path_secret_names(arena, "/srv/.docker");
	ck_assert_ptr_nonnull(strstr(names, "config.json"));
	names = learn_path_secret_names(arena, "/etc/x");
	ck_assert_ptr_nonnull(strstr(names, "*shadow*"));
	ck_assert_ptr_null(strstr(names, "sudoers"));
	ck_assert_ptr_null(learn_path_secret_names(arena, "/etc/ssl/private"));
	ck_assert_ptr_null(learn_path_secret_names(arena, "/a/.ssh"));
	arena_free(arena);
}
END_TEST

START_TEST(names_that_a_policy_cannot_hold)
{
	ck_assert(learn_path_is_text("/caf\xc3\xa9"));
	ck_assert(!learn_path_is_text("/caf\xe9"));
	ck_assert(!learn_path_is_text("/a\nb"));
	ck_assert(!learn_path_is_text("/a\x7f"));
	ck_assert(!learn_path_is_text("/a\xc2\x85"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("learn_path");
	TCase *tc = tcase_create("learn_path");

	tcase_add_loop_test(tc, paths_become_patterns, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, directories_that_may_be_widened);
	tcase_add_test(tc, secrets_that_may_lie_in_a_directory);
	tcase_add_test(tc, names_that_a_policy_cannot_hold);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
