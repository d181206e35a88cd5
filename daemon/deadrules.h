/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * deadrules.h - rules that deny nothing in a container, as it has only a link
 * of that name
 *
 * Looked for after each bind, by policyc reach as an unprivileged child on the
 * image that the kernel has and the container's own root. An alarm is raised
 * for each, and is over when the container's cgroup is bound no more. Of what
 * one look finds past DEADRULES_LINES there is one alarm for all.
 */
#ifndef DAEMON_DEADRULES_H
#define DAEMON_DEADRULES_H

#include "roster.h"

struct alarms;
struct deadrules;
struct link;
struct log;

#define DEADRULES_MAX 64 /* policies that wait to be looked at */
#define DEADRULES_LINES 16 /* of one look, that are told apart */

struct deadrules_config {
	struct link *link;
	struct log *log;
	struct alarms *alarms;
};

/* Return: an owned object, NULL without memory. config is copied. */
struct deadrules *deadrules_create(const struct deadrules_config *config);
void deadrules_free(struct deadrules *deadrules);

/*
 * What label calls was bound to the policies of choice. root: its root
 * directory, as the host has it; place: that directory as a descriptor, which
 * stays the caller's, or -1, and bailiffd looks at what it sees at root. What
 * cannot be looked at is told in the log.
 */
void deadrules_look(struct deadrules *deadrules, const char *label,
		    const char *cgroup, const char *root, int place,
		    const struct roster_choice *choice);

#endif /* DAEMON_DEADRULES_H */
