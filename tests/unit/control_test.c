// SPDX-License-Identifier: GPL-2.0-only
/* control_test.c - clients of the control socket, most of them unwelcome */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/passing.h"
#include "daemon/start.h"
#include "tests/lib/daemon_fixture.h"

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

	fixture_start();
	ck_assert_ptr_nonnull(
		strstr(fixture_exchange(garbage[_i], strlen(garbage[_i])),
		       "\"ok\":false"));
	ck_assert(fixture_is_ready());
}
END_TEST

START_TEST(an_endless_line_is_cut_off)
{
	static char line[100000];

	memset(line, 'a', sizeof(line));
	fixture_start();
	ck_assert_ptr_nonnull(
		strstr(fixture_exchange(line, sizeof(line)), "too long"));
	ck_assert(fixture_is_ready());
}
END_TEST

START_TEST(a_silent_client_does_not_hinder_others)
{
	int fds[100];
	size_t i;

	fixture_start();
	for (i = 0; i < 100; i++)
		fds[i] = fixture_connect_socket();
	ck_assert(fixture_is_ready());
	for (i = 0; i < 100; i++)
		close(fds[i]);
}
END_TEST

/* In a child that is not root: fill every place there is for such clients. */
static int crowd(void)
{
	char said[512] = "";
	int fd = -1;
	size_t i;

	if (setresuid(65534, 65534, 65534))
		return 2;
	for (i = 0; i < 100; i++)
		fd = fixture_connect_socket();
	/* the last one was turned away; no answer would come but for that */
	(void)!recv(fd, said, sizeof(said) - 1, 0);
	return strstr(said, "\"error\":\"this user has as many") ? 0 : 1;
}

