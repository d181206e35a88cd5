/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containers.h - what engines say of the containers that hold processes
 *
 * The parent is asked once for each, whose child reads what the hook would have
 * (bundles.h): a name that was changed since is not seen. What is known is
 * forgotten when no cgroup of that container holds processes any more.
 */
#ifndef DAEMON_CONTAINERS_H
#define DAEMON_CONTAINERS_H

struct containers;
struct json_t;
struct link;
struct log;

#define CONTAINERS_MAX 4096 /* of one look; more are not known */
#define CONTAINERS_TRIES 2 /* looks, before it is given up, and said */

/* Return: owned, NULL without memory. link and log must live as long. */
struct containers *containers_create(struct link *link, struct log *log);
void containers_free(struct containers *containers);

/*
 * Ask for all that is not yet known of the cgroups, lines of populated.h, then
 * call done; not again before that.
 */
void containers_learn(struct containers *containers, const char *cgroups,
		      void (*done)(void *arg), void *arg);

/* What is known of container id: bundles_describe; NULL: nothing. */
const struct json_t *containers_find(const struct containers *containers,
				     const char *id);

#endif /* DAEMON_CONTAINERS_H */
