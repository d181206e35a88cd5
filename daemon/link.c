// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "log.h"

#define MAX_PENDING 64 /* requests; they fit into the socket's buffer */

struct pending {
	uint32_t serial; /* 0: free */
	uint32_t uid; /* whose binding it is; 0: root's, or none */
	link_answer *answer;
	void *arg;
};

struct link {
	int sock;
	uint32_t last_serial;
	struct event *readable;
	struct event_base *base;
	struct link_events events;
	struct pending pending[MAX_PENDING];
	struct proto_message message; /* large: kept off the stack */
};

static struct pending *find_pending(struct link *link, uint32_t serial)
{
	size_t i;

	for (i = 0; i < MAX_PENDING; i++)
		if (link->pending[i].serial == serial)
			return &link->pending[i];
	return NULL;
}

static void deliver(struct link *link)
{
	struct proto_message *message = &link->message;
	struct pending *pending, found;

	if (message->type == PROTO_LOG) {
		link->events.reopened(link->events.arg, message->fd);
		return;
	}
	pending = message->serial ? find_pending(link, message->serial) : NULL;
	if (!pending) {
		if (message->fd >= 0)
			close(message->fd);
		return;
	}
	found = *pending;
	if (message->type != PROTO_POLICY)
		pending->serial = 0;
	found.answer(found.arg, message);
}

static void on_readable(int sock, short what, void *arg)
{
	struct link *link = arg;
	int err;

	(void)what;
	err = proto_receive(sock, PROTO_FROM_PARENT, &link->message);
	if (err == -EAGAIN)
		return;
	if (err) {
		if (err != -EPIPE)
			log_error("worker: a broken message from the parent");
		event_base_loopbreak(link->base);
		return;
	}
	deliver(link);
}

struct link *link_create(struct event_base *base, int sock,
			 const struct link_events *events)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->sock = sock;
	link->base = base;
	link->events = *events;
	link->readable =
		event_new(base, sock, EV_READ | EV_PERSIST, on_readable, link);
	if (!link->readable || event_add(link->readable, NULL)) {
		link_free(link);
		return NULL;
	}
	return link;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	if (link->readable)
		event_free(link->readable);
	free(link);
}

/* Anybody may ask for a binding: neither one nor all may take every place. */
static bool has_too_many(const struct link *link, uint32_t uid)
{
	unsigned int of_users = 0, of_one = 0;
	size_t i;

	for (i = 0; i < MAX_PENDING; i++) {
		if (!link->pending[i].serial || !link->pending[i].uid)
			continue;
		of_users++;
		of_one += link->pending[i].uid == uid;
	}
	return of_users >= LINK_MAX_OF_USERS || of_one >= LINK_MAX_OF_ONE;
}

int link_request(struct link *link, struct proto_message *message,
		 link_answer *answer, void *arg)
{
	uint32_t uid = message->type == PROTO_BIND ? message->u.bind.uid : 0;
	struct pending *pending = find_pending(link, 0);
	int err;

	if (!pending || (uid && has_too_many(link, uid)))
		return -EBUSY;
	if (!++link->last_serial)
		link->last_serial = 1;
	message->serial = link->last_serial;
	err = proto_send(link->sock, message);
	if (err)
		return err;
	*pending = (struct pending){
		.serial = message->serial,
		.uid = uid,
		.answer = answer,
		.arg = arg,
	};
	return 0;
}
