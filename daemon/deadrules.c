// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alarms.h"
#include "deadrules.h"
#include "link.h"
#include "log.h"
#include "text.h"

/* A policy and a container, to be looked at. */
struct work {
	struct work *next;
	char policy[BVM_MAX_NAME];
	char label[BVM_MAX_NAME];
	char cgroup[PATH_MAX];
	char root[PATH_MAX];
	int place; /* that directory; -1: it is looked for */
};

struct deadrules {
	struct deadrules_config config;
	struct work *first; /* it is being looked at */
	unsigned int num;
};

static void start(struct deadrules *deadrules);

/* Of a work that is over. */
static void take_first(struct deadrules *deadrules)
{
	struct work *work = deadrules->first;

	deadrules->first = work->next;
	deadrules->num--;
	if (work->place >= 0)
		close(work->place);
	free(work);
}

static void tell(const struct deadrules *deadrules, const char *label,
		 const char *policy, const char *why)
{
	struct text line = {};

	text_printf(&line,
		    "policy %s: whether all its rules can match there was not "
		    "looked at: %.*s",
		    policy, (int)strcspn(why, "\n"), why);
	log_daemon(deadrules->config.log, "warning", label, text_string(&line));
	text_free(&line);
}

static void raise_one(const struct deadrules *deadrules,
		      const struct work *work, const char *what)
{
	struct text text = {};

	text_printf(&text, "policy %s, ", work->policy);
	text_add_safe(&text, what, "");
	alarms_raise(deadrules->config.alarms, ALARM_DEAD_RULE, work->label,
		     work->cgroup, text_string(&text));
	text_free(&text);
}

/*
 * A line for each rule. The names in them are the image's, and so is their
 * number: it must not take the room of others' alarms.
 */
static void raise_all(const struct deadrules *deadrules,
		      const struct work *work, char *lines)
{
	unsigned int num = 0;
	char more[32], *next;

	for (; lines; lines = next) {
		next = text_next_line(lines);
		if (*lines && num++ < DEADRULES_LINES)
			raise_one(deadrules, work, lines);
	}
	if (num <= DEADRULES_LINES)
		return;
	snprintf(more, sizeof(more), "and %u more", num - DEADRULES_LINES);
	raise_one(deadrules, work, more);
}

static void on_looked(void *arg, const struct proto_message *message)
{
	struct deadrules *deadrules = arg;
	struct work *work = deadrules->first;
	struct text lines = {};
	int err;

	if (message->type == PROTO_REACHED) {
		err = text_add_file(&lines, message->fd);
		close(message->fd);
		raise_all(deadrules, work, lines.data);
		if (err)
			tell(deadrules, work->label, work->policy,
			     strerror(-err));
	} else {
		tell(deadrules, work->label, work->policy,
		     message->u.done.text);
	}
	text_free(&lines);
	take_first(deadrules);
	start(deadrules);
}

static void start(struct deadrules *deadrules)
{
	struct proto_message message = { .type = PROTO_REACH };
	struct work *work;
	int err;

	while ((work = deadrules->first)) {
		message.fd = work->place;
		strcpy(message.u.reach.policy, work->policy);
		strcpy(message.u.reach.root, work->root);
		err = link_request(deadrules->config.link, &message, on_looked,
				   deadrules);
		if (!err) {
			/*
			 * It is on its way. Who has the last one of a mount ends
			 * its file system, and may wait for that: not the worker.
			 */
			if (work->place >= 0)
				close(work->place);
			work->place = -1;
			return;
		}
		tell(deadrules, work->label, work->policy, strerror(-err));
		take_first(deadrules);
	}
}

static void add(struct deadrules *deadrules, const char *policy,
		const char *label, const char *cgroup, const char *root,
		int place)
{
	struct work *work = NULL, **at = &deadrules->first;

	if (deadrules->num < DEADRULES_MAX)
		work = calloc(1, sizeof(*work));
	if (!work) {
		tell(deadrules, label, policy,
		     "too many containers started at this moment");
		return;
	}
	strcpy(work->policy, policy);
	strcpy(work->label, label);
	strcpy(work->cgroup, cgroup);
	strcpy(work->root, root);
	work->place = place < 0 ? -1 : fcntl(place, F_DUPFD_CLOEXEC, 0);
	while (*at)
		at = &(*at)->next;
	*at = work;
	if (!deadrules->num++)
		start(deadrules);
}

void deadrules_look(struct deadrules *deadrules, const char *label,
		    const char *cgroup, const char *root, int place,
		    const struct roster_choice *choice)
{
	unsigned int i;

	for (i = 0; i < choice->num; i++) {
		/* the kernel's own, which has no rules */
		if (!strcmp(choice->name[i], "refuse"))
			continue;
		if (root[0] == '/' && strlen(root) < PATH_MAX)
			add(deadrules, choice->name[i], label, cgroup, root,
			    place);
		else
			tell(deadrules, label, choice->name[i],
			     "its root directory is not known");
	}
}

struct deadrules *deadrules_create(const struct deadrules_config *config)
{
	struct deadrules *deadrules = calloc(1, sizeof(*deadrules));

	if (deadrules)
		deadrules->config = *config;
	return deadrules;
}

void deadrules_free(struct deadrules *deadrules)
{
	while (deadrules && deadrules->first)
		take_first(deadrules);
	free(deadrules);
}
