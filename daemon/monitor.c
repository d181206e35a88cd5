// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"
#include "monitor.h"
#include "names.h"
#include "record.h"
#include "repeat.h"
#include "tally.h"
#include "text.h"

#define BATCH 65536 /* bytes; more than the largest record */
#define MAX_BATCHES 16 /* then others have their turn */

struct monitor {
	int fd;
	struct monitor_config config;
	struct repeat *repeat; /* NULL: each is written */
	struct event *readable;
	struct event *due; /* time to look for windows that are over */
	struct monitor_counts counts;
	struct tally *tally;
	struct text lines;
	char batch[BATCH];
};

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void write_record(struct monitor *monitor, const struct record *record,
			 uint64_t num)
{
	const struct names_entry *entry =
		names_find(monitor->config.names, record->raw.cgroup);
	struct record named = *record;

	if (entry) {
		named.name = entry->name;
		named.image = entry->image;
	}
	record_print_repeated(&named, num, &monitor->lines);
	journal_send(monitor->config.journal, &named, num);
}

/* Return: lines that it became. */
static unsigned int take(struct monitor *monitor, const struct record *record,
			 size_t off, size_t len)
{
	if (monitor->repeat &&
	    !repeat_take(monitor->repeat, record, monitor->batch + off, len,
			 now_ms())) {
		monitor->counts.repeated++;
		return 0;
	}
	write_record(monitor, record, 1);
	return 1;
}

struct flush {
	struct monitor *monitor;
	unsigned int num;
};

static void on_due_kind(void *arg, const struct record *record, uint64_t num)
{
	struct flush *flush = arg;

	write_record(flush->monitor, record, num);
	flush->num++;
}

static void flush(struct monitor *monitor, bool all)
{
	struct flush flush = { .monitor = monitor };

	if (!monitor->repeat)
		return;
	text_reset(&monitor->lines);
	repeat_flush(monitor->repeat, now_ms(), all, on_due_kind, &flush);
	if (flush.num)
		log_write(monitor->config.log, &monitor->lines, flush.num);
}

static void on_due(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg, false);
}

void monitor_finish(struct monitor *monitor)
{
	flush(monitor, true);
}

static void take_batch(struct monitor *monitor, size_t len)
{
	struct record record;
	unsigned int num = 0;
	size_t off = 0;
	long used;

	text_reset(&monitor->lines);
	while (off < len) {
		used = record_parse(monitor->batch + off, len - off, &record);
		if (used < 0) {
			monitor->counts.malformed++;
			break;
		}
		tally_add(monitor->tally, &record);
		monitor->counts.lost = record.raw.lost;
		monitor->counts.records++;
		num += take(monitor, &record, off, (size_t)used);
		off += (size_t)used;
	}
	if (num)
		log_write(monitor->config.log, &monitor->lines, num);
}

void monitor_drain(struct monitor *monitor)
{
	int batches = MAX_BATCHES;
	ssize_t len;

	while (batches--) {
		len = read(monitor->fd, monitor->batch, BATCH);
		if (len <= 0) {
			/* end of file or an error would spin: stop watching */
			if (!len || (errno != EAGAIN && errno != EINTR))
				event_del(monitor->readable);
			return;
		}
		take_batch(monitor, (size_t)len);
	}
}

static void on_readable(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	monitor_drain(arg);
}

static int watch_repeats(struct monitor *monitor, struct event_base *base)
{
	struct timeval second = { 1, 0 };

	if (!monitor->config.window)
		return 0;
	monitor->repeat = repeat_create(monitor->config.window * 1000ull);
	monitor->due = event_new(base, -1, EV_PERSIST, on_due, monitor);
	return monitor->repeat && monitor->due &&
			       !event_add(monitor->due, &second) ?
		       0 :
		       -ENOMEM;
}

struct monitor *monitor_create(struct event_base *base, int fd,
			       const struct monitor_config *config)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor)
		return NULL;
	monitor->fd = fd;
	monitor->config = *config;
	monitor->tally = tally_create();
	monitor->readable =
		event_new(base, fd, EV_READ | EV_PERSIST, on_readable, monitor);
	if (!monitor->tally || watch_repeats(monitor, base) ||
	    !monitor->readable || event_add(monitor->readable, NULL)) {
		monitor_free(monitor);
		return NULL;
	}
	return monitor;
}

void monitor_free(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->readable)
		event_free(monitor->readable);
	if (monitor->due)
		event_free(monitor->due);
	repeat_free(monitor->repeat);
	close(monitor->fd);
	text_free(&monitor->lines);
	tally_free(monitor->tally);
	free(monitor);
}

const struct monitor_counts *monitor_counts(const struct monitor *monitor)
{
	return &monitor->counts;
}

const struct tally *monitor_tally(const struct monitor *monitor)
{
	return monitor->tally;
}
