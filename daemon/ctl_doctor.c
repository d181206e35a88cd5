// SPDX-License-Identifier: GPL-2.0-only
/* ctl_doctor.c - doctor: is everything there that enforcement needs? */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "compile.h"
#include "ctl.h"
#include "engines.h"
#include "state.h"

struct report {
	struct ctl *ctl;
	json_t *checks; /* NULL: they are printed as they come */
	unsigned int num_bad;
};

/* A line, or an object of the list. */
static void add(struct report *report, const char *result, const char *what,
		const char *text)
{
	if (!report->checks)
		printf("%-5s %-12s %s\n", result, what, text);
	else if (json_array_append_new(report->checks,
				       json_pack("{s:s, s:s, s:o}", "result",
						 result, "what", what, "text",
						 ctl_string(text))))
		report->num_bad++; /* less than all is no answer */
}

static void good(struct report *report, const char *what, const char *text)
{
	add(report, "ok", what, text);
}

static void bad(struct report *report, const char *what, const char *text)
{
	add(report, "FAIL", what, text);
	report->num_bad++;
}

static void note(struct report *report, const char *what, const char *text)
{
	add(report, "note", what, text);
}

#define SYMBOLS "/proc/kallsyms"
#define CMDLINE "/proc/cmdline"

/* As kstrtobool() reads it. */
static bool is_no(const char *value)
{
	return (*value && strchr("0nNfF", *value)) ||
	       !strncasecmp(value, "of", 2);
}

/* Does the kernel's command line say so, as `bailiff=off`? */
static bool is_switched_off(void)
{
	FILE *file = fopen(CMDLINE, "re");
	char *line = NULL, *word, *rest;
	size_t size = 0;
	bool off = false;

	if (file && getline(&line, &size, file) > 0)
		for (word = strtok_r(line, " \n", &rest); word;
		     word = strtok_r(NULL, " \n", &rest))
			if (!strncmp(word, "bailiff=", strlen("bailiff=")))
				off = is_no(word + strlen("bailiff="));
	free(line);
	if (file)
		fclose(file);
	return off;
}

static const char *why_inactive(void)
{
	if (is_switched_off())
		return "the kernel's command line has bailiff=off";
	if (kfs_is_compiled_in(SYMBOLS))
		return "it is compiled into this kernel, and not switched on: "
		       "the command line lacks it, as above";
	return "this kernel was built without it: another one has to be booted";
}

static void check_module(struct report *report)
{
	char why[KFS_REPLY];
	struct utsname name;
	int err = kfs_check_lsm(&report->ctl->kfs, why, sizeof(why));

	if (err)
		bad(report, "module", why);
	if (err == -ENODEV)
		note(report, "module", why_inactive());
	if (err)
		return;
	uname(&name);
	snprintf(why, sizeof(why), "active in Linux %s", name.release);
	good(report, "module", why);
}

static void check_versions(struct report *report)
{
	char why[KFS_REPLY];

	if (kfs_check_abi(&report->ctl->kfs, why, sizeof(why)))
		bad(report, "versions", why);
	else
		good(report, "versions", "kernel and tools are of one version");
}

/* Lines that the daemon could not write, and events that the kernel lost. */
static void check_losses(struct report *report, const json_t *status)
{
	json_int_t failed =
		json_integer_value(json_object_get(status, "log_failed"));
	char line[KFS_REPLY];

	if (!failed)
		return;
	snprintf(line, sizeof(line),
		 "%lld lines could not be written: is the disk full, or the "
		 "log's directory not writable? (%.200s)",
		 (long long)failed, report->ctl->log);
	bad(report, "log", line);
}

static void check_log(struct report *report)
{
	char line[KFS_REPLY];

	if (!access(report->ctl->log, R_OK)) {
		good(report, "log", report->ctl->log);
		return;
	}
	snprintf(line, sizeof(line), "%.300s: %s%s", report->ctl->log,
		 strerror(errno), errno == ENOENT ? "; bailiffd makes it" : "");
	if (errno == EACCES && geteuid())
		note(report, "log", line);
	else
		bad(report, "log", line);
}

static void check_daemon(struct report *report)
{
	char why[KFS_REPLY];
	json_t *answer = ctl_ask(report->ctl, "status", why, sizeof(why));
	json_int_t errors;

	if (!answer) {
		bad(report, "bailiffd", why);
		return;
	}
	errors = json_integer_value(json_object_get(answer, "errors"));
	if (errors) {
		snprintf(why, sizeof(why),
			 "%lld policy files are in error: "
			 "bailiffctl policies",
			 (long long)errors);
		bad(report, "bailiffd", why);
	} else {
		good(report, "bailiffd",
		     "runs, and every policy file is loaded");
	}
	check_losses(report, answer);
	json_decref(answer);
}

