/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - the daemon's socket: a line of JSON in, a line of JSON out
 *
 *   {"cmd": "status"}     anyone
 *   {"cmd": "policies"}   root: files of the directory, diagnostics
 *   {"cmd": "reload"}     root
 *   {"cmd": "container", "pid": N, "id": S, ...}   anyone, for a cgroup of
 *                         his own; root for any: binder.h
 *   {"cmd": "runtime", "id": S, ...}   the same, before there is one
 *   {"cmd": "service"}    root: binder.h
 *
 * Every answer has "ok"; a refusal has "error", a sentence. A client gets a
 * bounded time and a bounded buffer; others than root, a bounded number of
 * connections in all, and each of them of his own. Who is turned away is told
 * why, in an answer with "retry".
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct control;
struct event_base;
struct json_t;

#define CONTROL_MAX_LINE 65536 /* bytes of a request */
#define CONTROL_MAX_CLIENTS 512
#define CONTROL_MAX_OTHERS 64 /* clients that are not root */
#define CONTROL_MAX_OF_ONE 16 /* of them, of one user */
#define CONTROL_SECONDS 5 /* for a request, and for taking its answer */

/* Who asks; an answer may come later, by id, when the client may be gone. */
struct control_client {
	uint64_t id;
	pid_t pid;
	uid_t uid;
	int fd; /* its socket, borrowed for the time of the request */
	/*
	 * A place (O_PATH) that came with root's first bytes, borrowed likewise;
	 * -1: none.
	 */
	int place;
};

/*
 * Answer request: return an owned object; or NULL, and control_answer is
 * called later.
 */
typedef struct json_t *control_handler(void *arg,
				       const struct control_client *client,
				       const struct json_t *request);

/* Return: an owned control, which owns the listening fd; NULL: no memory. */
struct control *control_create(struct event_base *base, int fd,
			       control_handler *handler, void *arg);
void control_free(struct control *control);

struct control_counts {
	unsigned int now; /* connections */
	uint64_t turned_away; /* since the start, for want of a place */
};

struct control_counts control_counts(const struct control *control);

/* Send a late answer, if the client is still there; owns answer. */
void control_answer(struct control *control, uint64_t id,
		    struct json_t *answer);

/* {"ok": false, "error": ...} */
struct json_t *__attribute__((format(printf, 1, 2)))
control_refusal(const char *fmt, ...);

#endif /* DAEMON_CONTROL_H */
