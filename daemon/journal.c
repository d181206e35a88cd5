// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "journal.h"
#include "record.h"
#include "text.h"
#include "vm/hooks.h"

int journal_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/*
 * KEY=value and a newline; a value with a newline in it comes after its length
 * in 8 bytes, so that what a program is called cannot make a field.
 */
static void add(struct text *out, const char *key, const char *value)
{
	unsigned char size[8];
	size_t len = strlen(value), i;

	if (!len)
		return;
	text_add(out, key);
	if (!strchr(value, '\n')) {
		text_add(out, "=");
	} else {
		for (i = 0; i < sizeof(size); i++)
			size[i] = (unsigned char)((uint64_t)len >> 8 * i);
		text_add(out, "\n");
		text_add_bytes(out, size, sizeof(size));
	}
	text_add_bytes(out, value, len);
	text_add(out, "\n");
}

static void add_number(struct text *out, const char *key, uint64_t value)
{
	text_printf(out, "%s=%llu\n", key, (unsigned long long)value);
}

static int priority_of(const struct record *record)
{
	switch (record->raw.outcome) {
	case BAILIFF_EVENT_ENFORCED:
		return LOG_WARNING;
	case BAILIFF_EVENT_LIFECYCLE:
		return LOG_INFO;
	}
	return LOG_NOTICE;
}

static void add_message(struct text *out, const struct record *record)
{
	struct text line = {};

	text_printf(&line, "%s %s: %s %s",
		    *record->label ? record->label : record->policy,
		    record_outcome_name(record->raw.outcome),
		    record_op_name(record), record->object);
	if (*record->detail)
		text_printf(&line, " [%s]", record->detail);
	if (record->raw.line)
		text_printf(&line, " (%s:%u)", record->file, record->raw.line);
	if (*record->message)
		text_printf(&line, ": %s", record->message);
	add(out, "MESSAGE", text_string(&line));
	text_free(&line);
}

static void add_decision(struct text *out, const struct record *record)
{
	const struct bailiff_event *raw = &record->raw;
	const char *reason = bvm_name_of(bvm_reason_names, raw->reason);
	const char *error = raw->err ? strerrorname_np((int)raw->err) : "";

	add(out, "BAILIFF_REASON", reason ? reason : "unknown");
	if (raw->rule)
		add_number(out, "BAILIFF_RULE", raw->rule);
	add(out, "BAILIFF_FILE", record->file);
	if (raw->line)
		add_number(out, "BAILIFF_LINE", raw->line);
	add(out, "BAILIFF_MESSAGE", record->message);
	add(out, "BAILIFF_ERRNO", error ? error : "");
}

void journal_print(const struct record *record, uint64_t num, struct text *out)
{
	const struct bailiff_event *raw = &record->raw;

	add_message(out, record);
	add_number(out, "PRIORITY", (uint64_t)priority_of(record));
	add(out, "SYSLOG_IDENTIFIER", "bailiff");
	add(out, "BAILIFF_OUTCOME", record_outcome_name(raw->outcome));
	add(out, "BAILIFF_CONTAINER", record->label);
	add(out, "BAILIFF_NAME", record->name);
	add(out, "BAILIFF_IMAGE", record->image);
	add(out, "BAILIFF_POLICY", record->policy);
	add(out, "BAILIFF_CLASS", record_class_name(record));
	add(out, "BAILIFF_OP", record_op_name(record));
	add(out, "BAILIFF_OBJECT", record->object);
	add(out, "BAILIFF_DETAIL", record->detail);
	if (raw->outcome != BAILIFF_EVENT_LIFECYCLE)
		add_decision(out, record);
	add_number(out, "BAILIFF_SEQ", raw->seq);
	add_number(out, "BAILIFF_PID", raw->tgid);
	add_number(out, "BAILIFF_UID", raw->uid);
	add(out, "BAILIFF_EXE", record->exe);
	add(out, "BAILIFF_COMM", record->comm);
	if (num > 1)
		add_number(out, "BAILIFF_REPEATED", num);
}

void journal_send(struct journal *journal, const struct record *record,
		  uint64_t num)
{
	struct text entry = {};

	if (journal->fd < 0)
		return;
	journal_print(record, num, &entry);
	if (!entry.cut && send(journal->fd, text_string(&entry), entry.len,
			       MSG_NOSIGNAL) == (ssize_t)entry.len)
		journal->written++;
	else
		journal->failed++;
	text_free(&entry);
}
