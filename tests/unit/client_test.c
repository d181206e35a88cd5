// SPDX-License-Identifier: GPL-2.0-only
/* client_test.c - a line of JSON to the daemon and one back, in pieces */
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/client.h"
#include "daemon/listen.h"
#include "tests/lib/suite.h"

static char dir[64], why[512];
static pid_t server;

static void setup(void)
{
	strcpy(dir, "/tmp/client-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	server = 0;
	why[0] = '\0';
}

static void teardown(void)
{
	char command[128];

	if (server) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void nap(unsigned int ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000L };

	nanosleep(&time, NULL);
}

/* A line: how long it is, and how many descriptors came with it. */
static void take_line(int fd, size_t *len, unsigned int *num_fds)
{
	char chunk[4096], control[256];
	ssize_t got;

	*len = 0;
	*num_fds = 0;
	do {
		struct iovec part = { chunk, sizeof(chunk) };
		struct msghdr msg = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		got = recvmsg(fd, &msg, 0);
		if (got <= 0)
			_exit(1);
		*num_fds += CMSG_FIRSTHDR(&msg) != NULL;
		*len += (size_t)got;
	} while (chunk[got - 1] != '\n');
}

/*
 * A daemon that says first to the first client and then to all others, in pieces;
 * where it is "%zu %u" as well the length and the number of descriptors.
 */
static void serve(const char *first, const char *then)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, dir);
	fd = listen_unix(path, 0600);
	ck_assert_int_ge(fd, 0);
	server = fork();
	if (server) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFL, 0);
	for (;; first = then) {
		int client = accept(fd, NULL, NULL);
		unsigned int num_fds;
		char line[256];
		size_t len, i;

		/* until its buffers are full */
		nap(50);
		take_line(client, &len, &num_fds);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof(line), first, len, num_fds);
#pragma GCC diagnostic pop
		for (i = 0; i < strlen(line); i += 8) {
			size_t piece = strlen(line) - i < 8 ? strlen(line) - i :
							      8;

			(void)!write(client, line + i, piece);
			nap(5);
		}
		close(client);
	}
}

static json_t *ask(unsigned int ms, int fd)
{
	json_t *request = json_pack("{s:s}", "cmd", "status");
	json_t *answer =
		client_ask_patiently(ms, dir, request, fd, why, sizeof(why));

	json_decref(request);
	return answer;
}

START_TEST(a_long_request_arrives_whole_and_its_descriptor_once)
{
	static const size_t len = 3 << 20;
	char *text = malloc(len + 1);
	json_t *request, *answer;

	memset(text, 'x', len);
	text[len] = '\0';
	request = json_pack("{s:s}", "a", text);
	serve("{\"len\":%zu,\"fds\":%u}\n", "");
	answer = client_ask_patiently(20000, dir, request, 0, why, sizeof(why));
	ck_assert_msg(answer != NULL, "%s", why);
	/* {"a":""} and the end of the line */
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "len")),
			 (json_int_t)len + 9);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "fds")), 1);
	json_decref(answer);
	json_decref(request);
	free(text);
}
END_TEST

START_TEST(an_answer_in_pieces_is_one)
{
	json_t *answer;

	serve("{\"ok\":true,\"a\":\"b\",\"len\":%zu,\"fds\":%u}\n", "");
	answer = ask(10000, -1);
	ck_assert_msg(answer != NULL, "%s", why);
	ck_assert(json_is_true(json_object_get(answer, "ok")));
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "fds")), 0);
	json_decref(answer);
}
END_TEST

START_TEST(what_makes_no_sense_is_no_answer)
{
	serve("yes\n", "");
	ck_assert_ptr_null(ask(10000, -1));
	ck_assert_str_eq(why, "bailiffd's answer makes no sense");
}
END_TEST

START_TEST(half_a_line_is_no_answer)
{
	serve("{\"ok\":true}", "");
	ck_assert_ptr_null(ask(10000, -1));
}
END_TEST

START_TEST(nobody_there_is_told)
{
	char path[128];

	ck_assert_ptr_null(ask(1000, -1));
	ck_assert_ptr_nonnull(
		strstr(why, CONTROL_SOCKET ": it is not running"));
	/* and one that was left behind */
	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, dir);
	close(listen_unix(path, 0600));
	why[0] = '\0';
	ck_assert_ptr_null(ask(1000, -1));
	ck_assert_ptr_nonnull(
		strstr(why, CONTROL_SOCKET ": it is not running"));
}
END_TEST

START_TEST(who_still_loads_is_asked_again)
{
	json_t *answer;

	serve("{\"retry\":true}\n", "{\"ok\":true}\n");
	answer = ask(20000, -1);
	ck_assert_msg(answer != NULL, "%s", why);
	ck_assert(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
}
END_TEST

START_TEST(patience_ends_with_the_last_answer)
{
	struct timespec before, after;
	json_t *answer;

	serve("{\"retry\":true}\n", "{\"retry\":true}\n");
	clock_gettime(CLOCK_MONOTONIC, &before);
	answer = ask(2000, -1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_le(after.tv_sec - before.tv_sec, 10);
	/* on a busy machine the last one may have come too late */
	if (answer)
		ck_assert(json_is_true(json_object_get(answer, "retry")));
	json_decref(answer);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client");
	TCase *tcase = tcase_create("client");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
		       a_long_request_arrives_whole_and_its_descriptor_once);
	tcase_add_test(tcase, an_answer_in_pieces_is_one);
	tcase_add_test(tcase, what_makes_no_sense_is_no_answer);
	tcase_add_test(tcase, half_a_line_is_no_answer);
	tcase_add_test(tcase, nobody_there_is_told);
	tcase_add_test(tcase, who_still_loads_is_asked_again);
	tcase_add_test(tcase, patience_ends_with_the_last_answer);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
