// SPDX-License-Identifier: GPL-2.0-only
/* ctl_status.c - status: is anything enforced, and by what */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bailiffd.h"
#include "ctl.h"
#include "state.h"
#include "verdict.h"

struct summary {
	bool active; /* in the kernel's list of modules */
	char why_not[KFS_REPLY];
	struct text kernel; /* the `status` file */
	json_t *daemon; /* its answer, or NULL */
	char no_daemon[KFS_REPLY];
	json_t *policies;
	json_t *containers; /* what is bound, and to which */
	unsigned int num_enforcing;
	bool has_bindings; /* only root is told; without, the next two are 0 */
	bool has_hits; /* of each policy */
	unsigned long long tasks; /* in bound cgroups */
	unsigned long long covered; /* of those, confined */
	const char *state_dir; /* where the verdict of the self-test is */
	struct verdict verdict;
	int verdict_err;
	struct verdict_of now;
};

/* null: it is not known. */
static json_t *count_json(bool is_known, unsigned long long count)
{
	return is_known ? json_integer((json_int_t)count) : json_null();
}

static int add_policy(const struct state_policy *policy, void *arg)
{
	struct summary *summary = arg;
	json_t *row = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:o}",
		"name", policy->name, "mode", policy->mode, "digest",
		policy->digest, "programs", policy->programs, "generation",
		(json_int_t)policy->generation, "tasks",
		(json_int_t)policy->tasks, "rules", (json_int_t)policy->rules,
		"denials", count_json(policy->has_hits, policy->denials),
		"bytes", (json_int_t)policy->bytes, "loaded",
		(json_int_t)policy->loaded, "hits",
		count_json(policy->has_hits, policy->hits));

	summary->has_hits &= policy->has_hits;
	if (strcmp(policy->mode, "audit"))
		summary->num_enforcing++;
	return json_array_append_new(summary->policies, row) ? -ENOMEM : 0;
}

static int add_container(const struct state_binding *binding, void *arg)
{
	struct summary *summary = arg;
	json_t *policies = json_array();
	char name[BVM_MAX_NAME];
	unsigned int i;

	for (i = 0; state_bound(binding, i, name); i++)
		json_array_append_new(policies, json_string(name));
	return json_array_append_new(
		       summary->containers,
		       json_pack("{s:s, s:I, s:o, s:I, s:I}", "container",
				 binding->label, "cgroup",
				 (json_int_t)binding->cgroup, "policies",
				 policies, "tasks", (json_int_t)binding->tasks,
				 "confined", (json_int_t)binding->joined)) ?
		       -ENOMEM :
		       0;
}

/* What is bound to refuse confines nobody: nothing starts in it. */
static int add_binding(const struct state_binding *binding, void *arg)
{
	struct summary *summary = arg;

	if (strcmp(binding->policy, "refuse") != 0) {
		summary->tasks += binding->tasks;
		summary->covered += binding->joined;
	}
	return add_container(binding, summary);
}

/* Return: CTL_YES or CTL_LACKS, after a complaint. */
static int collect(struct ctl *ctl, struct summary *summary)
{
	int err;

	summary->has_hits = true;
	summary->policies = json_array();
	summary->containers = json_array();
	summary->daemon = ctl_ask(ctl, "status", summary->no_daemon,
				  sizeof(summary->no_daemon));
	summary->active = !kfs_check_lsm(&ctl->kfs, summary->why_not,
					 sizeof(summary->why_not));
	if (!summary->active)
		return CTL_YES;
	if (ctl_read(ctl, "status", &summary->kernel))
		return CTL_LACKS;
	summary->verdict_err =
		verdict_read(summary->state_dir, &summary->verdict);
	/* who may not look may not read a verdict either */
	(void)verdict_look(&ctl->kfs, &summary->now);
	err = state_policies(&ctl->kfs, add_policy, summary);
	if (!err) {
		err = state_bindings(&ctl->kfs, add_binding, summary);
		summary->has_bindings = !err;
		/* who is not root is told the rest */
		err = err == -EACCES ? 0 : err;
	}
	if (err) {
		ctl_error("%s/policies: %s%s", ctl->kfs.dir, strerror(-err),
			  err == -EACCES ? "; this needs root" : "");
		return CTL_LACKS;
	}
	return CTL_YES;
}

