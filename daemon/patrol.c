// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alarms.h"
#include "bundles.h"
#include "cgroup.h"
#include "containers.h"
#include "link.h"
#include "log.h"
#include "patrol.h"
#include "populated.h"
#include "roster.h"
#include "state.h"
#include "store.h"
#include "text.h"

#define LOOK_S 30
#define EARLY_LOOKS 2 /* of them the first alarms come */
#define EARLY_LOOK_S 5

unsigned int patrol_look_s = LOOK_S;

struct patrol {
	struct patrol_config config;
	struct event *look;
	unsigned int looks;
	bool asking;
	struct containers *containers;
	struct text cgroups; /* that are judged when those are known */
	char trouble[256]; /* with the last look, as the log has it; "": none */
	struct text found; /* in this look, a line each: KIND CGROUP TEXT */
	struct text before; /* in the look before it */
};

/* A line of populated_print. */
struct line {
	int holds;
	int bound;
	unsigned long long tasks;
	unsigned long long joined;
	char names[STATE_POLICIES];
	char path[PATH_MAX];
	char own[PATH_MAX]; /* path, or that of the container around it */
	char id[BUNDLES_ID]; /* that container's, or "" */
	char unit[256];
	struct text about; /* the unit, or the path, for people */
	const struct json_t *container; /* containers.h; NULL: not known */
};

/* ---- what is wrong with one cgroup ---- */

/* It is no news before it was so twice. */
static void suspect(struct patrol *patrol, enum alarm_kind kind,
		    const struct line *line, const char *text)
{
	struct text row = {};

	text_printf(&row, "%d %s %s\n", kind, line->own, text);
	text_add(&patrol->found, text_string(&row));
	if (strstr(text_string(&patrol->before), text_string(&row)))
		alarms_raise(patrol->config.alarms, kind,
			     text_string(&line->about), line->own, text);
	text_free(&row);
}

static const char any_value[] =
#define BVM_ANY_VALUE(text) text
#include "vm/template.def"
#undef BVM_ANY_VALUE
	;

/* The names of all that is made of the template, as fnmatch(3). */
static void names_of(const struct roster_policy *template,
		     char glob[BVM_MAX_NAME])
{
	const char *at = template->name, *next;

	for (glob[0] = '\0'; (next = strstr(at, any_value));
	     at = next + strlen(any_value)) {
		strncat(glob, at, (size_t)(next - at));
		strcat(glob, "*");
	}
	strcat(glob, at);
}

/* Of one that an earlier daemon made, its name says it. */
static bool is_made_of(const struct roster_policy *policy,
		       const struct roster_policy *template)
{
	char glob[BVM_MAX_NAME];

	if (policy->origin)
		return !strcmp(policy->origin->template, template->name);
	names_of(template, glob);
	return !fnmatch(glob, policy->name, 0);
}

/* Is any of the names that of what was made of the template? */
static bool has_instance(const struct roster *roster, const char *names,
			 const struct roster_policy *template)
{
	const struct roster_policy *at;

	for (at = roster->first; at; at = at->next)
		if (at->instance && text_in_list(names, at->name) &&
		    is_made_of(at, template))
			return true;
	return false;
}

static bool is_under(const struct roster *roster, const struct line *line,
		     const struct roster_policy *policy)
{
	return policy->at_bind ? has_instance(roster, line->names, policy) :
				 text_in_list(line->names, policy->name);
}

/*
 * A scope of the process that waits for a container of podman or CRI-O: beside
 * the container's own, so that a glob has it, too, and nobody's to bind. What is
 * called so below another unit, or in a container, is one of its own making.
 */
