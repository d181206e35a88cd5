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

static int listen_for_hooks(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	make_dir("none");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%s/none/control.sock", dir);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

/* A daemon that takes every connection, and says nothing. */
static pid_t hang(void)
{
	int fd = listen_for_hooks();
	pid_t pid;

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

/* A daemon that has one answer, for any request; what that was goes to dir/asked. */
static pid_t answer(const char *line)
{
	int fd = listen_for_hooks(), client;
	char asked[512] = "";
	pid_t pid;

	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	alarm(300);
	client = accept(fd, NULL, NULL);
	(void)!read(client, asked, sizeof(asked) - 1);
	put("asked", asked);
	(void)!write(client, line, strlen(line));
	_exit(0);
}

START_TEST(what_the_daemon_answers_decides)
{
	static const struct {
		const char *options, *line;
		int status;
		const char *reason;
	} rows[] = {
		{ "--service", "{\"ok\":true}\n", 0, NULL },
		{ "--service", "{\"ok\":true,\"policy\":\"web\"}\n", 0, NULL },
		{ "--service --require", "{\"ok\":true,\"policy\":\"web\"}\n",
		  0, NULL },
		{ "--service --require", "{\"ok\":true}\n", 255,
		  "no policy selects it, and --require is set" },
		{ "--service --require", "{\"ok\":true,\"policy\":null}\n", 255,
		  "no policy selects it, and --require is set" },
		{ "--service", "{\"ok\":false,\"error\":\"a reason\"}\n", 255,
		  "bailiff-oci-hook: service refused: a reason\n" },
		{ "--service", "{\"ok\":false}\n", 255,
		  "bailiffd gave no reason" },
		{ "--service", "{}\n", 255, "bailiffd gave no reason" },
		{ "--service", "{\"ok\":1}\n", 255, "bailiffd gave no reason" },
		{ "--service", "yes\n", 255,
		  "bailiffd's answer makes no sense" },
		{ "--service", "{\"ok\":true}", 255, "bailiffd" },
	};
	pid_t pid = answer(rows[_i].line);
	char asked[512] = "", path[128];
	FILE *file;

	ck_assert_int_eq(run(rows[_i].options), rows[_i].status);
	if (rows[_i].reason)
		ck_assert_msg(strstr(said, rows[_i].reason), "%s", said);
	else
		ck_assert_str_eq(said, "");
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/asked", dir);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(asked, sizeof(asked), file));
	fclose(file);
	ck_assert_str_eq(asked, "{\"cmd\":\"service\"}\n");
}
END_TEST

START_TEST(no_daemon_is_a_refusal)
{
	ck_assert_int_eq(run("--service"), 255);
	ck_assert_msg(strstr(said, "it is not running"), "%s", said);
}
END_TEST

/* A runtime takes any status but 0 for a no, and 2 is wrong use. */
START_TEST(wrong_use_is_a_refusal)
{
	ck_assert_int_eq(run("--service --what"), 2);
	ck_assert_int_eq(run("--filter \"$(printf 'web@\\377')\""), 1);
	ck_assert_msg(strstr(said, "--filter: this is no text"), "%s", said);
	ck_assert_int_eq(run("--help"), 0);
	ck_assert_msg(strstr(said, "usage: bailiff-oci-hook"), "%s", said);
}
END_TEST

START_TEST(what_is_no_state_is_refused)
{
	put("bundle/config.json", "{}");
	put("state", "[1]");
	refused_for("", "standard input holds no container state");
	put("state", "");
	refused_for("", "standard input holds no container state");
	put("state", "{\"id\":\"\",\"pid\":1,\"bundle\":\"/\"}");
	refused_for("--config /dev/null", "/dev/null");
}
END_TEST

START_TEST(hooks_under_the_policy_are_noted)
{
	put("bundle/config.json",
	    "{\"hooks\":{\"startContainer\":[{\"path\":\"/x\"}],"
	    "\"createContainer\":[],\"poststop\":[{\"path\":\"/x\"}]}}");
	refused_for("", "note: startContainer hooks run under the container's "
			"policy\n");
	ck_assert_ptr_null(strstr(said, "createContainer"));
	ck_assert_ptr_null(strstr(said, "poststop"));
}
END_TEST

/* ---- the request ---- */

/* Of a state and a config.json; NULL: why says why there is none. */
static json_t *request_of(const char *state, const char *config)
{
	json_t *of = json_loads(state, 0, NULL),
	       *in = json_loads(config, 0, NULL);
	json_t *request;

	ck_assert_ptr_nonnull(of);
	ck_assert_ptr_nonnull(in);
	why[0] = '\0';
	request = ocistate_request(of, in, why, sizeof(why));
	json_decref(of);
	json_decref(in);
	return request;
}

#define ID64 "0123456789012345678901234567890123456789012345678901234567890123"

START_TEST(a_request_says_what_is_known)
{
	static const struct {
		const char *state, *config, *key, *value;
	} rows[] = {
		/* the state's annotations count over those of the bundle */
		{ "{\"id\":\"a\",\"pid\":1,\"annotations\":"
		  "{\"io.podman.annotations.name\":\"s\"}}",
		  "{\"annotations\":{\"io.podman.annotations.name\":\"c\"}}",
		  "name", "s" },
		{ "{\"id\":\"a\",\"pid\":1,\"annotations\":{}}",
		  "{\"annotations\":{\"io.podman.annotations.name\":\"c\"}}",
		  "name", "c" },
		/* one that is empty is none */
		{ "{\"id\":\"a\",\"pid\":1}",
		  "{\"annotations\":{\"io.kubernetes.cri-o.Name\":\"\","
		  "\"io.containers.name\":\"c\"}}",
		  "name", "c" },
		/* a name of people, and the number of an engine */
		{ "{\"id\":\"a\",\"pid\":1}", "{\"hostname\":\"h\"}", "name",
		  "a" },
		{ "{\"id\":\"" ID64 "\",\"pid\":1}", "{\"hostname\":\"h\"}",
		  "name", "h" },
		{ "{\"id\":\"" ID64 "\",\"pid\":1}", "{\"hostname\":\"\"}",
		  "name", ID64 },
		{ "{\"id\":\"a\",\"pid\":1}",
		  "{\"annotations\":{\"io.containers.image.name\":\"i\"}}",
		  "image", "i" },
		{ "{\"id\":\"a\",\"pid\":1}", "{}", "image", "" },
		{ "{\"id\":\"a\",\"pid\":1,\"bundle\":\"/b\"}",
		  "{\"root\":{\"path\":\"/r\"}}", "root", "/r" },
		{ "{\"id\":\"a\",\"pid\":1,\"bundle\":\"/b\"}",
		  "{\"root\":{\"path\":\"r\"}}", "root", "/b/r" },
		{ "{\"id\":\"a\",\"pid\":1,\"bundle\":\"b\"}",
		  "{\"root\":{\"path\":\"r\"}}", "root", "" },
		{ "{\"id\":\"a\",\"pid\":1}", "{}", "root", "" },
		{ "{\"id\":\"a\",\"pid\":1}", "{}", "cmd", "container" },
		{ "{\"id\":\"a\",\"pid\":1}", "{}", "id", "a" },
	};
	json_t *request = request_of(rows[_i].state, rows[_i].config);

	ck_assert_msg(request != NULL, "%s", why);
	ck_assert_str_eq(
		json_string_value(json_object_get(request, rows[_i].key)),
		rows[_i].value);
	ck_assert_int_eq(json_integer_value(json_object_get(request, "pid")),
			 1);
	json_decref(request);
}
END_TEST

START_TEST(a_state_without_id_or_pid_is_none)
{
	static const struct {
		const char *state, *why;
	} rows[] = {
		{ "{\"pid\":1}", "has no id" },
		{ "{\"id\":\"\",\"pid\":1}", "has no id" },
		{ "{\"id\":\"web\"}", "of container web has no pid" },
		{ "{\"id\":\"web\",\"pid\":0}", "has no pid" },
		{ "{\"id\":\"web\",\"pid\":-1}", "has no pid" },
	};

	ck_assert_ptr_null(request_of(rows[_i].state, "{}"));
	ck_assert_msg(strstr(why, rows[_i].why), "%s", why);
}
END_TEST

START_TEST(labels_are_json_in_a_string)
{
	static const struct {
		const char *text;
		size_t num;
	} rows[] = {
		{ "{\"a\":\"b\",\"c\":\"d\"}", 2 },
		{ "[\"a\"]", 0 },
		{ "{", 0 },
	};
	json_t *state = json_pack("{s:s, s:i, s:{s:s}}", "id", "web", "pid", 5,
				  "annotations", "io.kubernetes.cri-o.Labels",
				  rows[_i].text);
	json_t *config = json_object();
	json_t *request = ocistate_request(state, config, why, sizeof(why));
	const json_t *labels = json_object_get(request, "labels");

	ck_assert(json_is_object(labels));
	ck_assert_uint_eq(json_object_size(labels), rows[_i].num);
	json_decref(request);
	json_decref(state);
	json_decref(config);
}
END_TEST

/* A path, or what systemd makes of slice:prefix:name. */
START_TEST(the_cgroup_that_there_will_be_is_told)
{
	static const struct {
		const char *config, *cgroup;
	} rows[] = {
		{ "{\"linux\":{\"cgroupsPath\":\"/a/b\"}}", "/a/b" },
		{ "{\"linux\":{\"cgroupsPath\":\"/a:b:c\"}}", "/a:b:c" },
		{ "{\"linux\":{\"cgroupsPath\":\"x.slice:docker:1\"}}",
		  "/x.slice/docker-1.scope" },
		{ "{\"linux\":{\"cgroupsPath\":\"x.slice::1\"}}",
		  "/x.slice/1.scope" },
		{ "{\"linux\":{\"cgroupsPath\":\"x.slice:1\"}}", "" },
		{ "{\"linux\":{\"cgroupsPath\":\"a/b\"}}", "" },
		{ "{}", "" },
	};
	json_t *config = json_loads(rows[_i].config, 0, NULL);
	json_t *request = ocistate_prepare("web", config, why, sizeof(why));

	ck_assert_str_eq(json_string_value(json_object_get(request, "cgroup")),
			 rows[_i].cgroup);
	ck_assert_str_eq(json_string_value(json_object_get(request, "cmd")),
			 "runtime");
	json_decref(request);
	json_decref(config);
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
	tcase_add_loop_test(tcase, what_the_daemon_answers_decides, 0, 11);
	tcase_add_test(tcase, no_daemon_is_a_refusal);
	tcase_add_test(tcase, wrong_use_is_a_refusal);
	tcase_add_test(tcase, what_is_no_state_is_refused);
	tcase_add_test(tcase, hooks_under_the_policy_are_noted);
	tcase_add_loop_test(tcase, a_request_says_what_is_known, 0, 14);
	tcase_add_loop_test(tcase, a_state_without_id_or_pid_is_none, 0, 5);
	tcase_add_loop_test(tcase, labels_are_json_in_a_string, 0, 3);
	tcase_add_loop_test(tcase, the_cgroup_that_there_will_be_is_told, 0, 7);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
