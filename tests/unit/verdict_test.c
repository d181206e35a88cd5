// SPDX-License-Identifier: GPL-2.0-only
/* verdict_test.c - the self-test's verdict is kept, and grows old */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/verdict.h"
#include "tests/lib/suite.h"

static char dir[64];
static struct verdict verdict;

static void setup(void)
{
	strcpy(dir, "/tmp/verdict.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	verdict = (struct verdict){
		.time = 1700000000,
		.of = { 9, 5 },
		.good = 12,
		.not_shown = 1,
	};
	verdict_boot(verdict.boot);
	ck_assert_uint_gt(strlen(verdict.boot), 30);
}

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void teardown(void)
{
	unlink(path_of(VERDICT_FILE));
	rmdir(dir);
}

static bool is_current(const struct verdict *one, unsigned long long generation,
		       unsigned long long modes)
{
	const struct verdict_of now = { generation, modes };

	return verdict_is_current(one, &now);
}

static const char *words(int err, unsigned long long generation)
{
	const struct verdict_of now = { generation, 5 };
	static char text[256];

	verdict_print(&verdict, err, &now, text, sizeof(text));
	return text;
}

START_TEST(it_is_read_as_it_was_saved)
{
	struct verdict back;
	struct stat stat_buf;

	ck_assert_int_eq(verdict_save(dir, &verdict), 0);
	ck_assert_int_eq(verdict_save(dir, &verdict), 0);
	ck_assert_int_eq(stat(path_of(VERDICT_FILE), &stat_buf), 0);
	ck_assert_uint_eq(stat_buf.st_mode & 0777, 0600);
	ck_assert_int_eq(verdict_read(dir, &back), 0);
	ck_assert_mem_eq(&back, &verdict, sizeof(back));
	ck_assert(is_current(&back, 9, 5));
}
END_TEST

START_TEST(a_link_in_its_place_is_not_followed)
{
	int fd = open(path_of("other"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	close(fd);
	ck_assert_int_eq(symlink("other", path_of(VERDICT_FILE)), 0);
	ck_assert_int_eq(symlink("other", path_of(".selftest.new")), 0);
	ck_assert_int_eq(verdict_save(dir, &verdict), 0);
	fd = open(path_of("other"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	unlink(path_of("other"));
}
END_TEST

START_TEST(what_is_not_there_or_no_verdict_is_told)
{
	struct verdict back;
	int fd;

	ck_assert_int_eq(verdict_read(dir, &back), -ENOENT);
	ck_assert_ptr_nonnull(strstr(words(-ENOENT, 9), "never run"));
	fd = open(path_of(VERDICT_FILE), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, "{}", 2), 2);
	close(fd);
	ck_assert_int_eq(verdict_read(dir, &back), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(words(-EBADMSG, 9), "makes no sense"));
	ck_assert_int_eq(verdict_save("/nowhere", &verdict), -ENOENT);
}
END_TEST

START_TEST(it_grows_old)
{
	ck_assert_str_eq(words(0, 9), "passed at 2023-11-14 22:13:20 UTC: 12 "
				      "good, 0 failed, 1 not shown");
	ck_assert_ptr_nonnull(strstr(words(0, 10), "before the last load"));
	ck_assert(!is_current(&verdict, 10, 5));
	ck_assert(!is_current(&verdict, 9, 6));
	verdict.of.modes = 6;
	ck_assert_ptr_nonnull(strstr(words(0, 9), "before a mode was changed"));
	verdict.of.modes = 5;
	/* what is not known is not alike */
	ck_assert(!is_current(&verdict, 0, 5));
	verdict.of.generation = 0;
	ck_assert(!is_current(&verdict, 0, 5));
	verdict.of.generation = 9;
	verdict.failed = 2;
	ck_assert_ptr_nonnull(strstr(words(0, 9), "FAILED at"));
	verdict.boot[0] ^= 1;
	ck_assert_ptr_nonnull(strstr(words(0, 9), "an earlier boot"));
	ck_assert(!is_current(&verdict, 9, 5));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tcase = tcase_create("verdict");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, it_is_read_as_it_was_saved);
	tcase_add_test(tcase, a_link_in_its_place_is_not_followed);
	tcase_add_test(tcase, what_is_not_there_or_no_verdict_is_told);
	tcase_add_test(tcase, it_grows_old);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
