// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "client.h"
#include "passing.h"
#include "text.h"

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

#define RETRY_MS 100 /* while the daemon loads its policies */

static int open_socket(unsigned int ms, const char *run_dir, char *why,
		       size_t size)
{
	struct timeval patience = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path),
			     "%s/%s", run_dir,
			     CONTROL_SOCKET) >= sizeof(address.sun_path)) {
		snprintf(why, size, "%s: path too long", run_dir);
		return -1;
	}
	/* connect waits while the daemon's backlog is full */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		       sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		snprintf(why, size, "bailiffd does not answer at %s: %s",
			 address.sun_path,
			 errno == ECONNREFUSED || errno == ENOENT ?
				 "it is not running" :
				 strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Wait for events until the deadline. */
static bool wait_fd(int fd, short events, long long deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	long long left = deadline - now_ms();

	return left > 0 && poll(&poll_fd, 1, (int)left) == 1;
}

/* passed goes with the first bytes; -1: nothing does. */
static bool send_line(int fd, const char *line, int passed, long long deadline)
{
	size_t len = strlen(line);
	union passing passing;
	ssize_t sent;

	while (len) {
		struct iovec part = { (char *)line, len };
		struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

		if (!wait_fd(fd, POLLOUT, deadline))
			return false;
		passing_put(&msg, &passing, passed);
		sent = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			return false;
		if (sent > 0) {
			passed = -1;
			line += sent;
			len -= (size_t)sent;
		}
	}
	return true;
}

static bool receive_line(int fd, struct text *text, long long deadline)
{
	char chunk[65536];
	ssize_t len;

	for (;;) {
		if (!wait_fd(fd, POLLIN, deadline))
			return false;
		len = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			continue;
		if (len <= 0)
			return false;
		text_add_bytes(text, chunk, (size_t)len);
		if (memchr(chunk, '\n', (size_t)len))
			return !text->cut;
	}
}

static json_t *ask_within(unsigned int ms, const char *run_dir,
			  const json_t *request, int passed, char *why,
			  size_t size)
{
	long long deadline = now_ms() + ms;
	struct text text = {};
	json_t *answer = NULL;
	char *line;
	int fd;

	fd = open_socket(ms, run_dir, why, size);
	if (fd < 0)
		return NULL;
	line = json_dumps(request, JSON_COMPACT);
	if (line) {
		text_printf(&text, "%s\n", line);
		free(line);
	}
	snprintf(why, size, "bailiffd gave no answer within %u s",
		 (ms + 999) / 1000);
	/* who is turned away is told so, and may come too late with his line */
	(void)send_line(fd, text_string(&text), passed, deadline);
	text_reset(&text);
	if (receive_line(fd, &text, deadline))
		answer = json_loads(text_string(&text), 0, NULL);
	if (text.len && !answer)
		snprintf(why, size, "bailiffd's answer makes no sense");
	text_free(&text);
	close(fd);
	return answer;
}

struct json_t *client_ask(const char *run_dir, const struct json_t *request,
			  char *why, size_t size)
{
	return ask_within(CLIENT_TIMEOUT_MS, run_dir, request, -1, why, size);
}

struct json_t *client_ask_patiently(unsigned int ms, const char *run_dir,
				    const struct json_t *request, int fd,
				    char *why, size_t size)
{
	struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
	long long deadline = now_ms() + ms, left = ms;
	json_t *answer;

	for (;;) {
		answer = ask_within((unsigned int)left, run_dir, request, fd,
				    why, size);
		if (!answer || !json_is_true(json_object_get(answer, "retry")))
			return answer;
		left = deadline - now_ms() - RETRY_MS;
		if (left <= 0)
			return answer;
		json_decref(answer);
		nanosleep(&pause, NULL);
	}
}