START_TEST(a_crowd_cannot_keep_root_out)
{
	int status;
	pid_t pid;

	fixture_start();
	pid = fork();
	if (!pid) {
		alarm(4); /* before the first ones are dropped as silent */
		_exit(crowd());
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert(fixture_is_ready());
}
END_TEST

START_TEST(others_than_root_may_only_ask_for_the_status)
{
	int status;
	pid_t pid;

	fixture_start();
	pid = fork();
	if (!pid) {
		bool right;

		if (setresuid(65534, 65534, 65534))
			_exit(2);
		right = strstr(fixture_exchange("{\"cmd\":\"status\"}\n", 17),
			       "\"ok\":true") &&
			strstr(fixture_exchange("{\"cmd\":\"policies\"}\n", 19),
			       "only root") &&
			strstr(fixture_exchange("{\"cmd\":\"reload\"}\n", 17),
			       "only root");
		_exit(right ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* It says half of what it wants; others are served, and it is dropped. */
START_TEST(a_client_that_stalls_is_dropped)
{
	char byte;
	int fd;

	fixture_start();
	fd = fixture_connect_socket();
	ck_assert_int_eq(send(fd, "{\"cmd\":", 7, MSG_NOSIGNAL), 7);
	ck_assert(fixture_is_ready());
	/* end of file, after CONTROL_SECONDS */
	ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
	close(fd);
}
END_TEST

/* It asks again and again and takes no answer. */
START_TEST(a_client_that_does_not_listen_is_dropped)
{
	static const char request[] = "{\"cmd\":\"status\"}\n";
	int fd, tries = 2000000;

	fixture_start();
	fd = fixture_connect_socket();
	while (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0 &&
	       --tries)
		;
	ck_assert(errno == EPIPE || errno == ECONNRESET);
	ck_assert_int_gt(tries, 0);
	ck_assert(fixture_is_ready());
	close(fd);
}
END_TEST

#define CROWD 10000

/*
 * In a child: so many connections that stay open, as far as the daemon lets
 * them. Those for which there is no place are closed by it, which is seen when
 * they are asked.
 */
static int many_clients(void)
{
	static int fds[CROWD];
	struct rlimit limit = { CROWD + 64, CROWD + 64 };
	unsigned int i, num_kept = 0;
	char byte;

	if (setrlimit(RLIMIT_NOFILE, &limit) || setresuid(65534, 65534, 65534))
		return 2;
	for (i = 0; i < CROWD; i++)
		fds[i] = fixture_connect_socket();
	for (i = 0; i < CROWD; i++)
		if (recv(fds[i], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
			num_kept++;
	/* the last ones may still be in the queue */
	return num_kept <= CONTROL_MAX_OF_ONE + 256 ? 0 : 1;
}

START_TEST(ten_thousand_clients_do_not_hinder_root)
{
	json_t *answer;
	int status;
	pid_t pid;

	fixture_start();
	pid = fork();
	if (!pid)
		_exit(many_clients());
	while (!waitpid(pid, &status, WNOHANG)) {
		ck_assert(fixture_is_ready());
		fixture_nap();
	}
	ck_assert_int_eq(status, 0);
	answer = fixture_ask("status");
	ck_assert(json_is_true(json_object_get(answer, "ok")));
	ck_assert_int_ge(json_integer_value(json_object_get(
				 answer, "clients_turned_away")),
			 CROWD - CONTROL_MAX_OTHERS * 100);
	json_decref(answer);
}
END_TEST

/* ---- something is where the socket should be ---- */

static const char *socket_path(void)
{
	static char path[PATH_MAX];

	mkdir(fixture.run_dir, 0755);
	snprintf(path, sizeof(path), "%.4000s/control.sock", fixture.run_dir);
	return path;
}

/* Start a daemon that must not come up. Return: its exit status and words. */
static const char *start_in_vain(void)
{
	struct start start = { .options = &fixture.options };
	static char said[2 * PATH_MAX];
	FILE *errors = tmpfile();
	int status;
	size_t len;
	pid_t pid;

	ck_assert_ptr_nonnull(errors);
	pid = fork();
	if (!pid) {
		dup2(fileno(errors), STDERR_FILENO);
		_exit(start_open(&start));
	}
	waitpid(pid, &status, 0);
	snprintf(said, sizeof(said), "%d ", WEXITSTATUS(status));
	len = strlen(said);
	rewind(errors);
	said[len + fread(said + len, 1, sizeof(said) - len - 1, errors)] = '\0';
	fclose(errors);
	return said;
}

static void in_vain(const char *why)
{
	char right[2 * PATH_MAX];

	snprintf(right, sizeof(right), "%d bailiffd: %s: %s\n", EXIT_LACKS,
		 socket_path(), why);
	ck_assert_str_eq(start_in_vain(), right);
}

#define NO_SOCKET "something that is no socket is in its place: move it away"

START_TEST(a_file_in_the_sockets_place_is_kept)
{
	FILE *file = fopen(socket_path(), "w");

	char kept[32] = "";

	fputs("precious", file);
	fclose(file);
	in_vain(NO_SOCKET);
	file = fopen(socket_path(), "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(kept, sizeof(kept), file));
	fclose(file);
	ck_assert_str_eq(kept, "precious");
}
END_TEST

START_TEST(a_directory_in_the_sockets_place_is_kept)
{
	ck_assert_int_eq(mkdir(socket_path(), 0755), 0);
	in_vain(NO_SOCKET);
	ck_assert_int_eq(rmdir(socket_path()), 0);
}
END_TEST

static int foreign_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, socket_path());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	return fd;
}

START_TEST(a_socket_that_somebody_listens_on_is_not_taken_away)
{
	int fd = foreign_socket();
	struct stat before, after;

	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(stat(socket_path(), &before), 0);
	in_vain("another program listens there");
	/* it is still his */
	ck_assert_int_eq(stat(socket_path(), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	close(fd);
}
END_TEST

START_TEST(a_socket_that_was_left_behind_makes_room)
{
	close(foreign_socket());
	fixture_start();
}
END_TEST

/* ---- what comes along with a request ---- */

static struct stat got; /* st_ino 0: nothing came */

static json_t *look_at_place(void *arg, const struct control_client *client,
			     const json_t *request)
{
	int *num = arg;

	(void)request;
	memset(&got, 0, sizeof(got));
	if (client->place >= 0)
		ck_assert_int_eq(fstat(client->place, &got), 0);
	++*num;
	return json_pack("{s:b}", "ok", 1);
}

/* A line, with so many descriptors, as user. */
static int ask_with(int fd, size_t num, uid_t user)
{
	static char line[] = "{\"cmd\":\"status\"}\n";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct iovec part = { line, sizeof(line) - 1 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	int sock = socket(AF_UNIX, SOCK_STREAM, 0), fds[2] = { fd, fd };
	union passing passing;

	strcpy(address.sun_path, socket_path());
	/* it is the one who connects that counts */
	ck_assert_int_eq(seteuid(user), 0);
	ck_assert_int_eq(
		connect(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(seteuid(0), 0);
	if (num)
		passing_put(&msg, &passing, fd);
	if (num > 1) {
		msg.msg_controllen = CMSG_SPACE(num * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(num * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, num * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(sock, &msg, 0), (ssize_t)part.iov_len);
	return sock;
}

static const struct {
	const char *what;
	int flags;
	size_t num;
	uid_t user;
	bool taken;
} passed[] = {
	{ "/tmp", O_PATH | O_DIRECTORY, 1, 0, true },
	{ "/tmp", O_PATH | O_DIRECTORY, 0, 0, false },
	/* what could be read, and what is too much */
	{ "/tmp", O_RDONLY | O_DIRECTORY, 1, 0, false },
	{ "/tmp", O_PATH | O_DIRECTORY, 2, 0, false },
	{ "/tmp", O_PATH | O_DIRECTORY, 1, 65534, false },
};

START_TEST(one_place_of_roots_is_taken_and_nothing_else)
{
	struct event_base *base = event_base_new();
	int listening = foreign_socket(), num = 0, fd, client, free_fd;
	struct control *control;
	struct stat is;

	/* the client does not wait for its answer */
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(chmod(socket_path(), 0666), 0);
	ck_assert_int_eq(chmod(fixture.dir, 0755), 0);
	ck_assert_int_eq(listen(listening, 1), 0);
	control = control_create(base, listening, look_at_place, &num);
	fd = open(passed[_i].what, passed[_i].flags | O_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &is), 0);
	client = ask_with(fd, passed[_i].num, passed[_i].user);
	free_fd = dup(fd);
	close(free_fd);
	while (!num)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_uint_eq(got.st_ino, passed[_i].taken ? is.st_ino : 0);
	/* with the client it goes */
	close(client);
	while (control_counts(control).now)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_eq(dup(fd), client < free_fd ? client : free_fd);
	control_free(control);
	event_base_free(base);
}
END_TEST

/* ---- who takes how many places ---- */

static struct event_base *crowd_base;

/* As uid. Return: what it is told at once, "" nothing; it stays connected. */
static const char *come_as(uid_t uid)
{
	static char said[512];
	int fd;

	memset(said, 0, sizeof(said));
	ck_assert_int_eq(seteuid(uid), 0);
	fd = fixture_connect_socket();
	ck_assert_int_eq(seteuid(0), 0);
	event_base_loop(crowd_base, EVLOOP_NONBLOCK);
	(void)!recv(fd, said, sizeof(said) - 1, MSG_DONTWAIT);
	return said;
}

#define REFUSED "{\"ok\":false,\"retry\":true,\"error\":\""

START_TEST(no_user_takes_the_places_of_others)
{
	int listening = foreign_socket(), num = 0;
	struct control *control;
	uid_t uid;

	ck_assert_int_eq(chmod(socket_path(), 0666), 0);
	ck_assert_int_eq(chmod(fixture.dir, 0755), 0);
	ck_assert_int_eq(listen(listening, 8), 0);
	fcntl(listening, F_SETFL, O_NONBLOCK);
	crowd_base = event_base_new();
	control = control_create(crowd_base, listening, look_at_place, &num);
	for (uid = 1000; uid < 1000 + CONTROL_MAX_OTHERS / CONTROL_MAX_OF_ONE;
	     uid++) {
		for (num = 0; num < CONTROL_MAX_OF_ONE; num++)
			ck_assert_str_eq(come_as(uid), "");
		ck_assert_str_eq(come_as(uid),
				 REFUSED "this user has as many connections to "
					 "bailiffd as one user may have\"}\n");
	}
	/* all of them together, and who has none yet */
	ck_assert_str_eq(come_as(2000),
			 REFUSED "bailiffd has as many connections of users as "
				 "it takes\"}\n");
	/* root is not counted among them */
	for (num = 0; num < CONTROL_MAX_OF_ONE + 1; num++)
		ck_assert_str_eq(come_as(0), "");
	ck_assert_uint_eq(control_counts(control).turned_away,
			  CONTROL_MAX_OTHERS / CONTROL_MAX_OF_ONE + 1);
	control_free(control);
	event_base_free(crowd_base);
}
END_TEST

static void add(TCase *tcase)
{
	tcase_add_test(tcase, no_user_takes_the_places_of_others);
	tcase_add_loop_test(tcase, one_place_of_roots_is_taken_and_nothing_else,
			    0, (int)(sizeof(passed) / sizeof(passed[0])));
	tcase_add_loop_test(tcase, garbage_is_refused_and_served_no_more, 0, 9);
	tcase_add_test(tcase, an_endless_line_is_cut_off);
	tcase_add_test(tcase, a_silent_client_does_not_hinder_others);
	tcase_add_test(tcase, a_crowd_cannot_keep_root_out);
	tcase_add_test(tcase, others_than_root_may_only_ask_for_the_status);
	tcase_add_test(tcase, a_client_that_stalls_is_dropped);
	tcase_add_test(tcase, a_client_that_does_not_listen_is_dropped);
	tcase_add_test(tcase, ten_thousand_clients_do_not_hinder_root);
	tcase_add_test(tcase, a_file_in_the_sockets_place_is_kept);
	tcase_add_test(tcase, a_directory_in_the_sockets_place_is_kept);
	tcase_add_test(tcase,
		       a_socket_that_somebody_listens_on_is_not_taken_away);
	tcase_add_test(tcase, a_socket_that_was_left_behind_makes_room);
}

int main(void)
{
	return fixture_run("control", add);
}
