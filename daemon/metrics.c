// SPDX-License-Identifier: GPL-2.0-only
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alarms.h"
#include "bailiffd.h"
#include "control.h"
#include "journal.h"
#include "http.h"
#include "link.h"
#include "log.h"
#include "metrics.h"
#include "monitor.h"
#include "prom.h"
#include "store.h"
#include "tally.h"
#include "text.h"

struct metrics {
	struct metrics_sources sources;
	struct http *http;
	struct text kernel; /* its part, as the parent printed it */
	uint64_t kernel_ms; /* when; 0: never */
	bool asking; /* for a newer one */
};

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void print_files(const struct store *store, struct text *out)
{
	struct prom_label label = { .name = "state" };
	unsigned int num;
	size_t i;

	prom_begin(out, PROM_FILES);
	for (i = 0; (label.value = store_count(store, i, &num)); i++)
		prom_value(out, PROM_FILES, &label, 1, num);
}

static void print_alarms(const struct alarms *alarms, struct text *out)
{
	struct prom_label label = { .name = "kind" };
	int kind;

	prom_begin(out, PROM_ALARMS);
	for (kind = 0; kind < ALARM_NUM_KINDS; kind++) {
		label.value = alarms_kind(kind);
		prom_value(out, PROM_ALARMS, &label, 1,
			   alarms_count(alarms, kind));
	}
}

static void print_daemon(const struct metrics_sources *sources,
			 struct text *out)
{
	const struct monitor_counts *counts = monitor_counts(sources->monitor);
	struct prom_label version = { "version", BAILIFF_VERSION };
	struct control_counts clients = control_counts(sources->control);

	prom_begin(out, PROM_BUILD_INFO);
	prom_value(out, PROM_BUILD_INFO, &version, 1, 1);
	prom_single(out, PROM_READY, store_is_ready(sources->store));
	print_files(sources->store, out);
	print_alarms(sources->alarms, out);
	tally_print(monitor_tally(sources->monitor), out);
	prom_single(out, PROM_MALFORMED, counts->malformed);
	prom_single(out, PROM_LOG_LINES, sources->log->written);
	prom_single(out, PROM_LOG_FAILED, sources->log->failed);
	prom_single(out, PROM_REPEATED, counts->repeated);
	prom_single(out, PROM_JOURNAL_FAILED, sources->journal->failed);
	prom_single(out, PROM_CLIENTS, clients.now);
	prom_single(out, PROM_TURNED_AWAY, clients.turned_away);
}

static void answer(struct metrics *metrics)
{
	struct text page = {};

	print_daemon(&metrics->sources, &page);
	text_add_bytes(&page, text_string(&metrics->kernel),
		       metrics->kernel.len);
	if (page.cut)
		http_refuse(metrics->http, "there are too many values\n");
	else
		http_answer(metrics->http, &page);
	text_free(&page);
}

/* What is left of it after an error is not kept for who asks next, either. */
static int read_kernel(struct metrics *metrics, int fd)
{
	int err;

	text_reset(&metrics->kernel);
	err = text_add_file(&metrics->kernel, fd);
	metrics->kernel_ms = err ? 0 : now_ms();
	return err;
}

static void on_counters(void *arg, const struct proto_message *message)
{
	struct metrics *metrics = arg;
	const char *problem = message->u.done.text;

	metrics->asking = false;
	if (message->type == PROTO_COUNTERS) {
		problem = read_kernel(metrics, message->fd) ?
				  "the kernel's counts cannot be read whole\n" :
				  NULL;
		close(message->fd);
	}
	/* half of the values would look like all of them */
	if (problem)
		http_refuse(metrics->http, problem);
	else
		answer(metrics);
}

static void on_wanted(void *arg)
{
	struct metrics *metrics = arg;
	struct proto_message message = { .type = PROTO_COUNT, .fd = -1 };

	if (metrics->kernel_ms &&
	    now_ms() - metrics->kernel_ms < METRICS_FRESH_MS) {
		answer(metrics);
		return;
	}
	if (metrics->asking)
		return;
	if (link_request(metrics->sources.link, &message, on_counters, metrics))
		http_refuse(metrics->http, "bailiffd is busy\n");
	else
		metrics->asking = true;
}

struct metrics *metrics_create(struct event_base *base, int fd,
			       const struct metrics_sources *sources)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));
	struct http_page page = {
		.path = "/metrics",
		.type = "text/plain; version=0.0.4; charset=utf-8",
		.wanted = on_wanted,
		.arg = metrics,
	};

	if (!metrics)
		return NULL;
	metrics->sources = *sources;
	metrics->http = http_create(base, fd, &page);
	if (!metrics->http) {
		free(metrics);
		return NULL;
	}
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	http_free(metrics->http);
	text_free(&metrics->kernel);
	free(metrics);
}
