// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

void log_error(const char *fmt, ...)
{
	va_list args;

	fputs("bailiffd: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
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

void log_write(struct log *log, const struct text *lines, unsigned int num)
{
	int err = 0;

	/* half a line from a full disk must not swallow the next one */
	if (log->torn)
		err = write_all(log, "\n", 1);
	if (!err)
		err = write_all(log, text_string(lines), lines->len);
	if (!err) {
		log->written += num;
		log->failing = false;
		return;
	}
	log->failed += num;
	if (!log->failing)
		log_error("the log cannot be written: %s", strerror(-err));
	log->failing = true;
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
	text_add(&line, "}\n");
	log_write(log, &line, 1);
	text_free(&line);
	log_error("%s%s%s", about ? about : "", about ? ": " : "", message);
}

void log_reopen(struct log *log, int fd)
{
	close(log->fd);
	log->fd = fd;
	log->failing = false;
	log->torn = false;
}
