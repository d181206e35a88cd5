// SPDX-License-Identifier: GPL-2.0-only
/*
 * oci_hook_test.c - what bailiff-oci-hook refuses before it asks the daemon
 *
 *	dir/bundle/config.json
 *	dir/state		what a runtime says on standard input
 *	dir/proc/PID/ns/mnt	links, as those of /proc
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

#include "daemon/ocistate.h"
#include "tests/lib/suite.h"

static char dir[64], said[4096], why[512];

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void make_dir(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

/* A container in the namespaces of this test: as the runtime's own. */
static void setup(void)
{
	char state[256];

	strcpy(dir, "/tmp/oci_hook_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	make_dir("bundle");
	snprintf(state, sizeof(state),
		 "{\"id\":\"web\",\"pid\":%d,\"bundle\":\"%s/bundle\"}",
		 (int)getpid(), dir);
	put("state", state);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* What it prints is in said. Return: its exit status. */
static int run(const char *options)
{
	char command[512];
	FILE *pipe;
	int status;

	snprintf(command, sizeof(command),
		 "build/bin/bailiff-oci-hook --run-dir %s/none %s "
		 "< %s/state 2>&1",
		 dir, options, dir);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	said[fread(said, 1, sizeof(said) - 1, pipe)] = '\0';
	status = pclose(pipe);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void refused_for(const char *options, const char *reason)
{
	ck_assert_int_eq(run(options), 1);
	ck_assert_msg(strstr(said, reason), "%s", said);
}

/* Only who reads the whole file finds it. */
#define HANDLER "{\"annotations\":{\"run.oci.handler\":\"krun\"}"
#define BIG_LIMIT "\"process\":{\"rlimits\":[{\"hard\":18446744073709551615}]}"

START_TEST(a_limit_of_64_bits_hides_nothing)
{
	put("bundle/config.json", HANDLER "," BIG_LIMIT "}");
	refused_for("", "annotation run.oci.handler");
}
END_TEST

START_TEST(a_config_that_cannot_be_read_is_refused)
{
	refused_for("", "bundle/config.json: No such file");
	put("bundle/config.json", "{");
	refused_for("", "bundle/config.json:1");
	put("bundle/config.json", "[]");
	refused_for("", "no object");
	put("state", "{\"id\":\"web\",\"pid\":1}");
	refused_for("", "names no bundle");
}
END_TEST

START_TEST(the_file_that_the_runtime_reads_is_read)
{
	char options[128];

	put("bundle/config.json", "{}");
	put("other.json", HANDLER "}");
	snprintf(options, sizeof(options), "--config %s/other.json", dir);
	refused_for(options, "annotation run.oci.handler");
	refused_for("--config /no/such.json", "/no/such.json: No such file");
}
END_TEST

START_TEST(the_mount_namespace_of_the_runtime_is_refused)
{
	char state[256];

	put("bundle/config.json", "{}");
	refused_for("", "the mount namespace of the runtime");
	ck_assert_ptr_nonnull(strstr(said, "linux.namespaces"));
	/* one that is gone */
	snprintf(state, sizeof(state),
		 "{\"id\":\"web\",\"pid\":2147483647,\"bundle\":\"%s/bundle\"}",
		 dir);
	put("state", state);
	refused_for("", "process 2147483647 is not known");
}
END_TEST

static void put_namespace(const char *whose, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "proc/%s", whose);
	make_dir(path);
	strcat(path, "/ns");
	make_dir(path);
	snprintf(path, sizeof(path), "%s/proc/%s/ns/mnt", dir, whose);
	ck_assert_int_eq(symlink(name, path), 0);
}

START_TEST(only_another_mount_namespace_will_do)
{
	char proc[128];

	snprintf(proc, sizeof(proc), "%s/proc", dir);
	make_dir("proc");
	put_namespace("self", "mnt:[4026531841]");
	put_namespace("7", "mnt:[4026532000]");
	put_namespace("8", "mnt:[4026531841]");
	ck_assert_int_eq(ocistate_check_namespace(proc, 7, why, sizeof(why)),
			 0);
	ck_assert_int_eq(ocistate_check_namespace(proc, 8, why, sizeof(why)),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "of the runtime"));
	ck_assert_int_eq(ocistate_check_namespace(proc, 9, why, sizeof(why)),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "process 9 is not known"));
}
END_TEST

static const char *const handlers[] = {
	"run.oci.handler",
	"module.wasm.image/variant",
};

/* In the state, and in config.json before there is a state. */
START_TEST(a_program_that_crun_runs_itself_is_refused)
{
	json_t *with = json_pack("{s:s, s:i, s:{s:s}}", "id", "web", "pid", 5,
				 "annotations", handlers[_i], "compat");
	json_t *none = json_object();

	ck_assert_ptr_null(ocistate_request(with, none, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, handlers[_i]));
	why[0] = '\0';
	ck_assert_ptr_null(ocistate_prepare("web", with, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, handlers[_i]));
	json_decref(with);
	json_decref(none);
}
END_TEST

/* A daemon that takes every connection, and says nothing. */
static pid_t hang(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	make_dir("none");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%s/none/control.sock", dir);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	pid = fork();
	if (!pid) {
		alarm(300);
		for (;;)
			(void)accept(fd, NULL, NULL);
	}
	close(fd);
	return pid;
}

/* Five seconds, and what a busy machine makes of them. */
#define MOST_SECONDS 30

START_TEST(a_daemon_that_hangs_is_given_five_seconds)
{
	struct timespec before, after;
	pid_t pid = hang();

	clock_gettime(CLOCK_MONOTONIC, &before);
	/* 255: systemd takes it for a failure, and no reason to skip it */
	ck_assert_int_eq(run("--service"), 255);
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_msg(strstr(said, "service refused: bailiffd gave no answer "
				   "within 5 s"),
		      "%s", said);
	ck_assert_int_ge(after.tv_sec - before.tv_sec, 4);
	ck_assert_int_le(after.tv_sec - before.tv_sec, MOST_SECONDS);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(a_runtime_that_gives_no_state_is_told_so)
{
	char path[128];
	int end;

	snprintf(path, sizeof(path), "%s/state", dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	end = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(end, 0);
	refused_for("", "container refused: the runtime did not give");
	close(end);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oci_hook");
	TCase *tcase = tcase_create("oci_hook");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_daemon_that_hangs_is_given_five_seconds);
	tcase_add_test(tcase, a_runtime_that_gives_no_state_is_told_so);
	tcase_add_test(tcase, a_limit_of_64_bits_hides_nothing);
	tcase_add_test(tcase, a_config_that_cannot_be_read_is_refused);
	tcase_add_test(tcase, the_file_that_the_runtime_reads_is_read);
	tcase_add_test(tcase, the_mount_namespace_of_the_runtime_is_refused);
	tcase_add_test(tcase, only_another_mount_namespace_will_do);
	tcase_add_loop_test(tcase, a_program_that_crun_runs_itself_is_refused,
			    0, 2);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
