// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

static unsigned long long number(const char *word)
{
	return strtoull(word, NULL, 10);
}

static unsigned long long info_number(const char *info, const char *key)
{
	char word[32];

	return kfs_value(info, key, word, sizeof(word)) ? 0 : number(word);
}

static int add_denials(const struct state_rule *rule, void *arg)
{
	struct state_policy *policy = arg;

	policy->hits += rule->hits;
	if (!rule->number || !strcmp(rule->kind, "deny"))
		policy->denials += rule->hits;
	return 0;
}

/* Everybody may read the rest of a policy, but `rules` is root's alone. */
static int sum_hits(struct kfs *kfs, struct state_policy *out)
{
	int err = state_rules(kfs, out->name, add_denials, out);

	out->has_hits = !err;
	return err == -EACCES ? 0 : err;
}

int state_policy(struct kfs *kfs, const char *name, struct state_policy *out)
{
	struct text info = {};
	char file[PATH_MAX];
	int err;

	memset(out, 0, sizeof(*out));
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(file, sizeof(file), "policies/%s/info", name);
	err = kfs_read(kfs, file, &info);
	if (!err) {
		const char *text = text_string(&info);

		(void)kfs_value(text, "digest", out->digest,
				sizeof(out->digest));
		(void)kfs_value(text, "mode", out->mode, sizeof(out->mode));
		(void)kfs_value(text, "programs", out->programs,
				sizeof(out->programs));
		out->generation = info_number(text, "generation");
		out->tasks = info_number(text, "tasks");
		out->rules = info_number(text, "rules");
		out->bytes = info_number(text, "bytes");
		out->loaded = info_number(text, "loaded");
		out->waiting = info_number(text, "waiting");
		out->has_start = info_number(text, "start_timeout") != 0;
		err = sum_hits(kfs, out);
	}
	text_free(&info);
	return err;
}

/* Call visit with each line of a text. */
static int each_line(struct text *text, int (*visit)(char *line, void *arg),
		     void *arg)
{
	char *line = text->len ? text->data : NULL, *next;
	int err = 0;

	for (; line && !err; line = next) {
		next = text_next_line(line);
		if (*line)
			err = visit(line, arg);
	}
	return err;
}

static int read_lines(struct kfs *kfs, const char *file,
		      int (*visit)(char *line, void *arg), void *arg)
{
	struct text text = {};
	int err = kfs_read(kfs, file, &text);

	if (!err)
		err = each_line(&text, visit, arg);
	text_free(&text);
	return err;
}

struct policies_arg {
	struct kfs *kfs;
	int (*visit)(const struct state_policy *policy, void *arg);
	void *arg;
};

static int visit_policy(char *line, void *arg)
{
	struct policies_arg *policies = arg;
	struct state_policy policy;
	int err = state_policy(policies->kfs, line, &policy);

	if (err == -ENOENT) /* it was unloaded meanwhile */
		return 0;
	return err ? err : policies->visit(&policy, policies->arg);
}

int state_policies(struct kfs *kfs,
		   int (*visit)(const struct state_policy *policy, void *arg),
		   void *arg)
{
	struct policies_arg policies = { kfs, visit, arg };
	struct text names = {};
	int err = kfs_list(kfs, "policies", &names);

	if (!err)
		err = each_line(&names, visit_policy, &policies);
	text_free(&names);
	return err;
}

static unsigned long long line_number(const char *line, const char *key)
{
	char word[32];

	return text_word(line, key, word, sizeof(word)) < 0 ? 0 : number(word);
}

bool state_bound(const struct state_binding *binding, unsigned int i,
		 char name[BVM_MAX_NAME])
{
	const char *at = binding->policy;

	for (; at && i; i--) {
		at = strchr(at, ',');
		if (at)
			at++;
	}
	if (!at)
		return false;
	snprintf(name, BVM_MAX_NAME, "%.*s", (int)strcspn(at, "@,"), at);
	return true;
}

bool state_binds(const struct state_binding *binding, const char *policy)
{
	char name[BVM_MAX_NAME];
	unsigned int i;

	for (i = 0; state_bound(binding, i, name); i++)
		if (!strcmp(name, policy))
			return true;
	return false;
}

struct bindings_arg {
	int (*visit)(const struct state_binding *binding, void *arg);
	void *arg;
};

static int visit_binding(char *line, void *arg)
{
	struct bindings_arg *bindings = arg;
	struct state_binding binding = {
		.cgroup = line_number(line, "cgroup"),
		.runtime = line_number(line, "runtime"),
		.tasks = line_number(line, "tasks"),
		.joined = line_number(line, "joined"),
	};

	if (text_word(line, "policy", binding.policy, sizeof(binding.policy)) <
	    0)
		return -EPROTO;
	if (text_word(line, "label", binding.label, sizeof(binding.label)) < 0)
		binding.label[0] = '\0';
	return bindings->visit(&binding, bindings->arg);
}

int state_bindings(struct kfs *kfs,
		   int (*visit)(const struct state_binding *binding, void *arg),
		   void *arg)
{
	struct bindings_arg bindings = { visit, arg };

	return read_lines(kfs, "bindings", visit_binding, &bindings);
}

struct tasks_arg {
	int (*visit)(const struct state_task *task, void *arg);
	void *arg;
};

static int visit_task(char *line, void *arg)
{
	struct tasks_arg *tasks = arg;
	struct state_task task;
	char *at;

	task.tgid = (pid_t)strtol(line, &at, 10);
	task.tid = (pid_t)strtol(at, &at, 10);
	if (task.tgid <= 0 || task.tid <= 0 || *at != ' ')
		return -EPROTO;
	task.policies = at + 1;
	return tasks->visit(&task, tasks->arg);
}

int state_tasks(struct kfs *kfs,
		int (*visit)(const struct state_task *task, void *arg),
		void *arg)
{
	struct tasks_arg tasks = { visit, arg };

	return read_lines(kfs, "tasks", visit_task, &tasks);
}

struct rules_arg {
	int (*visit)(const struct state_rule *rule, void *arg);
	void *arg;
};

/* "NUMBER FILE:LINE KIND HITS"; FILE may hold blanks, so from both ends. */
static int visit_rule(char *line, void *arg)
{
	struct rules_arg *rules = arg;
	struct state_rule rule;
	char *where, *hits, *kind;

	rule.number = strtoull(line, &where, 10);
	hits = strrchr(line, ' ');
	if (*where != ' ' || !hits || hits == where)
		return -EPROTO;
	*hits++ = '\0';
	kind = strrchr(line, ' ');
	if (!kind || kind == where)
		return -EPROTO;
	*kind++ = '\0';
	rule.where = where + 1;
	rule.kind = kind;
	rule.hits = number(hits);
	return rules->visit(&rule, rules->arg);
}

int state_rules(struct kfs *kfs, const char *policy,
		int (*visit)(const struct state_rule *rule, void *arg),
		void *arg)
{
	struct rules_arg rules = { visit, arg };
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "policies/%s/rules", policy);
	return read_lines(kfs, file, visit_rule, &rules);
}
