/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patrol.h - does everything run under the policies that select it?
 *
 * Looks at all cgroups, at the start and then again and again: a service that
 * started without its ExecCondition, one that was there before its policy, a
 * cgroup that was bound while its programs ran. What is found twice in a row
 * raises an alarm; what is seen once may be about to be bound.
 *
 * A container's name, image, labels and annotations are those that its engine
 * has written down (containers.h): of one that it has not, only selectors by
 * unit and by cgroup can be looked at.
 */
#ifndef DAEMON_PATROL_H
#define DAEMON_PATROL_H

struct alarms;
struct event_base;
struct link;
struct patrol;
struct roster;
struct store;

/* Seconds between looks, else in tests; the first ones come sooner. */
extern unsigned int patrol_look_s; /* 30 */

struct patrol_config {
	struct event_base *base;
	struct link *link;
	const struct roster *roster;
	const struct store *store;
	struct alarms *alarms;
};

/* Return: an owned object, NULL without memory. config is copied. */
struct patrol *patrol_create(const struct patrol_config *config);
void patrol_free(struct patrol *patrol);

/* Judge what populated_print says, with what is known so far: one look. */
void patrol_judge(struct patrol *patrol, const char *cgroups);

#endif /* DAEMON_PATROL_H */