static bool is_of_conmon(const struct line *line)
{
	static const char *const prefixes[] = { "libpod-conmon-",
						"crio-conmon-" };
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(line->unit, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void add_how_it_runs(const struct line *line, struct text *why)
{
	text_printf(why, "it runs %s%s",
		    line->names[0] == '-' ? "unconfined" : "only under ",
		    line->names[0] == '-' ? "" : line->names);
}

static void check_policy(struct patrol *patrol, const struct line *line,
			 const char *name)
{
	const struct roster_policy *policy =
		roster_find(patrol->config.roster, name);
	struct text why = {};

	if (policy ? is_under(patrol->config.roster, line, policy) :
		     text_in_list(line->names, name))
		return;
	text_printf(&why, "%s %s selects it, and ",
		    policy && policy->at_bind ? "template" : "policy",
		    policy && policy->at_bind ? policy->file : name);
	add_how_it_runs(line, &why);
	suspect(patrol, ALARM_UNBOUND, line, text_string(&why));
	text_free(&why);
}

/* As the hook would choose; filters are not for a binding to install. */
static void check_selected(struct patrol *patrol, const struct line *line)
{
	const struct roster_container container = {
		.image = string(line->container, "image"),
		.name = string(line->container, "name"),
		.unit = line->unit,
		.cgroup = line->path,
		.labels = json_object_get(line->container, "labels"),
		.annotations = json_object_get(line->container, "annotations"),
		.prepares = true,
	};
	struct roster_choice choice;
	struct text why = {}, refused = {};
	unsigned int i;

	if (roster_choose(patrol->config.roster, &container, &choice,
			  &refused)) {
		text_add(&why, "it would not be started (");
		text_add_safe(&why, text_string(&refused), "");
		text_add(&why, "), and ");
		add_how_it_runs(line, &why);
		suspect(patrol, ALARM_UNBOUND, line, text_string(&why));
	}
	for (i = 0; i < choice.num; i++)
		check_policy(patrol, line, choice.name[i]);
	text_free(&why);
	text_free(&refused);
}

static void check_joined(struct patrol *patrol, const struct line *line)
{
	/* what was there before lives on under `refuse`, which starts nothing */
	if (!line->bound || line->joined >= line->tasks ||
	    !strcmp(line->names, "refuse"))
		return;
	suspect(patrol, ALARM_UNJOINED, line,
		"it is bound, and some of its tasks are not confined: they "
		"started before, and have not executed a program since "
		"(bailiffctl ps, bailiffctl bind --now)");
}

/* ---- one look ---- */

/*
 * What its engine says of it, if it is a container. Its cgroups are one then,
 * as it may make many: what is wrong with them is one alarm.
 */
static void describe(const struct patrol *patrol, struct line *line)
{
	const char *name;

	if (!line->id[0])
		return;
	line->container = containers_find(patrol->containers, line->id);
	name = string(line->container, "name");
	if (!*name)
		return;
	text_reset(&line->about);
	text_add_safe(&line->about, name, "");
}

static void judge_line(struct patrol *patrol, const char *text)
{
	struct line line = {};
	int at = 0;
	size_t own;

	if (sscanf(text, "%d %d %llu %llu %2063s %n", &line.holds, &line.bound,
		   &line.tasks, &line.joined, line.names, &at) != 5 ||
	    strlen(text + at) >= sizeof(line.path))
		return;
	strcpy(line.path, text + at);
	strcpy(line.own, line.path);
	if (bundles_id_of(line.path, line.id, &own))
		line.own[own] = '\0';
	/* in a container is whatever it likes */
	cgroup_unit(line.own, line.unit, sizeof(line.unit));
	text_add_safe(&line.about, line.unit[0] ? line.unit : line.path, "");
	describe(patrol, &line);
	if (line.holds && !is_of_conmon(&line))
		check_selected(patrol, &line);
	check_joined(patrol, &line);
	if (line.bound)
		alarms_keep(patrol->config.alarms, ALARM_DEAD_RULE, line.path);
	text_free(&line.about);
}

/* What keeps us from looking, NULL: nothing. The log is told once. */
static void set_trouble(struct patrol *patrol, const char *trouble)
{
	if (!strcmp(patrol->trouble, trouble ?: ""))
		return;
	snprintf(patrol->trouble, sizeof(patrol->trouble), "%s", trouble ?: "");
	log_daemon(patrol->config.alarms->log, trouble ? "error" : "notice",
		   "cgroups", trouble ?: "all cgroups are looked at again");
}

/*
 * It was not looked at: alarms about it, and what is below it, are not over, nor
 * is one about the container around it.
 */
static void keep_below(struct alarms *alarms, const char *path)
{
	char id[BUNDLES_ID], own[PATH_MAX];
	unsigned int i;
	size_t len;

	if (bundles_id_of(path, id, &len) && len < sizeof(own)) {
		snprintf(own, sizeof(own), "%.*s", (int)len, path);
		alarms_keep(alarms, ALARM_UNBOUND, own);
		alarms_keep(alarms, ALARM_UNJOINED, own);
	}
	for (i = 0; i < alarms->num; i++)
		if (cgroup_contains(path, alarms->list[i].cgroup))
			alarms->list[i].seen = true;
}

/* path was left out, perhaps among others; "": nothing was. */
static void tell_left(struct patrol *patrol, const char *path)
{
	char trouble[sizeof(patrol->trouble)], shown[128];

	snprintf(trouble, sizeof(trouble),
		 "not all cgroups are looked into, and alarms about the others "
		 "stay: %s and what is below it is hidden, too deep, or too "
		 "much",
		 text_safe(path, shown, sizeof(shown)));
	set_trouble(patrol, *path ? trouble : NULL);
}

void patrol_judge(struct patrol *patrol, const char *cgroups)
{
	const size_t left_len = strlen(POPULATED_LEFT);
	char line[STATE_POLICIES + PATH_MAX + 64];
	char left[PATH_MAX] = "";
	struct text swap = patrol->before;
	size_t len;

	patrol->before = patrol->found;
	patrol->found = swap;
	text_reset(&patrol->found);
	alarms_begin(patrol->config.alarms, ALARM_UNBOUND);
	alarms_begin(patrol->config.alarms, ALARM_UNJOINED);
	alarms_begin(patrol->config.alarms, ALARM_DEAD_RULE);
	for (; *cgroups; cgroups += len + (cgroups[len] == '\n')) {
		len = strcspn(cgroups, "\n");
		if (len >= sizeof(line))
			continue;
		memcpy(line, cgroups, len);
		line[len] = '\0';
		if (strncmp(line, POPULATED_LEFT, left_len)) {
			judge_line(patrol, line);
			continue;
		}
		keep_below(patrol->config.alarms, line + left_len);
		if (!left[0])
			snprintf(left, sizeof(left), "%.*s", PATH_MAX - 1,
				 line + left_len);
	}
	tell_left(patrol, left);
	alarms_end(patrol->config.alarms, ALARM_UNBOUND);
	alarms_end(patrol->config.alarms, ALARM_UNJOINED);
	alarms_end(patrol->config.alarms, ALARM_DEAD_RULE);
}

/* What could not be looked at keeps the alarms that there are. */
static void lose_look(struct patrol *patrol, int err, const char *text)
{
	char trouble[sizeof(patrol->trouble)];

	snprintf(trouble, sizeof(trouble),
		 "the cgroups cannot be looked at, and alarms stay as they "
		 "are: %s",
		 err == -E2BIG ? "there are too many" :
		 *text	       ? text :
				 strerror(-err));
	set_trouble(patrol, trouble);
}

static void on_learned(void *arg)
{
	struct patrol *patrol = arg;

	patrol->asking = false;
	patrol_judge(patrol, text_string(&patrol->cgroups));
}

static void on_cgroups(void *arg, const struct proto_message *message)
{
	struct patrol *patrol = arg;
	struct text *cgroups = &patrol->cgroups;
	int err;

	patrol->asking = false;
	text_reset(cgroups);
	if (message->type != PROTO_CGROUPS) {
		lose_look(patrol, message->u.done.err, message->u.done.text);
		return;
	}
	err = text_add_file(cgroups, message->fd);
	close(message->fd);
	if (err) {
		lose_look(patrol, err, "");
	} else {
		patrol->asking = true;
		containers_learn(patrol->containers, text_string(cgroups),
				 on_learned, patrol);
	}
}

static void arm(struct patrol *patrol)
{
	struct timeval next = { patrol_look_s, 0 };

	if (patrol->looks < EARLY_LOOKS && next.tv_sec > EARLY_LOOK_S)
		next.tv_sec = EARLY_LOOK_S;
	event_add(patrol->look, &next);
}

static void on_look(int fd, short what, void *arg)
{
	struct proto_message message = { .type = PROTO_LOOK, .fd = -1 };
	struct patrol *patrol = arg;
	int err;

	(void)fd;
	(void)what;
	/* before, nobody knows who is selected */
	if (store_is_ready(patrol->config.store) && !patrol->asking) {
		err = link_request(patrol->config.link, &message, on_cgroups,
				   patrol);
		if (err)
			lose_look(patrol, err, "");
		patrol->asking = !err;
		patrol->looks++;
	}
	arm(patrol);
}

struct patrol *patrol_create(const struct patrol_config *config)
{
	struct patrol *patrol = calloc(1, sizeof(*patrol));

	if (!patrol)
		return NULL;
	patrol->config = *config;
	patrol->look = evtimer_new(config->base, on_look, patrol);
	patrol->containers =
		containers_create(config->link, config->alarms->log);
	if (!patrol->look || !patrol->containers) {
		patrol_free(patrol);
		return NULL;
	}
	arm(patrol);
	return patrol;
}

void patrol_free(struct patrol *patrol)
{
	if (!patrol)
		return;
	if (patrol->look)
		event_free(patrol->look);
	containers_free(patrol->containers);
	text_free(&patrol->cgroups);
	text_free(&patrol->found);
	text_free(&patrol->before);
	free(patrol);
}
