// SPDX-License-Identifier: GPL-2.0-only
/* names_test.c - what a container is called, by its cgroup */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/names.h"
#include "tests/lib/suite.h"

static struct names *names;
static char path[64];

static void begin(const char *boot)
{
	names_free(names);
	names = names_open(path, boot);
	ck_assert_ptr_nonnull(names);
}

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/names-test.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	names = NULL;
	begin("boot-1");
}

static void teardown(void)
{
	names_free(names);
	unlink(path);
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
	names_put(names, 0, "none", "");
	ck_assert_ptr_null(name_of(0));
}
END_TEST

START_TEST(the_last_word_counts)
{
	uint64_t i;

	names_put(names, 7, "web", "nginx:1");
	names_put(names, 7 + 1024, "db", "");
	names_put(names, 7, "other", "");
	ck_assert_str_eq(name_of(7), "other");
	ck_assert_str_eq(names_find(names, 7)->image, "");
	ck_assert_str_eq(name_of(7 + 1024), "db");
	/* what takes the place of the first word leaves the last one */
	for (i = 1; i < NAMES_MAX - 1; i++)
		names_put(names, 10000 + i, "more", "");
	ck_assert_ptr_nonnull(name_of(7 + 1024));
	names_put(names, 9998, "more", "");
	ck_assert_ptr_null(name_of(7 + 1024));
	ck_assert_str_eq(name_of(7), "other");
	names_put(names, 9999, "more", "");
	ck_assert_ptr_null(name_of(7));
}
END_TEST

/* _i: is the file opened anew in between? */
START_TEST(of_too_many_the_oldest_goes)
{
	uint64_t i;

	for (i = 1; i <= NAMES_MAX; i++)
		names_put(names, i, "web", "");
	if (_i)
		begin("boot-1");
	ck_assert_ptr_nonnull(name_of(1));
	names_put(names, NAMES_MAX + 1, "more", "");
	ck_assert_ptr_null(name_of(1));
	ck_assert_ptr_nonnull(name_of(2));
	/* once more: it takes the place of 2, and its own is free */
	names_put(names, NAMES_MAX + 1, "again", "");
	ck_assert_ptr_null(name_of(2));
	ck_assert_ptr_nonnull(name_of(3));
	ck_assert_str_eq(name_of(NAMES_MAX + 1), "again");
	for (i = 1; i <= NAMES_MAX; i++)
		names_put(names, NAMES_MAX + 1 + i, "new", "");
	ck_assert_ptr_null(name_of(NAMES_MAX + 1));
	ck_assert_ptr_nonnull(name_of(NAMES_MAX + 2));
	ck_assert_ptr_nonnull(name_of(2 * NAMES_MAX + 1));
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

START_TEST(a_killed_child_leaves_what_it_put)
{
	int status;
	pid_t child = fork();

	if (!child) {
		names_put(names, 7, "web", "nginx:1");
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	begin("boot-1");
	ck_assert_str_eq(name_of(7), "web");
	ck_assert_str_eq(names_find(names, 7)->image, "nginx:1");
	names_put(names, 8, "db", "");
	ck_assert_str_eq(name_of(7), "web");
	ck_assert_str_eq(name_of(8), "db");
}
END_TEST

START_TEST(another_boot_has_other_cgroups)
{
	names_put(names, 7, "web", "nginx:1");
	begin("boot-2");
	ck_assert_ptr_null(name_of(7));
	begin("boot-1");
	ck_assert_ptr_null(name_of(7));
}
END_TEST

/* Whatever is in the file, it is names that end, each once. */
START_TEST(rubbish_in_the_file_harms_nobody)
{
	char rubbish[65536];
	size_t i;
	int fd;

	names_put(names, 7, "web", "nginx:1");
	memset(rubbish, 'a', sizeof(rubbish));
	fd = open(path, O_WRONLY);
	for (i = 0; i < 80; i++)
		ck_assert_int_eq(pwrite(fd, rubbish, sizeof(rubbish),
					(off_t)(64 + i * sizeof(rubbish))),
				 sizeof(rubbish));
	close(fd);
	begin("boot-1");
	ck_assert_ptr_null(name_of(7));
	ck_assert_uint_eq(strlen(name_of(0x6161616161616161ull)),
			  NAMES_TEXT - 1);
	names_put(names, 7, "web", "");
	names_put(names, 0x6161616161616161ull, "new", "");
	ck_assert_str_eq(name_of(7), "web");
	ck_assert_str_eq(name_of(0x6161616161616161ull), "new");
	for (i = 1; i <= NAMES_MAX; i++)
		names_put(names, i, "web", "");
	ck_assert_ptr_null(name_of(0x6161616161616161ull));
	for (i = 1; i <= NAMES_MAX; i++)
		ck_assert_ptr_nonnull(name_of(i));
}
END_TEST

START_TEST(a_link_is_no_file)
{
	char link[80];

	snprintf(link, sizeof(link), "%s.link", path);
	ck_assert_int_eq(symlink(path, link), 0);
	ck_assert_ptr_null(names_open(link, "boot-1"));
	ck_assert_int_eq(errno, ELOOP);
	unlink(link);
}
END_TEST

START_TEST(without_a_file_nothing_is_known)
{
	names_put(NULL, 7, "web", "nginx:1");
	ck_assert_ptr_null(names_find(NULL, 7));
	names_free(NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("names");
	TCase *tcase = tcase_create("names");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_was_put_is_found);
	tcase_add_test(tcase, the_last_word_counts);
	tcase_add_loop_test(tcase, of_too_many_the_oldest_goes, 0, 2);
	tcase_add_test(tcase, what_is_too_long_is_not_kept);
	tcase_add_test(tcase, a_killed_child_leaves_what_it_put);
	tcase_add_test(tcase, another_boot_has_other_cgroups);
	tcase_add_test(tcase, rubbish_in_the_file_harms_nobody);
	tcase_add_test(tcase, a_link_is_no_file);
	tcase_add_test(tcase, without_a_file_nothing_is_known);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
