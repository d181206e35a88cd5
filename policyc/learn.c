// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "learn.h"
#include "learn_files.h"
#include "learn_others.h"
#include "learn_path.h"
#include "output.h"
#include "replay.h"
#include "source.h"

#define MAX_LEARNED 20000 /* different events, which are compared in pairs */

struct learn {
	struct run *run;
	struct events events;
	struct input extended; /* --extend; img is NULL without it */
	const struct event **wanted; /* that rules are made for */
	u32 num_wanted;
	struct buf left; /* comments: what was not learned, and why */
};

/* ---- what is to be learned ---- */

static void leave(struct learn *l, const struct logline *line, const char *why)
{
	const char *text = logline_text(l->run->arena, line);

	/* nothing in a name may end the comment */
	buf_printf(&l->left, "# not learned: %s: ", why);
	for (; *text; text++)
		buf_put_u8(&l->left, (u8)*text < 0x20 || (u8)*text >= 0x7f ?
					     '?' :
					     (u8)*text);
	buf_put_u8(&l->left, '\n');
}

/* Why no rule can be made for it, or NULL. */
static const char *why_not(struct learn *l, const struct logline *line)
{
	struct request request;

	if (!line->by_rules)
		return line->reason;
	if (logline_request(l->run->arena, line, true, &request))
		return "it names no object";
	if (!learn_path_is_text(line->object))
		return "its name is no text";
	return NULL;
}

/* Does the policy that is extended allow it; does one of its rules deny it? */
static void ask_extended(const struct learn *l, const struct logline *line,
			 bool *allows, bool *denies)
{
	struct arena *arena = arena_create();
	struct replay replay;

	*allows = *denies = false;
	if (l->extended.img &&
	    !replay_line(arena, &l->extended, line, &replay)) {
		*allows = replay.answer == REPLAY_ALLOW;
		*denies = replay.answer == REPLAY_DENY && replay.rule;
	}
	arena_free(arena);
}

static void choose_event(struct learn *l, const struct event *event)
{
	const char *why;
	bool allows, denies;

	if (!event->line.denied)
		return;
	why = why_not(l, &event->line);
	ask_extended(l, &event->line, &allows, &denies);
	if (denies)
		why = "a rule of the policy denies it";
	if (why)
		leave(l, &event->line, why);
	else if (!allows)
		l->wanted[l->num_wanted++] = event;
}

/* Every event is of one policy, or it is not known whose rules these are. */
static int check_policies(struct learn *l)
{
	const char *first = l->events.items[0].line.policy;

	for (u32 i = 1; i < l->events.num; i++) {
		const char *other = l->events.items[i].line.policy;

		if (!strcmp(first, other))
			continue;
		diag_report(l->run->diag, NULL, LOG_MIXED, first, other);
		diag_note(l->run->diag, "--policy NAME takes those of one");
		return EXIT_BAD;
	}
	if (l->events.num <= MAX_LEARNED)
		return EXIT_YES;
	diag_report(l->run->diag, NULL, LOG_TOO_MANY, l->run->operands[0],
		    MAX_LEARNED);
	return EXIT_BAD;
}

/* ---- the text ---- */

static void put_head(struct learn *l, struct buf *out)
{
	const char *name = l->events.items[0].line.policy;

	buf_printf(out,
		   "# Made by policyc learn from %u different denials.\n"
		   "# A guess allows more than was recorded: look at each. "
		   "Numbers of threads, versions,\n"
		   "# numbers and random ends of temporary names, and %u "
		   "names or more of a directory\n"
		   "# that are only looked at become patterns; credentials, "
		   "keys and other processes\n"
		   "# never do. Past %u rules for files, operations become "
		   "groups, too.\n",
		   l->num_wanted, LEARN_MIN_NAMES, LEARN_MAX_RULES);
	if (l->run->extend)
		buf_printf(out, "# Name this file under include: in %s.\n",
			   l->run->extend);
	else
		buf_printf(out, "bailiff: 1\npolicy: %s\n", *name ? name : "x");
}

static void put_rules(const struct learn *l, struct buf *out)
{
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		struct buf rules = BUF_INIT(l->run->arena);

		if (class == BVM_CLASS_FILES)
			learn_files(&rules, l->wanted, l->num_wanted);
		else
			learn_others(&rules, class, l->wanted, l->num_wanted);
		if (rules.len)
			buf_printf(out, "%s:\n%s", bvm_classes[class].name,
				   buf_text(&rules));
	}
}

/* ---- does it allow its own recording? ---- */

static int check_learned(struct learn *l, const char *rules)
{
	static const struct parse_options options = { .no_includes = true };
	struct run *run = l->run;
	const char *text =
		arena_printf(run->arena, "bailiff: 1\npolicy: x\n%s", rules);
	const struct source *source =
		source_create(run->arena, "learned", text, strlen(text));
	struct input input;
	int code = EXIT_YES;

	if (input_compile(run,
			  parse_text(run->arena, run->diag, &options, source),
			  &input))
		return EXIT_NO;
	for (u32 i = 0; !code && i < l->num_wanted; i++) {
		const struct logline *line = &l->wanted[i]->line;
		struct arena *arena = arena_create();
		struct replay replay;

		if (replay_line(arena, &input, line, &replay) ||
		    replay.answer != REPLAY_ALLOW) {
			diag_report(l->run->diag, NULL, LEARN_FAILED,
				    logline_text(l->run->arena, line));
			code = EXIT_NO;
		}
		arena_free(arena);
	}
	return code;
}

static int write_learned(struct learn *l)
{
	struct buf out = BUF_INIT(l->run->arena);
	struct buf rules = BUF_INIT(l->run->arena);
	const char *path = l->run->out ?: "-";
	int code, err;

	put_rules(l, &rules);
	code = check_learned(l, buf_text(&rules));
	if (code)
		return code;
	put_head(l, &out);
	buf_printf(&out, "%s%s", buf_text(&rules), buf_text(&l->left));
	err = output_write(l->run->arena, path, &out);
	if (!err)
		return EXIT_YES;
	fprintf(stderr, "policyc: cannot write %s: %s\n", path, strerror(-err));
	return EXIT_MACHINE;
}

int command_learn(struct run *run)
{
	struct learn *l = arena_alloc(run->arena, sizeof(*l));
	int code = EXIT_YES;

	l->run = run;
	l->left = (struct buf)BUF_INIT(run->arena);
	if (run->extend)
		code = input_open(run, run->extend, &l->extended);
	if (!code)
		code = events_read(run, run->operands[0], run->policy,
				   &l->events);
	if (!code)
		code = check_policies(l);
	if (code)
		return code;
	l->wanted = arena_array(run->arena, l->events.num, sizeof(*l->wanted));
	for (u32 i = 0; i < l->events.num; i++)
		choose_event(l, &l->events.items[i]);
	return write_learned(l);
}
