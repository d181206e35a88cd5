// SPDX-License-Identifier: GPL-2.0-only
/* ctl_show.c - show: a policy as it is loaded, from the image read back */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "readback.h"
#include "srcline.h"
#include "state.h"
#include "vm/image.h"

struct shown {
	struct state_policy state;
	struct readback back;
	struct srcline source;
	unsigned long long *hits; /* by rule; owned */
};

static int take_hits(const struct state_rule *rule, void *arg)
{
	struct shown *shown = arg;

	if (rule->number <= shown->back.image->num_rules)
		shown->hits[rule->number] = rule->hits;
	return 0;
}

static const char *text_of(const struct shown *shown, u32 off)
{
	return bvm_image_string(shown->back.image, off);
}

/* Names of a set of operations, the groups of the class left as they are. */
static void add_ops(struct text *out, u32 class, u64 ops)
{
	const char *before = "";
	u32 op;

	for (op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops & 1ull << op) || !bvm_classes[class].ops[op].name)
			continue;
		text_printf(out, "%s%s", before, bvm_op_name(class, op));
		before = ",";
	}
}

static const char *kind_of(const struct bvm_rule *rule)
{
	static const char *const kinds[] = { "allow", "deny", "audit" };

	return kinds[rule->kind];
}

static const char *selector_of(u32 kind)
{
	static const char *const names[] = {
		[BVM_SELECT_IMAGE] = "image",
		[BVM_SELECT_NAME] = "name",
		[BVM_SELECT_LABEL] = "label",
		[BVM_SELECT_ANNOTATION] = "annotation",
		[BVM_SELECT_UNIT] = "unit",
		[BVM_SELECT_CGROUP] = "cgroup",
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ?
		       names[kind] :
		       "?";
}

static bool is_same(const struct shown *shown)
{
	return !strcmp(shown->back.digest, shown->state.digest);
}

/* What an image or a file says is shown: it must not control a terminal. */
static void put_line(const char *before, const char *text, const char *after)
{
	fputs(before, stdout);
	text_put_safe(text, stdout);
	puts(after);
}

static void put_place(const char *file, u32 line)
{
	text_put_safe(file, stdout);
	printf(":%u\n", line);
}

static void print_selector(const struct shown *shown,
			   const struct bvm_selector *selector)
{
	const char *key = text_of(shown, selector->key);

	printf("containers  %s ", selector_of(selector->kind));
	text_put_safe(key, stdout);
	put_line(*key ? "=" : "", text_of(shown, selector->value), "");
}

static void print_head(const struct shown *shown)
{
	const struct bvm_image *image = shown->back.image;
	const struct bvm_meta *meta = image->meta;
	char when[32] = "?";
	time_t loaded = (time_t)shown->state.loaded;
	struct tm utc;
	u32 i;

	if (gmtime_r(&loaded, &utc))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &utc);
	printf("policy      %s, generation %llu, loaded %s\n", image->name,
	       shown->state.generation, when);
	if (*text_of(shown, meta->description))
		put_line("            ", text_of(shown, meta->description), "");
	printf("mode        %s; %s\n", shown->state.mode,
	       shown->state.programs);
	printf("image       %zu bytes, read back: SHA-256 %s, %s\n",
	       shown->back.len, shown->back.digest,
	       is_same(shown) ? "as the kernel says" :
				"NOT WHAT THE KERNEL SAYS");
	for (i = 0; i < image->num_selectors; i++)
		print_selector(shown, &image->selectors[i]);
	if (meta->flags & BVM_META_ENTER_SELF)
		puts("enter       self");
	if (image->start)
		printf("start       after an exec, or %u s; %llu wait\n",
		       image->start->timeout_s, shown->state.waiting);
	if (image->syscalls)
		printf("syscalls    a filter of %u instructions, installed "
		       "by %s\n",
		       image->syscalls->num_insns,
		       bvm_image_wants_launcher(image) ? "bailiffctl run" :
							 "the runtime");
}

static void print_classes(const struct shown *shown)
{
	const struct bvm_image *image = shown->back.image;
	u32 i;

	printf("\n%-13s %6s %6s %6s  %s\n", "CLASS", "INSNS", "CALLS", "STEPS",
	       "DEFAULT AT");
	for (i = 1; i < BVM_NUM_CLASSES; i++) {
		const struct bvm_program_header *header =
			image->programs[i].header;

		if (!header)
			continue;
		printf("%-13s %6u %6u %6llu  ", bvm_classes[i].name,
		       header->max_insns, header->max_calls,
		       (unsigned long long)header->max_steps);
		if (image->defaults)
			put_place(text_of(shown, image->defaults[i].file),
				  image->defaults[i].line);
		else
			puts("-");
	}
}

