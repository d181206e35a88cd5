// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "learn.h"
#include "learn_files.h"
#include "learn_moves.h"
#include "learn_others.h"
#include "learn_path.h"
#include "output.h"
#include "replay.h"
#include "source.h"

#define MAX_LEARNED 20000 /* different events, which are compared in pairs */
#define MAX_ROUNDS 64 /* renames one after the other */
#define MAX_ALL_ROUNDS 256 /* with those after something was left out */

struct learn {
	struct run *run;
	struct events events;
	struct input extended; /* --extend; img is NULL without it */
	struct input learned; /* what the rules are alone */
	struct input both; /* ... with the policy; img is NULL without it */
	struct buf rules;
	bool narrow; /* directories are not widened: there would be too much */
	const struct event **wanted; /* that rules are made for */
	u32 num_wanted;
	/* renames and links that the extended policy allows, and must go on to */
	const struct event **kept;
	u32 num_kept;
	struct learn_moves moves; /* that they are made for, too */
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
	if (logline_lacks_type(line))
		return "it is not recorded of which type it is";
	if (!learn_path_is_text(line->object) ||
	    !learn_path_is_text(line->detail))
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
		*allows = replay.answer == REPLAY_ALLOW || replay.tree;
		*denies = replay.answer == REPLAY_DENY && replay.rule;
	}
	arena_free(arena);
}

static void choose_event(struct learn *l, const struct event *event)
{
	const char *why;
	bool allows, denies;

	if (!event->line.denied && !logline_second(&event->line))
		return;
	ask_extended(l, &event->line, &allows, &denies);
	if (allows && logline_second(&event->line))
		l->kept[l->num_kept++] = event;
	if (!event->line.denied)
		return;
	why = why_not(l, &event->line);
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

	buf_printf(
		out,
		"# Made by policyc learn from %u different denials.\n"
		"# A guess allows more than was recorded: look at each. "
		"Numbers of threads, versions,\n"
		"# numbers and random ends of temporary names, and %u "
		"names or more of a directory\n"
		"# that are only looked at become patterns; credentials, "
		"keys and other processes\n"
		"# never do. Past %u rules for files, operations become "
		"groups, too. What is\n"
		"# renamed or linked may, under its old name, all that it may "
		"under its new one.\n",
		l->num_wanted, LEARN_MIN_NAMES, LEARN_MAX_RULES);
	if (l->run->extend)
		buf_printf(out, "# Name this file under include: in %s.\n",
			   l->run->extend);
	else
		buf_printf(out, "bailiff: 1\npolicy: %s\n", *name ? name : "x");
}

static void put_rules(struct learn *l)
{
	const u32 num = l->num_wanted + l->moves.num;
	const struct event **events =
		arena_array(l->run->arena, num + 1, sizeof(*events));

	memcpy(events, l->wanted, l->num_wanted * sizeof(*events));
	for (u32 i = 0; i < l->moves.num; i++)
		events[l->num_wanted + i] = l->moves.items[i];
	l->rules = (struct buf)BUF_INIT(l->run->arena);
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		struct buf rules = BUF_INIT(l->run->arena);

		if (class == BVM_CLASS_FILES)
			learn_files(&rules, events, num, !l->narrow);
		else
			learn_others(&rules, class, events, num);
		if (rules.len)
			buf_printf(&l->rules, "%s:\n%s",
				   bvm_classes[class].name, buf_text(&rules));
	}
}

/* ---- renames and links ---- */

/* The policy that is extended, with the rules; its messages were told before. */
static int compile_both(struct learn *l, struct diag *diag)
{
	struct run run = *l->run;
	const char *text = buf_text(&l->rules);

	l->both.img = NULL;
	if (!l->extended.ast || !l->rules.len)
		return EXIT_YES;
	run.diag = diag;
	run.parse.more =
		source_create(run.arena, "learned", text, strlen(text));
	return input_compile(&run,
			     parse_text(run.arena, run.diag, &run.parse,
					l->extended.ast->sources[0]),
			     &l->both);
}

