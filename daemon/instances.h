/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * instances.h - policies that are made for one container each
 *
 *   template, values of the container --> BUILD --> LOAD --> in the roster
 *
 * A template is a policy with ${container.name}, ${container.image} or
 * ${unit.instance} in it. What is made of it, an instance, stays loaded as
 * long as a container is bound to it, and some time more for the next one of
 * the same values. A template that changes makes its instances anew.
 */
#ifndef DAEMON_INSTANCES_H
#define DAEMON_INSTANCES_H

#include "roster.h"

struct event_base;
struct instances;
struct link;
struct log;

#define INSTANCES_MAX 64 /* that wait to be made */

/*
 * Seconds, else in tests: between looks at what is loaded, and after its last
 * use when one that nobody is bound to is unloaded. A container is bound within
 * the 5 that its hook waits.
 */
extern unsigned int instances_look_s; /* 10 */
extern unsigned int instances_keep_s; /* 60 */

struct instances_config {
	struct event_base *base;
	struct link *link;
	struct log *log;
	struct roster *roster;
};

/* What is known of a container, in the order of ROSTER_NAME...; "" if not. */
struct instances_values {
	const char *of[ROSTER_NUM_VALUES];
};

/* Return: an owned object, NULL without memory. config is copied. */
struct instances *instances_create(const struct instances_config *config);
void instances_free(struct instances *instances);

/*
 * The instance of template for such a container, if it is loaded: it will not
 * be unloaded in the next instances_keep_s seconds.
 */
const struct roster_policy *
instances_find(const struct instances *instances,
	       const struct roster_policy *template,
	       const struct instances_values *values);

/*
 * Called once, later: 0, and the instance is loaded; or -errno, and why has a
 * sentence. -EINVAL, -ENODATA, -ENAMETOOLONG, -EPROTO and -EEXIST are to be had
 * again as long as the template is the same; others may be over (-ETIMEDOUT,
 * -ENOMEM).
 */
typedef void instances_made(void *arg, int err, const char *why);

/*
 * Make it. Return: 0, and made will be called; -ENODATA the container does not
 * say what the template asks for, -EBUSY too many wait, -ENAMETOOLONG,
 * -ENOMEM: why has a sentence.
 */
int instances_make(struct instances *instances,
		   const struct roster_policy *template,
		   const struct instances_values *values, instances_made *made,
		   void *arg, struct text *why);

/* The X of "NAME@X.service" in unit, "" if there is none. */
void instances_unit(const char *unit, char *instance, size_t size);

#endif /* DAEMON_INSTANCES_H */
