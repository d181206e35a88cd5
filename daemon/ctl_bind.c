// SPDX-License-Identifier: GPL-2.0-only
/* ctl_bind.c - bind and unbind: which cgroup is under which policy */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "ctl.h"
#include "launch.h"
#include "state.h"
#include "vm/limits.h"

#define NOW_TRIES 10 /* of those who run to join, 0.1 s apart */

struct binding {
	const char *cgroup;
	char policy[STATE_POLICIES]; /* NAME[@DIGEST],...; "": none */
	const char *label;
	const char *runtime;
	bool now; /* those who run already, too */
};

enum { OPT_CGROUP = 256, OPT_POLICY, OPT_LABEL, OPT_RUNTIME, OPT_NOW };

static const struct option options[] = {
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "runtime", required_argument, NULL, OPT_RUNTIME },
	{ "now", no_argument, NULL, OPT_NOW },
	{ NULL, 0, NULL, 0 },
};

/* Said several times, they are stacked. Return: is there room for it? */
static bool add_policy(struct binding *binding, const char *policy)
{
	size_t len = strlen(binding->policy);
	size_t room = sizeof(binding->policy) - len;

	return (size_t)snprintf(binding->policy + len, room, "%s%s",
				len ? "," : "", policy) < room;
}

static int parse_options(struct binding *binding, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == OPT_CGROUP)
			binding->cgroup = optarg;
		else if (opt == OPT_POLICY && add_policy(binding, optarg))
			continue;
		else if (opt == OPT_LABEL)
			binding->label = optarg;
		else if (opt == OPT_RUNTIME)
			binding->runtime = optarg;
		else if (opt == OPT_NOW)
			binding->now = true;
		else
			return ctl_usage(argv[0], "bad option");
	}
	if (optind != argc)
		return ctl_usage(argv[0], "'%s' is too much", argv[optind]);
	if (!binding->cgroup)
		return ctl_usage(argv[0], "--cgroup is missing");
	return CTL_YES;
}

/* A number, or the path of a cgroup. */
static int find_cgroup(const char *cgroup, unsigned long long *id)
{
	uint64_t number;
	int err;

	if (!text_number(cgroup, UINT64_MAX, id))
		return CTL_YES;
	err = cgroup[0] == '/' ? cgroup_id(cgroup, &number) : -ENOENT;
	if (!err) {
		*id = number;
		return CTL_YES;
	}
	ctl_error(
		"--cgroup %s: %s", cgroup,
		err == -ENOTSUP ? "this is not a cgroup v2" :
		err == -ENOENT ? "there is no such cgroup below " CGROUP_MOUNT :
				 strerror(-err));
	return CTL_USAGE;
}

/* What records call a binding that was given no label: its last component. */
static const char *default_label(const char *cgroup)
{
	const char *slash = strrchr(cgroup, '/');

	return slash && text_is_label(slash + 1) ? slash + 1 : NULL;
}

static int check_words(const char *command, struct binding *binding)
{
	unsigned long long pid;

	if (!binding->policy[0])
		return ctl_usage(command, "--policy is missing");
	if (strpbrk(binding->policy, " \n"))
		return ctl_usage(command, "--policy: not a name");
	if (binding->label && !text_is_label(binding->label))
		return ctl_usage(command, "--label: under 64 printable "
					  "characters, no blanks");
	if (binding->runtime && text_number(binding->runtime, INT_MAX, &pid))
		return ctl_usage(command, "--runtime: not a process number");
	if (!binding->label)
		binding->label = default_label(binding->cgroup);
	return CTL_YES;
}

static int request(struct ctl *ctl, const char *file, const char *line)
{
	char reply[KFS_REPLY];
	int err = kfs_request(&ctl->kfs, file, line, strlen(line), reply);

	return err ? ctl_refused(file, err, reply) : CTL_YES;
}

