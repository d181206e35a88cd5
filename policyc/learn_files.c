// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "learn_files.h"
#include "learn_path.h"

/* What one pattern needs. */
struct need {
	const char *pattern;
	const char *guess; /* or NULL */
	const char *renamed; /* to what, for whose rights it has some; or NULL */
	const char *secret; /* or NULL */
	const char *except; /* names it must not reach, as a pattern; or NULL */
	const char *path; /* one of those that were recorded */
	const char *dir; /* of the pattern, without its last '/' */
	const char *commands; /* of ioctl; "" if it is none */
	u64 ops;
	u32 num_names; /* recorded paths that it stands for */
	bool rounded; /* to groups: more than was recorded */
	bool done;
};

struct needs {
	struct arena *arena;
	struct need *items;
	u32 num;
};

/* ---- YAML ---- */

void learn_put_pattern(struct buf *out, const char *pattern)
{
	buf_put_u8(out, '"');
	for (; *pattern; pattern++) {
		if (*pattern == '\\' || *pattern == '"')
			buf_put_u8(out, '\\');
		buf_put_u8(out, (u8)*pattern);
	}
	buf_put_u8(out, '"');
}

void learn_put_renamed(struct buf *out, const char *name)
{
	buf_printf(out, "renamed to ");
	/* nothing in it may end the comment: YAML has more line ends than C */
	for (; *name; name++)
		buf_put_u8(out, (u8)*name < 0x20 || (u8)*name >= 0x7f ?
					'?' :
					(u8)*name);
}

static u64 ops_of_word(u32 class, u32 op)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	for (u32 i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, bvm_op_name(class, op)))
			return info->groups[i].ops;
	return 1ull << op;
}

static bool is_op(u32 class, const char *name)
{
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (bvm_op_name(class, op) &&
		    !strcmp(bvm_op_name(class, op), name))
			return true;
	return false;
}

/*
 * Groups that are there as a whole and have no operation's name: "manage". Not
 * those of one operation: "open-read" is less than "read", which covers more.
 */
static u64 put_groups(struct buf *out, u32 class, u64 ops, const char **comma)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	u64 covered = 0;

	for (u32 i = 0; i < info->num_groups; i++) {
		if (!(info->groups[i].ops & (info->groups[i].ops - 1)) ||
		    (info->groups[i].ops & ~ops) ||
		    is_op(class, info->groups[i].name))
			continue;
		buf_printf(out, "%s%s", *comma, info->groups[i].name);
		covered |= info->groups[i].ops;
		*comma = ", ";
	}
	return covered;
}

void learn_put_ops(struct buf *out, u32 class, u64 ops)
{
	const char *comma = "";
	u64 covered;

	buf_put_u8(out, '[');
	covered = put_groups(out, class, ops, &comma);
	for (u32 op = 0; op < BVM_MAX_OPS; op++)
		if (ops >> op & 1)
			covered |= ops_of_word(class, op) & ~(1ull << op);
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1) || covered >> op & 1)
			continue;
		buf_printf(out, "%s%s", comma, bvm_op_name(class, op));
		comma = ", ";
	}
	buf_put_u8(out, ']');
}

/* ---- what is needed ---- */

/* Up to the last '/' that no backslash quotes: they never are. */
static const char *dir_of(struct arena *arena, const char *pattern)
{
	const char *slash = strrchr(pattern, '/');

	return arena_strndup(arena, pattern, (size_t)(slash - pattern));
}

/*
 * The pattern of a path. If it is for more than the path's last name, need says
 * which it must not reach.
 */
static void name_pattern(struct arena *arena, const char *path,
			 struct need *need)
{
	const char *quoted = learn_path_quoted(arena, path);
	const char *name = strrchr(path, '/');

	need->pattern = learn_path_pattern(arena, path, &need->guess);
	if (!strcmp(strrchr(need->pattern, '/'), strrchr(quoted, '/')))
		return;
	need->except = learn_path_secret_names(
		arena, arena_strndup(arena, path, (size_t)(name - path)));
	if (need->except)
		return;
	need->pattern = quoted;
	need->guess = NULL;
}

