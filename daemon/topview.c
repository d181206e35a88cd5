// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "logread.h"
#include "state.h"
#include "topview.h"

#define MAX_KEY 512
#define MAX_SHOWN 300 /* of a container's policies */
#define MAX_DENIALS 4096 /* different ones; past that they are only counted */

/* The counts of `status` that are shown. */
static const char *const kernel_keys[] = {
	"decisions_denied", "decisions_audited", "events_lost", "joins",
	"join_failures",
};

#define NUM_KEYS (sizeof(kernel_keys) / sizeof(kernel_keys[0]))

static int sample_kernel(struct topview *view)
{
	struct text status = {};
	char word[32];
	size_t i;
	int err = kfs_read(view->kfs, "status", &status);

	for (i = 0; !err && i < NUM_KEYS; i++)
		if (!kfs_value(text_string(&status), kernel_keys[i], word,
			       sizeof(word)))
			(void)toptable_set(&view->kernel, kernel_keys[i],
					   strtoull(word, NULL, 10));
	text_free(&status);
	return err;
}

/* Denials are by name, since records have it; two of one name share them. */
static int add_container(const struct state_binding *binding, void *arg)
{
	struct topview *view = arg;
	const struct toprow *counted;
	struct toprow *row;
	char key[MAX_KEY];

	/* many policies of one container are cut: the first are shown */
	snprintf(key, sizeof(key), "%s %.*s %llu",
		 binding->label[0] ? binding->label : "-", MAX_SHOWN,
		 binding->policy, binding->cgroup);
	counted = toptable_add(&view->by_container, binding->label, 0);
	row = toptable_add(&view->containers, key, 0);
	if (!row)
		return 0;
	row->total = counted && binding->label[0] ? counted->total : 0;
	row->extra[0] = binding->tasks;
	row->extra[1] = binding->joined;
	return 0;
}

struct rules_of {
	struct topview *view;
	const char *policy;
};

static int add_rule(const struct state_rule *rule, void *arg)
{
	struct rules_of *rules = arg;
	char key[MAX_KEY];

	snprintf(key, sizeof(key), "%s %llu %s %s", rules->policy, rule->number,
		 rule->kind, rule->where);
	(void)toptable_set(&rules->view->rules, key, rule->hits);
	return 0;
}

static int add_policy(const struct state_policy *policy, void *arg)
{
	struct topview *view = arg;
	struct rules_of rules = { view, policy->name };

	(void)state_rules(view->kfs, policy->name, add_rule, &rules);
	return 0;
}

static void add_denial(struct topview *view, const json_t *record)
{
	const char *outcome = logread_string(record, "outcome");
	const char *container = logread_string(record, "container");
	const char *who = *container ? container :
				       logread_string(record, "policy");
	unsigned long long times = logread_times(record);
	char key[MAX_KEY];

	if (strcmp(outcome, "denied") && strcmp(outcome, "would-deny"))
		return;
	if (*container)
		(void)toptable_add(&view->by_container, container, times);
	snprintf(key, sizeof(key), "%s %s %s %s", who, outcome,
		 logread_string(record, "op"),
		 logread_string(record, "object"));
	if (view->denials.num >= MAX_DENIALS)
		snprintf(key, sizeof(key), "(others)");
	(void)toptable_add(&view->denials, key, times);
}

static void sample_log(struct topview *view)
{
	json_t *record;

	while (view->logs && (record = logfollow_next(view->logs))) {
		add_denial(view, record);
		json_decref(record);
	}
}

int topview_sample(struct topview *view, double seconds)
{
	int err;

	view->seconds = seconds;
	toptable_begin(&view->kernel);
	toptable_begin(&view->containers);
	toptable_begin(&view->rules);
	toptable_begin(&view->denials);
	toptable_begin(&view->by_container);
	sample_log(view);
	err = sample_kernel(view);
	if (!err)
		err = state_bindings(view->kfs, add_container, view);
	if (!err)
		err = state_policies(view->kfs, add_policy, view);
	toptable_end(&view->kernel, seconds, true);
	toptable_end(&view->containers, seconds, false);
	toptable_end(&view->rules, seconds, false);
	toptable_end(&view->denials, seconds, true);
	/* one that is bound is in each sample; others go, once they are still */
	toptable_end(&view->by_container, seconds, err != 0);
	toptable_sort(&view->containers, view->order);
	toptable_sort(&view->rules, view->order);
	toptable_sort(&view->denials, view->order);
	return err;
}

/* ---- as lines ---- */

struct screen {
	struct text *out;
	unsigned int width;
	unsigned int left; /* lines */
};

/* What records say is shown on a terminal: it must not control it. */
static void __attribute__((format(printf, 2, 3)))
line(struct screen *screen, const char *fmt, ...)
{
	char text[1024], safe[4 * sizeof(text)];
	va_list args;

	if (!screen->left)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	text_safe(text, safe,
		  screen->width < sizeof(safe) ? screen->width + 1 :
						 sizeof(safe));
	text_printf(screen->out, "%s\n", safe);
	screen->left--;
}