/* Nobody would install its filter. */
static int check_filter(struct ctl *ctl, const char *name)
{
	struct launch_filter filter;
	bool needed;
	int err;

	/* a policy that is not loaded is the kernel's to refuse */
	if (!text_is_policy_name(name))
		return CTL_YES;
	err = launch_read(&ctl->kfs, name, &filter);
	needed = filter.insns || err == -EXDEV;
	launch_free(&filter);
	if (!needed)
		return CTL_YES;
	ctl_error("policy %s has a filter of system calls, which a binding "
		  "does not install: start the program by bailiffctl run, or "
		  "say 'syscalls: {installed-by: runtime}'",
		  name);
	return CTL_NO;
}

static int check_filters(struct ctl *ctl, const struct binding *binding)
{
	const char *at = binding->policy;
	char name[BVM_MAX_NAME];
	int code = CTL_YES;

	while (!code && *at) {
		size_t len = strcspn(at, ",");

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "@,"),
			 at);
		code = check_filter(ctl, name);
		at += len + (at[len] == ',');
	}
	return code;
}

struct joined {
	unsigned long long cgroup;
	unsigned long long tasks;
	unsigned long long joined;
};

static int find_joined(const struct state_binding *binding, void *arg)
{
	struct joined *joined = arg;

	if (binding->cgroup != joined->cgroup)
		return 0;
	joined->tasks = binding->tasks;
	joined->joined = binding->joined;
	return 1;
}

/*
 * What was forked while the others joined has not; so it is asked for again.
 * Return: CTL_YES all have, CTL_NO some have not.
 */
static int join_all(struct ctl *ctl, unsigned long long id, const char *line)
{
	struct timespec pause = { .tv_nsec = 100000000 };
	struct joined joined = { .cgroup = id };
	int tries = NOW_TRIES, code = CTL_YES, err;

	for (;;) {
		err = state_bindings(&ctl->kfs, find_joined, &joined);
		if (err < 0)
			return ctl_refused("bindings", err, strerror(-err));
		if (joined.joined >= joined.tasks || !--tries)
			break;
		nanosleep(&pause, NULL);
		code = request(ctl, "bind", line);
		if (code)
			return code;
	}
	printf("%llu of %llu tasks are confined\n", joined.joined,
	       joined.tasks);
	if (joined.joined >= joined.tasks)
		return CTL_YES;
	ctl_error(
		"the others sleep in a system call, and join when it ends; or "
		"they cannot: bailiffctl ps, docs/operations.md");
	return CTL_NO;
}

int ctl_bind(struct ctl *ctl, int argc, char **argv)
{
	struct binding binding = {};
	unsigned long long id;
	char line[STATE_POLICIES + 512];
	int code, len;

	code = parse_options(&binding, argc, argv);
	if (!code)
		code = check_words(argv[0], &binding);
	if (!code)
		code = ctl_need_kernel(ctl);
	if (!code)
		code = find_cgroup(binding.cgroup, &id);
	if (!code)
		code = check_filters(ctl, &binding);
	if (code)
		return code;
	len = snprintf(line, sizeof(line), "cgroup=%llu policy=%s%s%s%s%s%s",
		       id, binding.policy, binding.label ? " label=" : "",
		       binding.label ? binding.label : "",
		       binding.runtime ? " runtime=" : "",
		       binding.runtime ? binding.runtime : "",
		       binding.now ? " now" : "");
	if ((size_t)len >= sizeof(line))
		return ctl_usage(argv[0], "--policy: not a name");
	code = request(ctl, "bind", line);
	if (!code)
		printf("bound %s\n", line);
	if (!code && binding.now)
		code = join_all(ctl, id, line);
	return code;
}

int ctl_unbind(struct ctl *ctl, int argc, char **argv)
{
	struct binding binding = {};
	unsigned long long id;
	char line[64];
	int code;

	code = parse_options(&binding, argc, argv);
	if (!code)
		code = ctl_need_kernel(ctl);
	if (!code)
		code = find_cgroup(binding.cgroup, &id);
	if (code)
		return code;
	snprintf(line, sizeof(line), "cgroup=%llu", id);
	code = request(ctl, "unbind", line);
	if (!code)
		printf("unbound %s\n", line);
	return code;
}
