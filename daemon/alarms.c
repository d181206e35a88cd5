// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alarms.h"
#include "log.h"
#include "text.h"

const char *alarms_kind(enum alarm_kind kind)
{
	static const char *const names[ALARM_NUM_KINDS] = {
		[ALARM_UNBOUND] = "unbound",
		[ALARM_UNJOINED] = "unjoined",
		[ALARM_DEAD_RULE] = "dead-rule",
	};

	return names[kind];
}

static void tell(const struct alarms *alarms, const char *level,
		 const struct alarm *alarm)
{
	struct text line = {};

	text_printf(&line, "%s %s: %s",
		    strcmp(level, "error") ? "over: alarm" : "ALARM",
		    alarms_kind(alarm->kind), alarm->text);
	log_daemon(alarms->log, level, alarm->about, text_string(&line));
	text_free(&line);
}

static void release(struct alarm *alarm)
{
	free(alarm->about);
	free(alarm->cgroup);
	free(alarm->text);
}

void alarms_free(struct alarms *alarms)
{
	while (alarms->num)
		release(&alarms->list[--alarms->num]);
}

static void end(struct alarms *alarms, unsigned int i)
{
	tell(alarms, "notice", &alarms->list[i]);
	release(&alarms->list[i]);
	alarms->list[i] = alarms->list[--alarms->num];
}

void alarms_begin(struct alarms *alarms, enum alarm_kind kind)
{
	unsigned int i;

	/* these are raised once, and not in each round */
	if (kind != ALARM_DEAD_RULE)
		alarms->more[kind] = 0;
	for (i = 0; i < alarms->num; i++)
		if (alarms->list[i].kind == kind)
			alarms->list[i].seen = false;
}

void alarms_end(struct alarms *alarms, enum alarm_kind kind)
{
	unsigned int i = 0;

	while (i < alarms->num)
		if (alarms->list[i].kind == kind && !alarms->list[i].seen)
			end(alarms, i);
		else
			i++;
	if (!alarms->more[kind])
		alarms->full[kind] = false;
}

void alarms_keep(struct alarms *alarms, enum alarm_kind kind,
		 const char *cgroup)
{
	unsigned int i;

	for (i = 0; i < alarms->num; i++)
		if (alarms->list[i].kind == kind &&
		    !strcmp(alarms->list[i].cgroup, cgroup))
			alarms->list[i].seen = true;
}

/* Once, and not in each round in which it is so. */
static void tell_full(struct alarms *alarms, enum alarm_kind kind)
{
	struct text line = {};

	if (alarms->full[kind])
		return;
	alarms->full[kind] = true;
	text_printf(&line,
		    "ALARM %s: there are more than %d alarms: the rest is "
		    "counted, and not told",
		    alarms_kind(kind), ALARMS_MAX);
	log_daemon(alarms->log, "error", NULL, text_string(&line));
	text_free(&line);
}

void alarms_raise(struct alarms *alarms, enum alarm_kind kind,
		  const char *about, const char *cgroup, const char *text)
{
	struct alarm alarm = { .kind = kind, .seen = true };
	unsigned int i;

	for (i = 0; i < alarms->num; i++)
		if (alarms->list[i].kind == kind &&
		    !strcmp(alarms->list[i].cgroup, cgroup) &&
		    !strcmp(alarms->list[i].text, text)) {
			alarms->list[i].seen = true;
			return;
		}
	alarm.about = strdup(about);
	alarm.cgroup = strdup(cgroup);
	alarm.text = strdup(text);
	if (alarms->num == ALARMS_MAX || !alarm.about || !alarm.cgroup ||
	    !alarm.text) {
		alarms->more[kind]++;
		tell_full(alarms, kind);
		release(&alarm);
		return;
	}
	alarms->list[alarms->num++] = alarm;
	tell(alarms, "error", &alarm);
}

unsigned int alarms_count(const struct alarms *alarms, enum alarm_kind kind)
{
	unsigned int num = alarms->more[kind], i;

	for (i = 0; i < alarms->num; i++)
		num += alarms->list[i].kind == kind;
	return num;
}

unsigned int alarms_more(const struct alarms *alarms)
{
	unsigned int num = 0, i;

	for (i = 0; i < ALARM_NUM_KINDS; i++)
		num += alarms->more[i];
	return num;
}

struct json_t *alarms_json(const struct alarms *alarms)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < alarms->num; i++) {
		const struct alarm *alarm = &alarms->list[i];

		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "kind",
					alarms_kind(alarm->kind), "about",
					alarm->about, "text", alarm->text));
	}
	return list;
}