static const struct toprow *kernel_row(const struct topview *view, size_t key)
{
	static const struct toprow none = {};
	size_t i;

	for (i = 0; i < view->kernel.num; i++)
		if (!strcmp(view->kernel.rows[i].key, kernel_keys[key]))
			return &view->kernel.rows[i];
	return &none;
}

static void print_head(const struct topview *view, struct screen *screen)
{
	static const char *const orders[] = { "rate", "total", "name" };

	line(screen,
	     "bailiff: %llu denied (%.1f/s), %llu only recorded "
	     "(%.1f/s), %llu records lost",
	     kernel_row(view, 0)->total, kernel_row(view, 0)->rate,
	     kernel_row(view, 1)->total, kernel_row(view, 1)->rate,
	     kernel_row(view, 2)->total);
	line(screen, "%llu joins (%llu failed); by %s, over %.1f s%s",
	     kernel_row(view, 3)->total, kernel_row(view, 4)->total,
	     orders[view->order], view->seconds,
	     view->logs ? "" : "; NO LOG: denials by container are not seen");
}

/* At most so many lines of what is left, a headline included. */
static void print_containers(const struct topview *view, struct screen *screen,
			     unsigned int lines)
{
	char name[MAX_KEY], policy[MAX_KEY];
	size_t i;

	line(screen, "%s", "");
	line(screen, "%-24s %-20s %6s %8s %9s %9s", "CONTAINER", "POLICY",
	     "TASKS", "CONFINED", "DENIED/s", "DENIED");
	for (i = 0; i < view->containers.num && i + 2 < lines; i++) {
		const struct toprow *row = &view->containers.rows[i];

		if (sscanf(row->key, "%511s %511s", name, policy) != 2)
			continue;
		line(screen, "%-24s %-20s %6llu %8llu %9.1f %9llu", name,
		     policy, row->extra[0], row->extra[1], row->rate,
		     row->total);
	}
}

static void print_table(const struct toptable *table, const char *head,
			struct screen *screen, unsigned int lines)
{
	size_t i;

	line(screen, "%s", "");
	line(screen, "%9s %9s  %s", "PER s", "TOTAL", head);
	for (i = 0; i < table->num && i + 2 < lines; i++)
		line(screen, "%9.1f %9llu  %s", table->rows[i].rate,
		     table->rows[i].total, table->rows[i].key);
}

static unsigned int least(size_t a, unsigned int b)
{
	return a < b ? (unsigned int)a : b;
}

/* What one part does not need the next ones get. */
void topview_print(struct topview *view, unsigned int width,
		   unsigned int height, struct text *out)
{
	struct screen screen = { .out = out, .width = width, .left = height };

	print_head(view, &screen);
	print_containers(view, &screen,
			 least(view->containers.num + 2, screen.left / 3));
	print_table(&view->denials, "DENIALS: WHO, OUTCOME, OPERATION, OBJECT",
		    &screen, least(view->denials.num + 2, screen.left / 2));
	print_table(&view->rules, "HITS OF RULES: POLICY, RULE, KIND, WHERE",
		    &screen, screen.left);
}

static json_t *table_json(const struct toptable *table)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < table->num; i++)
		json_array_append_new(
			rows, json_pack("{s:o, s:I, s:f}", "key",
					ctl_string(table->rows[i].key), "total",
					(json_int_t)table->rows[i].total,
					"per_s", table->rows[i].rate));
	return rows;
}

static json_t *containers_json(const struct toptable *table)
{
	char name[MAX_KEY], policy[MAX_KEY];
	json_t *rows = json_array();
	unsigned long long cgroup;
	size_t i;

	for (i = 0; i < table->num; i++) {
		const struct toprow *row = &table->rows[i];

		if (sscanf(row->key, "%511s %511s %llu", name, policy,
			   &cgroup) != 3)
			continue;
		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:f}",
				  "container", strcmp(name, "-") ? name : "",
				  "policy", policy, "cgroup",
				  (json_int_t)cgroup, "tasks",
				  (json_int_t)row->extra[0], "confined",
				  (json_int_t)row->extra[1], "denied",
				  (json_int_t)row->total, "per_s", row->rate));
	}
	return rows;
}

struct json_t *topview_json(struct topview *view)
{
	return json_pack("{s:f, s:o, s:o, s:o, s:o}", "seconds", view->seconds,
			 "kernel", table_json(&view->kernel), "containers",
			 containers_json(&view->containers), "denials",
			 table_json(&view->denials), "rules",
			 table_json(&view->rules));
}

void topview_fini(struct topview *view)
{
	toptable_free(&view->kernel);
	toptable_free(&view->containers);
	toptable_free(&view->rules);
	toptable_free(&view->denials);
	toptable_free(&view->by_container);
}
