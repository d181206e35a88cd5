// SPDX-License-Identifier: GPL-2.0-only
/* log_test.c - the log on the disk: full, rotated, gone, and the journal */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/logfile.h"
#include "daemon/text.h"
#include "tests/lib/daemon_fixture.h"

static char path[PATH_MAX + 32];

static const char *beside(const char *end)
{
	snprintf(path, sizeof(path), "%s%s", fixture.log_file, end);
	return path;
}

static bool is_there(const char *end)
{
	return !access(beside(end), F_OK);
}

static unsigned int count_lines(const char *end, const char *part)
{
	FILE *file = fopen(beside(end), "r");
	unsigned int num = 0;
	char line[4096];

	while (file && fgets(line, sizeof(line), file))
		num += strstr(line, part) != NULL;
	if (file)
		fclose(file);
	return num;
}

/* Any user can name a cgroup, which the daemon's complaints are about. */
START_TEST(a_complaint_does_not_control_the_terminal)
{
	int kept = dup(STDERR_FILENO);
	struct log log = { .fd = open("/dev/null", O_WRONLY | O_CLOEXEC) };
	FILE *file = tmpfile();
	char text[256];

	ck_assert_ptr_nonnull(file);
	dup2(fileno(file), STDERR_FILENO);
	log_daemon(&log, "error", "a\033]0;x\nb", "c\033\n\td");
	log_error("%s: gone", "\xc2\x9b");
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(log.fd);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	ck_assert_str_eq(text, "bailiffd: a\\x1b]0;x\\x0ab: c\\x1b\n\td\n"
			       "bailiffd: \\xc2\\x9b: gone\n");
}
END_TEST

static void in_a_directory(void)
{
	char dir[PATH_MAX + 8];

	snprintf(dir, sizeof(dir), "%s/logs", fixture.dir);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(fixture.log_file, sizeof(fixture.log_file),
		 "%.4000s/logs/events", fixture.dir);
}

