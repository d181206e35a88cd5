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

/* A word of a filter: NAME, @GROUP, with :ERRNO or :kill behind it. */
static void take_name(struct unit_calls *unit, char *word, bool not,
		      const struct span *from)
{
	char *colon = strchr(word, ':');

	if (colon) {
		*colon = '\0';
		not = true;
		import_out_left(unit->calls.im, from,
				"':%s' of '%s': what is denied has one answer",
				colon + 1, word);
	}
	import_calls_say(&unit->calls, word,
			 not ? IMPORT_CALL_DENIED : IMPORT_CALL_ALLOWED, from);
}

static void take_filter(struct unit_calls *unit, char *value,
			const struct span *from)
{
	const bool not = *value == '~';

	if (!*value) {
		import_calls_init(&unit->calls, unit->calls.im);
		unit->given = false;
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

/* The word of a policy for a name or number of systemd's. */
static const char *errno_of(const char *text)
{
	char *end;
	const unsigned long number = strtoul(text, &end, 10);

	if (end != text && !*end)
		return number > MAX_ERRNO ?
			       NULL :
			       bvm_name_of(bvm_errno_names, (u32)number);
	return bvm_name_find(bvm_errno_names, text) < 0 ? NULL : text;
}

static void settle_answer(struct unit_calls *unit)
{
	struct import_calls *calls = &unit->calls;

	calls->kill = !unit->error || !strcmp(unit->error, "kill");
	if (calls->kill)
		return;
	calls->err = errno_of(unit->error);
	if (!calls->err)
		import_out_left(calls->im, &unit->error_from,
				"the errno '%s': ENOSYS instead", unit->error);
}

void unit_calls_put(struct unit_calls *unit)
{
	if (!unit->given && !unit->native)
		return;
	if (unit->given)
		settle_answer(unit);
	else
		unit->calls.allow = true;
	import_calls_put(&unit->calls);
}
