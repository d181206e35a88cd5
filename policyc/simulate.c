// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "replay.h"
#include "show.h"
#include "simulate.h"

#define MAX_SHOWN 5 /* requests of one line of the policy */

enum outcome {
	NEWLY_DENIED,
	NEWLY_ALLOWED,
	UNDECIDED,
	STILL_DENIED,
	STILL_ALLOWED,
	AUDIT_MODE, /* allowed, and recorded */
	BEYOND_RULES, /* no policy decides it */
	NUM_OUTCOMES,
};

static const char *const outcome_names[NUM_OUTCOMES] = {
	[NEWLY_DENIED] = "newly denied",
	[NEWLY_ALLOWED] = "newly allowed",
	[UNDECIDED] = "undecided",
	[STILL_DENIED] = "still denied",
	[STILL_ALLOWED] = "still allowed",
	[AUDIT_MODE] = "denied in audit mode",
	[BEYOND_RULES] = "not up to rules",
};

/* What became of an event; those of one reason are shown together. */
struct fate {
	const struct event *event;
	enum outcome outcome;
	u32 rule; /* of the policy, in whose order they are shown */
	const char *reason; /* the rule with its line, the default, or why */
	const char *request;
};

struct simulation {
	struct run *run;
	struct input input;
	struct events events;
	struct fate *fates;
	u64 counts[NUM_OUTCOMES];
	u64 assumed; /* judged as if the user were the host's */
};

static const char *reason_of(const struct simulation *s,
			     const struct logline *line,
			     const struct replay *replay)
{
	struct buf buf = BUF_INIT(s->run->arena);

	if (replay->answer == REPLAY_OPEN)
		return arena_printf(s->run->arena, "it depends on %s",
				    replay->why);
	if (replay->widens) {
		buf_printf(&buf, "widens: the new name has rights that the old "
				 "one lacks: ");
		show_rights(&buf, replay->extra);
	} else {
		show_rule(&buf, s->input.img, line->class, replay->rule);
	}
	return arena_strdup(s->run->arena, buf_text(&buf));
}

static enum outcome compare(const struct bvm_image *img,
			    const struct logline *line,
			    const struct replay *replay)
{
	if (replay->answer == REPLAY_OPEN)
		return UNDECIDED;
	if (replay->answer == REPLAY_DENY &&
	    img->meta->audit_classes >> line->class & 1)
		return AUDIT_MODE;
	if (replay->answer == REPLAY_DENY)
		return line->denied ? STILL_DENIED : NEWLY_DENIED;
	return line->denied ? NEWLY_ALLOWED : STILL_ALLOWED;
}

static void simulate_event(struct simulation *s, u32 index)
{
	const struct event *event = &s->events.items[index];
	struct fate *fate = &s->fates[index];
	struct arena *arena = arena_create(); /* for what judging needs */
	struct replay replay;

	fate->event = event;
	fate->request = logline_text(s->run->arena, &event->line);
	if (!event->line.by_rules ||
	    replay_line(arena, &s->input, &event->line, &replay)) {
		fate->outcome = BEYOND_RULES;
		fate->reason = event->line.reason;
	} else {
		fate->outcome = compare(s->input.img, &event->line, &replay);
		fate->rule = replay.rule;
		fate->reason = reason_of(s, &event->line, &replay);
		if (replay.same_uid && replay.answer != REPLAY_OPEN)
			s->assumed += event->count;
	}
	s->counts[fate->outcome] += event->count;
	arena_free(arena);
}

/* ---- reasons ---- */

static int by_reason(const void *left, const void *right)
{
	const struct fate *a = left;
	const struct fate *b = right;

	if (a->outcome != b->outcome)
		return a->outcome < b->outcome ? -1 : 1;
	if (a->rule != b->rule && a->outcome != UNDECIDED)
		return a->rule < b->rule ? -1 : 1;
	if (strcmp(a->reason, b->reason))
		return strcmp(a->reason, b->reason);
	if (a->event->count != b->event->count)
		return a->event->count < b->event->count ? 1 : -1;
	return strcmp(a->request, b->request);
}

