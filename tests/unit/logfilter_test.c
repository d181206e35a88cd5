// SPDX-License-Identifier: GPL-2.0-only
/* logfilter_test.c - which records are shown */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "daemon/logfilter.h"
#include "tests/lib/suite.h"

static const char record_text[] =
	"{\"time\":\"2026-11-26T10:05:07.000000000Z\",\"seq\":1,"
	"\"outcome\":\"denied\",\"container\":\"web-1\",\"name\":\"shop\","
	"\"policy\":\"nginx\","
	"\"class\":\"files\",\"op\":\"read\",\"reason\":\"default\"}";

static bool takes(const struct logfilter *filter)
{
	json_t *record = json_loads(record_text, 0, NULL);
	bool taken;

	ck_assert_ptr_nonnull(record);
	taken = logfilter_takes(filter, record);
	json_decref(record);
	return taken;
}

START_TEST(each_filter_decides)
{
	static const struct {
		struct logfilter filter;
		bool taken;
	} rows[] = {
		{ {}, true },
		{ { .container = "web-1" }, true },
		{ { .container = "web-*" }, true },
		{ { .container = "web" }, false },
		{ { .container = "shop" }, true },
		{ { .container = "s*p" }, true },
		{ { .policy = "nginx" }, true },
		{ { .policy = "redis" }, false },
		{ { .class = "files" }, true },
		{ { .class = "network" }, false },
		{ { .reason = "default" }, true },
		{ { .reason = "rule" }, false },
		{ { .outcome = "denied" }, true },
		{ { .outcome = "audited" }, false },
		{ { .since = "2026-11-26T10:05:07" }, true },
		{ { .since = "2026-11-26T10:05:08" }, false },
		{ { .since = "2026-11-27" }, false },
		{ { .class = "files", .policy = "redis" }, false },
	};

	ck_assert_int_eq(takes(&rows[_i].filter), rows[_i].taken);
	ck_assert_int_eq(logfilter_is_set(&rows[_i].filter), _i != 0);
}
END_TEST

START_TEST(times_are_understood)
{
	static const struct {
		const char *word;
		const char *since; /* NULL: it is none */
	} rows[] = {
		{ "0s", "2026-11-26T10:00:00" },
		{ "90s", "2026-11-26T09:58:30" },
		{ "10m", "2026-11-26T09:50:00" },
		{ "2h", "2026-11-26T08:00:00" },
		{ "3d", "2026-11-23T10:00:00" },
		{ "999999999d", "1970-01-01T00:00:00" },
		{ "2026-11-26", "2026-11-26" },
		{ "2026-11-26T10:05", "2026-11-26T10:05" },
		{ "2026-11-26 10:05", "2026-11-26T10:05" },
		{ "2026-11-26T10:05:07.123456789Z",
		  "2026-11-26T10:05:07.123456789" },
		{ "", NULL },
		{ "10", NULL },
		{ "m", NULL },
		{ "10w", NULL },
		{ "-10m", NULL },
		{ "yesterday", NULL },
		{ "2026-11", NULL },
		{ "2026/11/26", NULL },
		{ "2026-11-26T10:05:07.1234567890", NULL },
		{ "99999999999999999999d", NULL },
	};
	char since[LOGFILTER_TIME] = "";

	ck_assert_int_eq(logfilter_since(rows[_i].word, 1795687200, since),
			 rows[_i].since ? 0 : -EINVAL);
	if (rows[_i].since)
		ck_assert_str_eq(since, rows[_i].since);
}
END_TEST

START_TEST(names_are_known)
{
	char names[1024];

	ck_assert(logfilter_is_class("files", names, sizeof(names)));
	ck_assert(logfilter_is_class("lifecycle", names, sizeof(names)));
	ck_assert(!logfilter_is_class("file", names, sizeof(names)));
	ck_assert_ptr_nonnull(strstr(names, "files, exec, network"));
	ck_assert(logfilter_is_reason("path-too-long", names, sizeof(names)));
	ck_assert(!logfilter_is_reason("", names, sizeof(names)));
	ck_assert_ptr_nonnull(strstr(names, "default"));
	ck_assert(logfilter_is_outcome("would-deny", names, sizeof(names)));
	ck_assert(!logfilter_is_outcome("deny", names, sizeof(names)));
	ck_assert_str_eq(names,
			 "denied, would-deny, audited, lifecycle, daemon");
}
END_TEST

