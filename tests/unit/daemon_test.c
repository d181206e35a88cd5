// SPDX-License-Identifier: GPL-2.0-only
/* daemon_test.c - policies in, records out, and what becomes of the daemon */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/start.h"
#include "tests/lib/daemon_fixture.h"

#define is_state(file, state) (!strcmp(fixture_file_says(file, "state"), state))

START_TEST(policies_are_loaded_at_the_start)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_write_file("notes.txt", "not a policy");
	fixture_write_file(".hidden.yaml", "not one either");
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "one"));
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "two"));
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("notes.txt", ""));
}
END_TEST

START_TEST(the_status_has_alarms_and_how_many_more_there_are)
{
	json_t *answer;

	fixture_start();
	answer = fixture_ask("status");
	ck_assert(json_is_array(json_object_get(answer, "alarms")));
	ck_assert(json_is_integer(json_object_get(answer, "alarms_more")));
	json_decref(answer);
}
END_TEST

/* As where there is no room for it: records come all the same. */
START_TEST(without_the_file_of_names_it_starts)
{
	char path[PATH_MAX + 64];

	ck_assert_int_eq(mkdir(fixture.run_dir, 0755), 0);
	snprintf(path, sizeof(path), "%s/names", fixture.run_dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	fixture_start();
	fixture_put_record(1);
	wait_until(fixture_status("logged") == 1);
	ck_assert_ptr_nonnull(strstr(fixture_log_text(), "/etc/shadow"));
}
END_TEST

START_TEST(a_changed_file_is_loaded_again)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_write_policy("one.yaml", "one", "/etc/passwd");
	wait_until(fixture.kernel->num_loads == 2);
}
END_TEST

START_TEST(a_file_moved_into_place_is_loaded_again)
{
	char from[PATH_MAX + 64], to[PATH_MAX + 64];

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_write_policy("one.yaml.new", "one", "/etc/passwd");
	snprintf(from, sizeof(from), "%s/policies/one.yaml.new", fixture.dir);
	snprintf(to, sizeof(to), "%s/policies/one.yaml", fixture.dir);
	ck_assert_int_eq(rename(from, to), 0);
	wait_until(fixture.kernel->num_loads == 2);
}
END_TEST

START_TEST(a_change_without_effect_loads_nothing)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_start();
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/passwd");
	/* files are worked on in the order of names */
	wait_until(fixture.kernel->num_loads == 3);
	ck_assert_uint_eq(fake_kernel_find(fixture.kernel, "one")->generation,
			  1);
}
END_TEST

START_TEST(a_symbolic_link_that_is_swapped_is_followed)
{
	char link[PATH_MAX + 64], next[PATH_MAX + 64];
	char command[3 * PATH_MAX];

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "one", "/etc/passwd");
	snprintf(command, sizeof(command),
		 "cd %s && mkdir far far/a far/b && "
		 "mv policies/one.yaml far/a/one.yaml && "
		 "mv policies/two.yaml far/b/one.yaml && "
		 "ln -s ../far/data/one.yaml policies/one.yaml && "
		 "ln -s a far/data",
		 fixture.dir);
	ck_assert_int_eq(system(command), 0);
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	snprintf(link, sizeof(link), "%s/far/data", fixture.dir);
	snprintf(next, sizeof(next), "%s/far/data.new", fixture.dir);
	ck_assert_int_eq(symlink("b", next), 0);
	ck_assert_int_eq(rename(next, link), 0);
	wait_until(fixture.kernel->num_loads == 2);
}
END_TEST

