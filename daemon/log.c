// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "record.h"
#include "text.h"

/* Names that somebody else chose are in it, and a terminal may be behind it. */
static void complain(const char *about, const char *message)
{
	struct text safe = {};

	if (about) {
		text_add_safe(&safe, about, "");
		text_add(&safe, ": ");
	}
	/* what policyc says has lines */
	text_add_safe(&safe, message, "\n\t");
	fprintf(stderr, "bailiffd: %s\n", text_string(&safe));
	text_free(&safe);
}

void log_error(const char *fmt, ...)
{
	char *message;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&message, fmt, args) < 0)
		message = NULL;
	va_end(args);
	complain(NULL, message ? message : "no memory");
	free(message);
}

static int write_all(struct log *log, const char *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(log->fd, data, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		log->torn = data[done - 1] != '\n';
		data += done;
		len -= (size_t)done;
	}
	return 0;
}

static void ask(struct log *log)
{
	if (log->asked || !log->want_file)
		return;
	log->asked = true;
	log->want_file(log->arg);
}

/* Nobody will ever read what is written to it. */
static bool is_removed(const struct log *log)
{
	struct stat stat;

	return log->want_file && !fstat(log->fd, &stat) &&
	       S_ISREG(stat.st_mode) && !stat.st_nlink;
}

static void lose(struct log *log, unsigned int num, const char *why)
{
	log->failed += num;
	if (!log->failing)
		log_error("the log cannot be written: %s", why);
	log->failing = true;
}

static void hold(struct log *log, const struct text *lines, unsigned int num)
{
	if (log->held.len + lines->len > LOG_HELD_MAX) {
		lose(log, num, "its file was removed");
	} else {
		text_add_bytes(&log->held, text_string(lines), lines->len);
		log->num_held += num;
	}
	ask(log);
}

static void put(struct log *log, const struct text *lines, unsigned int num)
{
	int err = 0;

	/* half a line from a full disk must not swallow the next one */
	if (log->torn)
		err = write_all(log, "\n", 1);
	if (!err)
		err = write_all(log, text_string(lines), lines->len);
	if (err) {
		lose(log, num, strerror(-err));
		return;
	}
	log->written += num;
	log->size += lines->len;
	log->failing = false;
}

void log_write(struct log *log, const struct text *lines, unsigned int num)
{
	if (is_removed(log)) {
		hold(log, lines, num);
		return;
	}
	put(log, lines, num);
	if (log->is_file && log->limit && log->size >= log->limit)
		ask(log);
}

static void add_now(struct text *line)
{
	struct timespec now;
	char day[32];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	text_printf(line, "{\"time\":\"%s.%09ldZ\"", day, now.tv_nsec);
}

void log_daemon(struct log *log, const char *level, const char *about,
		const char *message)
{
	struct text line = {};

	add_now(&line);
	text_printf(&line, ",\"outcome\":\"daemon\",\"level\":\"%s\"", level);
	if (about) {
		text_add(&line, ",\"object\":");
		text_add_json(&line, about);
	}
	text_add(&line, ",\"message\":");
	text_add_json(&line, message);
	text_printf(&line, ",\"version\":%d}\n", RECORD_VERSION);
	log_write(log, &line, 1);
	text_free(&line);
	complain(about, message);
}

void log_reopen(struct log *log, int fd)
{
	unsigned int num = log->num_held;
	struct stat stat;

	if (log->fd >= 0)
		close(log->fd);
	log->fd = fd;
	log->failing = false;
	log->torn = false;
	log->asked = false;
	log->is_file = !fstat(fd, &stat) && S_ISREG(stat.st_mode);
	log->size = log->is_file ? (uint64_t)stat.st_size : 0;
	log->num_held = 0;
	if (num)
		put(log, &log->held, num);
	text_reset(&log->held);
}

void log_not_reopened(struct log *log, const char *why)
{
	if (!log->failing)
		log_error("there is no new file for the log: %s", why);
	log->failing = true;
}

void log_retry(struct log *log)
{
	log->asked = false;
	if (log->num_held)
		ask(log);
}

void log_end(struct log *log)
{
	if (log->num_held)
		lose(log, log->num_held, "its file was removed");
	log->num_held = 0;
	text_free(&log->held);
}
