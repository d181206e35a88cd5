// SPDX-License-Identifier: GPL-2.0-only
/* ctl_list.c - ps, policies, containers, rules: the kernel's lists */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "ctl.h"
#include "state.h"

/* A list on its way out: rows as text, or gathered for --json. */
struct list {
	struct ctl *ctl;
	json_t *rows; /* NULL: print each as it comes */
	bool never_hit; /* rules: only those that decided nothing */
	const char *policy; /* rules: whose they are */
	bool lacks_hits; /* policies: not all could be read */
	unsigned int num;
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "never-hit", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct list *list, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'j' && !list->rows)
			list->rows = json_array();
		else if (opt == 'n' && !strcmp(argv[0], "rules"))
			list->never_hit = true;
		else if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
	}
	return CTL_YES;
}

static int finish(struct list *list, const char *what, int err)
{
	if (err)
		ctl_error("%s/%s: %s%s", list->ctl->kfs.dir, what,
			  strerror(-err),
			  err == -EACCES ? "; this needs root" : "");
	else if (list->rows)
		ctl_dump(list->rows);
	json_decref(list->rows);
	return err ? CTL_LACKS : CTL_YES;
}

static int start(struct list *list, int argc, char **argv)
{
	int code = parse_options(list, argc, argv);

	if (!code && optind != argc)
		code = ctl_usage(argv[0], "it takes no operands");
	if (!code)
		code = ctl_need_kernel(list->ctl);
	if (code)
		json_decref(list->rows);
	return code;
}