static json_t *kernel_json(const struct text *kernel)
{
	json_t *object = json_object();
	const char *line = text_string(kernel);
	size_t key, len;
	char *end;

	while (*line) {
		len = strcspn(line, "\n");
		key = strcspn(line, " \n");
		if (key + 1 < len) {
			char name[64], value[256];
			long long number;

			snprintf(name, sizeof(name), "%.*s", (int)key, line);
			snprintf(value, sizeof(value), "%.*s",
				 (int)(len - key - 1), line + key + 1);
			number = strtoll(value, &end, 10);
			json_object_set_new(object, name,
					    *end ? json_string(value) :
						   json_integer(number));
		}
		line += len + (line[len] == '\n');
	}
	return object;
}

/* null: who asks may not read the bindings. */
static json_t *coverage_json(const struct summary *summary)
{
	if (!summary->has_bindings)
		return json_null();
	return json_pack("{s:I, s:I}", "tasks", (json_int_t)summary->tasks,
			 "confined", (json_int_t)summary->covered);
}

/* null: it was never run, or its verdict cannot be read. */
static json_t *verdict_json(const struct summary *summary)
{
	const struct verdict *verdict = &summary->verdict;

	if (summary->verdict_err)
		return json_null();
	return json_pack("{s:b, s:b, s:I, s:I, s:I, s:I}", "passed",
			 !verdict->failed, "current",
			 verdict_is_current(verdict, &summary->now), "time",
			 (json_int_t)verdict->time, "good",
			 (json_int_t)verdict->good, "failed",
			 (json_int_t)verdict->failed, "not_shown",
			 (json_int_t)verdict->not_shown);
}

static void print_json(const struct summary *summary)
{
	json_t *all = json_pack("{s:b, s:b, s:O}", "active", summary->active,
				"enforcing", summary->num_enforcing > 0,
				"policies", summary->policies);

	json_object_set_new(all, "containers",
			    summary->active && !summary->has_bindings ?
				    json_null() :
				    json_incref(summary->containers));

	if (!summary->active)
		json_object_set_new(all, "error",
				    json_string(summary->why_not));
	else
		json_object_set_new(all, "kernel",
				    kernel_json(&summary->kernel));
	if (summary->active)
		json_object_set_new(all, "coverage", coverage_json(summary));
	if (summary->active)
		json_object_set_new(all, "selftest", verdict_json(summary));
	json_object_set_new(all, "daemon",
			    summary->daemon ? json_incref(summary->daemon) :
					      json_null());
	ctl_dump(all);
	json_decref(all);
}

static const char *value(const struct text *kernel, const char *key,
			 char buf[64])
{
	if (kfs_value(text_string(kernel), key, buf, 64))
		strcpy(buf, "?");
	return buf;
}

static void print_kernel(const struct text *kernel)
{
	char a[64], b[64], c[64];

	printf("kernel    ABI %s, JIT %s, %s decisions denied, ",
	       value(kernel, "abi", a), value(kernel, "jit", b),
	       value(kernel, "decisions_denied", c));
	printf("%s only recorded; %s records lost\n",
	       value(kernel, "decisions_audited", a),
	       value(kernel, "events_lost", b));
	printf("          %s bindings, %s joins (%s failed)\n",
	       value(kernel, "bindings", a), value(kernel, "joins", b),
	       value(kernel, "join_failures", c));
}

static void print_daemon(const struct summary *summary)
{
	const json_t *daemon = summary->daemon;
	json_int_t errors;

	if (!daemon) {
		printf("daemon    %s\n", summary->no_daemon);
		return;
	}
	errors = json_integer_value(json_object_get(daemon, "errors"));
	printf("daemon    running, pid %lld; %lld records logged, "
	       "%lld files in error%s\n",
	       (long long)json_integer_value(json_object_get(daemon, "pid")),
	       (long long)json_integer_value(json_object_get(daemon, "logged")),
	       (long long)errors, errors ? ": bailiffctl policies" : "");
}

