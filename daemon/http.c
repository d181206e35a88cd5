// SPDX-License-Identifier: GPL-2.0-only
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "text.h"

struct client {
	struct client *next;
	struct http *http;
	struct bufferevent *io;
	bool waiting; /* for the page */
	bool head; /* without its body */
	bool closing; /* once the answer is out */
};

struct http {
	struct event_base *base;
	struct http_page page;
	int fd;
	struct event *acceptable;
	unsigned int num_clients;
	struct client *clients;
};

static void drop(struct client *client)
{
	struct client **at = &client->http->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->http->num_clients--;
	bufferevent_free(client->io);
	free(client);
}

static void answer(struct client *client, const char *status, const char *type,
		   const char *body, size_t len)
{
	struct timeval patience = { HTTP_SECONDS, 0 };
	struct evbuffer *out = bufferevent_get_output(client->io);

	client->waiting = false;
	client->closing = true;
	bufferevent_disable(client->io, EV_READ);
	bufferevent_set_timeouts(client->io, &patience, &patience);
	evbuffer_add_printf(out,
			    "HTTP/1.1 %s\r\nContent-Type: %s\r\n"
			    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
			    status, type, len);
	if (!client->head)
		evbuffer_add(out, body, len);
}

static void refuse(struct client *client, const char *status, const char *why)
{
	answer(client, status, "text/plain; charset=utf-8", why, strlen(why));
}

/* Up to the blank or the end, and on. */
static char *take_word(char **line)
{
	return strsep(line, " ");
}

static void take_request(struct client *client, char *line)
{
	const struct http_page *page = &client->http->page;
	const char *method = take_word(&line);
	char *path = line ? take_word(&line) : NULL;

	if (!path || !line || strncmp(line, "HTTP/1.", 7)) {
		refuse(client, "400 Bad Request", "this is no HTTP request\n");
		return;
	}
	client->head = !strcmp(method, "HEAD");
	path[strcspn(path, "?")] = '\0';
	if (!client->head && strcmp(method, "GET")) {
		refuse(client, "405 Method Not Allowed", "only GET\n");
	} else if (strcmp(path, page->path)) {
		refuse(client, "404 Not Found", "there is only /metrics\n");
	} else {
		client->waiting = true;
		/* the page takes as long as it takes */
		bufferevent_set_timeouts(client->io, NULL, NULL);
		page->wanted(page->arg);
	}
}

static bool is_whole(struct evbuffer *input)
{
	return evbuffer_search(input, "\r\n\r\n", 4, NULL).pos >= 0 ||
	       evbuffer_search(input, "\n\n", 2, NULL).pos >= 0;
}

static void on_read(struct bufferevent *io, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(io);
	struct client *client = arg;
	char *line;

	if (client->waiting || client->closing)
		return;
	if (!is_whole(input)) {
		if (evbuffer_get_length(input) >= HTTP_MAX_REQUEST)
			refuse(client, "431 Request Header Fields Too Large",
			       "the request is too long\n");
		return;
	}
	line = evbuffer_readln(input, NULL, EVBUFFER_EOL_CRLF);
	if (line)
		take_request(client, line);
	free(line);
}

static void on_written(struct bufferevent *io, void *arg)
{
	struct client *client = arg;

	(void)io;
	if (client->closing)
		drop(client);
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	(void)io;
	(void)what; /* end of file, error or time-out: all the same to us */
	drop(arg);
}

static void add_client(struct http *http, int fd)
{
	struct timeval patience = { HTTP_SECONDS, 0 };
	struct client *client = calloc(1, sizeof(*client));

	if (client)
		client->io = bufferevent_socket_new(http->base, fd,
						    BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->io) {
		close(fd);
		free(client);
		return;
	}
	client->http = http;
	client->next = http->clients;
	http->clients = client;
	http->num_clients++;
	bufferevent_setcb(client->io, on_read, on_written, on_event, client);
	bufferevent_setwatermark(client->io, EV_READ, 0, HTTP_MAX_REQUEST);
	bufferevent_set_timeouts(client->io, &patience, &patience);
	bufferevent_enable(client->io, EV_READ | EV_WRITE);
}

static void on_acceptable(int listening, short what, void *arg)
{
	struct http *http = arg;
	int fd;

	(void)what;
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (http->num_clients < HTTP_MAX_CLIENTS)
		add_client(http, fd);
	else
		close(fd);
}

void http_answer(struct http *http, const struct text *page)
{
	struct client *client;

	for (client = http->clients; client; client = client->next)
		if (client->waiting)
			answer(client, "200 OK", http->page.type,
			       text_string(page), page->len);
}

void http_refuse(struct http *http, const char *why)
{
	struct client *client;

	for (client = http->clients; client; client = client->next)
		if (client->waiting)
			refuse(client, "503 Service Unavailable", why);
}

struct http *http_create(struct event_base *base, int fd,
			 const struct http_page *page)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return NULL;
	http->base = base;
	http->fd = fd;
	http->page = *page;
	http->acceptable =
		event_new(base, fd, EV_READ | EV_PERSIST, on_acceptable, http);
	if (!http->acceptable || event_add(http->acceptable, NULL)) {
		http_free(http);
		return NULL;
	}
	return http;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	while (http->clients)
		drop(http->clients);
	if (http->acceptable)
		event_free(http->acceptable);
	close(http->fd);
	free(http);
}
