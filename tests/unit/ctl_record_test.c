// SPDX-License-Identifier: GPL-2.0-only
/* ctl_record_test.c - a recording takes what it was asked for, and puts back */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

#define LINE(outcome, container, object)                               \
	"{\"outcome\":\"" outcome "\",\"container\":\"" container      \
	"\",\"policy\":\"nginx\",\"class\":\"files\",\"op\":\"read\"," \
	"\"object\":\"" object "\"}"

static void use_policy(const char *name)
{
	ctl_kernel->policies[0].used = true;
	ctl_kernel->policies[0].generation = 3;
	strcpy(ctl_kernel->policies[0].name, name);
}

/* The file is made once the log is followed; then the mode is changed. */
static bool has_begun(const char *file, bool audit)
{
	return !access(file, F_OK) && (!audit || ctl_kernel->modes[0]);
}

/* From another process, once the recording runs; then it is ended. */
static pid_t log_later(const char *file, bool audit, bool reload)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	while (!has_begun(file, audit))
		usleep(10000);
	if (reload)
		ctl_kernel->policies[0].generation++;
	ctl_put_log(LINE("would-deny", "web", "/a"));
	ctl_put_log(LINE("audited", "web", "/b"));
	ctl_put_log(LINE("denied", "web", "/c"));
	ctl_put_log(LINE("would-deny", "db", "/d"));
	kill(parent, SIGINT);
	_exit(0);
}

static const char *recorded(void)
{
	static char text[4096];
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/out", ctl_dir);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static int record(const char *option, const char *value, bool audit,
		  bool reload)
{
	char path[96];
	pid_t pid;
	int code;

	snprintf(path, sizeof(path), "%s/out", ctl_dir);
	ctl_put_log(LINE("denied", "web", "/before"));
	pid = log_later(path, audit, reload);
	code = ctl_run_command(ctl_record, "record", option, value, "--for",
			       "40", "-o", path, audit ? "--audit" : NULL,
			       NULL);
	/* where nothing began it waits still */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return code;
}

START_TEST(denials_of_the_container_are_recorded)
{
	ck_assert_int_eq(record("--container", "w*", false, false), 0);
	ck_assert_str_eq(recorded(), LINE("would-deny", "web", "/a") "\n" LINE(
					     "denied", "web", "/c") "\n");
	ck_assert_ptr_nonnull(strstr(ctl_err, "2 records in"));
	ck_assert_str_eq(ctl_kernel->modes, "");
}
END_TEST

START_TEST(a_recording_is_its_owners_alone)
{
	struct stat stat_buf;
	char path[96];

	snprintf(path, sizeof(path), "%s/out", ctl_dir);
	ck_assert_int_eq(record("--policy", "nginx", false, false), 0);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	ck_assert_uint_eq(stat_buf.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_file_that_was_there_becomes_its_owners_alone)
{
	struct stat stat_buf;
	const char *path = ctl_write("mine", "what was in it before\n");

	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", "--policy", "x",
					 "--for", "1", "-o", path, NULL),
			 1);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	ck_assert_uint_eq(stat_buf.st_mode & 0777, 0600);
	ck_assert_int_eq(stat_buf.st_size, 0);
}
END_TEST

/* Only root can make one; for others root's are somebody else's. */
START_TEST(a_file_of_somebody_else_is_not_recorded_into)
{
	const char *path = ctl_write("theirs", "keep\n");
	struct stat stat_buf;

	if (chown(path, 65534, 65534))
		path = "/proc/version";
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", "--policy", "x",
					 "--for", "1", "-o", path, NULL),
			 3);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	if (!geteuid())
		ck_assert_int_eq(stat_buf.st_size, 5);
}
END_TEST

START_TEST(nothing_recorded_is_no)
{
	ck_assert_int_eq(record("--container", "mail", false, false), 1);
}
END_TEST

START_TEST(audit_mode_is_put_back_class_by_class)
{
	use_policy("nginx");
	ck_assert_int_eq(record("--policy", "nginx", true, false), 0);
	ck_assert_str_eq(ctl_kernel->modes,
			 "audit\nfiles=enforce\nexec=audit\n");
}
END_TEST

START_TEST(a_container_has_the_policies_of_its_bindings)
{
	use_policy("nginx");
	ck_assert_int_eq(record("--container", "web", true, false), 0);
	ck_assert_str_eq(ctl_kernel->modes,
			 "audit\nfiles=enforce\nexec=audit\n");
}
END_TEST