static void print_rule(struct shown *shown, u32 number)
{
	const struct bvm_rule *rule = &shown->back.image->rules[number - 1];
	const char *file = text_of(shown, rule->file);
	const char *line = srcline_get(&shown->source, file, rule->line);
	const char *message = text_of(shown, rule->message);
	struct text ops = {};

	add_ops(&ops, rule->class, rule->ops);
	printf("%6u %-5s %-12s %10llu  ", number, kind_of(rule),
	       bvm_classes[rule->class].name, shown->hits[number]);
	put_place(file, rule->line);
	printf("         %s\n", text_string(&ops));
	if (*message)
		put_line("         \"", message, "\"");
	if (line)
		put_line("         | ", line, "");
	text_free(&ops);
}

static void print_text(struct shown *shown)
{
	u32 i;

	print_head(shown);
	print_classes(shown);
	printf("\n%6s %-5s %-12s %10s  %s\n", "RULE", "KIND", "CLASS", "HITS",
	       "WHERE, OPERATIONS, SOURCE");
	printf("%6u %-5s %-12s %10llu  %s\n", 0, "-", "-", shown->hits[0],
	       "no rule matched");
	for (i = 1; i <= shown->back.image->num_rules; i++)
		print_rule(shown, i);
}

static json_t *rule_json(struct shown *shown, u32 number)
{
	const struct bvm_rule *rule = &shown->back.image->rules[number - 1];
	struct text ops = {};
	json_t *row;

	add_ops(&ops, rule->class, rule->ops);
	row = json_pack("{s:i, s:s, s:s, s:s, s:o, s:i, s:o, s:I}", "rule",
			(int)number, "kind", kind_of(rule), "class",
			bvm_classes[rule->class].name, "ops", text_string(&ops),
			"file", ctl_string(text_of(shown, rule->file)), "line",
			(int)rule->line, "message",
			ctl_string(text_of(shown, rule->message)), "hits",
			(json_int_t)shown->hits[number]);
	text_free(&ops);
	return row;
}

static void print_json(struct shown *shown)
{
	const struct bvm_image *image = shown->back.image;
	json_t *rules = json_array(), *selectors = json_array(), *all;
	u32 i;

	for (i = 1; i <= image->num_rules; i++)
		json_array_append_new(rules, rule_json(shown, i));
	for (i = 0; i < image->num_selectors; i++)
		json_array_append_new(
			selectors,
			json_pack("{s:s, s:o, s:o}", "kind",
				  selector_of(image->selectors[i].kind), "key",
				  ctl_string(text_of(shown,
						     image->selectors[i].key)),
				  "value",
				  ctl_string(text_of(
					  shown, image->selectors[i].value))));
	all = json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:s, s:s, s:I, s:b, "
			"s:I, s:o, s:o}",
			"policy", image->name, "digest", shown->state.digest,
			"read_back", shown->back.digest, "same", is_same(shown),
			"bytes", (json_int_t)shown->back.len, "generation",
			(json_int_t)shown->state.generation, "mode",
			shown->state.mode, "programs", shown->state.programs,
			"loaded", (json_int_t)shown->state.loaded, "enter_self",
			!!(image->meta->flags & BVM_META_ENTER_SELF),
			"unmatched", (json_int_t)shown->hits[0], "containers",
			selectors, "rules", rules);
	ctl_dump(all);
	json_decref(all);
}

static int collect(struct ctl *ctl, const char *name, struct shown *shown)
{
	char why[KFS_REPLY] = "";
	int err;

	err = readback_settled(&ctl->kfs, name, &shown->state, &shown->back,
			       why, sizeof(why));
	if (err == -ENOENT) {
		ctl_error("no policy %s is loaded", name);
		return CTL_USAGE;
	}
	if (err == -EBADMSG) {
		ctl_error("the kernel's image of %s is none: %s", name, why);
		return CTL_BUG;
	}
	if (err)
		return ctl_refused(name, err, why);
	shown->hits =
		calloc(shown->back.image->num_rules + 1, sizeof(*shown->hits));
	if (!shown->hits)
		return ctl_refused(name, -ENOMEM, "");
	err = state_rules(&ctl->kfs, name, take_hits, shown);
	return err ? ctl_refused(name, err, "") : CTL_YES;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

int ctl_show(struct ctl *ctl, int argc, char **argv)
{
	struct shown shown = {};
	bool json = false;
	int opt, code;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt != 'j')
			return ctl_usage(argv[0], "bad option");
		json = true;
	}
	if (optind != argc - 1 || !text_is_policy_name(argv[optind]))
		return ctl_usage(argv[0], "name one policy");
	code = ctl_need_kernel(ctl);
	if (!code)
		code = collect(ctl, argv[optind], &shown);
	if (!code) {
		if (json)
			print_json(&shown);
		else
			print_text(&shown);
		code = is_same(&shown) ? CTL_YES : CTL_NO;
	}
	free(shown.hits);
	readback_free(&shown.back);
	srcline_free(&shown.source);
	return code;
}
