// SPDX-License-Identifier: GPL-2.0-only
/*
 * daemon_test.c - the whole daemon, its sandboxes and policyc included, over
 * a kernel of plain memory
 *
 *	test --- control.sock --- worker --- parent --- fake kernel
 *	   \---- policies dir --/    \-- log file         |
 *	    \---------------- shared memory -------------/
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/client.h"
#include "daemon/start.h"
#include "tests/lib/fake_kernel.h"
#include "vm/hooks.h"

#define POLICYC "build/bin/policyc"

static struct daemon_options options;
static struct fake_kernel *kernel;
static char dir[PATH_MAX]; /* holds run, policies, log */
static char log_file[PATH_MAX + 8];
static char run_dir[PATH_MAX + 8];
static char policyc[PATH_MAX];
static pid_t daemon_pid;

static void nap(void)
{
	struct timespec pause = { .tv_nsec = 20000000 };

	nanosleep(&pause, NULL);
}

/* Wait up to some seconds for cond; generous, since nothing is measured. */
#define wait_until(cond)                                             \
	do {                                                         \
		int tries_ = 500;                                    \
		while (!(cond) && --tries_)                          \
			nap();                                       \
		ck_assert_msg(tries_, "never came true: %s", #cond); \
	} while (0)

static void write_file(const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/policies/%s", dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void remove_file(const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/policies/%s", dir, name);
	ck_assert_int_eq(unlink(path), 0);
}

static void write_policy(const char *file, const char *name, const char *path)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "bailiff: 1\npolicy: %s\n"
		 "containers: [{name: \"%s-*\"}]\n"
		 "files:\n  - allow: read\n    paths: %s\n",
		 name, name, path);
	write_file(file, text);
}

static json_t *ask(const char *cmd)
{
	json_t *request = json_pack("{s:s}", "cmd", cmd), *answer;
	char why[512];

	answer = client_ask(run_dir, request, why, sizeof(why));
	json_decref(request);
	return answer;
}

static bool is_ready(void)
{
	json_t *answer = ask("status");
	bool ready = json_is_true(json_object_get(answer, "ready"));

	json_decref(answer);
	return ready;
}

/* What the daemon says of a file, "" if nothing; valid until the next call. */
static const char *file_says(const char *file, const char *member)
{
	static char text[8192];
	json_t *answer = ask("policies"), *row;
	size_t i;

	text[0] = '\0';
	json_array_foreach(
		json_object_get(answer, "files"), i,
		row) if (!strcmp(json_string_value(json_object_get(row, "file")),
				 file))
		snprintf(text, sizeof(text), "%s",
			 json_string_value(json_object_get(row, member)));
	json_decref(answer);
	return text;
}

#define is_state(file, state) (!strcmp(file_says(file, "state"), state))

static void start_daemon(void)
{
	struct start start = { .options = &options };

	daemon_pid = fork();
	if (!daemon_pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		_exit(start_open(&start) ?: start_serve(&start));
	}
	wait_until(is_ready());
}

static void stop_daemon(int sig, int expected)
{
	int status;

	kill(daemon_pid, sig);
	ck_assert_int_eq(waitpid(daemon_pid, &status, 0), daemon_pid);
	if (sig == SIGTERM)
		ck_assert_int_eq(WEXITSTATUS(status), expected);
	daemon_pid = 0;
}

static void setup(void)
{
	char template[] = "/tmp/daemon-test.XXXXXX";

	ck_assert_msg(!access(POLICYC, X_OK), POLICYC " is not built");
	ck_assert_ptr_nonnull(realpath(POLICYC, policyc));
	memset(&options, 0, sizeof(options));
	kernel = fake_kernel_create(&options.kfs);
	strcpy(dir, mkdtemp(template));
	chmod(dir, 0755);
	snprintf(run_dir, sizeof(run_dir), "%s/run", dir);
	snprintf(log_file, sizeof(log_file), "%s/log", dir);
	snprintf(options.policies, sizeof(options.policies), "%.4000s/policies",
		 dir);
	mkdir(options.policies, 0755);
	options.run_dir = run_dir;
	options.log = log_file;
	options.policyc = policyc;
	options.uid = options.gid = 65534;
}

static void teardown(void)
{
	char command[PATH_MAX + 16];

	if (daemon_pid)
		stop_daemon(SIGTERM, 0);
	fake_kernel_free(kernel);
	snprintf(command, sizeof(command), "rm -rf %.4000s", dir);
	ck_assert_int_eq(system(command), 0);
}

static char *log_text(void)
{
	static char text[65536];
	FILE *file = fopen(log_file, "r");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		fclose(file);
	text[len] = '\0';
	return text;
}