/* The fates from `first` on that have its reason: one past the last. */
static u32 end_of(const struct simulation *s, u32 first, u64 *count)
{
	u32 i = first;

	*count = 0;
	while (i < s->events.num &&
	       s->fates[i].outcome == s->fates[first].outcome &&
	       !strcmp(s->fates[i].reason, s->fates[first].reason))
		*count += s->fates[i++].event->count;
	return i;
}

/* ---- text ---- */

static void print_reason(const struct simulation *s, u32 first, u32 end,
			 u64 count)
{
	printf("  %6llu x  %s\n", (unsigned long long)count,
	       s->fates[first].reason);
	for (u32 i = first; i < end && i < first + MAX_SHOWN; i++)
		printf("            %llu x %s\n",
		       (unsigned long long)s->fates[i].event->count,
		       s->fates[i].request);
	if (end - first > MAX_SHOWN)
		printf("            and %u more\n", end - first - MAX_SHOWN);
}

static void print_text(const struct simulation *s)
{
	enum outcome last = NUM_OUTCOMES;
	u64 count;

	for (u32 i = 0, end; i < s->events.num; i = end) {
		enum outcome outcome = s->fates[i].outcome;

		end = end_of(s, i, &count);
		/* what the policy lets pass as before is only counted */
		if (outcome == STILL_ALLOWED)
			continue;
		if (outcome != last)
			printf("%s:\n", outcome_names[outcome]);
		last = outcome;
		print_reason(s, i, end, count);
	}
	for (int o = 0; o < NUM_OUTCOMES; o++)
		if (o != AUDIT_MODE || s->counts[o])
			printf("%s%llu %s", o ? ", " : "",
			       (unsigned long long)s->counts[o],
			       outcome_names[o]);
	printf("\n");
	if (s->assumed)
		printf("note: %llu were judged as if users had the same "
		       "numbers in the container as on the host\n",
		       (unsigned long long)s->assumed);
}

/* ---- JSON ---- */

static void put_text(struct buf *buf, const char *text)
{
	buf_put_json(buf, text, strlen(text));
}

static void put_fates(struct buf *buf, const struct simulation *s)
{
	for (u32 i = 0; i < s->events.num; i++) {
		const struct fate *fate = &s->fates[i];

		buf_printf(buf, "%s{\"outcome\": ", i ? ",\n " : "");
		put_text(buf, outcome_names[fate->outcome]);
		buf_printf(buf, ", \"reason\": ");
		put_text(buf, fate->reason);
		buf_printf(buf, ", \"request\": ");
		put_text(buf, fate->request);
		buf_printf(buf, ", \"count\": %llu}",
			   (unsigned long long)fate->event->count);
	}
}

static void print_json(const struct simulation *s)
{
	struct buf buf = BUF_INIT(s->run->arena);

	buf_printf(&buf, "[");
	put_fates(&buf, s);
	printf("%s]\n", buf_text(&buf));
}

int command_simulate(struct run *run)
{
	struct simulation *s = arena_alloc(run->arena, sizeof(*s));
	int code;

	s->run = run;
	code = input_open(run, run->operands[0], &s->input);
	if (!code)
		code = events_read(run, run->operands[1],
				   run->all ? NULL : s->input.img->name,
				   &s->events);
	if (code)
		return code;
	s->fates = arena_array(run->arena, s->events.num, sizeof(*s->fates));
	for (u32 i = 0; i < s->events.num; i++)
		simulate_event(s, i);
	qsort(s->fates, s->events.num, sizeof(*s->fates), by_reason);
	if (run->json)
		print_json(s);
	else
		print_text(s);
	return s->counts[NEWLY_DENIED] ? EXIT_NO : EXIT_YES;
}
