// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "import_unit_calls.h"

#define MAX_ERRNO 4095

void unit_calls_init(struct unit_calls *unit, struct import *im)
{
	memset(unit, 0, sizeof(*unit));
	import_calls_init(&unit->calls, im);
}

/* The word of a policy for a name or number of systemd's; NULL: it has none. */
static const char *errno_of(const char *text)
{
	char *end;
	const unsigned long number = strtoul(text, &end, 10);
	int found;

	if (end != text && !*end)
		return number > MAX_ERRNO ?
			       NULL :
			       bvm_name_of(bvm_errno_names, (u32)number);
	/* of two names for a number there is one word */
	found = bvm_name_find(bvm_errno_names, text);
	return found < 0 ? NULL : bvm_name_of(bvm_errno_names, (u32)found);
}

static bool is_kill(const char *answer)
{
	return !answer || !strcmp(answer, "kill");
}

static bool is_same(const char *x, const char *y)
{
	if (is_kill(x) || is_kill(y))
		return is_kill(x) && is_kill(y);
	x = errno_of(x);
	y = errno_of(y);
	return x && y && !strcmp(x, y);
}

static void add_answer(struct unit_calls *unit, const char *word,
		       const char *answer, const struct span *from)
{
	struct arena *arena = unit->calls.im->arena;

	unit->answers = arena_grow(arena, unit->answers, unit->num_answers,
				   sizeof(*unit->answers));
	unit->answers[unit->num_answers++] = (struct unit_answer){
		.word = arena_strdup(arena, word),
		.answer = arena_strdup(arena, answer),
		.from = *from,
	};
}

/* A word of a filter: NAME, @GROUP, with :ERRNO or :kill behind it. */
static void take_name(struct unit_calls *unit, char *word, bool not,
		      const struct span *from)
{
	char *colon = strchr(word, ':');
	enum import_call what = not || colon ? IMPORT_CALL_DENIED :
					       IMPORT_CALL_ALLOWED;

	if (colon)
		*colon = '\0';
	/* that is what it answers beside a list of what is allowed */
	if (colon && !unit->calls.allow && is_same(colon + 1, "ENOSYS"))
		what = IMPORT_CALL_UNSAID;
	else if (colon)
		add_answer(unit, word, colon + 1, from);
	else if (not )
		unit->denies = true;
	import_calls_say(&unit->calls, word, what, from);
}

static void take_filter(struct unit_calls *unit, char *value,
			const struct span *from)
{
	const bool not = *value == '~';

	if (!*value) {
		import_calls_init(&unit->calls, unit->calls.im);
		unit->given = unit->denies = false;
		unit->num_answers = 0;
		return;
	}
	/* the first one says what becomes of all others */
	if (!unit->given) {
		unit->given = true;
		unit->calls.allow = not ;
		unit->calls.span = *from;
		if (!not )
			import_calls_say(&unit->calls, "@default",
					 IMPORT_CALL_ALLOWED, from);
	}
	value += not ;
	for (char *word = strtok(value, " \t"); word;
	     word = strtok(NULL, " \t"))
		take_name(unit, word, not, from);
}

static void take_architectures(struct unit_calls *unit, char *value,
			       const struct span *from)
{
	unit->native = *value;
	if (!unit->given)
		unit->calls.span = *from;
	for (char *word = strtok(value, " \t"); word;
	     word = strtok(NULL, " \t"))
		if (strcmp(word, "native") && strcmp(word, "x86-64"))
			import_out_left(unit->calls.im, from,
					"%s: calls of x86_64 alone are let "
					"through",
					word);
}

bool unit_calls_take(struct unit_calls *unit, const char *key, char *value,
		     const struct span *from)
{
	if (!strcmp(key, "SystemCallFilter")) {
		take_filter(unit, value, from);
	} else if (!strcmp(key, "SystemCallArchitectures")) {
		take_architectures(unit, value, from);
	} else if (!strcmp(key, "SystemCallErrorNumber")) {
		unit->error =
			*value ? arena_strdup(unit->calls.im->arena, value) :
				 NULL;
		unit->error_from = *from;
	} else {
		return false;
	}
	return true;
}

/* What is denied has one answer: the unit's, unless each call has its own. */
static void settle_answer(struct unit_calls *unit)
{
	struct import_calls *calls = &unit->calls;
	const char *answer = unit->error;

	if (!unit->denies && unit->num_answers)
		answer = unit->answers[0].answer;
	for (u32 i = 0; i < unit->num_answers; i++) {
		const struct unit_answer *a = &unit->answers[i];

		if (!is_same(a->answer, answer))
			import_out_left(calls->im, &a->from,
					"':%s' of '%s': what is denied has one "
					"answer",
					a->answer, a->word);
	}
	calls->kill = is_kill(answer);
	if (!calls->kill)
		calls->err = errno_of(answer);
}

static void settle_error(struct unit_calls *unit)
{
	struct import_calls *calls = &unit->calls;
	const bool kill = is_kill(unit->error);
	const char *err = kill ? NULL : errno_of(unit->error);

	if (!kill && !err)
		import_out_left(calls->im, &unit->error_from,
				"the errno '%s': ENOSYS instead", unit->error);
	else if (!calls->allow)
		import_calls_note_default(
			calls, unit->error ? &unit->error_from : &calls->span,
			err);
}

void unit_calls_put(struct unit_calls *unit)
{
	if (!unit->given && !unit->native)
		return;
	if (unit->given) {
		settle_error(unit);
		settle_answer(unit);
	} else {
		unit->calls.allow = true;
	}
	import_calls_put(&unit->calls);
}
