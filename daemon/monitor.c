// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "monitor.h"
#include "record.h"
#include "tally.h"
#include "text.h"

#define BATCH 65536 /* bytes; more than the largest record */
#define MAX_BATCHES 16 /* then others have their turn */

struct monitor {
	int fd;
	struct log *log;
	struct event *readable;
	struct monitor_counts counts;
	struct tally *tally;
	struct text lines;
	char batch[BATCH];
};

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
		record_print_json(&record, &monitor->lines);
		tally_add(monitor->tally, &record);
		monitor->counts.lost = record.raw.lost;
		off += (size_t)used;
		num++;
	}
	monitor->counts.records += num;
	if (num)
		log_write(monitor->log, &monitor->lines, num);
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

struct monitor *monitor_create(struct event_base *base, int fd, struct log *log)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor)
		return NULL;
	monitor->fd = fd;
	monitor->log = log;
	monitor->tally = tally_create();
	monitor->readable =
		event_new(base, fd, EV_READ | EV_PERSIST, on_readable, monitor);
	if (!monitor->tally || !monitor->readable ||
	    event_add(monitor->readable, NULL)) {
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
