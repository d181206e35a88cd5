// SPDX-License-Identifier: GPL-2.0-only
/*
 * privileged_test.c - what the parent does not take a worker's word for
 *
 * The test is the worker. A parent that is told what no worker says ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/images.h"
#include "daemon/privileged.h"
#include "daemon/proto.h"
#include "daemon/sdnotify.h"
#include "tests/lib/daemon_fixture.h"

static struct proto_message message;
static int sock = -1;

/* A parent, with this process in the place of its worker. */
static void start_parent(void)
{
	int socks[2];

	ck_assert_int_eq(proto_pair(socks), 0);
	fixture.pid = fork();
	if (!fixture.pid) {
		struct sdnotify notify = { .fd = -1 };
		pid_t worker = fork();

		/* the one whose end it awaits */
		if (!worker)
			_exit(0);
		close(socks[0]);
		_exit(privileged_run(&fixture.options, socks[1], worker, -1,
				     &notify) ?
			      1 :
			      0);
	}
	close(socks[1]);
	sock = socks[0];
}

static void send_it(uint32_t type, int fd)
{
	message.type = type;
	message.serial = 7;
	message.fd = fd;
	ck_assert_int_eq(proto_send(sock, &message), 0);
}

/* Return: what it answers; -EPIPE: it ended. */
static int answered(void)
{
	int err = proto_receive(sock, PROTO_FROM_PARENT, &message);

	if (!err && message.fd >= 0)
		close(message.fd);
	return err;
}

/* It ends by itself; its end is what the test is about. */
static void has_ended(void)
{
	int status;

	ck_assert_int_eq(answered(), -EPIPE);
	close(sock);
	ck_assert_int_eq(waitpid(fixture.pid, &status, 0), fixture.pid);
	ck_assert(WIFEXITED(status));
	fixture.pid = 0;
}

static void stop(void)
{
	close(sock);
	kill(fixture.pid, SIGKILL);
	waitpid(fixture.pid, NULL, 0);
	fixture.pid = 0;
}

static void fill_bind(void)
{
	memset(&message.u.bind, 0, sizeof(message.u.bind));
	message.u.bind.hook = 1;
	message.u.bind.pid = getpid();
	strcpy(message.u.bind.policies, "one");
	strcpy(message.u.bind.label, "web");
}

START_TEST(who_asks_is_shown_by_a_socket)
{
	int client[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
	start_parent();
	fill_bind();
	send_it(PROTO_BIND, client[0]);
	ck_assert_int_eq(answered(), 0);
	ck_assert_uint_eq(message.type, PROTO_DONE);
	fill_bind();
	send_it(PROTO_BIND, null);
	has_ended();
	close(null);
	close(client[0]);
	close(client[1]);
}
END_TEST

START_TEST(without_a_descriptor_nothing_is_bound)
{
	start_parent();
	fill_bind();
	send_it(PROTO_BIND, -1);
	has_ended();
}
END_TEST

static void compile_template(void)
{
	fixture_write_file("web.yaml",
			   "bailiff: 1\npolicy: web-${unit.instance}"
			   "\nexec:\n  - allow: "
			   "/usr/${unit.instance}\n");
	memset(&message.u.compile, 0, sizeof(message.u.compile));
	strcpy(message.u.compile.file, "web.yaml");
	send_it(PROTO_COMPILE, -1);
	ck_assert_int_eq(answered(), 0);
	ck_assert_int_eq(message.u.compiled.err, 0);
	ck_assert_uint_eq(message.u.compiled.at_bind, IMAGES_UNIT);
}

static void load(void)
{
	char digest[COMPILE_DIGEST_HEX];

	strcpy(digest, message.u.compiled.digest);
	memset(&message.u.digest, 0, sizeof(message.u.digest));
	strcpy(message.u.digest.digest, digest);
	send_it(PROTO_LOAD, -1);
}

START_TEST(a_template_is_not_loaded)
{
	start_parent();
	compile_template();
	load();
	has_ended();
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
}
END_TEST

START_TEST(what_is_made_of_it_is)
{
	start_parent();
	compile_template();
	memset(&message.u.build, 0, sizeof(message.u.build));
	strcpy(message.u.build.file, "web.yaml");
	strcpy(message.u.build.unit, "8080");
	send_it(PROTO_BUILD, -1);
	ck_assert_int_eq(answered(), 0);
	ck_assert_int_eq(message.u.compiled.err, 0);
	load();
	ck_assert_int_eq(answered(), 0);
	ck_assert_int_eq(message.u.done.err, 0);
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "web-8080"));
	stop();
}
END_TEST

START_TEST(a_root_that_is_not_there_is_an_error)
{
	start_parent();
	compile_template();
	memset(&message.u.build, 0, sizeof(message.u.build));
	strcpy(message.u.build.file, "web.yaml");
	strcpy(message.u.build.unit, "8080");
	send_it(PROTO_BUILD, -1);
	ck_assert_int_eq(answered(), 0);
	load();
	ck_assert_int_eq(answered(), 0);
	memset(&message.u.reach, 0, sizeof(message.u.reach));
	strcpy(message.u.reach.policy, "web-8080");
	strcpy(message.u.reach.root, "/nonexistent");
	send_it(PROTO_REACH, -1);
	ck_assert_int_eq(answered(), 0);
	ck_assert_int_eq(message.u.done.err, -ENOENT);
	strcpy(message.u.reach.policy, "web-8080");
	strcpy(message.u.reach.root, fixture.dir);
	send_it(PROTO_REACH, -1);
	ck_assert_int_eq(answered(), 0);
	ck_assert_uint_eq(message.type, PROTO_REACHED);
	stop();
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, who_asks_is_shown_by_a_socket);
	tcase_add_test(tcase, without_a_descriptor_nothing_is_bound);
	tcase_add_test(tcase, a_template_is_not_loaded);
	tcase_add_test(tcase, what_is_made_of_it_is);
	tcase_add_test(tcase, a_root_that_is_not_there_is_an_error);
}

int main(void)
{
	return fixture_run("privileged", add_tests);
}
