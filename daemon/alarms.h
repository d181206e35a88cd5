/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alarms.h - what somebody has to look at, as long as it is so
 *
 * An alarm is one line of the log when it begins and one when it is over; it
 * stands in `status`, and is counted in the metrics by its kind.
 */
#ifndef DAEMON_ALARMS_H
#define DAEMON_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

struct json_t;
struct log;

#define ALARMS_MAX 256 /* that are told apart; the rest is counted */

enum alarm_kind {
	ALARM_UNBOUND, /* a policy selects it, and it is not bound to that */
	ALARM_UNJOINED, /* it is bound, and some of its tasks are not confined */
	ALARM_DEAD_RULE, /* a rule denies by a name that is no file's there */
	ALARM_NUM_KINDS,
};

struct alarm {
	enum alarm_kind kind;
	char *about; /* a container, a service, a cgroup */
	char *cgroup; /* its path */
	char *text;
	bool seen; /* in the round that goes on */
};

struct alarms {
	struct log *log;
	struct alarm list[ALARMS_MAX];
	unsigned int num;
	/*
	 * More than could be told apart in the last round, by kind; of dead rules
	 * since the start.
	 */
	unsigned int more[ALARM_NUM_KINDS];
	bool full[ALARM_NUM_KINDS]; /* the log was told that there are more */
};

void alarms_free(struct alarms *alarms);

/* A round of looking for alarms of that kind; those not raised in it end. */
void alarms_begin(struct alarms *alarms, enum alarm_kind kind);
void alarms_end(struct alarms *alarms, enum alarm_kind kind);

/*
 * It is so; the log is told unless it was so before. Of those that there is no
 * room for it is told once.
 */
void alarms_raise(struct alarms *alarms, enum alarm_kind kind,
		  const char *about, const char *cgroup, const char *text);

/* Those of a kind about that cgroup are still so, as far as they were. */
void alarms_keep(struct alarms *alarms, enum alarm_kind kind,
		 const char *cgroup);

unsigned int alarms_count(const struct alarms *alarms, enum alarm_kind kind);

/* Of all kinds, those that the list below lacks. */
unsigned int alarms_more(const struct alarms *alarms);

/* Its name in metrics and JSON. */
const char *alarms_kind(enum alarm_kind kind);

/* [{"kind": S, "about": S, "text": S}] */
struct json_t *alarms_json(const struct alarms *alarms);

#endif /* DAEMON_ALARMS_H */
