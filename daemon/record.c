// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "record.h"
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

long record_parse(const void *bytes, size_t len, struct record *record)
{
	struct bailiff_event *raw = &record->raw;
	size_t i;

	if (len < sizeof(*raw))
		return -EINVAL;
	memcpy(raw, bytes, sizeof(*raw));
	if (raw->len < sizeof(*raw) || raw->len > len || raw->len % 8 ||
	    raw->version < BAILIFF_EVENT_VERSION)
		return -EINVAL;

	const struct {
		const char **string;
		u16 off;
	} strings[] = {
		{ &record->policy, raw->policy },
		{ &record->label, raw->label },
		{ &record->file, raw->file },
		{ &record->message, raw->message },
		{ &record->exe, raw->exe },
		{ &record->comm, raw->comm },
		{ &record->object, raw->object },
		{ &record->detail, raw->detail },
	};

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		*strings[i].string = string_at(bytes, raw->len, strings[i].off);
		if (!*strings[i].string)
			return -EINVAL;
	}
	record->name = "";
	record->image = "";
	return (long)raw->len;
}

const char *record_outcome_name(unsigned int outcome)
{
	static const char *const names[] = {
		[BAILIFF_EVENT_ENFORCED] = "denied",
		[BAILIFF_EVENT_WOULD_DENY] = "would-deny",
		[BAILIFF_EVENT_AUDITED] = "audited",
		[BAILIFF_EVENT_LIFECYCLE] = "lifecycle",
		[BAILIFF_EVENT_WAITING] = "would-deny",
		[BAILIFF_EVENT_ALLOWED] = "allowed",
	};

	return outcome < ARRAY_SIZE(names) ? names[outcome] : "unknown";
}

const char *record_class_name(const struct record *record)
{
	unsigned int class = record->raw.class;

	if (record->raw.outcome == BAILIFF_EVENT_LIFECYCLE)
		return "lifecycle";
	if (class >= BVM_NUM_CLASSES || !bvm_classes[class].name)
		return "unknown";
	return bvm_classes[class].name;
}

const char *record_op_name(const struct record *record)
{
	static const char *const life[] = {
		[BAILIFF_LIFE_LOAD] = "load", [BAILIFF_LIFE_UNLOAD] = "unload",
		[BAILIFF_LIFE_BIND] = "bind", [BAILIFF_LIFE_UNBIND] = "unbind",
		[BAILIFF_LIFE_MODE] = "mode", [BAILIFF_LIFE_SELF] = "self",
	};
	unsigned int op = record->raw.op;

	if (record->raw.outcome == BAILIFF_EVENT_LIFECYCLE)
		return op < ARRAY_SIZE(life) && life[op] ? life[op] : "?";
	if (record->raw.class >= BVM_NUM_CLASSES || op >= BVM_MAX_OPS)
		return "?";
	return bvm_op_name(record->raw.class, op);
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

static void add_decision(struct text *out, const struct record *record)
{
	const struct bailiff_event *raw = &record->raw;
	const char *reason = bvm_name_of(bvm_reason_names, raw->reason);

	add_string(out, "reason", reason ? reason : "unknown");
	if (raw->rule)
		add_number(out, "rule", raw->rule);
	add_string(out, "file", record->file);
	if (raw->line)
		add_number(out, "line", raw->line);
	add_string(out, "message", record->message);
	if (raw->err)
		add_errno(out, raw->err);
}

void record_print_json(const struct record *record, struct text *out)
{
	record_print_repeated(record, 1, out);
}

void record_print_repeated(const struct record *record, uint64_t num,
			   struct text *out)
{
	const struct bailiff_event *raw = &record->raw;

	add_time(out, raw->time_ns);
	add_number(out, "seq", raw->seq);
	add_string(out, "outcome", record_outcome_name(raw->outcome));
	if (raw->outcome == BAILIFF_EVENT_WAITING)
		add_string(out, "state", "waiting");
	add_string(out, "container", record->label);
	if (raw->cgroup)
		add_number(out, "cgroup", raw->cgroup);
	add_string(out, "name", record->name);
	add_string(out, "image", record->image);
	add_string(out, "policy", record->policy);
	if (raw->generation)
		add_number(out, "generation", raw->generation);
	add_string(out, "class", record_class_name(record));
	add_string(out, "op", record_op_name(record));
	add_string(out, "object", record->object);
	add_string(out, "detail", record->detail);
	if (raw->outcome != BAILIFF_EVENT_LIFECYCLE)
		add_decision(out, record);
	add_number(out, "pid", raw->tgid);
	add_number(out, "tid", raw->tid);
	add_number(out, "uid", raw->uid);
	add_string(out, "exe", record->exe);
	add_string(out, "comm", record->comm);
	if (num > 1)
		add_number(out, "repeated", num);
	add_number(out, "lost", raw->lost);
	add_number(out, "version", RECORD_VERSION);
	text_add(out, "}\n");
}