static int compile_once(struct learn *l, struct diag *diag)
{
	static const struct parse_options options = { .no_includes = true };
	struct run run = *l->run;
	const char *text;
	int code;

	put_rules(l);
	text = arena_printf(run.arena, "bailiff: 1\npolicy: x\n%s",
			    buf_text(&l->rules));
	run.diag = diag;
	code = compile_both(l, diag_create(run.arena,
					   &(struct diag_options){ 0 }));
	if (code)
		return compile_both(l, diag);
	return input_compile(&run,
			     parse_text(run.arena, diag, &options,
					source_create(run.arena, "learned",
						      text, strlen(text))),
			     &l->learned);
}

/* A guess that is too dear is not made. */
static int compile_rules(struct learn *l)
{
	const struct diag_options options = { 0 };

	if (!l->narrow &&
	    !compile_once(l, diag_create(l->run->arena, &options)))
		return EXIT_YES;
	if (!l->narrow)
		buf_printf(&l->left,
			   "# No directory became a pattern: these would be "
			   "too many states together.\n");
	l->narrow = true;
	return compile_once(l, l->run->diag);
}

/* What of a rename the rules decide with those of the policy they are for. */
static void ask_move(const struct learn *l, const struct logline *line,
		     struct replay *replay)
{
	struct arena *arena = arena_create();

	if (replay_line(arena, l->both.img ? &l->both : &l->learned, line,
			replay))
		memset(replay, 0, sizeof(*replay));
	replay->why = NULL;
	arena_free(arena);
}

/* May it have been recorded of its new name, so that it was the other way? */
static bool is_ambiguous(const struct event *event)
{
	return !event->paired && !event->line.widens;
}

/* Does it widen; or may it, as nothing says which name is the new one? */
static bool ask_widens(const struct learn *l, const struct event *event,
		       struct replay *replay)
{
	struct logline other = event->line;
	struct replay swapped = { 0 };

	ask_move(l, &event->line, replay);
	other.object = event->line.detail;
	other.detail = event->line.object;
	if (is_ambiguous(event))
		ask_move(l, &other, &swapped);
	return replay->widens || swapped.widens;
}

/* Why the old name is not given what it lacks, or NULL: it was. */
static const char *settle_move(struct learn *l, const struct event *event,
			       bool too_many, bool *again)
{
	const struct logline *line = &event->line;
	const char *secret = learn_path_secret(line->object);
	struct replay replay;
	const bool widens = ask_widens(l, event, &replay);

	if (replay.tree && learn_moves_is_tree(l->wanted, l->num_wanted, line))
		return "all that is below would need the rights of what is "
		       "below the new name";
	/* the rules are for both names, so it is one of the policy that denies */
	if (l->both.img && replay.answer == REPLAY_DENY && !replay.widens)
		return "a rule of the policy denies one of its names";
	if (!widens)
		return NULL;
	*again = true;
	if (is_ambiguous(event))
		return "it is not recorded which name is the new one, and more "
		       "is allowed under one of them";
	if (secret)
		return arena_printf(l->run->arena,
				    "under the new name more is allowed, and "
				    "the old one is not given it (%s)",
				    secret);
	if (too_many || !learn_moves_add(&l->moves, line, replay.extra))
		return "under the new name more is allowed than the old one "
		       "can be given";
	return NULL;
}

/* A mount that gives its source rights under another name is denied. */
static const char *settle_mount(struct learn *l, const struct logline *line)
{
	struct replay replay;

	if (!logline_source(line))
		return NULL;
	ask_move(l, line, &replay);
	return replay.widens ?
		       "all that is below would need the rights of what is "
		       "below the mount point" :
		       NULL;
}

/* Without what is wanted of a name that one of the policy's own renames has. */
static void leave_name(struct learn *l, const struct logline *move)
{
	u32 num = 0;

	for (u32 i = 0; i < l->num_wanted; i++) {
		const struct logline *line = &l->wanted[i]->line;

		if (!strcmp(line->object, move->object) ||
		    !strcmp(line->object, move->detail))
			leave(l, line,
			      arena_printf(l->run->arena,
					   "a %s that the policy allows would "
					   "be denied",
					   bvm_op_name(move->class, move->op)));
		else
			l->wanted[num++] = l->wanted[i];
	}
	/* more than was recorded is what makes the difference */
	if (num == l->num_wanted)
		l->narrow = true;
	else
		l->moves.num = 0;
	l->num_wanted = num;
}