START_TEST(a_broken_edit_leaves_the_old_policy)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_write_file("one.yaml",
			   "bailiff: 1\npolicy: one\nfiles:\n"
			   "  - alow: read\n    paths: /etc/hosts\n");
	wait_until(is_state("one.yaml", "error"));
	ck_assert_ptr_nonnull(strstr(fixture_file_says("one.yaml", "text"),
				     "one.yaml:4:5: error:"));
	ck_assert_ptr_nonnull(
		strstr(fixture_file_says("one.yaml", "text"), "^"));
	ck_assert_ptr_nonnull(
		strstr(fixture_log_text(), "one.yaml:4:5: error:"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	ck_assert_uint_eq(fixture.kernel->num_unloads, 0);
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	wait_until(is_state("one.yaml", "active"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(a_refusal_of_the_kernel_is_shown)
{
	fixture.kernel->refuse_loads = true;
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	wait_until(is_state("one.yaml", "error"));
	ck_assert_str_eq(fixture_file_says("one.yaml", "text"),
			 "a.yaml:3: not mediated\n");
}
END_TEST

START_TEST(a_link_that_leads_nowhere_is_in_error)
{
	char link[PATH_MAX + 64];

	snprintf(link, sizeof(link), "%s/policies/one.yaml", fixture.dir);
	ck_assert_int_eq(symlink("nowhere.yaml", link), 0);
	fixture_start();
	wait_until(is_state("one.yaml", "error"));
	ck_assert_ptr_nonnull(
		strstr(fixture_file_says("one.yaml", "text"), "leads nowhere"));
	ck_assert_ptr_nonnull(strstr(fixture_log_text(), "leads nowhere"));
	fixture_write_policy("nowhere.yaml", "one", "/etc/hosts");
	wait_until(is_state("nowhere.yaml", "active") ||
		   is_state("one.yaml", "active"));
}
END_TEST

/* JSON cannot hold such a name, and the file must not vanish for it. */
START_TEST(a_name_that_is_no_text_is_shown)
{
	fixture_write_file("\xff.yaml", "bailiff: 2\n");
	fixture_start();
	wait_until(is_state("\xef\xbf\xbd.yaml", "error"));
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_is_in_error)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	ck_assert_int_eq(chmod(fixture.options.policies, 0700), 0);
	wait_until(is_state(fixture.options.policies, "error"));
	ck_assert_ptr_nonnull(
		strstr(fixture_log_text(), "may not look into it"));
	ck_assert(is_state("one.yaml", "active"));
	ck_assert_int_eq(chmod(fixture.options.policies, 0755), 0);
	wait_until(is_state(fixture.options.policies, ""));
}
END_TEST

START_TEST(a_removed_file_unloads_its_policy)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_remove_file("one.yaml");
	wait_until(fixture.kernel->num_unloads == 1);
	wait_until(is_state("one.yaml", ""));
}
END_TEST

START_TEST(a_policy_in_use_stays_until_it_is_not)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fake_kernel_find(fixture.kernel, "one")->bound = true;
	fixture_remove_file("one.yaml");
	wait_until(strstr(fixture_file_says("one.yaml", "text"),
			  "tasks run under"));
	ck_assert_uint_eq(fixture.kernel->num_unloads, 0);
	fake_kernel_find(fixture.kernel, "one")->bound = false;
	wait_until(fixture.kernel->num_unloads == 1);
}
END_TEST

START_TEST(a_policy_that_is_renamed_replaces_the_old_one)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_write_policy("one.yaml", "other", "/etc/hosts");
	wait_until(fake_kernel_find(fixture.kernel, "other"));
	wait_until(!fake_kernel_find(fixture.kernel, "one"));
}
END_TEST

START_TEST(two_files_cannot_hold_one_policy)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "one", "/etc/passwd");
	fixture_start();
	ck_assert(is_state("two.yaml", "error"));
	ck_assert_ptr_nonnull(strstr(fixture_file_says("two.yaml", "text"),
				     "already in one.yaml"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(a_change_of_an_include_touches_its_users)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/policies/base", fixture.dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	fixture_write_file("base/files.yaml",
			   "files:\n  - allow: read\n    paths: /etc/hosts\n");
	fixture_write_file("one.yaml", "bailiff: 1\npolicy: one\n"
				       "include: base/files\n");
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	fixture_write_file("base/files.yaml",
			   "files:\n  - allow: read\n    paths: /etc/passwd\n");
	wait_until(fixture.kernel->num_loads == 2);
}
END_TEST

START_TEST(a_killed_daemon_comes_back_to_what_is_there)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGKILL, 0);
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	ck_assert_uint_eq(fixture.kernel->num_unloads, 0);
	ck_assert(is_state("one.yaml", "active"));
}
END_TEST

START_TEST(records_become_lines_of_the_log)
{
	fixture_start();
	fixture_put_record(1);
	fixture_put_record(2);
	wait_until(strstr(fixture_log_text(), "\"seq\":2,"));
	ck_assert_ptr_nonnull(
		strstr(fixture_log_text(), "\"object\":\"/etc/shadow\""));
}
END_TEST

START_TEST(the_log_is_opened_anew_on_request)
{
	char moved[PATH_MAX + 16];

	fixture_start();
	snprintf(moved, sizeof(moved), "%s.1", fixture.log_file);
	ck_assert_int_eq(rename(fixture.log_file, moved), 0);
	kill(fixture.pid, SIGHUP);
	wait_until(!access(fixture.log_file, F_OK));
	fixture_nap();
	fixture_put_record(3);
	wait_until(strstr(fixture_log_text(), "\"seq\":3,"));
}
END_TEST

START_TEST(a_second_daemon_does_not_start)
{
	struct start start = { .options = &fixture.options };
	int status;
	pid_t pid;

	fixture_start();
	pid = fork();
	if (!pid)
		_exit(start_open(&start));
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_LACKS);
}
END_TEST

static pid_t worker_pid(void)
{
	char path[64], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		 (int)fixture.pid, (int)fixture.pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	fclose(file);
	return atoi(line);
}

START_TEST(without_its_worker_the_daemon_ends)
{
	int status;

	fixture_start();
	kill(worker_pid(), SIGKILL);
	waitpid(fixture.pid, &status, 0);
	fixture.pid = 0;
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_LACKS);
}
END_TEST

/* ---- systemd ---- */

