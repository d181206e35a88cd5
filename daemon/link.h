/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - the worker's side of proto.def: requests, and who awaits answers
 */
#ifndef DAEMON_LINK_H
#define DAEMON_LINK_H

#include "proto.h"

struct event_base;
struct link;

/* Bindings under way that are not for root; and of them, of one user. */
#define LINK_MAX_OF_USERS 8
#define LINK_MAX_OF_ONE 4

/*
 * Called with each answer; message is NULL if the request could not be sent.
 * A descriptor in message is the callee's to close. PROTO_POLICY answers
 * come before the PROTO_DONE that ends their request.
 */
typedef void link_answer(void *arg, const struct proto_message *message);

struct link_events {
	void (*reopened)(void *arg, int fd); /* PROTO_LOG; owns fd */
	void *arg;
};

/*
 * Serve sock in base; the loop is broken when the parent goes away.
 *
 * Return: an owned link, NULL without memory.
 */
struct link *link_create(struct event_base *base, int sock,
			 const struct link_events *events);
void link_free(struct link *link);

/*
 * Send a request; message->serial is filled in.
 *
 * Return: 0; -EBUSY too many are under way, or too many of users (bindings for
 * who is not root), or of this one; -errno.
 */
int link_request(struct link *link, struct proto_message *message,
		 link_answer *answer, void *arg);

#endif /* DAEMON_LINK_H */
