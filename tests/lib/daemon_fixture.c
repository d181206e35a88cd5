// SPDX-License-Identifier: GPL-2.0-only
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

#include "daemon/client.h"
#include "daemon/compile.h"
#include "daemon/options.h"
#include "daemon/start.h"
#include "daemon_fixture.h"
#include "suite.h"
#include "vm/hooks.h"

#define POLICYC "build/bin/policyc"

struct fixture fixture;

void fixture_nap(void)
{
	struct timespec pause = { .tv_nsec = 20000000 };

	nanosleep(&pause, NULL);
}

void fixture_write_file(const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/policies/%s", fixture.dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

void fixture_remove_file(const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/policies/%s", fixture.dir, name);
	ck_assert_int_eq(unlink(path), 0);
}

void fixture_write_policy(const char *file, const char *name, const char *path)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "bailiff: 1\npolicy: %s\n"
		 "containers: [{name: \"%s-*\"}]\n"
		 "files:\n  - allow: read\n    paths: %s\n",
		 name, name, path);
	fixture_write_file(file, text);
}

json_t *fixture_ask(const char *cmd)
{
	json_t *request = json_pack("{s:s}", "cmd", cmd), *answer;
	char why[512];

	answer = client_ask(fixture.run_dir, request, why, sizeof(why));
	json_decref(request);
	return answer;
}

bool fixture_is_ready(void)
{
	json_t *answer = fixture_ask("status");
	bool ready = json_is_true(json_object_get(answer, "ready"));

	json_decref(answer);
	return ready;
}

long long fixture_status(const char *member)
{
	json_t *answer = fixture_ask("status");
	long long value = json_integer_value(json_object_get(answer, member));

	json_decref(answer);
	return value;
}

/* What the daemon says of a file, "" if nothing; valid until the next call. */
const char *fixture_file_says(const char *file, const char *member)
{
	static char text[8192];
	json_t *answer = fixture_ask("policies"), *row;
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

void fixture_start(void)
{
	struct start start = { .options = &fixture.options };
	int tries, patience = fixture.patience;

	fixture.pid = fork();
	if (!fixture.pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		_exit(start_open(&start) ?: start_serve(&start));
	}
	do {
		tries = 500;
		while (!fixture_is_ready() && --tries)
			fixture_nap();
	} while (!tries && (patience -= 10) > 0);
	ck_assert_msg(tries, "the daemon never became ready");
}

void fixture_stop(int sig, int expected)
{
	int status;

	kill(fixture.pid, sig);
	ck_assert_int_eq(waitpid(fixture.pid, &status, 0), fixture.pid);
	if (sig == SIGTERM)
		ck_assert_int_eq(WEXITSTATUS(status), expected);
	fixture.pid = 0;
}

void fixture_setup(void)
{
	char template[] = "/tmp/daemon-test.XXXXXX";

	ck_assert_msg(!access(POLICYC, X_OK), POLICYC " is not built");
	ck_assert_ptr_nonnull(realpath(POLICYC, fixture.policyc));
	options_default(&fixture.options);
	fixture.kernel = fake_kernel_create(&fixture.options.kfs);
	fixture.patience = 0;
	strcpy(fixture.dir, mkdtemp(template));
	chmod(fixture.dir, 0755);
	snprintf(fixture.run_dir, sizeof(fixture.run_dir), "%s/run",
		 fixture.dir);
	snprintf(fixture.log_file, sizeof(fixture.log_file), "%s/log",
		 fixture.dir);
	snprintf(fixture.options.policies, sizeof(fixture.options.policies),
		 "%.4000s/policies", fixture.dir);
	mkdir(fixture.options.policies, 0755);
	snprintf(fixture.state_dir, sizeof(fixture.state_dir), "%s/state",
		 fixture.dir);
	fixture.options.run_dir = fixture.run_dir;
	fixture.options.state_dir = fixture.state_dir;
	fixture.options.log = fixture.log_file;
	fixture.options.policyc = fixture.policyc;
	fixture.options.build_seconds = COMPILE_SECONDS;
	fixture.options.uid = fixture.options.gid = 65534;
}

void fixture_teardown(void)
{
	char command[PATH_MAX + 16];

	if (fixture.pid)
		fixture_stop(SIGTERM, 0);
	fake_kernel_free(fixture.kernel);
	snprintf(command, sizeof(command), "rm -rf %.4000s", fixture.dir);
	ck_assert_int_eq(system(command), 0);
}

char *fixture_log_text(void)
{
	static char text[65536];
	FILE *file = fopen(fixture.log_file, "r");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		fclose(file);
	text[len] = '\0';
	return text;
}

/* A record as the kernel writes it into `events`. */
bool fixture_try_record(uint64_t seq)
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

	return write(fixture.kernel->events[1], &record, sizeof(record)) ==
	       sizeof(record);
}

void fixture_put_record(uint64_t seq)
{
	ck_assert(fixture_try_record(seq));
}

int fixture_connect_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "%.80s/control.sock", fixture.run_dir);
	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Send bytes and return what comes back until the daemon closes or answers. */
const char *fixture_exchange(const char *bytes, size_t len)
{
	static char answer[4096];
	int fd = fixture_connect_socket();
	ssize_t got;

	ck_assert_int_eq(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	got = recv(fd, answer, sizeof(answer) - 1, 0);
	answer[got > 0 ? got : 0] = '\0';
	close(fd);
	return answer;
}

int fixture_run(const char *name, void (*add)(TCase *tcase))
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
	tcase_set_timeout(tcase, 60);
	if (geteuid())
		puts("not root: the daemon cannot be started");
	else
		add(tcase);
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}
