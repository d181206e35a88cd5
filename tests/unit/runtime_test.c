// SPDX-License-Identifier: GPL-2.0-only
/*
 * runtime_test.c - bailiff-runtime with a daemon and a runtime that are played
 *
 *	dir/run/control.sock   the daemon, which gives one answer
 *	dir/crun               prints its arguments
 *	dir/bundle/config.json
 */
#include <check.h>
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
#include <unistd.h>

#include "tests/lib/suite.h"

static char dir[64], said[8192];
static pid_t daemon_pid;

static void put(const char *name, const char *text, mode_t mode)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static const char *get(const char *name)
{
	static char text[65536];
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

#define CONFIG                                                     \
	"{\"annotations\":{\"io.bailiff.policy\":\"web\"},"        \
	"\"linux\":{\"cgroupsPath\":\"system.slice:docker:web\"}," \
	"\"process\":{\"rlimits\":[{\"hard\":18446744073709551615}]}}"

static void setup(void)
{
	char path[128];

	strcpy(dir, "/tmp/runtime_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/run", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/bundle", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	put("crun", "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\n", 0755);
	put("hook", "#!/bin/sh\n", 0755);
	put("bundle/config.json", CONFIG, 0644);
	daemon_pid = 0;
}

static void teardown(void)
{
	char command[128];

	if (daemon_pid) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* Give one answer after a request, which is kept; "": none. */
static void serve(int listening, const char *answer)
{
	static char request[8192];
	ssize_t len;
	int fd;

	for (;;) {
		fd = accept(listening, NULL, NULL);
		len = read(fd, request, sizeof(request) - 1);
		request[len > 0 ? len : 0] = '\0';
		put("request", request, 0644);
		if (!*answer)
			pause();
		(void)!write(fd, answer, strlen(answer));
		close(fd);
	}
}

static void play_daemon(const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%s/run/control.sock", dir);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	daemon_pid = fork();
	if (!daemon_pid)
		serve(fd, answer);
	close(fd);
}

/* What it prints is in said. Return: its exit status. */
static int run(const char *arguments)
{
	char command[1024];
	FILE *pipe;
	size_t len;
	int status;

	snprintf(command, sizeof(command),
		 "cd %s && exec $OLDPWD/build/bin/bailiff-runtime "
		 "--runtime %s/crun --hook %s/hook --run-dir %s/run %s 2>&1",
		 dir, dir, dir, dir, arguments);
	/* OLDPWD is of the shell: cd sets it */
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	len = fread(said, 1, sizeof(said) - 1, pipe);
	said[len] = '\0';
	status = pclose(pipe);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ld arch; jeq x86_64; ret ERRNO|38; ld nr; jeq 165 (mount); ret ERRNO|1; ret */
#define WEB                                                               \
	"{\"ok\":true,\"policies\":[{\"policy\":\"web\",\"digest\":"      \
	"\"abc\",\"filter\":[32,0,0,4, 21,1,0,3221225534, 6,0,0,327718, " \
	"32,0,0,0, 21,0,1,165, 6,0,0,327681, 6,0,0,2147418112]}]}\n"

START_TEST(a_start_is_made_ready)
{
	json_t *config, *hook, *seccomp, *args;

	play_daemon(WEB);
	ck_assert_int_eq(run("--log l create -b bundle --pid-file p 'a b'"), 0);
	ck_assert_str_eq(said, "<--log><l><create><-b><bundle><--pid-file><p>"
			       "<a b>");
	ck_assert_ptr_nonnull(strstr(get("request"), "\"cmd\":\"runtime\""));
	ck_assert_ptr_nonnull(strstr(get("request"), "\"id\":\"a b\""));
	ck_assert_ptr_nonnull(
		strstr(get("request"), "/system.slice/docker-web.scope"));
	ck_assert_ptr_nonnull(strstr(get("bundle/config.json"),
				     "\"hard\":18446744073709551615}"));
	config = json_loads(get("bundle/config.json"), JSON_DECODE_INT_AS_REAL,
			    NULL);
	ck_assert_ptr_nonnull(config);
	hook = json_array_get(json_object_get(json_object_get(config, "hooks"),
					      "createRuntime"),
			      0);
	ck_assert_ptr_nonnull(strstr(
		json_string_value(json_object_get(hook, "path")), "/hook"));
	args = json_object_get(hook, "args");
	ck_assert_uint_eq(json_array_size(args), 6);
	ck_assert_str_eq(json_string_value(json_array_get(args, 5)), "web@abc");
	seccomp = json_object_get(json_object_get(config, "linux"), "seccomp");
	ck_assert_str_eq(
		json_string_value(json_object_get(seccomp, "defaultAction")),
		"SCMP_ACT_ALLOW");
	ck_assert_uint_eq(json_array_size(json_object_get(seccomp, "syscalls")),
			  1);
	json_decref(config);
}
END_TEST

START_TEST(what_nothing_selects_has_the_hook_alone)
{
	play_daemon("{\"ok\":true,\"policies\":[]}\n");
	ck_assert_int_eq(run("run --bundle bundle web"), 0);
	ck_assert_ptr_nonnull(strstr(get("bundle/config.json"), "/hook"));
	ck_assert_ptr_null(strstr(get("bundle/config.json"), "seccomp"));
}
END_TEST

static const struct {
	const char *path; /* below the test's directory */
	const char *word;
	int kept;
} required[] = {
	{ "/hook", "--require", 1 },
	{ "/hook", "--required", 0 },
	{ "/other", "--require", 0 },
};

START_TEST(what_podmans_own_hook_requires_is_required)
{
	char config[512], *text;

	play_daemon("{\"ok\":true,\"policies\":[]}\n");
	snprintf(config, sizeof(config),
		 "{\"hooks\":{\"createRuntime\":[{\"path\":\"%s%s\","
		 "\"args\":[\"x\",\"%s\"]}]}}",
		 dir, required[_i].path, required[_i].word);
	put("bundle/config.json", config, 0644);
	ck_assert_int_eq(run("run --bundle bundle web"), 0);
	/* ours is the first, and nothing of another's is in it */
	text = strdup(get("bundle/config.json"));
	*strchr(text, '}') = '\0';
	ck_assert_int_eq(strstr(text, "\"--require\"") != NULL,
			 required[_i].kept);
	free(text);
}
END_TEST

START_TEST(the_hook_reads_the_file_that_the_runtime_does)
{
	char expected[256];

	play_daemon("{\"ok\":true,\"policies\":[]}\n");
	put("other.json", CONFIG, 0644);
	ck_assert_int_eq(run("run -f other.json -b bundle web"), 0);
	snprintf(expected, sizeof(expected), "\"--config\",\"%s/other.json\"",
		 dir);
	ck_assert_msg(strstr(get("other.json"), expected), "%s",
		      get("other.json"));
	ck_assert_str_eq(get("bundle/config.json"), CONFIG);
	ck_assert_int_eq(run("run -f config.json -b bundle web"), 0);
	ck_assert_ptr_null(strstr(get("bundle/config.json"), "--config"));
	ck_assert_int_eq(run("run -f none.json -b bundle web"), 1);
	ck_assert_ptr_nonnull(strstr(said, "none.json: No such file"));
}
END_TEST

#define STORE "overlay-containers"

/* What the hook will say of it, so that both see the same policies. */
START_TEST(what_podman_knows_is_told)
{
	char path[128];

	play_daemon("{\"ok\":true,\"policies\":[]}\n");
	snprintf(path, sizeof(path), "%s/" STORE, dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	strcat(path, "/c1");
	ck_assert_int_eq(mkdir(path, 0755), 0);
	strcat(path, "/userdata");
	ck_assert_int_eq(mkdir(path, 0755), 0);
	put(STORE "/c1/userdata/config.json", CONFIG, 0644);
	ck_assert_int_eq(run("create --bundle " STORE "/c1/userdata c1"), 1);
	ck_assert_msg(strstr(said, "the bundle is podman's"), "%s", said);
	ck_assert_str_eq(get(STORE "/c1/userdata/config.json"), CONFIG);
	put(STORE "/volatile-containers.json",
	    "[{\"id\":\"c1\",\"metadata\":\"{\\\"name\\\":\\\"web1\\\","
	    "\\\"image-name\\\":\\\"r/web:1\\\"}\"}]",
	    0644);
	/* the bundle is known where it is, not as it is said */
	ck_assert_int_eq(run("create -b " STORE "/c1/userdata/. c1"), 0);
	ck_assert_ptr_nonnull(strstr(get("request"), "\"name\":\"web1\""));
	ck_assert_ptr_nonnull(strstr(get("request"), "\"image\":\"r/web:1\""));
}
END_TEST

START_TEST(other_commands_pass_without_a_daemon)
{
	ck_assert_int_eq(run("--root r exec -t web run --bundle nowhere"), 0);
	ck_assert_str_eq(said, "<--root><r><exec><-t><web><run><--bundle>"
			       "<nowhere>");
	ck_assert_int_eq(run("--version"), 0);
	ck_assert_str_eq(said, "<--version>");
	ck_assert_str_eq(get("bundle/config.json"), CONFIG);
}
END_TEST

static const struct {
	const char *answer; /* NULL: there is no daemon */
	const char *arguments;
	const char *said;
} refused[] = {
	{ NULL, "run -b bundle web", "it is not running" },
	{ "{\"ok\":false,\"error\":\"no such luck\"}\n", "run -b bundle web",
	  "no such luck" },
	{ "{\"ok\":true}\n", "run -b bundle web", "makes no sense" },
	{ "{\"ok\":true,\"policies\":[{\"policy\":\"web\",\"digest\":\"a\","
	  "\"filter\":[6,0,0]}]}\n",
	  "run -b bundle web", "makes no sense" },
	{ "{\"ok\":true,\"policies\":[{\"policy\":\"web\",\"digest\":\"a\","
	  "\"filter\":[65536,0,0,0]}]}\n",
	  "run -b bundle web", "makes no sense" },
	{ "junk\n", "run -b bundle web", "makes no sense" },
	{ WEB, "run -b nowhere web", "No such file" },
	{ WEB, "run --unknown -b bundle web", "--unknown" },
	{ WEB, "restore -b bundle web", "join no policy" },
};

START_TEST(a_doubt_is_a_refusal_and_changes_nothing)
{
	char arguments[256];

	if (refused[_i].answer)
		play_daemon(refused[_i].answer);
	snprintf(arguments, sizeof(arguments),
		 "--log %s/log --log-format json %s", dir,
		 refused[_i].arguments);
	ck_assert_int_eq(run(arguments), 1);
	ck_assert_msg(strstr(said, refused[_i].said), "%s", said);
	ck_assert_str_eq(get("bundle/config.json"), CONFIG);
	/* the engine reads it there */
	ck_assert_ptr_nonnull(strstr(get("log"), refused[_i].said));
	ck_assert_ptr_eq(strstr(get("log"), "{\"level\":\"error\",\"msg\":\""),
			 get("log"));
}
END_TEST

START_TEST(a_daemon_that_hangs_is_given_five_seconds)
{
	play_daemon("");
	ck_assert_int_eq(run("run -b bundle web"), 1);
	ck_assert_ptr_nonnull(strstr(said, "no answer"));
	ck_assert_str_eq(get("bundle/config.json"), CONFIG);
}
END_TEST

START_TEST(a_daemon_that_loads_is_asked_again)
{
	play_daemon("{\"ok\":false,\"retry\":true,\"error\":\"it loads\"}\n");
	ck_assert_int_eq(run("run -b bundle web"), 1);
	ck_assert_ptr_nonnull(strstr(said, "it loads"));
}
END_TEST

START_TEST(the_runtime_is_the_one_that_is_said)
{
	char command[1024];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ln -s %s/crun %s/run/runtime; build/bin/bailiff-runtime "
		 "--run-dir %s/run state x; BAILIFF_RUNTIME=/bin/echo "
		 "build/bin/bailiff-runtime --run-dir %s/run state y; "
		 "build/bin/bailiff-runtime --runtime=%s/none state z 2>&1; "
		 "build/bin/bailiff-runtime --runtime "
		 "build/bin/bailiff-runtime state z 2>&1",
		 dir, dir, dir, dir, dir);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	said[fread(said, 1, sizeof(said) - 1, pipe)] = '\0';
	pclose(pipe);
	ck_assert_ptr_eq(strstr(said, "<state><x>state y\n"), said);
	ck_assert_ptr_nonnull(strstr(said, "none: not found"));
	/* it is not its own runtime */
	ck_assert_ptr_nonnull(strstr(said, "bailiff-runtime: not found"));
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof(array[0]))

int main(void)
{
	Suite *suite = suite_create("runtime");
	TCase *tcase = tcase_create("runtime");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_start_is_made_ready);
	tcase_add_test(tcase, what_nothing_selects_has_the_hook_alone);
	tcase_add_loop_test(tcase, what_podmans_own_hook_requires_is_required,
			    0, (int)(sizeof(required) / sizeof(required[0])));
	tcase_add_test(tcase, the_hook_reads_the_file_that_the_runtime_does);
	tcase_add_test(tcase, what_podman_knows_is_told);
	tcase_add_test(tcase, other_commands_pass_without_a_daemon);
	tcase_add_loop_test(tcase, a_doubt_is_a_refusal_and_changes_nothing, 0,
			    ROWS(refused));
	tcase_add_test(tcase, a_daemon_that_hangs_is_given_five_seconds);
	tcase_add_test(tcase, a_daemon_that_loads_is_asked_again);
	tcase_add_test(tcase, the_runtime_is_the_one_that_is_said);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
