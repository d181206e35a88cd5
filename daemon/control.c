// SPDX-License-Identifier: GPL-2.0-only
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "passing.h"

struct client {
	struct client *next;
	struct control *control;
	struct control_client who;
	struct bufferevent *io;
	struct event *first; /* root's first bytes are there; or NULL */
	bool waiting; /* for a late answer */
	bool closing; /* once the answer is out */
};

struct control {
	struct event_base *base;
	int fd;
	struct event *acceptable;
	control_handler *handler;
	void *arg;
	uint64_t last_id;
	unsigned int num_clients;
	unsigned int num_others; /* of those, not root's */
	uint64_t turned_away;
	struct client *clients;
};

json_t *control_refusal(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static void drop(struct client *client)
{
	struct control *control = client->control;
	struct client **at = &control->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	control->num_clients--;
	if (client->who.uid)
		control->num_others--;
	bufferevent_free(client->io);
	if (client->first)
		event_free(client->first);
	if (client->who.place >= 0)
		close(client->who.place);
	free(client);
}

/* Takes over answer, which is NULL without memory. */
static void send_answer(struct client *client, json_t *answer)
{
	struct timeval patience = { CONTROL_SECONDS, 0 };
	char *line = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(answer);
	if (!line) {
		line = strdup("{\"ok\":false,\"error\":\"an internal error\"}");
		client->closing = true;
	}
	client->waiting = false;
	bufferevent_set_timeouts(client->io, &patience, &patience);
	evbuffer_add_printf(bufferevent_get_output(client->io), "%s\n",
			    line ? line : "");
	free(line);
}

static void take_line(struct client *client, const char *line, size_t len)
{
	struct control *control = client->control;
	json_t *request = json_loadb(line, len, 0, NULL), *answer;

	if (!json_is_object(request)) {
		answer = control_refusal("a request is one line of JSON, an "
					 "object with the member cmd");
		client->closing = true;
	} else {
		client->waiting = true;
		answer = control->handler(control->arg, &client->who, request);
	}
	if (answer)
		send_answer(client, answer);
	else /* what the kernel is asked takes as long as it takes */
		bufferevent_set_timeouts(client->io, NULL, NULL);
	json_decref(request);
}

/* Who takes no answer is asked for no more: answers must not pile up. */
static bool is_free(const struct client *client)
{
	return !client->waiting && !client->closing &&
	       !evbuffer_get_length(bufferevent_get_output(client->io));
}

static void on_read(struct bufferevent *io, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(io);
	struct client *client = arg;
	size_t len;
	char *line;

	while (is_free(client)) {
		line = evbuffer_readln(input, &len, EVBUFFER_EOL_LF);
		if (!line)
			break;
		take_line(client, line, len);
		free(line);
	}
	if (is_free(client) && evbuffer_get_length(input) >= CONTROL_MAX_LINE) {
		client->closing = true;
		send_answer(client, control_refusal("the request is too long"));
	}
	if (client->closing) /* what else it says is of no interest */
		bufferevent_disable(io, EV_READ);
}

static void on_written(struct bufferevent *io, void *arg)
{
	struct client *client = arg;

	if (client->closing)
		drop(client);
	else /* what it asked meanwhile */
		on_read(io, client);
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	(void)io;
	(void)what; /* end of file, error or time-out: all the same to us */
	drop(arg);
}

static unsigned int count_of(const struct control *control, uid_t uid)
{
	const struct client *client;
	unsigned int num = 0;

	for (client = control->clients; client; client = client->next)
		num += client->who.uid == uid;
	return num;
}

/* Return: NULL, there is a place; or why there is none. */
static const char *find_no_place(const struct control *control, uid_t uid)
{
	if (control->num_clients >= CONTROL_MAX_CLIENTS)
		return "bailiffd has as many connections as it takes";
	if (!uid)
		return NULL;
	if (count_of(control, uid) >= CONTROL_MAX_OF_ONE)
		return "this user has as many connections to bailiffd as one "
		       "user may have";
	if (control->num_others >= CONTROL_MAX_OTHERS)
		return "bailiffd has as many connections of users as it takes";
	return NULL;
}

/* In what the socket takes at once: nobody is waited for. */
static void turn_away(struct control *control, int fd, const char *why)
{
	char line[256];
	int len = snprintf(line, sizeof(line),
			   "{\"ok\":false,\"retry\":true,\"error\":\"%s\"}\n",
			   why);

	control->turned_away++;
	(void)!send(fd, line, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/*
 * What comes along with the bytes that come first: reading them, as the rest of
 * this does, would lose it. Nothing can be read or written by a place.
 */
static int take_place(int sock)
{
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	union passing passing;
	bool bad;
	int fd;

	passing_expect(&msg, &passing);
	if (recvmsg(sock, &msg, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -1;
	fd = passing_take(&msg, &bad);
	if (fd >= 0 && !(fcntl(fd, F_GETFL) & O_PATH)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void on_first(int sock, short what, void *arg)
{
	struct client *client = arg;

	if (what & EV_TIMEOUT) {
		drop(client);
		return;
	}
	client->who.place = take_place(sock);
	bufferevent_enable(client->io, EV_READ | EV_WRITE);
}

/* Of others than root nothing is taken: they could fill our table. */
static int expect_first(struct client *client)
{
	struct timeval patience = { CONTROL_SECONDS, 0 };

	if (client->who.uid)
		return bufferevent_enable(client->io, EV_READ | EV_WRITE);
	client->first = event_new(client->control->base, client->who.fd,
				  EV_READ, on_first, client);
	return client->first ? event_add(client->first, &patience) : -1;
}

static void add_client(struct control *control, int fd, const struct ucred *who)
{
	struct timeval patience = { CONTROL_SECONDS, 0 };
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->io = bufferevent_socket_new(control->base, fd,
					    BEV_OPT_CLOSE_ON_FREE);
	if (!client->io) {
		close(fd);
		free(client);
		return;
	}
	client->control = control;
	client->who = (struct control_client){ .id = ++control->last_id,
					       .pid = who->pid,
					       .fd = fd,
					       .place = -1,
					       .uid = who->uid };
	client->next = control->clients;
	control->clients = client;
	control->num_clients++;
	if (who->uid)
		control->num_others++;
	bufferevent_setcb(client->io, on_read, on_written, on_event, client);
	bufferevent_setwatermark(client->io, EV_READ, 0, CONTROL_MAX_LINE);
	bufferevent_set_timeouts(client->io, &patience, &patience);
	if (expect_first(client))
		drop(client);
}

static void on_acceptable(int listening, short what, void *arg)
{
	struct control *control = arg;
	struct ucred who;
	socklen_t len = sizeof(who);
	const char *why = "bailiffd cannot tell who this is";
	int fd;

	(void)what;
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		why = find_no_place(control, who.uid);
	if (why)
		turn_away(control, fd, why);
	else
		add_client(control, fd, &who);
}

struct control_counts control_counts(const struct control *control)
{
	return (struct control_counts){ control->num_clients,
					control->turned_away };
}

void control_answer(struct control *control, uint64_t id, json_t *answer)
{
	struct client *client;

	for (client = control->clients; client; client = client->next) {
		if (client->who.id == id) {
			send_answer(client, answer);
			return;
		}
	}
	json_decref(answer);
}

struct control *control_create(struct event_base *base, int fd,
			       control_handler *handler, void *arg)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->base = base;
	control->fd = fd;
	control->handler = handler;
	control->arg = arg;
	control->acceptable = event_new(base, fd, EV_READ | EV_PERSIST,
					on_acceptable, control);
	if (!control->acceptable || event_add(control->acceptable, NULL)) {
		control_free(control);
		return NULL;
	}
	return control;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	while (control->clients)
		drop(control->clients);
	if (control->acceptable)
		event_free(control->acceptable);
	close(control->fd);
	free(control);
}
