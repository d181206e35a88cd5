// SPDX-License-Identifier: GPL-2.0-only
/* ctl_trace.c - trace: one container's decisions as they are taken */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "ctl.h"
#include "logread.h"
#include "record.h"
#include "state.h"

#define STEP_MS 200 /* how often the end is looked for */

struct trace {
	struct ctl *ctl;
	const char *container; /* or NULL */
	const char *policy; /* or NULL */
	bool json;
	unsigned long long max; /* decisions; 0: no end */
	unsigned long long seconds; /* 0: no end */
	unsigned long long num;
	unsigned long long lost; /* as the last record says */
	int fd;
};

/* Bindings that a name may mean. */
struct search {
	const char *label;
	unsigned long long cgroup; /* of the last one */
	unsigned int num;
	struct text all; /* their numbers */
};

static int look_at(const struct state_binding *binding, void *arg)
{
	struct search *search = arg;

	if (strcmp(binding->label, search->label))
		return 0;
	search->cgroup = binding->cgroup;
	text_printf(&search->all, "%s%llu", search->num++ ? ", " : "",
		    binding->cgroup);
	return 0;
}

static int find_label(struct trace *trace, unsigned long long *cgroup)
{
	struct search search = { .label = trace->container };
	int err = state_bindings(&trace->ctl->kfs, look_at, &search);
	int code = CTL_YES;

	if (err) {
		code = ctl_refused("bindings", err, "");
	} else if (search.num > 1) {
		ctl_error("%u containers are called %s: name one of the "
			  "cgroups %s",
			  search.num, trace->container,
			  text_string(&search.all));
		code = CTL_USAGE;
	} else if (!search.num) {
		ctl_error("no bound container is called %s; bailiffctl "
			  "containers lists them, --policy takes a policy",
			  trace->container);
		code = CTL_USAGE;
	}
	*cgroup = search.cgroup;
	text_free(&search.all);
	return code;
}

/* A label, a path below the cgroups, or a number. */
static int find_cgroup(struct trace *trace, unsigned long long *cgroup)
{
	uint64_t id;
	int err;

	if (!text_number(trace->container, UINT64_MAX, cgroup) && *cgroup)
		return CTL_YES;
	if (trace->container[0] != '/')
		return find_label(trace, cgroup);
	err = cgroup_id(trace->container, &id);
	*cgroup = id;
	if (!err)
		return CTL_YES;
	ctl_error("%s: no cgroup v2 below " CGROUP_MOUNT, trace->container);
	return CTL_USAGE;
}

static int open_trace(struct trace *trace)
{
	trace->fd = kfs_open(&trace->ctl->kfs, "trace", O_RDWR | O_NONBLOCK);
	if (trace->fd >= 0)
		return CTL_YES;
	if (trace->fd == -EBUSY)
		ctl_error("somebody else traces; one can at a time");
	else if (trace->fd == -ENOENT)
		ctl_error("this kernel's Bailiff has no trace: update it");
	else
		return ctl_refused("trace", trace->fd, "");
	return CTL_LACKS;
}

/* Say whose decisions; they come from then on. */
static int start(struct trace *trace)
{
	unsigned long long cgroup = 0;
	char line[160];
	int code = CTL_YES, err, len = 0;

	if (trace->container)
		code = find_cgroup(trace, &cgroup);
	if (!code)
		code = open_trace(trace);
	if (code)
		return code;
	if (trace->container)
		len = snprintf(line, sizeof(line), "cgroup=%llu", cgroup);
	if (trace->policy)
		snprintf(line + len, sizeof(line) - (size_t)len, "%spolicy=%s",
			 len ? " " : "", trace->policy);
	err = trace->ctl->kfs.ops->write(&trace->ctl->kfs, trace->fd, line,
					 strlen(line));
	if (!err)
		return CTL_YES;
	close(trace->fd);
	return ctl_refused("trace", err, "");
}

static void print(struct trace *trace, const struct record *record,
		  struct text *line)
{
	json_t *json;

	text_reset(line);
	record_print_json(record, line);
	if (trace->json) {
		fputs(text_string(line), stdout);
		return;
	}
	if (record->raw.lost != trace->lost)
		printf("... %llu decisions were lost\n",
		       (unsigned long long)record->raw.lost - trace->lost);
	json = json_loads(text_string(line), 0, NULL);
	if (json)
		logread_print(json, trace->ctl->color, stdout);
	json_decref(json);
}

/* Return: CTL_YES, or CTL_BUG: the kernel's bytes are no records. */
static int show(struct trace *trace, const char *bytes, size_t len)
{
	struct text line = {};
	struct record record;
	size_t at = 0;
	long one = 0;

	while (at < len && (!trace->max || trace->num < trace->max)) {
		one = record_parse(bytes + at, len - at, &record);
		if (one < 0)
			break;
		print(trace, &record, &line);
		trace->lost = record.raw.lost;
		trace->num++;
		at += (size_t)one;
	}
	text_free(&line);
	if (one >= 0)
		return CTL_YES;
	ctl_error("the kernel's record makes no sense");
	return CTL_BUG;
}

static bool is_over(const struct trace *trace, time_t start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ctl_is_stopped() || ferror(stdout) ||
	       (trace->max && trace->num >= trace->max) ||
	       (trace->seconds && now.tv_sec - start >= (time_t)trace->seconds);
}

static int follow(struct trace *trace)
{
	static char bytes[1 << 16];
	struct pollfd wait = { .fd = trace->fd, .events = POLLIN };
	struct timespec start;
	int code = CTL_YES;
	ssize_t len;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!code && !is_over(trace, start.tv_sec)) {
		poll(&wait, 1, STEP_MS);
		len = read(trace->fd, bytes, sizeof(bytes));
		if (len > 0)
			code = show(trace, bytes, (size_t)len);
		else if (len < 0 && errno != EAGAIN && errno != EINTR)
			code = ctl_refused("trace", -errno, "");
		fflush(stdout);
	}
	return code;
}

enum { OPT_POLICY = 256, OPT_FOR };

static const struct option options[] = {
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "for", required_argument, NULL, OPT_FOR },
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct trace *trace, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
		if (opt == OPT_POLICY)
			trace->policy = optarg;
		else if (opt == 'j')
			trace->json = true;
		else if (opt != 'n' && opt != OPT_FOR)
			return ctl_usage(argv[0], "bad option");
		else if (text_number(optarg, 1000000000,
				     opt == 'n' ? &trace->max :
						  &trace->seconds))
			return ctl_usage(argv[0], "'%s' is not a number",
					 optarg);
	}
	if (optind < argc)
		trace->container = argv[optind++];
	if (optind != argc)
		return ctl_usage(argv[0], "'%s' is too much", argv[optind]);
	if (!trace->container && !trace->policy)
		return ctl_usage(argv[0], "name a container, or --policy");
	if (trace->policy && !text_is_policy_name(trace->policy))
		return ctl_usage(argv[0], "'%s' is no policy name",
				 trace->policy);
	return CTL_YES;
}

int ctl_trace(struct ctl *ctl, int argc, char **argv)
{
	struct trace trace = { .ctl = ctl };
	int code = parse_options(&trace, argc, argv);

	if (!code)
		code = ctl_need_kernel(ctl);
	if (!code)
		code = start(&trace);
	if (code)
		return code;
	ctl_catch_signals();
	code = follow(&trace);
	close(trace.fd);
	ctl_error("%llu decisions, %llu lost", trace.num, trace.lost);
	return code || trace.num ? code : CTL_NO;
}