/* What the policy allows stays allowed. Return: rules have to be made again. */
static bool settle_kept(struct learn *l, bool too_many)
{
	bool again = false;

	for (u32 i = 0; l->both.img && i < l->num_kept; i++) {
		const u32 num = l->num_wanted;
		const bool narrow = l->narrow;
		bool widens = false;

		if (!settle_move(l, l->kept[i], too_many, &widens)) {
			again |= widens;
			continue;
		}
		if (!widens)
			continue;
		leave_name(l, &l->kept[i]->line);
		again |= l->num_wanted < num || l->narrow != narrow;
	}
	return again;
}

/*
 * Until every rename and link that is left is allowed: what one name is given
 * may be what another lacks. Return: EXIT_YES; EXIT_NO: it does not compile.
 */
static int settle_moves(struct learn *l)
{
	bool again = true;
	u32 round = 0;

	for (u32 all = 0; again; all++) {
		const bool too_many = round >= MAX_ROUNDS ||
				      all >= MAX_ALL_ROUNDS;
		u32 num = 0;

		if (compile_rules(l))
			return EXIT_NO;
		again = settle_kept(l, too_many);
		for (u32 i = 0; i < l->num_wanted; i++) {
			const struct logline *line = &l->wanted[i]->line;
			const char *why = settle_mount(l, line);

			if (logline_second(line))
				why = settle_move(l, l->wanted[i], too_many,
						  &again);
			if (why)
				leave(l, line, why);
			else
				l->wanted[num++] = l->wanted[i];
		}
		/* what was given for those that are left out is not needed */
		if (num < l->num_wanted) {
			l->moves.num = 0;
			again = true;
		}
		l->num_wanted = num;
		round = l->moves.num ? round + 1 : 0;
	}
	return EXIT_YES;
}

/* ---- does it allow its own recording? ---- */

static bool is_allowed(const struct learn *l, struct arena *arena,
		       const struct logline *line)
{
	const bool move = logline_second(line);
	const struct input *input = move && l->both.img ? &l->both :
							  &l->learned;
	struct replay replay;

	if (replay_line(arena, input, line, &replay))
		return false;
	/* nothing says that it is a directory, or that other conditions fail */
	if (move && replay.answer == REPLAY_OPEN)
		return replay.tree || l->both.img;
	return replay.answer == REPLAY_ALLOW;
}

static int check_learned(struct learn *l)
{
	const u32 num_kept = l->both.img ? l->num_kept : 0;
	int code = EXIT_YES;

	for (u32 i = 0; !code && i < l->num_wanted + num_kept; i++) {
		const struct logline *line =
			i < l->num_wanted ? &l->wanted[i]->line :
					    &l->kept[i - l->num_wanted]->line;
		struct arena *arena = arena_create();

		if (!is_allowed(l, arena, line)) {
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
	const char *path = l->run->out ?: "-";
	int code, err;

	code = settle_moves(l);
	if (!code)
		code = check_learned(l);
	if (code)
		return code;
	put_head(l, &out);
	buf_printf(&out, "%s%s", buf_text(&l->rules), buf_text(&l->left));
	err = output_write(l->run->arena, path, &out);
	if (!err)
		return EXIT_YES;
	fprintf(stderr, "policyc: cannot write %s: %s\n", path, strerror(-err));
	return EXIT_MACHINE;
}

/* Rules can be added to a policy, and to no image of one. */
static int open_extended(struct learn *l)
{
	const char *path = l->run->extend;
	int code = input_open(l->run, path, &l->extended);

	if (code || l->extended.ast)
		return code;
	diag_report(l->run->diag, NULL, EXTENDS_IMAGE, path);
	diag_note(l->run->diag,
		  "give the policy that it was built of: --extend NAME.yaml");
	return EXIT_BAD;
}

int command_learn(struct run *run)
{
	struct learn *l = arena_alloc(run->arena, sizeof(*l));
	int code = EXIT_YES;

	l->run = run;
	l->left = (struct buf)BUF_INIT(run->arena);
	l->moves.arena = run->arena;
	if (run->extend)
		code = open_extended(l);
	if (!code)
		code = events_read(run, run->operands[0], run->policy,
				   &l->events);
	if (!code)
		code = check_policies(l);
	if (code)
		return code;
	l->wanted = arena_array(run->arena, l->events.num, sizeof(*l->wanted));
	l->kept = arena_array(run->arena, l->events.num, sizeof(*l->kept));
	for (u32 i = 0; i < l->events.num; i++)
		choose_event(l, &l->events.items[i]);
	return write_learned(l);
}
