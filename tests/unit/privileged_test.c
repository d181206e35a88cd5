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
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/images.h"
#include "daemon/privileged.h"
#include "daemon/proto.h"
#include "daemon/sdnotify.h"
#include "tests/lib/daemon_fixture.h"

#define NOBODYS_PID 0x7fffffff

static struct proto_message message;
static int sock = -1;
static int listener = -1; /* at the control socket's path */

static struct sockaddr_un address_of(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)mkdir(fixture.run_dir, 0755);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.60s/%s",
		 fixture.run_dir, name);
	return address;
}

static int listen_as(const char *name, int type)
{
	struct sockaddr_un address = address_of(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	(void)unlink(address.sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

static int connect_to(const char *name, int type)
{
	struct sockaddr_un address = address_of(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The next one; who is connected there is what the kernel says. */
static int accept_from(int from, pid_t *peer)
{
	int fd = accept4(from, NULL, NULL, SOCK_CLOEXEC);
	struct ucred cred;
	socklen_t len = sizeof(cred);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len),
			 0);
	*peer = cred.pid;
	return fd;
}

/*
 * A parent, with this process in the place of its worker. Itself and the worker
 * that it knows of ask at the control socket, if there is one.
 */
static void start_parent(void)
{
	int socks[2];

	ck_assert_int_eq(proto_pair(socks), 0);
	fixture.pid = fork();
	if (!fixture.pid) {
		struct sdnotify notify = { .fd = -1 };
		pid_t worker;

		if (listener >= 0)
			(void)connect_to(CONTROL_SOCKET, SOCK_STREAM);
		worker = fork();
		/* the one whose end it awaits */
		if (!worker && listener >= 0)
			(void)connect_to(CONTROL_SOCKET, SOCK_STREAM);
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

/* Whoever asks, the parent looks for the container's process next. */
static void is_taken(int fd)
{
	fill_bind();
	message.u.bind.pid = NOBODYS_PID;
	send_it(PROTO_BIND, fd);
	ck_assert_int_eq(answered(), 0);
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -ESRCH);
}

START_TEST(who_asks_is_shown_by_a_socket)
{
	pid_t peer, ended;
	int status, fd;

	listener = listen_as(CONTROL_SOCKET, SOCK_STREAM);
	connect_to(CONTROL_SOCKET, SOCK_STREAM);
	start_parent();
	is_taken(accept_from(listener, &peer));
	ck_assert_int_eq(peer, getpid());
	stop();
	/* and by that of one who has ended */
	ended = fork();
	if (!ended) {
		connect_to(CONTROL_SOCKET, SOCK_STREAM);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(ended, &status, 0), ended);
	ck_assert_int_eq(status, 0);
	start_parent();
	do {
		fd = accept_from(listener, &peer);
	} while (peer != ended);
	is_taken(fd);
	stop();
}
END_TEST

enum socket_of {
	THE_LINK,
	THE_LISTENER,
	A_PAIR,
	ANOTHER_PATH,
	ANOTHER_TYPE,
	THE_PARENT,
	THE_WORKER,
	NO_SOCKET,
	NUM_SOCKETS,
};

static int listen_anew(const char *name, int type)
{
	int fd = listen_as(name, type);
	pid_t peer;

	connect_to(name, type);
	fd = accept_from(fd, &peer);
	ck_assert_int_eq(peer, getpid());
	return fd;
}

/* What a worker has or could come by, and is no client of it. */
static int make_socket(enum socket_of which, int of_parent, int of_worker)
{
	int pair[2];

	switch (which) {
	case THE_LINK:
		return sock;
	case THE_LISTENER:
		return listener;
	case A_PAIR:
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		return pair[0];
	case ANOTHER_PATH:
		return listen_anew("metrics.sock", SOCK_STREAM);
	case ANOTHER_TYPE:
		return listen_anew(CONTROL_SOCKET, SOCK_SEQPACKET);
	case THE_PARENT:
		return of_parent;
	case THE_WORKER:
		return of_worker;
	default:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
}

START_TEST(no_other_socket_shows_who_asks)
{
	int of_parent, of_worker;
	pid_t parent, worker;

	listener = listen_as(CONTROL_SOCKET, SOCK_STREAM);
	start_parent();
	of_parent = accept_from(listener, &parent);
	of_worker = accept_from(listener, &worker);
	ck_assert_int_eq(parent, fixture.pid);
	ck_assert_int_ne(worker, getpid());
	fill_bind();
	message.u.bind.pid = NOBODYS_PID;
	send_it(PROTO_BIND,
		make_socket((enum socket_of)_i, of_parent, of_worker));
	has_ended();
}
END_TEST

START_TEST(a_service_is_bound_for_a_process_of_its_own)
{
	pid_t peer;
	int fd;

	listener = listen_as(CONTROL_SOCKET, SOCK_STREAM);
	connect_to(CONTROL_SOCKET, SOCK_STREAM);
	start_parent();
	fd = accept_from(listener, &peer);
	fill_bind();
	message.u.bind.service = 1;
	send_it(PROTO_BIND, fd);
	ck_assert_int_eq(answered(), 0);
	ck_assert_uint_eq(message.type, PROTO_DONE);
	/* at the latest as the parent is in the same */
	ck_assert_int_ne(message.u.done.err, 0);
	fill_bind();
	message.u.bind.service = 1;
	message.u.bind.pid = getppid();
	send_it(PROTO_BIND, fd);
	has_ended();
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
	int place;

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
	/* unless it comes along */
	strcpy(message.u.reach.policy, "web-8080");
	strcpy(message.u.reach.root, "/nonexistent");
	place = open(fixture.dir, O_PATH | O_CLOEXEC);
	send_it(PROTO_REACH, place);
	close(place);
	ck_assert_int_eq(answered(), 0);
	ck_assert_uint_eq(message.type, PROTO_REACHED);
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
	tcase_add_loop_test(tcase, no_other_socket_shows_who_asks, 0,
			    NUM_SOCKETS);
	tcase_add_test(tcase, a_service_is_bound_for_a_process_of_its_own);
	tcase_add_test(tcase, without_a_descriptor_nothing_is_bound);
	tcase_add_test(tcase, a_template_is_not_loaded);
	tcase_add_test(tcase, what_is_made_of_it_is);
	tcase_add_test(tcase, a_root_that_is_not_there_is_an_error);
}

int main(void)
{
	return fixture_run("privileged", add_tests);
}