START_TEST(all_policies_of_a_stack_are_put_into_audit_mode)
{
	use_policy("nginx");
	ctl_kernel->policies[1].used = true;
	strcpy(ctl_kernel->policies[1].name, "base");
	strcpy(ctl_kernel->bindings, "cgroup=7 policy=nginx@ab,base label=web "
				     "tasks=1 joined=1\n");
	ck_assert_int_eq(record("--container", "web", true, false), 0);
	ck_assert_str_eq(ctl_kernel->modes, "audit\naudit\n"
					    "files=enforce\nexec=audit\n"
					    "files=enforce\nexec=audit\n");
}
END_TEST

START_TEST(a_policy_that_was_loaded_meanwhile_keeps_its_own_mode)
{
	use_policy("nginx");
	ck_assert_int_eq(record("--policy", "nginx", true, true), 0);
	ck_assert_str_eq(ctl_kernel->modes, "audit\n");
	ck_assert_ptr_nonnull(strstr(ctl_err, "loaded anew"));
}
END_TEST

/* Once audit mode is set, what policies are cannot be read: info_errno. */
static int interrupted(int sig, int info_errno)
{
	char path[96];
	pid_t pid, parent = getpid();
	int code;

	use_policy("nginx");
	snprintf(path, sizeof(path), "%s/out", ctl_dir);
	pid = fork();
	if (!pid) {
		while (!has_begun(path, true))
			usleep(10000);
		ctl_kernel->info_errno = info_errno;
		kill(parent, sig);
		_exit(0);
	}
	code = ctl_run_command(ctl_record, "record", "--policy", "nginx",
			       "--audit", "-o", path, NULL);
	waitpid(pid, NULL, 0);
	return code;
}

START_TEST(an_interrupt_ends_it_and_puts_back)
{
	static const int signals[] = { SIGINT, SIGQUIT };

	ck_assert_int_eq(interrupted(signals[_i], 0), 1);
	ck_assert_str_eq(ctl_kernel->modes,
			 "audit\nfiles=enforce\nexec=audit\n");
}
END_TEST

START_TEST(a_policy_that_cannot_be_read_is_still_in_audit_mode)
{
	ck_assert_int_eq(interrupted(SIGINT, EIO), 3);
	ck_assert_ptr_nonnull(strstr(ctl_err, "nginx is STILL IN AUDIT MODE"));
	ck_assert_str_eq(ctl_kernel->modes, "audit\n");
}
END_TEST

START_TEST(a_policy_that_was_unloaded_has_no_mode_to_put_back)
{
	ck_assert_int_eq(interrupted(SIGINT, ENOENT), 1);
	ck_assert_ptr_null(strstr(ctl_err, "STILL IN AUDIT MODE"));
}
END_TEST

START_TEST(whoever_is_not_there_is_not_recorded)
{
	ck_assert_int_eq(record("--policy", "nginx", true, false), 2);
	ck_assert_ptr_nonnull(strstr(ctl_err, "no loaded policy"));
	ck_assert_int_eq(record("--container", "mail", true, false), 2);
	ck_assert_ptr_nonnull(strstr(ctl_err, "no bound container"));
}
END_TEST

START_TEST(wrong_use_is_told)
{
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", "--policy", "x",
					 NULL),
			 2);
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", "--policy", "x",
					 "-o", "-", "--for", "0", NULL),
			 2);
	ctl.log = "/nowhere/events.json";
	ck_assert_int_eq(ctl_run_command(ctl_record, "record", "--policy", "x",
					 "-o", "-", NULL),
			 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-record");
	TCase *tcase = tcase_create("ctl-record");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, denials_of_the_container_are_recorded);
	tcase_add_test(tcase, a_recording_is_its_owners_alone);
	tcase_add_test(tcase, a_file_that_was_there_becomes_its_owners_alone);
	tcase_add_test(tcase, a_file_of_somebody_else_is_not_recorded_into);
	tcase_add_test(tcase, nothing_recorded_is_no);
	tcase_add_test(tcase, audit_mode_is_put_back_class_by_class);
	tcase_add_test(tcase, a_container_has_the_policies_of_its_bindings);
	tcase_add_test(tcase, all_policies_of_a_stack_are_put_into_audit_mode);
	tcase_add_test(tcase,
		       a_policy_that_was_loaded_meanwhile_keeps_its_own_mode);
	tcase_add_loop_test(tcase, an_interrupt_ends_it_and_puts_back, 0, 2);
	tcase_add_test(tcase,
		       a_policy_that_cannot_be_read_is_still_in_audit_mode);
	tcase_add_test(tcase,
		       a_policy_that_was_unloaded_has_no_mode_to_put_back);
	tcase_add_test(tcase, whoever_is_not_there_is_not_recorded);
	tcase_add_test(tcase, wrong_use_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
