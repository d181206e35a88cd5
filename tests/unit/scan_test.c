// SPDX-License-Identifier: GPL-2.0-only
/* scan_test.c - what lies in the policies directory */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/scan.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

static char dir[TEMPDIR_SIZE];
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
	tempdir_make(dir, "scan_test");
}

static void teardown(void)
{
	scan_free(&scan);
	tempdir_remove(dir);
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

START_TEST(a_name_in_other_letters_is_a_problem)
{
	put("a.YAML", "a");
	put("b.Yml", "b");
	put("c.yaml.bak", "c");
	read_dir();
	ck_assert_uint_eq(scan.num, 2);
	ck_assert_ptr_nonnull(strstr(scan.files[0].problem, "rename it"));
	ck_assert_ptr_nonnull(strstr(scan.files[1].problem, "rename it"));
}
END_TEST

START_TEST(a_link_to_nowhere_is_a_problem)
{
	ck_assert_int_eq(symlink("nowhere", at("a.yaml")), 0);
	ck_assert_int_eq(symlink("nowhere", at("b.yml")), 0);
	ck_assert_int_eq(symlink("c.yaml", at("c.yaml")), 0);
	ck_assert_int_eq(symlink("nowhere", at("notes")), 0);
	read_dir();
	ck_assert_uint_eq(scan.num, 3);
	ck_assert(scan.has_links);
	ck_assert_ptr_nonnull(strstr(scan.files[0].problem, "leads nowhere"));
	ck_assert_ptr_nonnull(strstr(scan.files[1].problem, "leads nowhere"));
	ck_assert_ptr_nonnull(strstr(scan.files[2].problem, "in a circle"));
}
END_TEST

START_TEST(a_link_is_judged_by_what_it_leads_to)
{
	put("text", "a");
	ck_assert_int_eq(symlink("text", at("a.yaml")), 0);
	ck_assert_int_eq(symlink("text", at("b.yml")), 0);
	read_dir();
	ck_assert_uint_eq(scan.num, 2);
	ck_assert_ptr_null(scan.files[0].problem);
	ck_assert_ptr_nonnull(strstr(scan.files[1].problem, "rename it"));
}
END_TEST

START_TEST(a_directory_that_is_named_like_a_policy_is_a_problem)
{
	uint64_t before;

	ck_assert_int_eq(mkdir(at("base.yaml"), 0755), 0);
	read_dir();
	ck_assert_uint_eq(scan.num, 1);
	ck_assert_str_eq(scan.files[0].problem, "it is not a regular file");
	before = scan.include_stamp;
	put("base.yaml/libc.yaml", "one");
	read_dir();
	ck_assert_uint_ne(scan.include_stamp, before);
}
END_TEST

/* No name is so long on most file systems, but on some it is. */
START_TEST(a_name_that_is_too_long_is_a_problem)
{
	char name[PROTO_FILE + 1];

	memset(name, 'a', sizeof(name));
	strcpy(name + PROTO_FILE - 6, ".yaml");
	ck_assert_ptr_null(scan_problem(name, S_IFREG));
	put(name, "a");
	read_dir();
	ck_assert_uint_eq(scan.num, 1);
	ck_assert_ptr_null(scan.files[0].problem);
	strcpy(name + PROTO_FILE - 5, ".yaml");
	ck_assert(!scan_is_policy(name));
	ck_assert_str_eq(scan_problem(name, S_IFREG), "its name is too long");
	strcpy(name + PROTO_FILE - 5, ".text");
	ck_assert_ptr_null(scan_problem(name, S_IFREG));
}
END_TEST

static void create(const char *name)
{
	int fd = creat(name, 0644);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* One directory in another until a name in the last is beyond PATH_MAX. */
START_TEST(a_path_that_is_too_long_is_a_problem)
{
	char deep[PATH_MAX], name[201];
	int start = open(".", O_PATH);

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	strcpy(deep, dir);
	ck_assert_int_eq(chdir(dir), 0);
	while (strlen(deep) + sizeof(name) < sizeof(deep) - 50) {
		ck_assert_int_eq(mkdir(name, 0755), 0);
		ck_assert_int_eq(chdir(name), 0);
		strcat(strcat(deep, "/"), name);
	}
	create(name); /* no policy */
	create("short.yaml");
	create(strcpy(name + 195, ".yaml") - 195);
	create(strcpy(name + 196, ".yml") - 196);
	ck_assert_int_eq(fchdir(start), 0);
	close(start);
	scan_free(&scan);
	ck_assert_int_eq(scan_read(deep, -1, &scan), 0);
	ck_assert_uint_eq(scan.num, 3);
	ck_assert_str_eq(scan.files[0].problem, "its path is too long");
	ck_assert_str_eq(scan.files[1].problem, "its path is too long");
	ck_assert_str_eq(scan.files[2].name, "short.yaml");
	ck_assert_ptr_null(scan.files[2].problem);
}
END_TEST

START_TEST(a_directory_that_cannot_be_looked_into_is_an_error)
{
	int err;

	put("a.yaml", "a");
	ck_assert_int_eq(chmod(dir, 0744), 0);
	if (!geteuid())
		ck_assert_int_eq(seteuid(65534), 0);
	err = scan_read(dir, -1, &scan);
	if (!getuid())
		ck_assert_int_eq(seteuid(0), 0);
	else
		ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(err, -EACCES);
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

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, policies_are_found_in_the_order_of_names);
	tcase_add_test(tc, a_name_in_yml_is_a_problem);
	tcase_add_test(tc, a_policy_that_is_no_file_is_a_problem);
	tcase_add_test(tc, a_name_in_other_letters_is_a_problem);
	tcase_add_test(tc, a_link_to_nowhere_is_a_problem);
	tcase_add_test(tc, a_link_is_judged_by_what_it_leads_to);
	tcase_add_test(tc,
		       a_directory_that_is_named_like_a_policy_is_a_problem);
	tcase_add_test(tc, a_name_that_is_too_long_is_a_problem);
	tcase_add_test(tc, a_path_that_is_too_long_is_a_problem);
	tcase_add_test(tc, a_directory_that_cannot_be_looked_into_is_an_error);
	tcase_add_test(tc, a_change_changes_the_stamp);
	tcase_add_test(tc, a_change_of_an_include_changes_theirs);
	tcase_add_test(tc, a_directory_that_is_not_there_is_an_error);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
