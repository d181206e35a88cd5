// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "event.h"
#include "text.h"
#include "vm/hooks.h"

#define NS_PER_S 1000000000ull

/* The string at an offset: NULL if it starts or ends outside the record. */
static const char *string_at(const char *bytes, size_t len, u16 off)
{
	if (!off)
		return "";
	if (off < sizeof(struct bailiff_event) || off >= len ||
	    !memchr(bytes + off, '\0', len - off))
		return NULL;
	return bytes + off;
}

long event_parse(const void *bytes, size_t len, struct event *event)
{
	struct bailiff_event *record = &event->record;
	size_t i;

	if (len < sizeof(*record))
		return -EINVAL;
	memcpy(record, bytes, sizeof(*record));
	if (record->len < sizeof(*record) || record->len > len ||
	    record->len % 8 || record->version < BAILIFF_EVENT_VERSION)
		return -EINVAL;

	const struct {
		const char **string;
		u16 off;
	} strings[] = {
		{ &event->policy, record->policy },
		{ &event->label, record->label },
		{ &event->file, record->file },
		{ &event->message, record->message },
		{ &event->exe, record->exe },
		{ &event->comm, record->comm },
		{ &event->object, record->object },
		{ &event->detail, record->detail },
	};

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		*strings[i].string =
			string_at(bytes, record->len, strings[i].off);
		if (!*strings[i].string)
			return -EINVAL;
	}
	return (long)record->len;
}

const char *event_outcome_name(unsigned int outcome)
{
	static const char *const names[] = {
		[BAILIFF_EVENT_ENFORCED] = "denied",
		[BAILIFF_EVENT_WOULD_DENY] = "would-deny",
		[BAILIFF_EVENT_AUDITED] = "audited",
		[BAILIFF_EVENT_LIFECYCLE] = "lifecycle",
	};

	return outcome < ARRAY_SIZE(names) ? names[outcome] : "unknown";
}

const char *event_class_name(const struct event *event)
{
	unsigned int class = event->record.class;

	if (event->record.outcome == BAILIFF_EVENT_LIFECYCLE)
		return "lifecycle";
	if (class >= BVM_NUM_CLASSES || !bvm_classes[class].name)
		return "unknown";
	return bvm_classes[class].name;
}

const char *event_op_name(const struct event *event)
{
	static const char *const life[] = {
		[BAILIFF_LIFE_LOAD] = "load", [BAILIFF_LIFE_UNLOAD] = "unload",
		[BAILIFF_LIFE_BIND] = "bind", [BAILIFF_LIFE_UNBIND] = "unbind",
		[BAILIFF_LIFE_MODE] = "mode", [BAILIFF_LIFE_SELF] = "self",
	};
	unsigned int op = event->record.op;

	if (event->record.outcome == BAILIFF_EVENT_LIFECYCLE)
		return op < ARRAY_SIZE(life) && life[op] ? life[op] : "?";
	if (event->record.class >= BVM_NUM_CLASSES || op >= BVM_MAX_OPS)
		return "?";
	return bvm_op_name(event->record.class, op);
}

static void add_time(struct text *out, u64 time_ns)
{
	time_t seconds = (time_t)(time_ns / NS_PER_S);
	char day[32] = "1970-01-01T00:00:00";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	text_printf(out, "{\"time\":\"%s.%09lluZ\"", day,
		    (unsigned long long)(time_ns % NS_PER_S));
}

/* A string member; bytes that JSON cannot hold are repeated in hexadecimal. */
static void add_string(struct text *out, const char *key, const char *value)
{
	const unsigned char *at;

	if (!*value)
		return;
	text_printf(out, ",\"%s\":", key);
	if (text_add_json(out, value))
		return;
	text_printf(out, ",\"%s_hex\":\"", key);
	for (at = (const unsigned char *)value; *at; at++)
		text_printf(out, "%02x", *at);
	text_add(out, "\"");
}

static void add_number(struct text *out, const char *key, u64 value)
{
	text_printf(out, ",\"%s\":%llu", key, (unsigned long long)value);
}

static void add_errno(struct text *out, unsigned int err)
{
	const char *name = strerrorname_np((int)err);

	if (name)
		add_string(out, "errno", name);
	else
		add_number(out, "errno", err);
}

static void add_decision(struct text *out, const struct event *event)
{
	const struct bailiff_event *record = &event->record;
	const char *reason = bvm_name_of(bvm_reason_names, record->reason);

	add_string(out, "reason", reason ? reason : "unknown");
	if (record->rule)
		add_number(out, "rule", record->rule);
	add_string(out, "file", event->file);
	if (record->line)
		add_number(out, "line", record->line);
	add_string(out, "message", event->message);
	if (record->err)
		add_errno(out, record->err);
}

void event_print_json(const struct event *event, struct text *out)
{
	const struct bailiff_event *record = &event->record;

	add_time(out, record->time_ns);
	add_number(out, "seq", record->seq);
	add_string(out, "outcome", event_outcome_name(record->outcome));
	add_string(out, "container", event->label);
	if (record->cgroup)
		add_number(out, "cgroup", record->cgroup);
	add_string(out, "policy", event->policy);
	if (record->generation)
		add_number(out, "generation", record->generation);
	add_string(out, "class", event_class_name(event));
	add_string(out, "op", event_op_name(event));
	add_string(out, "object", event->object);
	add_string(out, "detail", event->detail);
	if (record->outcome != BAILIFF_EVENT_LIFECYCLE)
		add_decision(out, event);
	add_number(out, "pid", record->tgid);
	add_number(out, "tid", record->tid);
	add_number(out, "uid", record->uid);
	add_string(out, "exe", event->exe);
	add_string(out, "comm", event->comm);
	add_number(out, "lost", record->lost);
	text_add(out, "}\n");
}
