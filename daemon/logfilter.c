// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "logfilter.h"
#include "logread.h"
#include "record.h"
#include "text.h"
#include "vm/hooks.h"

static bool is(const char *wanted, const struct json_t *record, const char *key)
{
	return !wanted || !strcmp(logread_string(record, key), wanted);
}

static bool matches(const char *glob, const struct json_t *record,
		    const char *key)
{
	return !glob || !fnmatch(glob, logread_string(record, key), 0);
}

bool logfilter_takes(const struct logfilter *filter,
		     const struct json_t *record)
{
	return is(filter->class, record, "class") &&
	       is(filter->reason, record, "reason") &&
	       is(filter->outcome, record, "outcome") &&
	       (matches(filter->container, record, "container") ||
		matches(filter->container, record, "name")) &&
	       matches(filter->policy, record, "policy") &&
	       /* all are UTC and as long: the order of times is of letters */
	       strcmp(logread_string(record, "time"), filter->since) >= 0;
}

bool logfilter_is_set(const struct logfilter *filter)
{
	return filter->container || filter->policy || filter->class ||
	       filter->reason || filter->outcome || filter->since[0];
}

static int since_ago(const char *word, size_t digits, time_t now, char *since)
{
	static const char units[] = "smhd";
	static const time_t seconds[] = { 1, 60, 3600, 86400 };
	unsigned long long num;
	const char *unit = strchr(units, word[digits]);
	char number[16];
	struct tm tm;
	time_t then;

	if (!unit || !word[digits] || word[digits + 1] ||
	    digits >= sizeof(number))
		return -EINVAL;
	snprintf(number, sizeof(number), "%.*s", (int)digits, word);
	if (text_number(number, 1000000000, &num))
		return -EINVAL;
	then = now - (time_t)num * seconds[unit - units];
	if (then < 0)
		then = 0;
	gmtime_r(&then, &tm);
	strftime(since, LOGFILTER_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
	return 0;
}

int logfilter_since(const char *word, time_t now, char since[LOGFILTER_TIME])
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.ddddddddd";
	size_t len = strlen(word), i;

	i = strspn(word, "0123456789");
	if (i && i + 1 == len)
		return since_ago(word, i, now, since);
	/* of the minute and of the second at least the first digit */
	if (len && word[len - 1] == 'Z')
		len--;
	if (len < sizeof("dddd-dd-dd") - 1 || len >= sizeof(form))
		return -EINVAL;
	for (i = 0; i < len; i++) {
		bool digit = word[i] >= '0' && word[i] <= '9';

		if (form[i] == 'd' ? !digit :
				     word[i] != form[i] && !(form[i] == 'T' &&
							     word[i] == ' '))
			return -EINVAL;
		since[i] = form[i] == 'T' ? 'T' : word[i];
	}
	since[len] = '\0';
	return 0;
}

/* Add a name to the list; is it the one? */
static bool try_name(const char *name, const char *wanted, char *names,
		     size_t size)
{
	size_t len = strlen(names);

	snprintf(names + len, size - len, "%s%s", len ? ", " : "", name);
	return !strcmp(name, wanted);
}

bool logfilter_is_class(const char *name, char *names, size_t size)
{
	unsigned int class;
	bool found = false;

	names[0] = '\0';
	for (class = 0; class < BVM_NUM_CLASSES; class ++)
		if (bvm_classes[class].name)
			found |= try_name(bvm_classes[class].name, name, names,
					  size);
	return found | try_name("lifecycle", name, names, size);
}

bool logfilter_is_reason(const char *name, char *names, size_t size)
{
	unsigned int reason;
	bool found = false;

	names[0] = '\0';
	for (reason = 0; reason < 256; reason++) {
		const char *one = bvm_name_of(bvm_reason_names, reason);

		if (one)
			found |= try_name(one, name, names, size);
	}
	return found;
}

bool logfilter_is_outcome(const char *name, char *names, size_t size)
{
	unsigned int outcome;
	bool found = false;

	names[0] = '\0';
	for (outcome = 0; outcome <= BAILIFF_EVENT_LIFECYCLE; outcome++)
		found |= try_name(record_outcome_name(outcome), name, names,
				  size);
	return found | try_name("daemon", name, names, size);
}
