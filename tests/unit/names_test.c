// SPDX-License-Identifier: GPL-2.0-only
/* names_test.c - what a container is called, by its cgroup */
#include <check.h>
#include <string.h>

#include "daemon/names.h"
#include "tests/lib/suite.h"

static struct names *names;

static void setup(void)
{
	names = names_create();
	ck_assert_ptr_nonnull(names);
}

static void teardown(void)
{
	names_free(names);
}

static const char *name_of(uint64_t cgroup)
{
	const struct names_entry *entry = names_find(names, cgroup);

	return entry ? entry->name : NULL;
}

START_TEST(what_was_put_is_found)
{
	names_put(names, 7, "web", "nginx:1");
	names_put(names, 7 + 1024, "db", "");
	ck_assert_str_eq(name_of(7), "web");
	ck_assert_str_eq(names_find(names, 7)->image, "nginx:1");
	ck_assert_str_eq(name_of(7 + 1024), "db");
	ck_assert_str_eq(names_find(names, 7 + 1024)->image, "");
	ck_assert_ptr_null(name_of(8));
	ck_assert_ptr_null(name_of(7 + 2048));
}
END_TEST

START_TEST(the_last_word_counts)
{
	names_put(names, 7, "web", "nginx:1");
	names_put(names, 7, "other", "");
	ck_assert_str_eq(name_of(7), "other");
	ck_assert_str_eq(names_find(names, 7)->image, "");
}
END_TEST

START_TEST(of_too_many_the_oldest_goes)
{
	uint64_t i;

	for (i = 1; i <= NAMES_MAX; i++)
		names_put(names, i, "web", "");
	ck_assert_ptr_nonnull(name_of(1));
	/* again: it is not the oldest any more */
	names_put(names, 1, "new", "");
	ck_assert_ptr_nonnull(name_of(2));
	names_put(names, NAMES_MAX + 1, "more", "");
	ck_assert_ptr_null(name_of(2));
	ck_assert_ptr_nonnull(name_of(1));
	ck_assert_ptr_nonnull(name_of(3));
	ck_assert_ptr_nonnull(name_of(NAMES_MAX + 1));
}
END_TEST

START_TEST(what_is_too_long_is_not_kept)
{
	char text[NAMES_TEXT + 1];

	memset(text, 'a', sizeof(text));
	text[NAMES_TEXT] = '\0';
	names_put(names, 7, text, text + 1);
	ck_assert_str_eq(name_of(7), "");
	ck_assert_str_eq(names_find(names, 7)->image, text + 1);
	names_put(names, 7, text + 2, text);
	ck_assert_str_eq(name_of(7), text + 2);
	ck_assert_str_eq(names_find(names, 7)->image, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("names");
	TCase *tcase = tcase_create("names");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_was_put_is_found);
	tcase_add_test(tcase, the_last_word_counts);
	tcase_add_test(tcase, of_too_many_the_oldest_goes);
	tcase_add_test(tcase, what_is_too_long_is_not_kept);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