static void remove_directory(void)
{
	char command[PATH_MAX + 32];

	snprintf(command, sizeof(command), "rm -r %.4000s/logs", fixture.dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- rotation ---- */

START_TEST(a_full_log_is_moved_away)
{
	unsigned int i;

	fixture.options.log_size = 2000;
	fixture.options.log_keep = 2;
	fixture.options.log_window = 0;
	fixture_start();
	for (i = 1; i <= 60; i++) {
		fixture_put_record(i);
		wait_until(fixture_status("logged") == i);
	}
	wait_until(is_there(".2"));
	ck_assert(!is_there(".3"));
	ck_assert_int_eq(fixture_status("log_failed"), 0);
	wait_until(count_lines(".1", "\"seq\"") > 5);
	wait_until(count_lines(".2", "\"seq\"") > 5);
	wait_until(count_lines("", "\"seq\":60,") +
			   count_lines(".1", "\"seq\":60,") ==
		   1);
}
END_TEST

START_TEST(no_line_is_lost_by_moving)
{
	unsigned int i, num = 0;
	char end[16];

	fixture.options.log_size = 2000;
	fixture.options.log_keep = 100;
	fixture.options.log_window = 0;
	fixture_start();
	for (i = 1; i <= 200; i++)
		fixture_put_record(i);
	wait_until(fixture_status("logged") == 200);
	wait_until(is_there(".1"));
	fixture_stop(SIGTERM, 0);
	num = count_lines("", "\"seq\"");
	for (i = 1; i <= 100; i++) {
		snprintf(end, sizeof(end), ".%u", i);
		num += count_lines(end, "\"seq\"");
	}
	ck_assert_uint_eq(num, 200);
}
END_TEST

START_TEST(with_nothing_to_keep_it_begins_anew)
{
	unsigned int i;

	fixture.options.log_size = 1000;
	fixture.options.log_keep = 0;
	fixture.options.log_window = 0;
	fixture_start();
	for (i = 1; i <= 20; i++) {
		fixture_put_record(i);
		wait_until(fixture_status("logged") == i);
	}
	wait_until(count_lines("", "\"seq\"") < 20);
	ck_assert(!is_there(".1"));
}
END_TEST

static void count_wish(void *arg)
{
	(*(unsigned int *)arg)++;
}

/* A pipe that was opened anew would wait for a reader, and all with it. */
START_TEST(a_pipe_is_never_full)
{
	unsigned int pipe_wishes = 0, file_wishes = 0;
	struct log to_pipe = { .fd = -1, .limit = 10 }, to_file = to_pipe;
	struct text line = {};
	int ends[2];

	text_add(&line, "0123456789\n");
	ck_assert_int_eq(pipe(ends), 0);
	log_reopen(&to_pipe, ends[1]);
	to_pipe.want_file = count_wish;
	to_pipe.arg = &pipe_wishes;
	log_write(&to_pipe, &line, 1);
	log_write(&to_pipe, &line, 1);
	ck_assert_uint_eq(pipe_wishes, 0);
	log_reopen(&to_file, logfile_open(fixture.log_file));
	to_file.want_file = count_wish;
	to_file.arg = &file_wishes;
	log_write(&to_file, &line, 1);
	log_write(&to_file, &line, 1);
	ck_assert_uint_eq(file_wishes, 1); /* asked once until it comes */
	ck_assert_uint_eq(to_pipe.written + to_file.written, 4);
	close(to_pipe.fd);
	close(to_file.fd);
	close(ends[0]);
	text_free(&line);
}
END_TEST

/* Whoever asks: a worker that was taken over cannot empty the log. */
START_TEST(a_log_with_room_is_not_moved)
{
	FILE *file = fopen(fixture.log_file, "w");

	fputs("0123456789", file);
	fclose(file);
	fixture.options.log_size = 11;
	ck_assert_int_eq(logfile_rotate(&fixture.options), 0);
	ck_assert(is_there("") && !is_there(".1"));
	fixture.options.log_size = 10;
	ck_assert_int_eq(logfile_rotate(&fixture.options), 0);
	ck_assert(!is_there("") && is_there(".1"));
}
END_TEST

/* ---- alike records ---- */

START_TEST(alike_records_are_counted_and_none_is_lost)
{
	unsigned int i;

	fixture.options.log_window = 3600;
	fixture_start();
	for (i = 1; i <= 100; i++)
		fixture_put_record(i);
	wait_until(fixture_status("records") == 100);
	ck_assert_int_eq(fixture_status("repeated"), 90);
	ck_assert_int_eq(fixture_status("logged"), 10);
	fixture_stop(SIGTERM, 0);
	ck_assert_uint_eq(count_lines("", "\"seq\""), 11);
	ck_assert_uint_eq(count_lines("", "\"repeated\":90,"), 1);
	ck_assert_uint_eq(count_lines("", "\"seq\":100,"), 1);
}
END_TEST

START_TEST(a_window_ends_by_itself)
{
	unsigned int i;

	fixture.options.log_window = 1;
	fixture_start();
	for (i = 1; i <= 100; i++)
		fixture_put_record(i);
	wait_until(count_lines("", "\"repeated\":"));
}
END_TEST

START_TEST(without_a_window_each_has_its_line)
{
	unsigned int i;

	fixture.options.log_window = 0;
	fixture_start();
	for (i = 1; i <= 100; i++)
		fixture_put_record(i);
	wait_until(count_lines("", "\"seq\"") == 100);
}
END_TEST

/* ---- trouble ---- */

START_TEST(a_directory_that_goes_is_made_again)
{
	in_a_directory();
	fixture_start();
	remove_directory();
	fixture_put_record(1);
	wait_until(count_lines("", "\"seq\":1,") == 1);
	ck_assert_int_eq(fixture_status("log_failed"), 0);
}
END_TEST

START_TEST(without_a_directory_lines_wait)
{
	char dir[PATH_MAX + 8];
	FILE *file;

	in_a_directory();
	fixture_start();
	remove_directory();
	snprintf(dir, sizeof(dir), "%.4000s/logs", fixture.dir);
	file = fopen(dir, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	fixture_put_record(1);
	wait_until(fixture_status("records") == 1);
	ck_assert_int_eq(fixture_status("logged"), 0);
	ck_assert_int_eq(unlink(dir), 0);
	wait_until(count_lines("", "\"seq\":1,") == 1);
	ck_assert_int_eq(fixture_status("logged"), 1);
	ck_assert_int_eq(fixture_status("log_failed"), 0);
}
END_TEST

START_TEST(what_cannot_be_kept_is_counted)
{
	char dir[PATH_MAX + 8];
	unsigned int i;
	FILE *file;

	in_a_directory();
	fixture.options.log_window = 0;
	fixture_start();
	remove_directory();
	snprintf(dir, sizeof(dir), "%.4000s/logs", fixture.dir);
	file = fopen(dir, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	for (i = 1; i <= 9000; i++) {
		fixture_put_record(i);
		if (i % 100 == 0)
			wait_until(fixture_status("records") == i);
	}
	ck_assert_int_gt(fixture_status("log_failed"), 0);
	ck_assert_int_eq(unlink(dir), 0);
	wait_until(fixture_status("logged") + fixture_status("log_failed") ==
		   9000);
	wait_until(count_lines("", "\"seq\"") == fixture_status("logged"));
}
END_TEST

START_TEST(a_full_disk_loses_lines_and_counts_them)
{
	snprintf(fixture.log_file, sizeof(fixture.log_file), "/dev/full");
	fixture.options.log_window = 0;
	fixture_start();
	fixture_put_record(1);
	fixture_put_record(2);
	wait_until(fixture_status("log_failed") == 2);
	ck_assert_int_eq(fixture_status("records"), 2);
	ck_assert_int_eq(fixture_status("logged"), 0);
}
END_TEST

static unsigned int count_in(FILE *file, const char *part)
{
	unsigned int num = 0;
	char line[4096];

	rewind(file);
	while (fgets(line, sizeof(line), file))
		num += strstr(line, part) != NULL;
	return num;
}

#define NO_SPACE "bailiffd: the log cannot be written: No space left on device"

/* However many lines: again only when there was room in between. */
START_TEST(a_full_disk_is_said_once)
{
	struct log log = { .fd = open("/dev/full", O_WRONLY | O_CLOEXEC) };
	FILE *errors = tmpfile();
	struct text line = {};
	int kept = dup(STDERR_FILENO), i;

	text_add(&line, "{}\n");
	dup2(fileno(errors), STDERR_FILENO);
	for (i = 0; i < 3; i++)
		log_write(&log, &line, 1);
	ck_assert_uint_eq(count_in(errors, NO_SPACE), 1);
	log_reopen(&log, open("/dev/null", O_WRONLY | O_CLOEXEC));
	log_write(&log, &line, 1);
	ck_assert_uint_eq(count_in(errors, ""), 1);
	log_reopen(&log, open("/dev/full", O_WRONLY | O_CLOEXEC));
	for (i = 0; i < 3; i++)
		log_write(&log, &line, 1);
	dup2(kept, STDERR_FILENO);
	ck_assert_uint_eq(count_in(errors, NO_SPACE), 2);
	ck_assert_uint_eq(log.failed, 6);
	ck_assert_uint_eq(log.written, 1);
	close(log.fd);
	text_free(&line);
	fclose(errors);
}
END_TEST

/* ---- the journal ---- */

static int journal_at(char *file, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { 10, 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(file, size, "%.80s/journal", fixture.dir);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", file);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	fixture.options.journal = true;
	fixture.options.journal_socket = file;
	return fd;
}

START_TEST(the_journal_gets_an_entry_a_record)
{
	char file[128], entry[4096];
	int fd = journal_at(file, sizeof(file));
	ssize_t len;

	fixture_start();
	fixture_put_record(1);
	len = recv(fd, entry, sizeof(entry) - 1, 0);
	ck_assert_int_gt(len, 0);
	entry[len] = '\0';
	ck_assert_ptr_nonnull(strstr(entry, "\nBAILIFF_OBJECT=/etc/shadow\n"));
	ck_assert_ptr_nonnull(strstr(entry, "MESSAGE="));
	wait_until(fixture_status("journaled") == 1);
	close(fd);
}
END_TEST

START_TEST(a_journal_that_is_gone_is_counted)
{
	char file[128];
	int fd = journal_at(file, sizeof(file));

	fixture_start();
	/* the daemon has this end of it, too, by the way it is started here */
	ck_assert_int_eq(shutdown(fd, SHUT_RDWR), 0);
	fixture_put_record(1);
	wait_until(fixture_status("journal_failed") == 1);
	ck_assert_int_eq(fixture_status("logged"), 1);
	close(fd);
}
END_TEST

static void add(TCase *tcase)
{
	tcase_add_test(tcase, a_full_log_is_moved_away);
	tcase_add_test(tcase, no_line_is_lost_by_moving);
	tcase_add_test(tcase, with_nothing_to_keep_it_begins_anew);
	tcase_add_test(tcase, a_pipe_is_never_full);
	tcase_add_test(tcase, a_log_with_room_is_not_moved);
	tcase_add_test(tcase, alike_records_are_counted_and_none_is_lost);
	tcase_add_test(tcase, a_window_ends_by_itself);
	tcase_add_test(tcase, without_a_window_each_has_its_line);
	tcase_add_test(tcase, a_directory_that_goes_is_made_again);
	tcase_add_test(tcase, without_a_directory_lines_wait);
	tcase_add_test(tcase, what_cannot_be_kept_is_counted);
	tcase_add_test(tcase, a_full_disk_loses_lines_and_counts_them);
	tcase_add_test(tcase, a_full_disk_is_said_once);
	tcase_add_test(tcase, the_journal_gets_an_entry_a_record);
	tcase_add_test(tcase, a_journal_that_is_gone_is_counted);
	tcase_add_test(tcase, a_complaint_does_not_control_the_terminal);
}

int main(void)
{
	return fixture_run("log", add);
}