static int notify_at(const char *watchdog_usec)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { 10, 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/notify",
		 fixture.dir);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	if (watchdog_usec)
		setenv("WATCHDOG_USEC", watchdog_usec, 1);
	return fd;
}

/* What systemd is told next, that has part in it. */
static const char *told(int fd, const char *part)
{
	static char text[512];
	ssize_t len;

	do {
		len = recv(fd, text, sizeof(text) - 1, 0);
		ck_assert_msg(len > 0, "never told: %s", part);
		text[len] = '\0';
	} while (!strstr(text, part));
	return text;
}

START_TEST(systemd_is_told_when_all_is_loaded)
{
	int fd = notify_at(NULL);

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_file("two.yaml", "bailiff: 1\n");
	fixture_start();
	ck_assert_ptr_nonnull(strstr(told(fd, "READY=1\n"),
				     "STATUS=1 policies active, 1 in error\n"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	kill(fixture.pid, SIGTERM);
	told(fd, "STOPPING=1\n");
	close(fd);
}
END_TEST

START_TEST(the_watchdog_hears_of_both_processes)
{
	int fd = notify_at("600000"), i;

	fixture_start();
	for (i = 0; i < 5; i++)
		told(fd, "WATCHDOG=1\n");
	close(fd);
}
END_TEST

/* A worker that hangs must not be covered by a parent that does not. */
START_TEST(the_watchdog_does_not_hear_of_a_stuck_worker)
{
	struct timeval patience = { 1, 0 };
	pid_t worker;
	char text[512];
	int fd = notify_at("300000");

	fixture_start();
	told(fd, "WATCHDOG=1\n");
	worker = worker_pid();
	kill(worker, SIGSTOP);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	fixture_nap();
	while (recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(recv(fd, text, sizeof(text), 0), -1);
	kill(worker, SIGCONT);
	told(fd, "WATCHDOG=1\n");
	close(fd);
}
END_TEST

START_TEST(the_number_of_the_process_is_in_the_pid_file)
{
	char file[PATH_MAX + 16], line[32] = "";
	FILE *in;

	snprintf(file, sizeof(file), "%s/pid", fixture.dir);
	fixture.options.pid_file = file;
	fixture_start();
	wait_until(!access(file, F_OK));
	in = fopen(file, "r");
	ck_assert_ptr_nonnull(in);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
	fclose(in);
	ck_assert_int_eq(atoi(line), fixture.pid);
	fixture_stop(SIGTERM, 0);
	ck_assert(access(file, F_OK));
}
END_TEST

static void add_directory_tests(TCase *tcase)
{
	tcase_add_test(tcase, policies_are_loaded_at_the_start);
	tcase_add_test(tcase,
		       the_status_has_alarms_and_how_many_more_there_are);
	tcase_add_test(tcase, without_the_file_of_names_it_starts);
	tcase_add_test(tcase, a_changed_file_is_loaded_again);
	tcase_add_test(tcase, a_file_moved_into_place_is_loaded_again);
	tcase_add_test(tcase, a_change_without_effect_loads_nothing);
	tcase_add_test(tcase, a_symbolic_link_that_is_swapped_is_followed);
	tcase_add_test(tcase, a_broken_edit_leaves_the_old_policy);
	tcase_add_test(tcase, a_refusal_of_the_kernel_is_shown);
	tcase_add_test(tcase, a_link_that_leads_nowhere_is_in_error);
	tcase_add_test(tcase, a_name_that_is_no_text_is_shown);
	tcase_add_test(tcase, a_directory_that_cannot_be_read_is_in_error);
	tcase_add_test(tcase, a_removed_file_unloads_its_policy);
	tcase_add_test(tcase, a_policy_in_use_stays_until_it_is_not);
	tcase_add_test(tcase, a_policy_that_is_renamed_replaces_the_old_one);
	tcase_add_test(tcase, two_files_cannot_hold_one_policy);
	tcase_add_test(tcase, a_change_of_an_include_touches_its_users);
	tcase_add_test(tcase, a_killed_daemon_comes_back_to_what_is_there);
}

static void add_process_tests(TCase *tcase)
{
	tcase_add_test(tcase, records_become_lines_of_the_log);
	tcase_add_test(tcase, the_log_is_opened_anew_on_request);
	tcase_add_test(tcase, a_second_daemon_does_not_start);
	tcase_add_test(tcase, without_its_worker_the_daemon_ends);
	tcase_add_test(tcase, systemd_is_told_when_all_is_loaded);
	tcase_add_test(tcase, the_watchdog_hears_of_both_processes);
	tcase_add_test(tcase, the_watchdog_does_not_hear_of_a_stuck_worker);
	tcase_add_test(tcase, the_number_of_the_process_is_in_the_pid_file);
}

static void add(TCase *tcase)
{
	add_directory_tests(tcase);
	add_process_tests(tcase);
}

int main(void)
{
	return fixture_run("daemon", add);
}