/* ---- the command ---- */

static char dir[] = "/tmp/logfilter-test.XXXXXX";
static char shown[8192];

static void write_log(const char *end, const char *time, const char *class)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/log%s", dir, end);
	file = fopen(path, "a");
	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"{\"time\":\"%s\",\"outcome\":\"denied\",\"class\":\"%s\"}\n",
		time, class);
	fclose(file);
}

/* The exit code; shown holds the standard output. */
static int run(char **argv)
{
	char path[PATH_MAX];
	struct ctl ctl = { .log = path };
	int out = dup(STDOUT_FILENO), code, argc = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/log", dir);
	while (argv[argc])
		argc++;
	fflush(stdout);
	ck_assert_ptr_nonnull(file = tmpfile());
	dup2(fileno(file), STDOUT_FILENO);
	code = ctl_log(&ctl, argc, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(file);
	shown[fread(shown, 1, sizeof(shown) - 1, file)] = '\0';
	fclose(file);
	return code;
}

static void setup(void)
{
	strcpy(dir, "/tmp/logfilter-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_log(".2", "2026-01-01T00:00:00Z", "files");
	write_log(".1", "2026-02-01T00:00:00Z", "network");
	write_log("", "2026-03-01T00:00:00Z", "files");
	write_log("", "2026-04-01T00:00:00Z", "network");
	write_log("", "2026-05-01T00:00:00Z", "files");
}

static void teardown(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static unsigned int count_lines(void)
{
	unsigned int num = 0;
	const char *at;

	for (at = shown; *at; at++)
		num += *at == '\n';
	return num;
}

START_TEST(the_command_filters)
{
	static const struct {
		char *argv[6];
		unsigned int lines;
		const char *first;
	} rows[] = {
		{ { "log", "--json" }, 3, "2026-03" },
		{ { "log", "--json", "--class", "files" }, 2, "2026-03" },
		{ { "log", "--json", "--since", "2025-01-01" }, 5, "2026-01" },
		{ { "log", "--json", "--since", "2026-01-15" }, 4, "2026-02" },
		{ { "log", "--json", "--since", "2026-04-01" }, 2, "2026-04" },
		{ { "log", "--json", "-n", "1", "--class=files" },
		  1,
		  "2026-05" },
	};

	ck_assert_int_eq(run((char **)rows[_i].argv), CTL_YES);
	ck_assert_uint_eq(count_lines(), rows[_i].lines);
	ck_assert_int_eq(strncmp(shown + 9, rows[_i].first, 7), 0);
}
END_TEST

START_TEST(the_command_refuses_what_no_record_has)
{
	char *rows[][4] = {
		{ "log", "--class", "file" },
		{ "log", "--reason", "because" },
		{ "log", "--outcome", "deny" },
		{ "log", "--since", "yesterday" },
	};

	ck_assert_int_eq(run(rows[_i]), CTL_USAGE);
	ck_assert_str_eq(shown, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logfilter");
	TCase *tcase = tcase_create("logfilter");
	TCase *command = tcase_create("command");

	tcase_add_loop_test(tcase, each_filter_decides, 0, 18);
	tcase_add_loop_test(tcase, times_are_understood, 0, 20);
	tcase_add_test(tcase, names_are_known);
	tcase_add_checked_fixture(command, setup, teardown);
	tcase_add_loop_test(command, the_command_filters, 0, 6);
	tcase_add_loop_test(command, the_command_refuses_what_no_record_has, 0,
			    4);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, command);
	return suite_run_apart(suite);
}
