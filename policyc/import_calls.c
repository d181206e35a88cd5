// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import_calls.h"
#include "section_syscalls.h"

void import_calls_init(struct import_calls *calls, struct import *im)
{
	memset(calls, 0, sizeof(*calls));
	calls->im = im;
}

/* ---- saying ---- */

struct saying {
	struct import_calls *calls;
	enum import_call what;
	const struct span *from;
};

static void say(void *arg, u32 number)
{
	const struct saying *saying = arg;

	saying->calls->of[number] = saying->what;
	saying->calls->from[number] = *saying->from;
}

/* Each call that there is. */
static void say_all(struct saying *saying)
{
	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		char *name = sysnames_name(i);

		if (name)
			say(saying, i);
		free(name);
	}
}

/* Of a group that is not whole any more those in it may be. */
static void add_group(struct import_calls *calls, const struct sysgroup *group)
{
	const char *at = group->members;

	if (import_list_has(&calls->groups, group->name))
		return;
	import_list_add(calls->im->arena, &calls->groups, group->name);
	while ((at = strchr(at, '@'))) {
		const size_t len = strcspn(at, " ");

		add_group(calls, sysnames_group(arena_strndup(calls->im->arena,
							      at, len)));
		at += len;
	}
}

void import_calls_say(struct import_calls *calls, const char *name,
		      enum import_call what, const struct span *from)
{
	struct saying saying = { calls, what, from };
	const struct sysgroup *group = sysnames_group(name);
	const int number = sysnames_find(name);

	if (group) {
		sysnames_visit(group, say, &saying);
		add_group(calls, group);
	} else if (!strcmp(name, "@known")) {
		say_all(&saying);
	} else if (number >= 0) {
		say(&saying, (u32)number);
	} else if (number != -ENOSYS) {
		import_out_left(calls->im, from,
				"no system call or group is called '%s' here; "
				"what nothing names is %s",
				name, calls->allow ? "allowed" : "denied");
	}
}

/* ---- writing ---- */

/* The calls that are written, and those that still have to be. */
struct writing {
	struct import_calls *calls;
	struct buf *out;
	enum import_call what;
	u32 numbers[SYSNAMES_MAX];
	u32 num;
	bool done[SYSNAMES_MAX];
	bool whole, fresh; /* of a group: all are in; some are not done */
	struct span last; /* whose comment is above */
};

static void put_item(struct writing *w, const struct span *from,
		     const char *text)
{
	if (from->source &&
	    (w->last.line != from->line || w->last.source != from->source))
		buf_printf(w->out, "    # %s\n",
			   import_out_line(w->calls->im->arena, from));
	w->last = *from;
	buf_printf(w->out, "    - %s\n", text);
}

static void look(void *arg, u32 number)
{
	struct writing *w = arg;

	w->whole &= w->calls->of[number] == w->what;
	w->fresh |= !w->done[number];
}

static void tick(void *arg, u32 number)
{
	struct writing *w = arg;

	w->done[number] = true;
	w->last = w->calls->from[number];
}

static void put_groups(struct writing *w)
{
	const struct import_list *groups = &w->calls->groups;

	for (u32 i = 0; i < groups->num; i++) {
		const struct sysgroup *group = sysnames_group(groups->items[i]);
		const struct span above = w->last;
		struct span from;

		w->whole = true;
		w->fresh = false;
		sysnames_visit(group, look, w);
		if (!w->whole || !w->fresh)
			continue;
		sysnames_visit(group, tick, w);
		from = w->last;
		w->last = above;
		put_item(w, &from,
			 arena_printf(w->calls->im->arena, "\"%s\"",
				      group->name));
	}
}

static const struct import_calls *sorted; /* by_line's */

static int by_line(const void *left, const void *right)
{
	const u32 a = *(const u32 *)left, b = *(const u32 *)right;
	const u32 x = sorted->from[a].line, y = sorted->from[b].line;

	return x != y ? (x < y ? -1 : 1) : a < b ? -1 : a > b;
}

static void put_names(struct writing *w)
{
	w->num = 0;
	for (u32 i = 0; i < SYSNAMES_MAX; i++)
		if (w->calls->of[i] == w->what && !w->done[i])
			w->numbers[w->num++] = i;
	sorted = w->calls;
	qsort(w->numbers, w->num, sizeof(*w->numbers), by_line);
	for (u32 i = 0; i < w->num; i++) {
		char *name = sysnames_name(w->numbers[i]);

		if (name)
			put_item(w, &w->calls->from[w->numbers[i]], name);
		free(name);
	}
}

static bool is_allowed(const struct import_calls *calls, u32 number)
{
	return calls->of[number] == IMPORT_CALL_UNSAID ?
		       calls->allow :
		       calls->of[number] == IMPORT_CALL_ALLOWED;
}

/* What no policy may deny, or its own filter would end it. */
static void check_needed(struct import_calls *calls)
{
	for (u32 i = 0; i < SECTION_SYSCALLS_NUM_NEEDED; i++) {
		const struct section_syscalls_needed *needed =
			&section_syscalls_needed[i];
		const int number = sysnames_find(needed->name);
		const struct span *at = &calls->span;

		if (number < 0 || is_allowed(calls, (u32)number))
			continue;
		if (calls->from[number].source)
			at = &calls->from[number];
		import_out_error(calls->im, at,
				 "the filter must allow '%s', which %s",
				 needed->name, needed->why);
	}
}

/* The calls of which one thing was said, as a list; empty if there are none. */
static void find_names(struct import_calls *calls, enum import_call what,
		       struct buf *names)
{
	struct writing *w = arena_alloc(calls->im->arena, sizeof(*w));

	w->calls = calls;
	w->out = names;
	w->what = what;
	put_groups(w);
	put_names(w);
}

/* Without a list of what is denied, an answer would have no effect. */
static void put_denied(const struct import_calls *calls, struct buf *out,
		       struct buf *names)
{
	if (calls->kill)
		buf_printf(out, "  kill: true\n");
	else if (calls->err)
		buf_printf(out, "  errno: %s\n", calls->err);
	buf_printf(out, "  deny:\n%s", buf_text(names));
}

void import_calls_note_default(struct import_calls *calls,
			       const struct span *from, const char *err)
{
	if (!err)
		import_out_left(
			calls->im, from,
			"calls that are merely not allowed answer ENOSYS here, "
			"and do not end the process");
	else if (strcmp(err, "ENOSYS") != 0)
		import_out_left(
			calls->im, from,
			"calls that are merely not allowed answer ENOSYS here, "
			"not %s",
			err);
}

void import_calls_put(struct import_calls *calls)
{
	struct buf *out = &calls->im->syscalls;
	struct buf allowed = BUF_INIT(calls->im->arena);
	struct buf denied = BUF_INIT(calls->im->arena);
	const bool by_default = !calls->kill &&
				(!calls->err || !strcmp(calls->err, "ENOSYS"));

	check_needed(calls);
	if (!calls->allow)
		find_names(calls, IMPORT_CALL_ALLOWED, &allowed);
	if (calls->allow || !by_default)
		find_names(calls, IMPORT_CALL_DENIED, &denied);
	buf_printf(out, "syscalls:\n");
	if (calls->span.source)
		buf_printf(out, "  # %s\n",
			   import_out_line(calls->im->arena, &calls->span));
	buf_printf(out, "  default: %s\n", calls->allow ? "allow" : "deny");
	if (calls->audit)
		buf_printf(out, "  mode: audit\n");
	if (allowed.len)
		buf_printf(out, "  allow:\n%s", buf_text(&allowed));
	if (denied.len)
		put_denied(calls, out, &denied);
}
