// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "kfs.h"
#include "prom.h"
#include "state.h"
#include "text.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* What is said of each policy; a metric's values must stand together. */
struct per_policy {
	struct kfs *kfs;
	struct text info;
	struct text tasks;
	struct text waiting;
	struct text generation;
	struct text hits;
	const char *policy; /* whose rules are read */
};

static void print_status(struct text *out, enum prom_metric metric,
			 const char *status, const char *key)
{
	unsigned long long value;
	char word[32];

	/* a kernel that does not count it says nothing, nor do we */
	if (!kfs_value(status, key, word, sizeof(word)) &&
	    !text_number(word, ~0ull, &value))
		prom_single(out, metric, value);
}

static void print_status_by(struct text *out, enum prom_metric metric,
			    const char *status, const char *prefix,
			    const char *label)
{
	size_t len = strlen(prefix);
	unsigned long long value;
	char word[64];

	prom_begin(out, metric);
	for (; status; status = strchr(status, '\n')) {
		status += *status == '\n';
		if (strncmp(status, prefix, len) || status[len] != '.' ||
		    sscanf(status + len + 1, "%63s %llu", word, &value) != 2)
			continue;
		prom_value(out, metric,
			   &(struct prom_label){ .name = label, .value = word },
			   1, value);
	}
}

static void print_all_status(struct text *out, const char *status)
{
#define METRIC(ID, name, TYPE, help)
#define METRIC_STATUS(ID, name, TYPE, key, help) \
	print_status(out, PROM_##ID, status, key);
#define METRIC_STATUS_BY(ID, name, TYPE, prefix, label, help) \
	print_status_by(out, PROM_##ID, status, prefix, label);
#include "metrics.def"
#undef METRIC
#undef METRIC_STATUS
#undef METRIC_STATUS_BY
}

static int add_rule(const struct state_rule *rule, void *arg)
{
	struct per_policy *all = arg;
	char number[24];
	struct prom_label labels[] = {
		{ "policy", all->policy },
		{ "rule", number },
		{ "kind", rule->kind },
		{ "where", rule->where },
	};

	if (!rule->hits)
		return 0;
	snprintf(number, sizeof(number), "%llu", rule->number);
	prom_value(&all->hits, PROM_RULE_HITS, labels, ARRAY_SIZE(labels),
		   rule->hits);
	return all->hits.cut ? -EFBIG : 0;
}

static int add_policy(const struct state_policy *policy, void *arg)
{
	struct per_policy *all = arg;
	struct prom_label labels[] = {
		{ "policy", policy->name },
		{ "mode", policy->mode },
		{ "digest", policy->digest },
		{ "programs", policy->programs },
	};
	int err;

	prom_value(&all->info, PROM_POLICY_INFO, labels, ARRAY_SIZE(labels), 1);
	prom_value(&all->tasks, PROM_POLICY_TASKS, labels, 1, policy->tasks);
	prom_value(&all->generation, PROM_POLICY_GENERATION, labels, 1,
		   policy->generation);
	if (policy->has_start)
		prom_value(&all->waiting, PROM_POLICY_WAITING, labels, 1,
			   policy->waiting);
	all->policy = policy->name;
	err = state_rules(all->kfs, policy->name, add_rule, all);
	/* unloaded since it was listed */
	return err == -ENOENT ? 0 : err;
}

static void add_block(struct text *out, enum prom_metric metric,
		      struct text *values)
{
	prom_begin(out, metric);
	text_add_bytes(out, text_string(values), values->len);
	out->cut |= values->cut;
	text_free(values);
}

int counters_print(struct kfs *kfs, struct text *out)
{
	struct per_policy all = { .kfs = kfs };
	struct text status = {};
	int err;

	err = kfs_read(kfs, "status", &status);
	if (!err)
		err = state_policies(kfs, add_policy, &all);
	if (!err)
		print_all_status(out, text_string(&status));
	add_block(out, PROM_POLICY_INFO, &all.info);
	add_block(out, PROM_POLICY_TASKS, &all.tasks);
	add_block(out, PROM_POLICY_WAITING, &all.waiting);
	add_block(out, PROM_POLICY_GENERATION, &all.generation);
	add_block(out, PROM_RULE_HITS, &all.hits);
	text_free(&status);
	return err ? err : out->cut ? -EFBIG : 0;
}
