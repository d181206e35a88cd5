// SPDX-License-Identifier: GPL-2.0-only
/* scan_test.c - what lies in the policies directory */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/scan.h"

static char dir[64];
static struct scan scan;

static const char *at(const char *name)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(at(name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void read_dir(void)
{
	scan_free(&scan);
	ck_assert_int_eq(scan_read(dir, -1, &scan), 0);
}

static void setup(void)
{
	strcpy(dir, "/tmp/scan_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char command[100];

	scan_free(&scan);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(policies_are_found_in_the_order_of_names)
{
	put("b.yaml", "b");
	put("a.yaml", "a");
	put(".hidden.yaml", "");
	put("notes.txt", "");
	put("a.yaml~", "");
	put(".yaml", "");
	read_dir();
	ck_assert_uint_eq(scan.num, 2);
	ck_assert_str_eq(scan.files[0].name, "a.yaml");
	ck_assert_str_eq(scan.files[1].name, "b.yaml");
	ck_assert_ptr_null(scan.files[0].problem);
}
END_TEST

START_TEST(a_name_in_yml_is_a_problem)
{
	put("a.yml", "a");
	read_dir();
	ck_assert_uint_eq(scan.num, 1);
	ck_assert_ptr_nonnull(strstr(scan.files[0].problem, "rename it"));
}
END_TEST

START_TEST(a_policy_that_is_no_file_is_a_problem)
{
	ck_assert_int_eq(mkfifo(at("pipe.yaml"), 0600), 0);
	ck_assert_int_eq(mkfifo(at("pipe"), 0600), 0);
	read_dir();
	ck_assert_uint_eq(scan.num, 1);
	ck_assert_str_eq(scan.files[0].problem, "it is not a regular file");
}
END_TEST

START_TEST(a_link_to_nowhere_is_a_file)
{
	ck_assert_int_eq(symlink("nowhere", at("a.yaml")), 0);
	read_dir();
	ck_assert_uint_eq(scan.num, 1);
	ck_assert(scan.has_links);
}
END_TEST

START_TEST(a_change_changes_the_stamp)
{
	uint64_t before;

	put("a.yaml", "one");
	read_dir();
	before = scan.files[0].stamp;
	read_dir();
	ck_assert_uint_eq(scan.files[0].stamp, before);
	put("a.yaml", "three");
	read_dir();
	ck_assert_uint_ne(scan.files[0].stamp, before);
}
END_TEST

START_TEST(a_change_of_an_include_changes_theirs)
{
	uint64_t before;

	ck_assert_int_eq(mkdir(at("base"), 0755), 0);
	put("base/libc.yaml", "one");
	read_dir();
	before = scan.include_stamp;
	ck_assert_uint_eq(scan.num, 0);
	put("base/libc.yaml", "three");
	read_dir();
	ck_assert_uint_ne(scan.include_stamp, before);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_an_error)
{
	ck_assert_int_eq(scan_read(at("gone"), -1, &scan), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan");
	TCase *tc = tcase_create("scan");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, policies_are_found_in_the_order_of_names);
	tcase_add_test(tc, a_name_in_yml_is_a_problem);
	tcase_add_test(tc, a_policy_that_is_no_file_is_a_problem);
	tcase_add_test(tc, a_link_to_nowhere_is_a_file);
	tcase_add_test(tc, a_change_changes_the_stamp);
	tcase_add_test(tc, a_change_of_an_include_changes_theirs);
	tcase_add_test(tc, a_directory_that_is_not_there_is_an_error);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
