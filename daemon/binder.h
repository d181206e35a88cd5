/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * binder.h - a new container: which policy is it for, and bind it
 *
 * The OCI hook asks before the container's program starts, and lets it start
 * only when the answer is yes. So every doubt here is a no.
 */
#ifndef DAEMON_BINDER_H
#define DAEMON_BINDER_H

#include "vm/limits.h"

struct binder;
struct control;
struct control_client;
struct deadrules;
struct instances;
struct json_t;
struct link;
struct log;
struct names;
struct roster;
struct store;
struct userlog;

struct binder_config {
	const struct roster *roster;
	struct instances *instances;
	struct deadrules *deadrules;
	const struct store *store;
	struct link *link;
	struct log *log;
	struct userlog *users;
	struct names *names; /* of what is bound */
};

/*
 * Serve the request
 *
 *   {"cmd": "container", "pid": N, "id": S, "image": S, "name": S,
 *    "labels": {}, "annotations": {}, "prepared": B, "filters": [S], "root": S}
 *
 * root: the container's root directory, as the host has it.
 * prepared: bailiff-runtime made the bundle ready, and has put the filters of
 * system calls of these versions ("NAME@DIGEST") into it.
 *
 * The answer is {"ok": true, "policy": "NAME,NAME"}, the policies to which the
 * container is bound, null if none selects it; or {"ok": false, "error": S}, with "retry": true
 * while the daemon still loads its policies.
 *
 * A client that is not root (SO_PEERCRED) must own the container's cgroup, and
 * gets policies with `enter: self` alone; the parent looks at the cgroup.
 *
 * Return: an owned answer, or NULL: control gets it later.
 */
struct json_t *binder_request(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request);

/*
 * Serve the request of bailiff-runtime, before there is a container
 *
 *   {"cmd": "runtime", "id": S, "image": S, "name": S, "cgroup": S,
 *    "labels": {}, "annotations": {}}
 *
 * The answer is {"ok": true, "policies": [{"policy": NAME, "digest": HEX,
 * "filter": [CODE, JT, JF, K, ...]}]}: those that select it, and the
 * instructions of their filters of system calls, if they have one. Or as above.
 * Answers and return as of binder_request: of a template a policy is made first.
 */
struct json_t *binder_prepare(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request);

/*
 * What records call a service: its unit, cut if it is longer than a label may
 * be. Return: 0; -EINVAL it has a blank, or what is no ASCII.
 */
int binder_service_label(const char *unit, char label[BVM_MAX_NAME]);

/*
 * Serve the request {"cmd": "service"} of a process in a service of systemd,
 * which stands before the service's own programs: bind the service's cgroup.
 * Answers and return as of binder_request.
 */
struct json_t *binder_service(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request);

#endif /* DAEMON_BINDER_H */