START_TEST(policies_are_loaded_at_the_start)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	write_policy("two.yaml", "two", "/etc/hosts");
	write_file("notes.txt", "not a policy");
	write_file(".hidden.yaml", "not one either");
	start_daemon();
	ck_assert_uint_eq(kernel->num_loads, 2);
	ck_assert_ptr_nonnull(fake_kernel_find(kernel, "one"));
	ck_assert_ptr_nonnull(fake_kernel_find(kernel, "two"));
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("notes.txt", ""));
}
END_TEST

START_TEST(a_changed_file_is_loaded_again)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	write_policy("one.yaml", "one", "/etc/passwd");
	wait_until(kernel->num_loads == 2);
}
END_TEST

START_TEST(a_file_moved_into_place_is_loaded_again)
{
	char from[PATH_MAX + 64], to[PATH_MAX + 64];

	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	write_policy("one.yaml.new", "one", "/etc/passwd");
	snprintf(from, sizeof(from), "%s/policies/one.yaml.new", dir);
	snprintf(to, sizeof(to), "%s/policies/one.yaml", dir);
	ck_assert_int_eq(rename(from, to), 0);
	wait_until(kernel->num_loads == 2);
}
END_TEST

START_TEST(a_change_without_effect_loads_nothing)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	write_policy("two.yaml", "two", "/etc/hosts");
	start_daemon();
	write_policy("one.yaml", "one", "/etc/hosts");
	write_policy("two.yaml", "two", "/etc/passwd");
	/* files are worked on in the order of names */
	wait_until(kernel->num_loads == 3);
	ck_assert_uint_eq(fake_kernel_find(kernel, "one")->generation, 1);
}
END_TEST

START_TEST(a_symbolic_link_that_is_swapped_is_followed)
{
	char link[PATH_MAX + 64], next[PATH_MAX + 64];
	char command[3 * PATH_MAX];

	write_policy("one.yaml", "one", "/etc/hosts");
	write_policy("two.yaml", "one", "/etc/passwd");
	snprintf(command, sizeof(command),
		 "cd %s && mkdir far far/a far/b && "
		 "mv policies/one.yaml far/a/one.yaml && "
		 "mv policies/two.yaml far/b/one.yaml && "
		 "ln -s ../far/data/one.yaml policies/one.yaml && "
		 "ln -s a far/data",
		 dir);
	ck_assert_int_eq(system(command), 0);
	start_daemon();
	ck_assert_uint_eq(kernel->num_loads, 1);
	snprintf(link, sizeof(link), "%s/far/data", dir);
	snprintf(next, sizeof(next), "%s/far/data.new", dir);
	ck_assert_int_eq(symlink("b", next), 0);
	ck_assert_int_eq(rename(next, link), 0);
	wait_until(kernel->num_loads == 2);
}
END_TEST

START_TEST(a_broken_edit_leaves_the_old_policy)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	write_file("one.yaml", "bailiff: 1\npolicy: one\nfiles:\n"
			       "  - alow: read\n    paths: /etc/hosts\n");
	wait_until(is_state("one.yaml", "error"));
	ck_assert_ptr_nonnull(
		strstr(file_says("one.yaml", "text"), "one.yaml:4:5: error:"));
	ck_assert_ptr_nonnull(strstr(file_says("one.yaml", "text"), "^"));
	ck_assert_ptr_nonnull(strstr(log_text(), "one.yaml:4:5: error:"));
	ck_assert_uint_eq(kernel->num_loads, 1);
	ck_assert_uint_eq(kernel->num_unloads, 0);
	write_policy("one.yaml", "one", "/etc/hosts");
	wait_until(is_state("one.yaml", "active"));
	ck_assert_uint_eq(kernel->num_loads, 1);
}
END_TEST

START_TEST(a_refusal_of_the_kernel_is_shown)
{
	kernel->refuse_loads = true;
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	wait_until(is_state("one.yaml", "error"));
	ck_assert_str_eq(file_says("one.yaml", "text"),
			 "a.yaml:3: not mediated\n");
}
END_TEST

START_TEST(a_link_that_leads_nowhere_is_in_error)
{
	char link[PATH_MAX + 64];

	snprintf(link, sizeof(link), "%s/policies/one.yaml", dir);
	ck_assert_int_eq(symlink("nowhere.yaml", link), 0);
	start_daemon();
	wait_until(is_state("one.yaml", "error"));
	ck_assert_ptr_nonnull(
		strstr(file_says("one.yaml", "text"), "leads nowhere"));
	ck_assert_ptr_nonnull(strstr(log_text(), "leads nowhere"));
	write_policy("nowhere.yaml", "one", "/etc/hosts");
	wait_until(is_state("nowhere.yaml", "active") ||
		   is_state("one.yaml", "active"));
}
END_TEST

