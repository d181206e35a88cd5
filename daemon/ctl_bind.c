// SPDX-License-Identifier: GPL-2.0-only
/* ctl_bind.c - bind and unbind: which cgroup is under which policy */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "ctl.h"
#include "launch.h"
#include "state.h"
#include "vm/limits.h"

struct binding {
	const char *cgroup;
	char policy[STATE_POLICIES]; /* NAME[@DIGEST],...; "": none */
	const char *label;
	const char *runtime;
};

enum { OPT_CGROUP = 256, OPT_POLICY, OPT_LABEL, OPT_RUNTIME };

static const struct option options[] = {
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "runtime", required_argument, NULL, OPT_RUNTIME },
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
	len = snprintf(line, sizeof(line), "cgroup=%llu policy=%s%s%s%s%s", id,
		       binding.policy, binding.label ? " label=" : "",
		       binding.label ? binding.label : "",
		       binding.runtime ? " runtime=" : "",
		       binding.runtime ? binding.runtime : "");
	if ((size_t)len >= sizeof(line))
		return ctl_usage(argv[0], "--policy: not a name");
	code = request(ctl, "bind", line);
	if (!code)
		printf("bound %s\n", line);
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