static void program_of(pid_t pid, char *buf, size_t size)
{
	char file[64];
	ssize_t len;
	int fd;

	snprintf(file, sizeof(file), "/proc/%d/comm", (int)pid);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, buf, size - 1);
	if (fd >= 0)
		close(fd);
	buf[len > 0 ? len : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static int show_task(const struct state_task *task, void *arg)
{
	struct list *list = arg;
	char program[64], path[PATH_MAX];
	char safe[4 * sizeof(program)];

	if (task->tgid != task->tid) /* a process is enough */
		return 0;
	program_of(task->tgid, program, sizeof(program));
	if (cgroup_of_pid(task->tgid, path))
		strcpy(path, "-");
	if (list->rows)
		return json_array_append_new(
			list->rows,
			json_pack("{s:i, s:s, s:o, s:o}", "pid",
				  (int)task->tgid, "policies", task->policies,
				  "cgroup", ctl_string(path), "program",
				  ctl_string(program)));
	if (!list->num++)
		printf("%7s %-24s %-16s %s\n", "PID", "POLICIES", "PROGRAM",
		       "CGROUP");
	printf("%7d %-24s %-16s ", (int)task->tgid, task->policies,
	       text_safe(program, safe, sizeof(safe)));
	text_put_safe(path, stdout);
	putchar('\n');
	return 0;
}

int ctl_ps(struct ctl *ctl, int argc, char **argv)
{
	struct list list = { .ctl = ctl };
	int code = start(&list, argc, argv);

	if (code)
		return code;
	return finish(&list, "tasks", state_tasks(&ctl->kfs, show_task, &list));
}

/* `waiting` of a policy: the kernel counts by policy, not by container. */
struct start {
	char policy[BVM_MAX_NAME];
	unsigned long long waiting;
	unsigned long long bound; /* containers that have the policy */
};

static int count_binding(const struct state_binding *binding, void *arg)
{
	struct start *start = arg;

	if (state_binds(binding, start->policy))
		start->bound++;
	return 0;
}

/* Is the container under this policy yet? Return: false if it has no `start`. */
static bool start_of_policy(struct list *list, const char *name, char *text,
			    size_t size)
{
	struct state_policy policy;
	struct start start = {};

	snprintf(start.policy, sizeof(start.policy), "%s", name);
	if (state_policy(&list->ctl->kfs, start.policy, &policy) ||
	    !policy.has_start)
		return false;
	(void)state_bindings(&list->ctl->kfs, count_binding, &start);
	if (!policy.waiting)
		snprintf(text, size, "started");
	else if (policy.waiting >= start.bound)
		snprintf(text, size, "waiting");
	else
		snprintf(text, size, "%llu of %llu wait", policy.waiting,
			 start.bound);
	return true;
}

/* Of the first of its policies that has one; "-": none has. */
static void start_of(struct list *list, const struct state_binding *binding,
		     char *text, size_t size)
{
	char name[BVM_MAX_NAME];
	unsigned int i;

	for (i = 0; state_bound(binding, i, name); i++)
		if (start_of_policy(list, name, text, size))
			return;
	snprintf(text, size, "-");
}

static int show_binding(const struct state_binding *binding, void *arg)
{
	struct list *list = arg;
	char start[64];

	start_of(list, binding, start, sizeof(start));

	if (list->rows)
		return json_array_append_new(
			list->rows,
			json_pack("{s:I, s:s, s:s, s:I, s:I, s:I, s:s}",
				  "cgroup", (json_int_t)binding->cgroup,
				  "policy", binding->policy, "container",
				  binding->label, "runtime",
				  (json_int_t)binding->runtime, "tasks",
				  (json_int_t)binding->tasks, "confined",
				  (json_int_t)binding->joined, "start", start));
	if (!list->num++)
		printf("%-24s %-20s %10s %6s %8s  %s\n", "CONTAINER", "POLICY",
		       "CGROUP", "TASKS", "CONFINED", "START");
	printf("%-24s %-20s %10llu %6llu %8llu  %s\n",
	       binding->label[0] ? binding->label : "-", binding->policy,
	       binding->cgroup, binding->tasks, binding->joined, start);
	return 0;
}

int ctl_containers(struct ctl *ctl, int argc, char **argv)
{
	struct list list = { .ctl = ctl };
	int code = start(&list, argc, argv);

	if (code)
		return code;
	return finish(&list, "bindings",
		      state_bindings(&ctl->kfs, show_binding, &list));
}

static int show_rule(const struct state_rule *rule, void *arg)
{
	struct list *list = arg;

	if (list->never_hit && rule->hits)
		return 0;
	if (list->rows)
		return json_array_append_new(
			list->rows,
			json_pack("{s:s, s:I, s:o, s:s, s:I}", "policy",
				  list->policy, "rule",
				  (json_int_t)rule->number, "where",
				  ctl_string(rule->where), "kind", rule->kind,
				  "hits", (json_int_t)rule->hits));
	if (!list->num++)
		printf("%-20s %6s %-8s %10s  %s\n", "POLICY", "RULE", "KIND",
		       "HITS", "WHERE");
	printf("%-20s %6llu %-8s %10llu  ", list->policy, rule->number,
	       rule->kind, rule->hits);
	text_put_safe(rule->where, stdout);
	putchar('\n');
	return 0;
}

static int show_rules(const struct state_policy *policy, void *arg)
{
	struct list *list = arg;
	int err;

	list->policy = policy->name;
	err = state_rules(&list->ctl->kfs, policy->name, show_rule, list);
	return err == -ENOENT ? 0 : err; /* it was unloaded meanwhile */
}

/* Return: 0 or -errno; -ENOENT there is no such policy. */
static int list_rules(struct list *list, const char *name)
{
	struct state_policy policy;
	int err;

	if (!name)
		return state_policies(&list->ctl->kfs, show_rules, list);
	err = state_policy(&list->ctl->kfs, name, &policy);
	return err ? err : show_rules(&policy, list);
}

int ctl_rules(struct ctl *ctl, int argc, char **argv)
{
	struct list list = { .ctl = ctl };
	const char *name;
	int code, err;

	code = parse_options(&list, argc, argv);
	name = code || optind == argc ? NULL : argv[optind++];
	if (!code && optind < argc)
		code = ctl_usage(argv[0], "name one policy, or none for all");
	if (!code && name && !text_is_policy_name(name))
		code = ctl_usage(argv[0], "'%s' is no policy name", name);
	if (!code)
		code = ctl_need_kernel(ctl);
	if (code) {
		json_decref(list.rows);
		return code;
	}
	err = list_rules(&list, name);
	if (err == -ENOENT && name) {
		ctl_error("no policy %s is loaded", name);
		json_decref(list.rows);
		return CTL_USAGE;
	}
	return finish(&list, "policies", err);
}

static int show_policy(const struct state_policy *policy, void *arg)
{
	struct list *list = arg;
	char denials[32] = "?";

	if (list->rows)
		return json_array_append_new(
			list->rows,
			json_pack("{s:s, s:s, s:I, s:s}", "name", policy->name,
				  "mode", policy->mode, "generation",
				  (json_int_t)policy->generation, "digest",
				  policy->digest));
	if (!list->num++)
		printf("%-20s %-8s %5s %6s %8s  %s\n", "POLICY", "MODE", "GEN",
		       "TASKS", "DENIALS", "DIGEST");
	if (policy->has_hits)
		snprintf(denials, sizeof(denials), "%llu", policy->denials);
	list->lacks_hits |= !policy->has_hits;
	printf("%-20s %-8s %5llu %6llu %8s  %.12s\n", policy->name,
	       policy->mode, policy->generation, policy->tasks, denials,
	       policy->digest);
	return 0;
}

/* What the daemon knows and the kernel does not: files that are in error. */
static unsigned int show_files(const json_t *files, bool print)
{
	unsigned int errors = 0, active = 0, all = 0;
	struct text safe = {};
	const char *file, *state, *text;
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)files, i, row)
	{
		if (json_unpack((json_t *)row, "{s:s, s:s, s:s}", "file", &file,
				"state", &state, "text", &text))
			continue;
		all++;
		active += !strcmp(state, "active");
		if (!text[0])
			continue;
		errors++;
		text_add(&safe, "\n");
		text_add_safe(&safe, file, "");
		text_printf(&safe, ": %s\n", state);
		text_add_safe(&safe, text, "\n\t");
	}
	if (print)
		printf("%s\n%u files: %u active, %u not\n", text_string(&safe),
		       all, active, all - active);
	text_free(&safe);
	return errors;
}

/* An object, also without the daemon: then files is null, and error why. */
static json_t *all_policies(json_t *rows, const json_t *answer, const char *why)
{
	if (answer)
		return json_pack("{s:o, s:O}", "policies", rows, "files",
				 json_object_get(answer, "files"));
	return json_pack("{s:o, s:n, s:o}", "policies", rows, "files", "error",
			 ctl_string(why));
}

int ctl_policies(struct ctl *ctl, int argc, char **argv)
{
	struct list list = { .ctl = ctl };
	bool json, asked;
	unsigned int errors = 0;
	char why[KFS_REPLY];
	json_t *answer;
	int code, err;

	code = start(&list, argc, argv);
	if (code)
		return code;
	json = list.rows;
	err = state_policies(&ctl->kfs, show_policy, &list);
	if (list.lacks_hits)
		puts(CTL_HITS_UNKNOWN);
	answer = err ? NULL : ctl_ask(ctl, "policies", why, sizeof(why));
	asked = answer;
	if (answer)
		errors = show_files(json_object_get(answer, "files"), !json);
	else if (!err && !json)
		printf("\n%s\n", why);
	if (!err && json)
		list.rows = all_policies(list.rows, answer, why);
	json_decref(answer);
	code = finish(&list, "policies", err);
	if (code)
		return code;
	return !asked ? CTL_LACKS : errors ? CTL_NO : CTL_YES;
}
