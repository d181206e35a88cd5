// SPDX-License-Identifier: GPL-2.0-only
/* ctl_log.c - log: the daemon's records, for people or as they are */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "logfilter.h"
#include "logfollow.h"
#include "logread.h"

#define FOLLOW_LINES 10 /* shown first by -f */

struct log_view {
	const char *file;
	bool follow;
	bool json;
	bool color;
	unsigned long long last; /* only so many; 0: all */
	struct logfilter filter;
	char *line; /* getline's */
	size_t size;
};

static void show(const struct log_view *view, const char *line,
		 const json_t *record)
{
	if (view->json) {
		fputs(line, stdout);
		return;
	}
	logread_print(record, view->color, stdout);
}

static unsigned long long count(FILE *log, struct log_view *view)
{
	unsigned long long num = 0;
	json_t *record;

	while ((record = logread_next(log, &view->line, &view->size))) {
		num += logfilter_takes(&view->filter, record);
		json_decref(record);
	}
	rewind(log);
	return num;
}

static void show_rest(FILE *log, struct log_view *view, unsigned long long skip)
{
	json_t *record;

	while ((record = logread_next(log, &view->line, &view->size))) {
		if (!logfilter_takes(&view->filter, record))
			;
		else if (skip)
			skip--;
		else
			show(view, view->line, record);
		json_decref(record);
	}
	clearerr(log);
	fflush(stdout);
}

/* Until nobody reads what we write. */
static void follow(struct logfollow *logs, struct log_view *view)
{
	json_t *record;

	while (!ferror(stdout)) {
		while ((record = logfollow_next(logs))) {
			if (logfilter_takes(&view->filter, record))
				show(view, logs->line, record);
			json_decref(record);
		}
		fflush(stdout);
		logfollow_wait(logs, 500);
	}
}

static const struct option options[] = {
	{ "follow", no_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "lines", required_argument, NULL, 'n' },
	{ "container", required_argument, NULL, 'c' },
	{ "policy", required_argument, NULL, 'p' },
	{ "class", required_argument, NULL, 'C' },
	{ "reason", required_argument, NULL, 'r' },
	{ "outcome", required_argument, NULL, 'o' },
	{ "since", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 },
};

static int no_such(const char *command, const char *what, const char *names)
{
	return ctl_usage(command, "no %s '%s'; there are %s", what, optarg,
			 names);
}

/* One of the filters. Return: CTL_YES or CTL_USAGE. */
static int take_filter(struct logfilter *filter, int opt, const char *command)
{
	char names[1024];

	switch (opt) {
	case 'c':
		filter->container = optarg;
		return CTL_YES;
	case 'p':
		filter->policy = optarg;
		return CTL_YES;
	case 'C':
		filter->class = optarg;
		if (!logfilter_is_class(optarg, names, sizeof(names)))
			return no_such(command, "class", names);
		return CTL_YES;
	case 'r':
		filter->reason = optarg;
		if (!logfilter_is_reason(optarg, names, sizeof(names)))
			return no_such(command, "reason", names);
		return CTL_YES;
	case 'o':
		filter->outcome = optarg;
		if (!logfilter_is_outcome(optarg, names, sizeof(names)))
			return no_such(command, "outcome", names);
		return CTL_YES;
	case 's':
		if (logfilter_since(optarg, time(NULL), filter->since))
			return ctl_usage(command,
					 "--since %s: expected 90s, 10m, 2h, "
					 "3d, or a time as 2026-11-26T10:05",
					 optarg);
		return CTL_YES;
	}
	return ctl_usage(command, "bad option");
}

static int parse_options(struct log_view *view, int argc, char **argv)
{
	int opt, code;

	while ((opt = getopt_long(argc, argv, "fn:", options, NULL)) != -1) {
		if (opt == 'f') {
			view->follow = true;
			continue;
		}
		if (opt == 'j') {
			view->json = true;
			continue;
		}
		if (opt != 'n') {
			code = take_filter(&view->filter, opt, argv[0]);
			if (code)
				return code;
			continue;
		}
		if (text_number(optarg, 1000000000, &view->last))
			return ctl_usage(argv[0], "-n: not a number");
	}
	if (optind < argc)
		view->file = argv[optind++];
	if (optind != argc)
		return ctl_usage(argv[0], "'%s' is too much", argv[optind]);
	if (view->follow && !view->last && !view->filter.since[0])
		view->last = FOLLOW_LINES;
	return CTL_YES;
}

/* Where a log was moved to may hold what is asked for; the oldest first. */
static void show_moved(struct log_view *view)
{
	char name[PATH_MAX];
	unsigned int i = 0;
	FILE *log;

	while ((size_t)snprintf(name, sizeof(name), "%s.%u", view->file,
				i + 1) < sizeof(name) &&
	       !access(name, F_OK))
		i++;
	for (; i; i--) {
		snprintf(name, sizeof(name), "%s.%u", view->file, i);
		log = fopen(name, "re");
		if (!log)
			continue;
		show_rest(log, view, 0);
		fclose(log);
	}
}

static int run(struct log_view *view)
{
	unsigned long long num;
	struct logfollow logs;
	FILE *log;

	log = fopen(view->file, "re");
	if (!log) {
		ctl_error("%s: %s%s", view->file, strerror(errno),
			  errno == ENOENT ? "; bailiffd writes it" : "");
		return CTL_LACKS;
	}
	if (!logread_is_log(log, view->file)) {
		fclose(log);
		return CTL_USAGE;
	}
	if (view->filter.since[0] && !view->last)
		show_moved(view);
	num = view->last ? count(log, view) : 0;
	show_rest(log, view, num > view->last ? num - view->last : 0);
	free(view->line);
	/* from where that came to */
	logfollow_init(&logs, log, view->file);
	if (view->follow)
		follow(&logs, view);
	logfollow_fini(&logs);
	return CTL_YES;
}

int ctl_log(struct ctl *ctl, int argc, char **argv)
{
	struct log_view view = { .file = ctl->log, .color = ctl->color };
	int code = parse_options(&view, argc, argv);

	return code ? code : run(&view);
}

int ctl_monitor(struct ctl *ctl, int argc, char **argv)
{
	struct log_view view = { .file = ctl->log, .color = ctl->color };
	int code = parse_options(&view, argc, argv);

	view.filter.outcome = "lifecycle";
	view.follow = true;
	if (!view.last)
		view.last = FOLLOW_LINES;
	return code ? code : run(&view);
}