static bool is_version_1(void)
{
	static const char *const controllers[] = { "cpu", "memory", "systemd" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]);
	     i++) {
		snprintf(path, sizeof(path), "%s/%s", cgroup_mount,
			 controllers[i]);
		if (!access(path, F_OK))
			return true;
	}
	return false;
}

static void check_cgroups(struct report *report)
{
	uint64_t id;
	int err = cgroup_id("/", &id);

	if (!err)
		good(report, "cgroups", "version 2 at " CGROUP_MOUNT);
	else if (is_version_1())
		bad(report, "cgroups",
		    "version 1 at " CGROUP_MOUNT ", by which nothing can be "
		    "bound: boot with systemd.unified_cgroup_hierarchy=1");
	else
		bad(report, "cgroups",
		    "no cgroup v2 at " CGROUP_MOUNT "; containers cannot be "
		    "bound (mount -t cgroup2 none " CGROUP_MOUNT ")");
}

/* Labels of bindings, and how many have each. */
struct labels {
	struct text seen; /* "\nLABEL\n" for each */
	struct text twice; /* of those that several have */
};

static int add_label(const struct state_binding *binding, void *arg)
{
	struct labels *labels = arg;
	char line[BVM_MAX_NAME + 2];

	if (!binding->label[0])
		return 0;
	snprintf(line, sizeof(line), "\n%s\n", binding->label);
	if (!strstr(text_string(&labels->seen), line))
		text_add(&labels->seen, line);
	else if (!strstr(text_string(&labels->twice), line))
		text_add(&labels->twice, line);
	return 0;
}

/* Both are confined; people take one for the other. */
static void check_names(struct report *report)
{
	struct labels labels = {};
	char line[KFS_REPLY];
	char *at;

	if (!state_bindings(&report->ctl->kfs, add_label, &labels) &&
	    labels.twice.len) {
		for (at = labels.twice.data; *at; at++)
			*at = *at == '\n' ? ' ' : *at;
		snprintf(line, sizeof(line),
			 "several containers share a name:%.200s; records "
			 "tell them apart by `cgroup`",
			 labels.twice.data);
		note(report, "names", line);
	}
	text_free(&labels.seen);
	text_free(&labels.twice);
}

static void check_policyc(struct report *report)
{
	char path[PATH_MAX];
	const char *policyc = report->ctl->policyc;

	if (!policyc)
		policyc = compile_find_policyc(path, sizeof(path));
	if (strchr(policyc, '/') && access(policyc, X_OK))
		bad(report, "policyc", strerror(errno));
	else if (strchr(policyc, '/'))
		good(report, "policyc", policyc);
	else
		note(report, "policyc",
		     "not beside bailiffctl; looked for in PATH");
}

/*
 * Engines that read hooks from a directory find ours there. Of the one below
 * /etc podman knows only if its configuration says so.
 */
static void check_hooks(struct report *report)
{
	if (!access(ENGINES_HOOKS "/bailiff.json", R_OK))
		good(report, "hook", ENGINES_HOOKS "/bailiff.json");
	else
		note(report, "hook",
		     "no bailiff.json in " ENGINES_HOOKS ": podman and "
		     "CRI-O bind no container by themselves");
}

static void tell_of_engine(void *arg, const char *result, const char *what,
			   const char *text)
{
	add(arg, result, what, text);
}

static void check_all(struct report *report)
{
	check_module(report);
	if (!report->num_bad)
		check_versions(report);
	if (!report->num_bad)
		check_names(report);
	check_daemon(report);
	check_log(report);
	check_cgroups(report);
	check_policyc(report);
	check_hooks(report);
	engines_look(tell_of_engine, report);
	if (geteuid())
		note(report, "user",
		     "only root may load, bind and read everything");
}

static int print_json(struct report *report)
{
	json_t *object = json_pack("{s:b, s:O}", "well", !report->num_bad,
				   "checks", report->checks);

	if (!object)
		return CTL_BUG;
	ctl_dump(object);
	json_decref(object);
	return CTL_YES;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

int ctl_doctor(struct ctl *ctl, int argc, char **argv)
{
	struct report report = { .ctl = ctl };
	int opt, code = CTL_YES;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
		if (!report.checks)
			report.checks = json_array();
		if (!report.checks)
			return CTL_BUG;
	}
	if (optind == argc)
		check_all(&report);
	else
		code = ctl_usage(argv[0], "it takes no operands");
	if (!code && report.checks)
		code = print_json(&report);
	json_decref(report.checks);
	return code ? code : report.num_bad ? CTL_LACKS : CTL_YES;
}
