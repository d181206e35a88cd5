// SPDX-License-Identifier: GPL-2.0-only
/* trial_test.c - what bailiffd --check-config finds without starting */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/config.h"
#include "daemon/listen.h"
#include "daemon/trial.h"
#include "tests/lib/suite.h"

static struct daemon_options options;
static struct config config;
static const char *given[OPTIONS_NUM];
static struct text said;
static char dir[] = "/tmp/trial-test.XXXXXX";
static char policyc[PATH_MAX];
static pid_t answerer;

/* A path below dir, in one of four buffers. */
static const char *in_dir(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

static void setup(void)
{
	strcpy(dir, "/tmp/trial-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_ptr_nonnull(realpath("build/bin/policyc", policyc));
	options_default(&options);
	memset(&config, 0, sizeof(config));
	memset(given, 0, sizeof(given));
	config.file = "b.yaml";
	options.policies_dir = dir;
	options.run_dir = dir;
	options.state_dir = dir;
	options.log = "-";
	options.policyc = policyc;
	answerer = 0;
}

static void teardown(void)
{
	char command[PATH_MAX];

	if (answerer) {
		kill(answerer, SIGKILL);
		waitpid(answerer, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
	text_free(&said);
	text_free(&config.values);
}

static unsigned int try(void)
{
	text_reset(&said);
	return trial_run(&options, &config, given, &said);
}

#define says(part) (strstr(text_string(&said), part))

/* One error, which says it. */
static void fails(const char *option, const char *problem)
{
	char start[64];

	ck_assert_uint_eq(try(), 1);
	snprintf(start, sizeof(start), "bailiffd: error: --%s: ", option);
	ck_assert_msg(says(start) && says(problem), "it says: %s",
		      text_string(&said));
}

static void make_file(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT, mode);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* A process that answers at path as bailiffd would, or says nothing of use. */
static void answer(const char *path, const char *line)
{
	int fd = listen_unix(path, 0666), client;

	ck_assert_int_ge(fd, 0);
	answerer = fork();
	if (answerer) {
		close(fd);
		return;
	}
	ck_assert_int_eq(fcntl(fd, F_SETFL, 0), 0);
	for (;;) {
		char request[256];

		client = accept(fd, NULL, NULL);
		if (client < 0)
			_exit(1);
		if (read(client, request, sizeof(request)) > 0)
			(void)!write(client, line, strlen(line));
		close(client);
	}
}

START_TEST(what_could_start_is_right)
{
	options.log = in_dir("log/events.json");
	options.run_dir = in_dir("run");
	options.state_dir = in_dir("lib/bailiff");
	options.pid_file = in_dir("pid");
	options.runtime = "/bin/sh";
	options.securityfs = dir;
	ck_assert_msg(!try(), "it says: %s", text_string(&said));
	ck_assert_str_eq(text_string(&said), "");
	/* and nothing of it was made */
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
}
END_TEST

START_TEST(a_log_needs_a_place)
{
	options.log = in_dir("a/b/events.json");
	fails("log", "a/b/events.json: No such file or directory\n");
	options.log = dir;
	fails("log", ": Is a directory\n");
	make_file(in_dir("plain"), 0600);
	options.log = in_dir("plain/log");
	fails("log", ": Not a directory\n");
	options.log = in_dir("plain");
	ck_assert_uint_eq(try(), 0);
}
END_TEST

START_TEST(a_pid_file_needs_its_directory)
{
	options.pid_file = in_dir("a/pid");
	fails("pid-file", "a/pid: No such file or directory\n");
}
END_TEST

START_TEST(directories_can_be_made_or_not)
{
	options.run_dir = in_dir("a/b");
	fails("run-dir", "a/b: No such file or directory\n");
	options.run_dir = dir;
	options.state_dir = in_dir("a/b/c");
	fails("state-dir", "a/b/c: No such file or directory\n");
	make_file(in_dir("plain"), 0600);
	options.state_dir = in_dir("plain");
	fails("state-dir", ": Not a directory\n");
	/* mkdir(2) says that it is there, open(2) that it is not */
	ck_assert_int_eq(symlink("nowhere", in_dir("link")), 0);
	options.state_dir = in_dir("link");
	fails("state-dir", "link: No such file or directory\n");
	options.state_dir = dir;
	options.securityfs = in_dir("a");
	fails("securityfs", "a: No such file or directory\n");
}
END_TEST

START_TEST(images_that_others_may_write_are_none)
{
	if (geteuid())
		return;
	ck_assert_int_eq(mkdir(in_dir("images"), 0700), 0);
	ck_assert_uint_eq(try(), 0);
	ck_assert_int_eq(chmod(in_dir("images"), 0770), 0);
	fails("state-dir", "images: others may write there");
	ck_assert_int_eq(chmod(in_dir("images"), 0700), 0);
	ck_assert_int_eq(chown(in_dir("images"), 1, 1), 0);
	fails("state-dir", "images: others may write there");
	ck_assert_int_eq(rmdir(in_dir("images")), 0);
	make_file(in_dir("images"), 0600);
	fails("state-dir", "images: Not a directory");
}
END_TEST

START_TEST(policies_are_read_by_another_user)
{
	options.policies_dir = in_dir("nowhere");
	fails("policies", "nowhere: No such file or directory\n");
	make_file(in_dir("plain"), 0644);
	options.policies_dir = in_dir("plain");
	fails("policies", "plain: Not a directory\n");
	if (geteuid())
		return;
	ck_assert_int_eq(mkdir(in_dir("closed"), 0700), 0);
	options.policies_dir = in_dir("closed");
	fails("policies", "closed: the user bailiff, or nobody if there is "
			  "none, may not read it\n");
	ck_assert_int_eq(chmod(in_dir("closed"), 0755), 0);
	ck_assert_uint_eq(try(), 0);
}
END_TEST

START_TEST(programs_can_be_executed)
{
	make_file(in_dir("plain"), 0644);
	options.policyc = in_dir("nowhere");
	fails("policyc", "nowhere: No such file or directory\n");
	options.policyc = in_dir("plain");
	fails("policyc", "plain: Permission denied\n");
	options.policyc = dir;
	fails("policyc", ": Permission denied\n");
	options.policyc = policyc;
	options.runtime = in_dir("plain");
	fails("runtime", "plain: Permission denied\n");
	options.runtime = in_dir("nowhere");
	fails("runtime", "nowhere: No such file or directory\n");
}
END_TEST

START_TEST(a_port_of_another_program_is_taken)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	char where[32];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	snprintf(where, sizeof(where), "127.0.0.1:%u", ntohs(address.sin_port));
	options.metrics = where;
	fails("metrics", ": another program listens there\n");
	close(fd);
	ck_assert_uint_eq(try(), 0);
	/* it was let go */
	ck_assert_uint_eq(try(), 0);
}
END_TEST

START_TEST(a_socket_needs_its_directory)
{
	int fd;

	options.metrics = in_dir("a/metrics");
	fails("metrics", "a/metrics: No such file or directory\n");
	make_file(in_dir("plain"), 0600);
	options.metrics = in_dir("plain");
	fails("metrics", "something that is no socket is in its place");
	/* one that is left behind makes room */
	fd = listen_unix(in_dir("old"), 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	options.metrics = in_dir("old");
	ck_assert_uint_eq(try(), 0);
	/* the run directory is made before */
	options.run_dir = in_dir("run");
	options.metrics = in_dir("run/metrics");
	ck_assert_uint_eq(try(), 0);
}
END_TEST

START_TEST(what_a_daemon_that_runs_holds_is_no_error)
{
	const char *metrics = in_dir("control.sock");

	answer(metrics, "{\"ok\":true,\"pid\":77}\n");
	/* a socket with a listener, whoever that is */
	options.metrics = metrics;
	ck_assert_uint_eq(try(), 0);
	ck_assert(says("bailiffd: note: --run-dir: "));
	ck_assert(says("control.sock: in use by a bailiffd that runs, pid "
		       "77\n"));
	ck_assert(says("bailiffd: note: --metrics: "));
	ck_assert(says("control.sock: in use; so it is by the bailiffd that "
		       "runs, or by another program\n"));
}
END_TEST

START_TEST(a_control_socket_of_another_program_is_an_error)
{
	answer(in_dir("control.sock"), "hello\n");
	fails("run-dir", "control.sock: another program listens there\n");
}
END_TEST

START_TEST(what_is_left_behind_makes_room)
{
	struct stat stat_buf;
	int fd = listen_unix(in_dir("control.sock"), 0666);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_uint_eq(try(), 0);
	ck_assert_str_eq(text_string(&said), "");
	/* a start may remove it, and this may not */
	ck_assert_int_eq(lstat(in_dir("control.sock"), &stat_buf), 0);
	ck_assert_int_eq(unlink(in_dir("control.sock")), 0);
	make_file(in_dir("control.sock"), 0600);
	fails("run-dir", "something that is no socket is in its place");
}
END_TEST

START_TEST(a_journal_listens)
{
	options.journal = true;
	options.journal_socket = in_dir("journal");
	fails("journal", "journal: No such file or directory\n");
}
END_TEST

/* Where it is written, unless the command line says it. */
START_TEST(a_problem_has_its_place)
{
	config.places[OPTIONS_LOG] = (struct config_place){
		.at = "3:6",
		.line = "    3 | log: /a",
		.carets = "      |      ^~~",
	};
	options.log = in_dir("a/b/c");
	ck_assert_uint_eq(try(), 1);
	ck_assert(says("b.yaml:3:6: error: 'log': /tmp/trial-test."));
	ck_assert(says("/a/b/c: No such file or directory\n    3 | log: /a"));
	ck_assert(says("\n      |      ^~~\n"));
	given[OPTIONS_LOG] = options.log;
	fails("log", "a/b/c: No such file or directory\n");
	ck_assert_ptr_null(says("b.yaml"));
}
END_TEST

/* Everything at once. */
START_TEST(all_problems_are_said)
{
	options.log = in_dir("a/b/c");
	options.policyc = in_dir("nowhere");
	options.pid_file = in_dir("a/pid");
	ck_assert_uint_eq(try(), 3);
	ck_assert(says("--log: ") && says("--policyc: ") && says("--pid-file"));
}
END_TEST

/* Who is not root is not told that root may not. */
START_TEST(what_needs_root_is_a_note)
{
	int status;

	if (geteuid())
		return;
	ck_assert_int_eq(mkdir(in_dir("closed"), 0700), 0);
	options.log = in_dir("closed/log");
	answerer = fork();
	if (!answerer) {
		if (setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(2);
		options.run_dir = "/tmp";
		options.state_dir = "/tmp";
		_exit(try() || !says("bailiffd: note: --log: ") ||
		      !says("closed/log: not tried: this needs root\n"));
	}
	ck_assert_int_eq(waitpid(answerer, &status, 0), answerer);
	answerer = 0;
	ck_assert_int_eq(status, 0);
}
END_TEST

/* The program itself: its exit status, and both of what is said. */
START_TEST(the_program_says_it)
{
	char command[4 * PATH_MAX], line[256];
	FILE *file = fopen(in_dir("b.yaml"), "w");

	fprintf(file,
		"policies: %s\nrun-dir: %s\nstate-dir: %s\n"
		"log: %s/a/b/log\n",
		dir, dir, dir, dir);
	fclose(file);
	chmod(in_dir("b.yaml"), 0644);
	snprintf(command, sizeof(command),
		 "build/bin/bailiffd --check-config --config %s 2>&1",
		 in_dir("b.yaml"));
	file = popen(command, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_msg(strstr(line, "b.yaml:4:6: error: 'log': /tmp/"),
		      "it says: %s", line);
	while (fgets(line, sizeof(line), file))
		ck_assert_ptr_null(strstr(line, "ok"));
	ck_assert_int_eq(WEXITSTATUS(pclose(file)), 1);
	strcat(command, " --log -");
	file = popen(command, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_msg(strstr(line, "b.yaml: ok\n"), "it says: %s", line);
	ck_assert_int_eq(WEXITSTATUS(pclose(file)), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trial");
	TCase *tcase = tcase_create("trial");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_could_start_is_right);
	tcase_add_test(tcase, a_log_needs_a_place);
	tcase_add_test(tcase, a_pid_file_needs_its_directory);
	tcase_add_test(tcase, directories_can_be_made_or_not);
	tcase_add_test(tcase, images_that_others_may_write_are_none);
	tcase_add_test(tcase, policies_are_read_by_another_user);
	tcase_add_test(tcase, programs_can_be_executed);
	tcase_add_test(tcase, a_port_of_another_program_is_taken);
	tcase_add_test(tcase, a_socket_needs_its_directory);
	tcase_add_test(tcase, what_a_daemon_that_runs_holds_is_no_error);
	tcase_add_test(tcase, a_control_socket_of_another_program_is_an_error);
	tcase_add_test(tcase, what_is_left_behind_makes_room);
	tcase_add_test(tcase, a_journal_listens);
	tcase_add_test(tcase, a_problem_has_its_place);
	tcase_add_test(tcase, all_problems_are_said);
	tcase_add_test(tcase, what_needs_root_is_a_note);
	tcase_add_test(tcase, the_program_says_it);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