/* JSON cannot hold such a name, and the file must not vanish for it. */
START_TEST(a_name_that_is_no_text_is_shown)
{
	write_file("\xff.yaml", "bailiff: 2\n");
	start_daemon();
	wait_until(is_state("\xef\xbf\xbd.yaml", "error"));
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_is_in_error)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	ck_assert_int_eq(chmod(options.policies, 0700), 0);
	wait_until(is_state(options.policies, "error"));
	ck_assert_ptr_nonnull(strstr(log_text(), "may not look into it"));
	ck_assert(is_state("one.yaml", "active"));
	ck_assert_int_eq(chmod(options.policies, 0755), 0);
	wait_until(is_state(options.policies, ""));
}
END_TEST

START_TEST(a_removed_file_unloads_its_policy)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	remove_file("one.yaml");
	wait_until(kernel->num_unloads == 1);
	wait_until(is_state("one.yaml", ""));
}
END_TEST

START_TEST(a_policy_in_use_stays_until_it_is_not)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	fake_kernel_find(kernel, "one")->bound = true;
	remove_file("one.yaml");
	wait_until(strstr(file_says("one.yaml", "text"), "tasks run under"));
	ck_assert_uint_eq(kernel->num_unloads, 0);
	fake_kernel_find(kernel, "one")->bound = false;
	wait_until(kernel->num_unloads == 1);
}
END_TEST

START_TEST(a_policy_that_is_renamed_replaces_the_old_one)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	write_policy("one.yaml", "other", "/etc/hosts");
	wait_until(fake_kernel_find(kernel, "other"));
	wait_until(!fake_kernel_find(kernel, "one"));
}
END_TEST

START_TEST(two_files_cannot_hold_one_policy)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	write_policy("two.yaml", "one", "/etc/passwd");
	start_daemon();
	ck_assert(is_state("two.yaml", "error"));
	ck_assert_ptr_nonnull(
		strstr(file_says("two.yaml", "text"), "already in one.yaml"));
	ck_assert_uint_eq(kernel->num_loads, 1);
}
END_TEST

START_TEST(a_change_of_an_include_touches_its_users)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/policies/base", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	write_file("base/files.yaml",
		   "files:\n  - allow: read\n    paths: /etc/hosts\n");
	write_file("one.yaml", "bailiff: 1\npolicy: one\n"
			       "include: base/files\n");
	start_daemon();
	ck_assert_uint_eq(kernel->num_loads, 1);
	write_file("base/files.yaml",
		   "files:\n  - allow: read\n    paths: /etc/passwd\n");
	wait_until(kernel->num_loads == 2);
}
END_TEST

START_TEST(a_killed_daemon_comes_back_to_what_is_there)
{
	write_policy("one.yaml", "one", "/etc/hosts");
	start_daemon();
	stop_daemon(SIGKILL, 0);
	start_daemon();
	ck_assert_uint_eq(kernel->num_loads, 1);
	ck_assert_uint_eq(kernel->num_unloads, 0);
	ck_assert(is_state("one.yaml", "active"));
}
END_TEST

/* A record as the kernel writes it into `events`. */
static void put_record(uint64_t seq)
{
	struct {
		struct bailiff_event raw;
		char object[16];
	} record = {
		.raw = {
			.len = sizeof(record),
			.version = BAILIFF_EVENT_VERSION,
			.class = BVM_CLASS_FILES,
			.seq = seq,
			.object = sizeof(record.raw),
		},
		.object = "/etc/shadow",
	};

	ck_assert_int_eq(write(kernel->events[1], &record, sizeof(record)),
			 sizeof(record));
}

START_TEST(records_become_lines_of_the_log)
{
	start_daemon();
	put_record(1);
	put_record(2);
	wait_until(strstr(log_text(), "\"seq\":2,"));
	ck_assert_ptr_nonnull(strstr(log_text(), "\"object\":\"/etc/shadow\""));
}
END_TEST

START_TEST(the_log_is_opened_anew_on_request)
{
	char moved[PATH_MAX + 16];

	start_daemon();
	snprintf(moved, sizeof(moved), "%s.1", log_file);
	ck_assert_int_eq(rename(log_file, moved), 0);
	kill(daemon_pid, SIGHUP);
	wait_until(!access(log_file, F_OK));
	nap();
	put_record(3);
	wait_until(strstr(log_text(), "\"seq\":3,"));
}
END_TEST

static int connect_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%.80s/control.sock", run_dir);
	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Send bytes and return what comes back until the daemon closes or answers. */
