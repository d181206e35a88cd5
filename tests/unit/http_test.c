// SPDX-License-Identifier: GPL-2.0-only
/* http_test.c - /metrics of a running daemon, and who asks otherwise */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/http.h"
#include "daemon/listen.h"
#include "tests/lib/daemon_fixture.h"
#include "tests/lib/promtext.h"

#define GET "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

static char where[PATH_MAX + 16];

static void start(void)
{
	snprintf(where, sizeof(where), "%.4000s/metrics.sock", fixture.dir);
	fixture.options.metrics = where;
	fixture_start();
}

static int connect_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", where);
	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Until the daemon closes; valid until the next call. */
static const char *read_answer(int fd)
{
	static char answer[1 << 20];
	size_t len = 0;
	ssize_t got;

	while ((got = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
		len += (size_t)got;
	answer[len] = '\0';
	close(fd);
	return answer;
}

static const char *ask(const char *request)
{
	int fd = connect_unix();

	/* one that is turned away sees that here or there */
	(void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
	return read_answer(fd);
}

static const char *body_of(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");

	ck_assert_ptr_nonnull(body);
	return body + 4;
}

/* Debian's own checker, where it is installed. */
static void check_with_promtool(const char *page)
{
	FILE *tool;

	if (system("command -v promtool > /dev/null")) {
		puts("no promtool here: promtext.c alone has read the page");
		return;
	}
	tool = popen("promtool check metrics", "w");
	ck_assert_ptr_nonnull(tool);
	fputs(page, tool);
	ck_assert_int_eq(pclose(tool), 0);
}

START_TEST(the_page_is_what_prometheus_reads)
{
	const char *answer, *page;

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_file("two.yaml", "bailiff: 2\n");
	start();
	fixture_put_record(1);
	fixture_put_record(2);
	wait_until(strstr(fixture_log_text(), "\"seq\":2,"));
	answer = ask(GET);
	ck_assert_msg(!strncmp(answer, "HTTP/1.1 200 OK\r\n", 17), "%s",
		      answer);
	ck_assert_ptr_nonnull(
		strstr(answer, "Content-Type: text/plain; version=0.0.4;"));
	page = body_of(answer);
	ck_assert_msg(!promtext_check(page), "%s", promtext_check(page));
	ck_assert(promtext_value(page, "bailiff_build_info{version=\"" //
				 BAILIFF_VERSION "\"}") == 1);
	ck_assert(promtext_value(page, "bailiff_ready") == 1);
	ck_assert(promtext_value(
			  page, "bailiff_policy_files{state=\"active\"}") == 1);
	ck_assert(promtext_value(page,
				 "bailiff_policy_files{state=\"error\"}") == 1);
	ck_assert(promtext_value(page,
				 "bailiff_records_total{policy=\"\",class="
				 "\"files\",reason=\"none\",rule=\"0\","
				 "outcome=\"denied\"}") == 2);
	ck_assert(promtext_value(page, "bailiff_decisions_denied_total") == 11);
	ck_assert(promtext_value(page,
				 "bailiff_rule_hits_total{policy=\"one\",rule="
				 "\"1\",kind=\"deny\",where=\"a b.yaml:7\"}") ==
		  3);
	check_with_promtool(page);
}
END_TEST

START_TEST(the_stated_length_is_the_length)
{
	const char *answer, *length;

	start();
	answer = ask(GET);
	length = strstr(answer, "Content-Length: ");
	ck_assert_ptr_nonnull(length);
	ck_assert_uint_eq(strtoul(length + 16, NULL, 10),
			  strlen(body_of(answer)));
}
END_TEST

START_TEST(other_requests_are_refused)
{
	static const struct {
		const char *request;
		const char *answer;
	} others[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 " },
		{ "GET /metrics/ HTTP/1.0\r\n\r\n", "HTTP/1.1 404 " },
		{ "GET /metrics?x=1 HTTP/1.0\n\n", "HTTP/1.1 200 " },
		{ "POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 " },
		{ "GET /metrics\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET /metrics SPDY/3\r\n\r\n", "HTTP/1.1 400 " },
		{ "\r\n\r\n", "HTTP/1.1 400 " },
		{ "\x16\x03\x01\r\n\r\n", "HTTP/1.1 400 " },
	};
	const char *answer;

	start();
	answer = ask(others[_i].request);
	ck_assert_msg(!strncmp(answer, others[_i].answer,
			       strlen(others[_i].answer)),
		      "%s", answer);
}
END_TEST

START_TEST(a_head_has_no_body)
{
	start();
	ck_assert_str_eq(body_of(ask("HEAD /metrics HTTP/1.1\r\n\r\n")), "");
}
END_TEST

START_TEST(an_endless_request_is_cut_off)
{
	static char request[HTTP_MAX_REQUEST + 1];

	memset(request, 'a', sizeof(request) - 1);
	start();
	ck_assert_ptr_nonnull(strstr(ask(request), "HTTP/1.1 431 "));
}
END_TEST

START_TEST(a_kernel_that_cannot_be_read_is_an_error)
{
	const char *answer;

	fixture.kernel->no_status = true;
	start();
	answer = ask(GET);
	ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 503 "));
	ck_assert_ptr_nonnull(strstr(answer, "cannot be read"));
}
END_TEST

/* Connections that ask nothing take the places there are, and no more. */
START_TEST(a_crowd_is_turned_away_and_goes)
{
	int fds[4 * HTTP_MAX_CLIENTS];
	size_t i;

	start();
	for (i = 0; i < 4 * HTTP_MAX_CLIENTS; i++)
		fds[i] = connect_unix();
	ck_assert(fixture_is_ready());
	ck_assert_str_eq(ask(GET), "");
	/* after HTTP_SECONDS the silent ones are gone */
	wait_until(strstr(ask(GET), "HTTP/1.1 200 "));
	for (i = 0; i < 4 * HTTP_MAX_CLIENTS; i++)
		close(fds[i]);
}
END_TEST

/* ---- where it can listen ---- */

START_TEST(only_places_of_this_machine_are_taken)
{
	static const char *const bad[] = {
		"",	      "0",
		"65536",      "x",
		"0.0.0.0:80", "192.0.2.1:80",
		"[::]:80",    "localhost:80",
		"metrics",    "127.0.0.1:http",
		"[::1]:0",    "127.0.0.1:",
	};

	ck_assert_int_eq(listen_at(bad[_i]), -EINVAL);
}
END_TEST

START_TEST(a_port_answers_on_the_loopback_only)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	char port[32];
	int fd, taken;

	/* a free one: bind to 0 to learn its number */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	snprintf(port, sizeof(port), "127.0.0.1:%u", ntohs(address.sin_port));
	fd = listen_at(port);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	ck_assert_uint_eq(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
	taken = listen_at(port);
	ck_assert_int_eq(taken, -EADDRINUSE);
	close(fd);
	fixture.options.metrics = port;
	fixture_start();
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(send(fd, GET, sizeof(GET) - 1, MSG_NOSIGNAL),
			 sizeof(GET) - 1);
	ck_assert_ptr_nonnull(strstr(read_answer(fd), "bailiff_ready 1\n"));
}
END_TEST

static void add(TCase *tcase)
{
	tcase_add_test(tcase, the_page_is_what_prometheus_reads);
	tcase_add_test(tcase, the_stated_length_is_the_length);
	tcase_add_loop_test(tcase, other_requests_are_refused, 0, 9);
	tcase_add_test(tcase, a_head_has_no_body);
	tcase_add_test(tcase, an_endless_request_is_cut_off);
	tcase_add_test(tcase, a_kernel_that_cannot_be_read_is_an_error);
	tcase_add_test(tcase, a_crowd_is_turned_away_and_goes);
	tcase_add_loop_test(tcase, only_places_of_this_machine_are_taken, 0,
			    12);
	tcase_add_test(tcase, a_port_answers_on_the_loopback_only);
}

int main(void)
{
	return fixture_run("http", add);
}