static void print_alarms(const json_t *daemon)
{
	const json_int_t more =
		json_integer_value(json_object_get(daemon, "alarms_more"));
	json_t *alarm;
	const char *about, *text;
	size_t i;

	json_array_foreach(json_object_get(daemon, "alarms"), i, alarm)
	{
		if (json_unpack(alarm, "{s:s, s:s}", "about", &about, "text",
				&text))
			continue;
		printf("ALARM     ");
		text_put_safe(about, stdout);
		printf(": ");
		text_put_safe(text, stdout);
		putchar('\n');
	}
	if (more)
		printf("ALARM     and %lld more\n", (long long)more);
}

static void print_checks(const struct summary *summary)
{
	char text[256];

	if (summary->has_bindings)
		printf("tasks     %llu in bound cgroups, %llu of them "
		       "confined%s\n",
		       summary->tasks, summary->covered,
		       summary->covered < summary->tasks ?
			       ": bailiffctl containers" :
			       "");
	else
		puts("tasks     ? in bound cgroups: this needs root");
	verdict_print(&summary->verdict, summary->verdict_err, &summary->now,
		      text, sizeof(text));
	printf("selftest  %s\n", text);
}

static const char *count_word(const json_t *row, const char *key, char *buf,
			      size_t size)
{
	const json_t *count = json_object_get(row, key);

	if (!json_is_integer(count))
		return "?";
	snprintf(buf, size, "%lld", (long long)json_integer_value(count));
	return buf;
}

static void print_policies(const json_t *policies)
{
	const json_t *row;
	size_t i;

	if (!json_array_size(policies))
		return;
	printf("\n%-20s %-8s %5s %6s %8s %10s  %s\n", "POLICY", "MODE", "GEN",
	       "TASKS", "DENIALS", "HITS", "DIGEST");
	json_array_foreach((json_t *)policies, i, row)
	{
		const char *name, *mode, *digest;
		json_int_t generation, tasks;
		char denials[32], hits[32];

		if (json_unpack((json_t *)row, "{s:s, s:s, s:s, s:I, s:I}",
				"name", &name, "mode", &mode, "digest", &digest,
				"generation", &generation, "tasks", &tasks))
			continue;
		printf("%-20s %-8s %5lld %6lld %8s %10s  %.12s\n", name, mode,
		       (long long)generation, (long long)tasks,
		       count_word(row, "denials", denials, sizeof(denials)),
		       count_word(row, "hits", hits, sizeof(hits)), digest);
	}
}

/* Those under several: `containers` has all. */
static void print_stacked(const json_t *containers)
{
	const json_t *row, *name;
	size_t i, j;

	json_array_foreach((json_t *)containers, i, row)
	{
		const json_t *policies = json_object_get(row, "policies");

		if (json_array_size(policies) < 2)
			continue;
		printf("stacked   %s:",
		       json_string_value(json_object_get(row, "container")));
		json_array_foreach((json_t *)policies, j, name)
			printf("%s %s", j ? "," : "", json_string_value(name));
		putchar('\n');
	}
}

static void print_text(const struct summary *summary)
{
	char order[64];

	if (!summary->active) {
		printf("bailiff   NOT ACTIVE: %s\n", summary->why_not);
		print_daemon(summary);
		return;
	}
	printf("bailiff   active (module %s), %u of %zu policies enforce\n",
	       value(&summary->kernel, "lsm_order", order),
	       summary->num_enforcing, json_array_size(summary->policies));
	print_kernel(&summary->kernel);
	print_daemon(summary);
	print_alarms(summary->daemon);
	print_checks(summary);
	print_policies(summary->policies);
	if (!summary->has_hits)
		puts(CTL_HITS_UNKNOWN);
	print_stacked(summary->containers);
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "state-dir", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 },
};

int ctl_status(struct ctl *ctl, int argc, char **argv)
{
	struct summary summary = { .state_dir = STATE_DIR };
	bool json = false;
	int opt, code;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			summary.state_dir = optarg;
		else if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
		else
			json = true;
	}
	if (optind != argc)
		return ctl_usage(argv[0], "it takes no operands");
	code = collect(ctl, &summary);
	if (!code) {
		if (json)
			print_json(&summary);
		else
			print_text(&summary);
		code = !summary.active	     ? CTL_LACKS :
		       summary.num_enforcing ? CTL_YES :
					       CTL_NO;
	}
	text_free(&summary.kernel);
	json_decref(summary.policies);
	json_decref(summary.containers);
	json_decref(summary.daemon);
	return code;
}