static const char *exchange(const char *bytes, size_t len)
{
	static char answer[4096];
	int fd = connect_socket();
	ssize_t got;

	ck_assert_int_eq(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	got = recv(fd, answer, sizeof(answer) - 1, 0);
	answer[got > 0 ? got : 0] = '\0';
	close(fd);
	return answer;
}

START_TEST(garbage_is_refused_and_served_no_more)
{
	static const char *const garbage[] = {
		"\n",
		"hello\n",
		"[]\n",
		"{}\n",
		"{\"cmd\":7}\n",
		"{\"cmd\":\"nothing\"}\n",
		"{\"cmd\":\"container\"}\n",
		"{\"cmd\":\"container\",\"pid\":-1,\"id\":\"x\"}\n",
		"{\"cmd\":\"container\",\"pid\":1,\"id\":\"a b\"}\n",
	};

	start_daemon();
	ck_assert_ptr_nonnull(strstr(exchange(garbage[_i], strlen(garbage[_i])),
				     "\"ok\":false"));
	ck_assert(is_ready());
}
END_TEST

START_TEST(an_endless_line_is_cut_off)
{
	static char line[100000];

	memset(line, 'a', sizeof(line));
	start_daemon();
	ck_assert_ptr_nonnull(strstr(exchange(line, sizeof(line)), "too long"));
	ck_assert(is_ready());
}
END_TEST

START_TEST(a_silent_client_does_not_hinder_others)
{
	int fds[100];
	size_t i;

	start_daemon();
	for (i = 0; i < 100; i++)
		fds[i] = connect_socket();
	ck_assert(is_ready());
	for (i = 0; i < 100; i++)
		close(fds[i]);
}
END_TEST

/* In a child that is not root: fill every place there is for such clients. */
static int crowd(void)
{
	char byte;
	int fd = -1;
	size_t i;

	if (setresuid(65534, 65534, 65534))
		return 2;
	for (i = 0; i < 100; i++)
		fd = connect_socket();
	/* the last one was turned away; no answer would come but for that */
	return recv(fd, &byte, 1, 0) == 0 ? 0 : 1;
}

START_TEST(a_crowd_cannot_keep_root_out)
{
	int status;
	pid_t pid;

	start_daemon();
	pid = fork();
	if (!pid) {
		alarm(4); /* before the first ones are dropped as silent */
		_exit(crowd());
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert(is_ready());
}
END_TEST

START_TEST(others_than_root_may_only_ask_for_the_status)
{
	int status;
	pid_t pid;

	start_daemon();
	pid = fork();
	if (!pid) {
		bool right;

		if (setresuid(65534, 65534, 65534))
			_exit(2);
		right = strstr(exchange("{\"cmd\":\"status\"}\n", 17),
			       "\"ok\":true") &&
			strstr(exchange("{\"cmd\":\"policies\"}\n", 19),
			       "only root") &&
			strstr(exchange("{\"cmd\":\"reload\"}\n", 17),
			       "only root");
		_exit(right ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(a_second_daemon_does_not_start)
{
	struct start start = { .options = &options };
	int status;
	pid_t pid;

	start_daemon();
	pid = fork();
	if (!pid)
		_exit(start_open(&start));
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_LACKS);
}
END_TEST

START_TEST(without_its_worker_the_daemon_ends)
{
	char path[64], line[64] = "";
	FILE *file;
	int status;

	start_daemon();
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		 (int)daemon_pid, (int)daemon_pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	fclose(file);
	kill(atoi(line), SIGKILL);
	waitpid(daemon_pid, &status, 0);
	daemon_pid = 0;
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_LACKS);
}
END_TEST

static void add_directory_tests(TCase *tcase)
{
	tcase_add_test(tcase, policies_are_loaded_at_the_start);
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

static void add_control_tests(TCase *tcase)
{
	tcase_add_test(tcase, records_become_lines_of_the_log);
	tcase_add_test(tcase, the_log_is_opened_anew_on_request);
	tcase_add_loop_test(tcase, garbage_is_refused_and_served_no_more, 0, 9);
	tcase_add_test(tcase, an_endless_line_is_cut_off);
	tcase_add_test(tcase, a_silent_client_does_not_hinder_others);
	tcase_add_test(tcase, a_crowd_cannot_keep_root_out);
	tcase_add_test(tcase, others_than_root_may_only_ask_for_the_status);
	tcase_add_test(tcase, a_second_daemon_does_not_start);
	tcase_add_test(tcase, without_its_worker_the_daemon_ends);
}

int main(void)
{
	Suite *suite = suite_create("daemon");
	TCase *tcase = tcase_create("daemon");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	if (geteuid()) {
		puts("not root: the daemon cannot be started");
	} else {
		add_directory_tests(tcase);
		add_control_tests(tcase);
	}
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