static void add_need(struct needs *needs, const struct logline *line,
		     const char *path)
{
	const bool ioctl = line->op == BVM_OP_FILES_IOCTL && *line->detail;
	const char *commands = ioctl ? line->detail : "";
	struct need new = { 0 };
	struct need *need;
	u32 i;

	name_pattern(needs->arena, path, &new);
	for (i = 0; i < needs->num; i++)
		if (!strcmp(needs->items[i].pattern, new.pattern) &&
		    !strcmp(needs->items[i].commands, commands))
			break;
	if (i == needs->num) {
		needs->items = arena_grow(needs->arena, needs->items,
					  needs->num, sizeof(*needs->items));
		needs->num++;
		new.secret = learn_path_secret(path);
		new.path = path;
		new.dir = dir_of(needs->arena, new.pattern);
		new.commands = commands;
		needs->items[i] = new;
	}
	need = &needs->items[i];
	need->ops |= 1ull << line->op;
	need->renamed = line->renamed ?: need->renamed;
	need->num_names++;
}

/* A directory is widened for those who look, never for those who change. */
static bool only_looks(u64 ops)
{
	const u64 look = BVM_BIT(FILES, READ) | BVM_BIT(FILES, LIST) |
			 BVM_BIT(FILES, STAT) | BVM_BIT(FILES, READLINK) |
			 BVM_BIT(FILES, GETXATTR) |
			 BVM_BIT(FILES, LOCK_SHARED) | BVM_BIT(FILES, MAP_EXEC);

	return !(ops & ~look);
}

static bool may_join(const struct need *need, const struct need *other)
{
	return !other->done && !other->secret && !*other->commands &&
	       other->ops == need->ops && !strcmp(other->dir, need->dir);
}

/*
 * Several names in one directory that need the same: DIR / '*', but for what is a
 * secret by its name, whether it was recorded or not.
 */
static void widen(struct needs *needs, u32 first)
{
	struct need *need = &needs->items[first];
	const char *secrets;
	u32 num = 0;

	if (need->done || need->secret || *need->commands ||
	    !only_looks(need->ops) || !learn_path_may_widen(need->dir))
		return;
	for (u32 i = first; i < needs->num; i++)
		num += may_join(need, &needs->items[i]);
	secrets = learn_path_secret_names(needs->arena,
					  dir_of(needs->arena, need->path));
	if (num < LEARN_MIN_NAMES || !secrets)
		return;
	for (u32 i = first + 1; i < needs->num; i++)
		if (may_join(need, &needs->items[i]))
			needs->items[i].done = true;
	need->pattern = arena_printf(needs->arena, "%s/*", need->dir);
	need->guess = arena_printf(needs->arena, "%u names", num);
	need->except = secrets;
}

/* ---- rounding ---- */

/* Operations that a log needs: it may grow, and not shrink. */
#define GROWS                                              \
	(BVM_BIT(FILES, CREATE) | BVM_BIT(FILES, APPEND) | \
	 BVM_BIT(FILES, STAT) | BVM_BIT(FILES, CHMOD) | BVM_BIT(FILES, CHOWN))

static u64 group_ops(const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[BVM_CLASS_FILES];

	for (u32 i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, name))
			return info->groups[i].ops;
	return 0;
}

static bool may_round(const struct need *need)
{
	return !need->done && !need->secret && !*need->commands &&
	       (only_looks(need->ops) || learn_path_may_widen(need->dir));
}

static u64 rounded_ops(u64 ops)
{
	if (only_looks(ops))
		return ops & group_ops("read") ? ops | group_ops("read") : ops;
	if (!(ops & ~GROWS))
		return GROWS;
	return ops | group_ops("read") | group_ops("manage");
}

/* How many rules there would be. */
static u32 count_rules(const struct needs *needs)
{
	u32 num = 0;

	for (u32 i = 0; i < needs->num; i++) {
		bool known = needs->items[i].done;

		for (u32 k = 0; k < i && !known; k++)
			known = !needs->items[k].done &&
				needs->items[k].ops == needs->items[i].ops &&
				!needs->items[k].except ==
					!needs->items[i].except;
		num += !known;
	}
	return num;
}

/*
 * A server that keeps data does something else with every file of it, and nobody
 * reads twenty rules that differ in that: they become read, what grows, and all.
 */
static void round_ops(struct needs *needs)
{
	if (count_rules(needs) <= LEARN_MAX_RULES)
		return;
	for (u32 i = 0; i < needs->num; i++) {
		struct need *need = &needs->items[i];
		const u64 ops = may_round(need) ? rounded_ops(need->ops) :
						  need->ops;

		need->rounded = ops != need->ops;
		need->ops = ops;
	}
}

/* ---- rules ---- */

static void put_guesses(struct buf *out, const struct need *need)
{
	const char *before = " # guess: ";

	if (need->guess) {
		buf_printf(out, "%s%s", before, need->guess);
		before = ", ";
	}
	if (need->rounded) {
		buf_printf(out, "%soperations", before);
		before = ", ";
	}
	if (need->renamed)
		buf_printf(out, "%s", before);
	if (need->renamed)
		learn_put_renamed(out, need->renamed);
}

