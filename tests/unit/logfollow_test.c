// SPDX-License-Identifier: GPL-2.0-only
/* logfollow_test.c - a log that is followed loses no line where it is moved */
#include <check.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/logfollow.h"
#include "daemon/logread.h"
#include "tests/lib/suite.h"

static char dir[64], name[96];
static struct logfollow logs;
static FILE *writer;

/* Where the log is after it was moved n times. */
static const char *moved(unsigned int n)
{
	static char names[4][PATH_MAX];

	snprintf(names[n], PATH_MAX, n ? "%s.%u" : "%s", name, n);
	return names[n];
}

static FILE *open_log(void)
{
	FILE *log = fopen(name, "ae");

	ck_assert_ptr_nonnull(log);
	return log;
}

static void put(FILE *log, int seq)
{
	fprintf(log, "{\"outcome\":\"denied\",\"seq\":%d}\n", seq);
	ck_assert_int_eq(fflush(log), 0);
}

/* As bailiffd does: the others first. */
static void rotate(void)
{
	unsigned int n;

	for (n = 3; n; n--)
		(void)rename(moved(n - 1), moved(n));
}

static void setup(void)
{
	strcpy(dir, "/tmp/logfollow.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(name, sizeof(name), "%s/events.json", dir);
	writer = open_log();
	put(writer, 1);
	ck_assert_int_eq(logfollow_open(&logs, name), 0);
}

static void teardown(void)
{
	unsigned int n;

	logfollow_fini(&logs);
	fclose(writer);
	for (n = 0; n < 4; n++)
		unlink(moved(n));
	rmdir(dir);
}

/* The next is seq; 0: there is none. */
static void expect(int seq)
{
	json_t *record = logfollow_next(&logs);

	ck_assert_int_eq(record ? logread_number(record, "seq") : 0, seq);
	json_decref(record);
}

static void begin_anew(void)
{
	fclose(writer);
	writer = open_log();
}

START_TEST(it_begins_behind_what_is_there)
{
	expect(0);
	put(writer, 2);
	expect(2);
	expect(0);
}
END_TEST

START_TEST(the_rest_of_a_log_that_was_moved_is_read)
{
	put(writer, 2);
	put(writer, 3);
	rotate();
	begin_anew();
	put(writer, 4);
	expect(2);
	expect(3);
	expect(4);
	expect(0);
}
END_TEST

/* The one who writes hears of the new log after it is there. */
START_TEST(what_is_written_after_the_move_is_read)
{
	FILE *next;

	rotate();
	next = open_log();
	expect(0);
	put(writer, 2);
	expect(2);
	expect(0);
	put(writer, 3);
	put(next, 4);
	expect(3);
	expect(4);
	fclose(next);
}
END_TEST

START_TEST(several_moves_at_once_lose_nothing)
{
	int seq;

	put(writer, 2);
	for (seq = 3; seq < 6; seq++) {
		rotate();
		begin_anew();
		put(writer, seq);
	}
	for (seq = 2; seq < 6; seq++)
		expect(seq);
	expect(0);
}
END_TEST

/* More moves than logs are kept: what is lost is lost, the rest is read. */
START_TEST(a_log_that_is_gone_gives_way_to_the_oldest_left)
{
	int seq;

	expect(0);
	for (seq = 3; seq < 9; seq++) {
		usleep(20000); /* times of files are coarse */
		rotate();
		begin_anew();
		put(writer, seq);
	}
	/* .3 of 8 logs is the fifth */
	for (seq = 5; seq < 9; seq++)
		expect(seq);
	expect(0);
}
END_TEST

/* What was there before ours is not read, where ours is gone. */
START_TEST(older_logs_are_left_alone)
{
	rotate();
	begin_anew();
	put(writer, 2);
	logfollow_fini(&logs);
	ck_assert_int_eq(logfollow_open(&logs, name), 0);
	usleep(20000);
	put(writer, 3);
	expect(3);
	unlink(name);
	begin_anew();
	put(writer, 4);
	expect(4);
	expect(0);
}
END_TEST

START_TEST(a_log_that_was_cut_is_read_from_its_start)
{
	put(writer, 2);
	expect(2);
	ck_assert_int_eq(truncate(name, 0), 0);
	expect(0);
	put(writer, 3);
	expect(3);
}
END_TEST

START_TEST(a_line_that_is_not_whole_waits)
{
	fputs("{\"outcome\":\"denied\",", writer);
	fflush(writer);
	expect(0);
	fputs("\"seq\":2}\n", writer);
	fflush(writer);
	expect(2);
}
END_TEST

START_TEST(a_log_that_is_not_there_is_no_log)
{
	struct logfollow none;

	ck_assert_int_eq(logfollow_open(&none, "/nowhere/events.json"), -2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logfollow");
	TCase *tcase = tcase_create("logfollow");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, it_begins_behind_what_is_there);
	tcase_add_test(tcase, the_rest_of_a_log_that_was_moved_is_read);
	tcase_add_test(tcase, what_is_written_after_the_move_is_read);
	tcase_add_test(tcase, several_moves_at_once_lose_nothing);
	tcase_add_test(tcase, a_log_that_is_gone_gives_way_to_the_oldest_left);
	tcase_add_test(tcase, older_logs_are_left_alone);
	tcase_add_test(tcase, a_log_that_was_cut_is_read_from_its_start);
	tcase_add_test(tcase, a_line_that_is_not_whole_waits);
	tcase_add_test(tcase, a_log_that_is_not_there_is_no_log);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
