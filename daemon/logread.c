// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "logread.h"
#include "vm/hooks.h"

const char *logread_string(const struct json_t *record, const char *key)
{
	const char *value = json_string_value(json_object_get(record, key));

	return value ? value : "";
}

long long logread_number(const struct json_t *record, const char *key)
{
	return json_integer_value(json_object_get(record, key));
}

unsigned long long logread_times(const struct json_t *record)
{
	long long times = logread_number(record, "repeated");

	return times > 0 ? (unsigned long long)times : 1;
}

struct json_t *logread_next(FILE *log, char **line, size_t *size)
{
	json_t *record;
	ssize_t len;

	while ((len = getline(line, size, log)) > 0) {
		/* a line that is still being written: come back for it */
		if ((*line)[len - 1] != '\n') {
			fseek(log, -len, SEEK_CUR);
			return NULL;
		}
		record = json_loads(*line, 0, NULL);
		if (json_is_object(record) &&
		    json_object_get(record, "outcome"))
			return record;
		json_decref(record);
	}
	return NULL;
}

bool logread_is_log(FILE *log, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	json_t *record;
	bool ok;

	/* of a pipe nothing can be read twice */
	if (fseek(log, 0, SEEK_SET))
		return true;
	record = logread_next(log, &line, &size);
	ok = record || !ftell(log);
	json_decref(record);
	free(line);
	rewind(log);
	if (!ok)
		ctl_error("%s: no record of bailiffd is in it", name);
	return ok;
}

const char *logread_reason(const char *reason)
{
#define BVM_KIND(num, KIND, name, doc)
#define BVM_REASON(num, REASON, name, doc) { name, doc },
#define BVM_ERRNO(NAME)
#define BVM_CAP(num, name)
#define BVM_FAMILY(num, name)
#define BVM_SOCKTYPE(num, name)
#define BVM_PROTOCOL(num, name)
#define BVM_PEER(num, name)
#define BVM_SIGNAL(num, name)
	static const struct {
		const char *name;
		const char *doc;
	} reasons[] = {
#include "vm/names.def"
	};
#undef BVM_KIND
#undef BVM_REASON
#undef BVM_ERRNO
#undef BVM_CAP
#undef BVM_FAMILY
#undef BVM_SOCKTYPE
#undef BVM_PROTOCOL
#undef BVM_PEER
#undef BVM_SIGNAL
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (!strcmp(reasons[i].name, reason))
			return reasons[i].doc;
	return reason;
}

/* What a record says is shown on a terminal: it must not control it. */
static void put_field(const char *before, const char *text, FILE *out)
{
	if (!*text)
		return;
	fputs(before, out);
	text_put_safe(text, out);
}

static const char *color_of(const char *outcome)
{
	if (!strcmp(outcome, "denied"))
		return "\033[31m";
	if (!strcmp(outcome, "would-deny"))
		return "\033[33m";
	if (!strcmp(outcome, "audited"))
		return "\033[36m";
	return "\033[2m";
}

static void print_rule(const struct json_t *record, FILE *out)
{
	const char *reason = logread_string(record, "reason");
	long long rule = logread_number(record, "rule");

	if (rule)
		fprintf(out, " by rule %lld", rule);
	else
		put_field(": ", logread_reason(reason), out);
	if (*logread_string(record, "file")) {
		put_field(" (", logread_string(record, "file"), out);
		fprintf(out, ":%lld)", logread_number(record, "line"));
	}
	put_field(": ", logread_string(record, "message"), out);
}

void logread_print(const struct json_t *record, bool color, FILE *out)
{
	const char *outcome = logread_string(record, "outcome");
	const char *time = logread_string(record, "time");
	bool decision = strcmp(outcome, "lifecycle") != 0;
	const char *who = logread_string(record, "container");
	const char *name = logread_string(record, "name");

	fprintf(out, "%.10s %.12s ", time, strlen(time) > 11 ? time + 11 : "");
	fprintf(out, "%s%-10s%s ", color ? color_of(outcome) : "", outcome,
		color ? "\033[0m" : "");
	text_put_safe(*who ? who : logread_string(record, "policy"), out);
	/* of an engine's container the label is half a number */
	if (strcmp(name, who) != 0 && *name) {
		put_field(" (", name, out);
		fputc(')', out);
	}
	put_field(" ", logread_string(record, "op"), out);
	put_field(" ", logread_string(record, "object"), out);
	put_field(" [", logread_string(record, "detail"), out);
	if (*logread_string(record, "detail"))
		fputc(']', out);
	if (decision)
		print_rule(record, out);
	put_field(" -> ", logread_string(record, "errno"), out);
	if (logread_times(record) > 1)
		fprintf(out, " (%llu times)", logread_times(record));
	if (json_object_get(record, "pid"))
		fprintf(out, " pid %lld", logread_number(record, "pid"));
	put_field(" ",
		  *logread_string(record, "exe") ?
			  logread_string(record, "exe") :
			  logread_string(record, "comm"),
		  out);
	fputc('\n', out);
}
