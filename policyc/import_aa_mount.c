// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_aa_glob.h"
#include "import_aa_mount.h"
#include "import_aa_others.h"
#include "pattern.h"

/* One rule for the class mounts; empty lists are absent keys. */
struct mount {
	const char *ops;
	bool remount;
	struct import_list sources, targets, types;
};

/* Why a rule, or a part of it, is left out; NULL: it is not. */
static const char *add_paths(struct aa *aa, const struct aa_rule *rule,
			     const char *path, struct import_list *out)
{
	struct import_list texts = { 0 };
	struct aa_globs globs = { 0 };
	const char *why = aa_vars_expand(&aa->vars, path, &texts);

	for (u32 i = 0; i < texts.num && !why; i++)
		why = aa_glob_add(aa->im->arena, texts.items[i], rule->deny,
				  &globs);
	for (u32 i = 0; i < AA_NUM_WHAT; i++) {
		if (globs.items[i][1].num)
			why = "a glob of processes";
		for (u32 k = 0; k < globs.items[i][0].num; k++)
			import_list_add(aa->im->arena, out,
					globs.items[i][0].items[k]);
	}
	return out->num ? why : why ?: "no path";
}

static const char *add_types(struct aa *aa, const struct aa_cond *cond,
			     struct import_list *out)
{
	struct pattern_error err;

	for (u32 i = 0; cond && i < cond->values.num; i++) {
		const char *type = cond->values.items[i];

		if (!type[strspn(type,
				 "abcdefghijklmnopqrstuvwxyz0123456789._-")] &&
		    strcmp(type, "bind") && !pattern_check_text(type, &err))
			import_list_add(aa->im->arena, out, type);
		else
			return "a type of file systems that is no plain word";
	}
	return NULL;
}

static void put(struct aa *aa, const struct aa_rule *rule, const char *kind,
		const struct mount *m)
{
	struct import *im = aa->im;

	import_out_rule(im, BVM_CLASS_MOUNTS, &rule->span, kind, m->ops);
	if (m->types.num)
		import_out_texts(im, BVM_CLASS_MOUNTS, "fstype", &m->types);
	if (m->remount)
		import_out_key(im, BVM_CLASS_MOUNTS, "flags", "remount");
	if (m->sources.num)
		import_out_texts(im, BVM_CLASS_MOUNTS, "source", &m->sources);
	if (m->targets.num)
		import_out_texts(im, BVM_CLASS_MOUNTS, "target", &m->targets);
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_MOUNTS);
}

/* mount [fstype=] [options=] [source] [-> target] */
static const char *read_mount(struct aa *aa, const struct aa_rule *rule,
			      const struct aa_args *args, struct mount *m)
{
	const struct aa_cond *types = aa_args_cond(args, "fstype") ?:
					      aa_args_cond(args, "vfstype");
	const char *why = NULL;

	if (aa_args_cond(args, "options") || aa_args_cond(args, "option"))
		return "options: Bailiff's `flags` are any of, not all of";
	if (args->num_conds > !!types || args->words.num > 1)
		return "a condition without an equal";
	/* without any it is every way to mount, moving included */
	m->ops = types ? "mount" : "[mount, move-mount, fsmount]";
	why = add_types(aa, types, &m->types);
	if (!why && args->words.num) {
		if (*args->words.items[0] != '/' &&
		    *args->words.items[0] != '@')
			return "a source that is no path";
		why = add_paths(aa, rule, args->words.items[0], &m->sources);
		/* a new file system made without a place has no source */
		if (!types)
			m->ops = "[mount, move-mount]";
	}
	if (!why && args->target)
		why = add_paths(aa, rule, args->target, &m->targets);
	if (m->targets.num && !types)
		m->ops = "[mount, move-mount]";
	return why;
}

/* Is there room for the conditions of the rule? */
static bool fits(struct aa *aa, const struct mount *m)
{
	const struct import_list *lists[] = { &m->types, &m->sources,
					      &m->targets };
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const char *words = import_out_words(aa->im->arena, lists[i]);

		if (lists[i]->num)
			all &= import_out_condition(
				aa->im, BVM_CLASS_MOUNTS,
				arena_printf(aa->im->arena, "%zu %s", i, words),
				IMPORT_MAX_MOUNTS);
	}
	return all;
}

static const char *read_target(struct aa *aa, const struct aa_rule *rule,
			       const struct aa_args *args, struct mount *m)
{
	if (args->num_conds || args->words.num > 1 || args->target)
		return "a condition without an equal";
	return args->words.num ?
		       add_paths(aa, rule, args->words.items[0], &m->targets) :
		       NULL;
}

void aa_mount_take(struct aa *aa, const struct aa_rule *rule,
		   const struct aa_args *args)
{
	const char *word = rule->tokens[0].text;
	struct mount m = { 0 };
	const char *why;

	if (!strcmp(word, "mount")) {
		why = read_mount(aa, rule, args, &m);
	} else if (!strcmp(word, "remount")) {
		m.ops = "mount";
		m.remount = true;
		why = read_target(aa, rule, args, &m);
	} else if (!strcmp(word, "pivot_root")) {
		m.ops = "pivot-root";
		why = args->num_conds || args->words.num || args->target ?
			      "roots and profiles of a pivot" :
			      NULL;
	} else {
		m.ops = "umount";
		why = read_target(aa, rule, args, &m);
	}
	if (!why && !fits(aa, &m))
		why = arena_printf(aa->im->arena,
				   "over %u different conditions",
				   IMPORT_MAX_MOUNTS);
	if (why) {
		import_out_left(aa->im, &rule->span, "%s%s", why,
				rule->deny ? "; denied without it" : "");
		if (!rule->deny)
			return;
		m.types = m.sources = m.targets = (struct import_list){ 0 };
		m.remount = false;
		if (!m.ops || !strcmp(word, "mount"))
			m.ops = "[mount, move-mount, fsmount]";
	}
	if (rule->deny)
		import_out_follow(aa->im, &rule->span, &m.targets);
	put(aa, rule, rule->deny ? "deny" : "allow", &m);
	if (rule->audit && !rule->deny)
		put(aa, rule, "audit", &m);
}