static void put_path(struct buf *out, const struct need *need)
{
	buf_printf(out, "      - ");
	learn_put_pattern(out, need->pattern);
	put_guesses(out, need);
	if (need->secret)
		buf_printf(out, " # %s: never widened", need->secret);
	buf_put_u8(out, '\n');
}

/* What is left out is left out of the whole rule: secrets have one without. */
static bool is_of_rule(const struct need *need, const struct need *other)
{
	return !other->done && other->ops == need->ops &&
	       !other->except == !need->except &&
	       !strcmp(other->commands, need->commands);
}

/*
 * Where it must not reach. In directories side by side that is one pattern: more
 * than what they are is taken out, but never of what was recorded.
 */
static const char *except_of(const struct needs *needs, const struct need *need)
{
	const char *above = dir_of(needs->arena, need->dir);
	const char *dir = need->dir;

	for (u32 i = 0; i < needs->num; i++) {
		const struct need *other = &needs->items[i];

		if (other != need && is_of_rule(need, other) &&
		    !strcmp(other->except, need->except) &&
		    strcmp(other->dir, need->dir) &&
		    !strcmp(dir_of(needs->arena, other->dir), above))
			dir = arena_printf(needs->arena, "%s/*", above);
	}
	return arena_printf(needs->arena, "%s/%s", dir, need->except);
}

static void put_excepts(const struct needs *needs, const struct need *rule,
			struct buf *out)
{
	const char **texts =
		arena_array(needs->arena, needs->num, sizeof(*texts));
	u32 num = 0;

	buf_printf(out, "    except: # credentials, keys\n");
	for (u32 i = 0, k; i < needs->num; i++) {
		if (!is_of_rule(rule, &needs->items[i]))
			continue;
		texts[num] = except_of(needs, &needs->items[i]);
		for (k = 0; strcmp(texts[k], texts[num]);)
			k++;
		if (k < num)
			continue;
		buf_printf(out, "      - ");
		learn_put_pattern(out, texts[num++]);
		buf_put_u8(out, '\n');
	}
}

static void put_rule(struct needs *needs, u32 first, struct buf *out)
{
	const struct need need = needs->items[first];

	buf_printf(out, "  - allow: ");
	learn_put_ops(out, BVM_CLASS_FILES, need.ops);
	if (*need.commands)
		buf_printf(out, "\n    ioctl: %s", need.commands);
	buf_printf(out, "\n    paths:\n");
	for (u32 i = first; i < needs->num; i++)
		if (is_of_rule(&need, &needs->items[i]))
			put_path(out, &needs->items[i]);
	if (need.except)
		put_excepts(needs, &need, out);
	for (u32 i = first; i < needs->num; i++)
		if (is_of_rule(&need, &needs->items[i]))
			needs->items[i].done = true;
}

static int by_pattern(const void *a, const void *b)
{
	const struct need *x = a;
	const struct need *y = b;

	return strcmp(x->pattern, y->pattern);
}

static void put_kinds(struct buf *out, u64 kinds)
{
	const char *comma = "";

	if (!kinds)
		return;
	buf_printf(out, "  - allow: inherit\n    type: [");
	for (u32 i = 0; bvm_kind_names[i].name; i++) {
		if (!(kinds >> bvm_kind_names[i].num & 1))
			continue;
		buf_printf(out, "%s\"%s\"", comma, bvm_kind_names[i].name);
		comma = ", ";
	}
	buf_printf(out, "]\n");
}

void learn_files(struct buf *out, const struct event *const *events, u32 num,
		 bool widens)
{
	struct needs needs = { .arena = out->arena };
	u64 kinds = 0;

	for (u32 i = 0; i < num; i++) {
		const struct logline *line = &events[i]->line;
		const long kind = bvm_name_find(bvm_kind_names, line->object);

		if (line->class != BVM_CLASS_FILES)
			continue;
		if (line->op == BVM_OP_FILES_INHERIT) {
			kinds |= kind >= 0 ? 1ull << kind : 0;
			continue;
		}
		add_need(&needs, line, line->object);
		/* it is needed for both */
		if (logline_second(line))
			add_need(&needs, line, line->detail);
	}
	if (needs.num)
		qsort(needs.items, needs.num, sizeof(*needs.items), by_pattern);
	for (u32 i = 0; widens && i < needs.num; i++)
		widen(&needs, i);
	round_ops(&needs);
	for (u32 i = 0; i < needs.num; i++)
		if (!needs.items[i].done)
			put_rule(&needs, i, out);
	put_kinds(out, kinds);
}
