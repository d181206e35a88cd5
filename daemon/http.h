/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http.h - one page over HTTP, for a reader that asks now and then
 *
 * A connection gets one answer and is closed. libevent's own server has no
 * bound on connections, and the descriptors that they hold are those that
 * containers need to be started: hence this one, which understands a request
 * line and no more.
 */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include <stddef.h>

struct event_base;
struct http;
struct text;

#define HTTP_MAX_CLIENTS 32
#define HTTP_MAX_REQUEST 8192 /* bytes, headers included */
#define HTTP_SECONDS 5 /* for a request, and for taking its answer */

struct http_page {
	const char *path; /* "/metrics" */
	const char *type; /* its Content-Type */
	/* somebody waits for the page: call http_answer now or later */
	void (*wanted)(void *arg);
	void *arg;
};

/*
 * Serve page, which is copied, on the listening fd.
 *
 * Return: an owned http, which owns fd; NULL without memory.
 */
struct http *http_create(struct event_base *base, int fd,
			 const struct http_page *page);
void http_free(struct http *http);

/* Answer all who wait: with the page, or with why there is none. */
void http_answer(struct http *http, const struct text *page);
void http_refuse(struct http *http, const char *why);

#endif /* DAEMON_HTTP_H */
