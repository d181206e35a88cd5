// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import_calls.h"
#include "import_json.h"
#include "import_seccomp.h"

/* The oldest kernel that Bailiff runs on; minKernel is held against it. */
#define KERNEL_MAJOR 6
#define KERNEL_MINOR 1

enum action { ALLOW, DENY_ERRNO, DENY_KILL, DENY_OTHER, LOG, NUM_ACTIONS };

static const struct {
	const char *name;
	enum action action;
	const char *why; /* it is not quite the same; or NULL */
} actions[] = {
	{ "SCMP_ACT_ALLOW", ALLOW, NULL },
	{ "SCMP_ACT_ERRNO", DENY_ERRNO, NULL },
	{ "SCMP_ACT_KILL_PROCESS", DENY_KILL, NULL },
	{ "SCMP_ACT_KILL", DENY_KILL, "it would end the thread alone" },
	{ "SCMP_ACT_KILL_THREAD", DENY_KILL, "it would end the thread alone" },
	{ "SCMP_ACT_TRAP", DENY_OTHER, "it would send SIGSYS" },
	{ "SCMP_ACT_TRACE", DENY_OTHER, "it would ask a tracer" },
	{ "SCMP_ACT_NOTIFY", DENY_OTHER, "it would ask a supervisor" },
	{ "SCMP_ACT_LOG", LOG, "it would be logged and allowed" },
};

/* What is said to be denied gets one answer: of all that is said, together. */
struct answers {
	bool some, all_kill;
	bool enosys; /* one is: so that libc falls back, all are */
	u32 first; /* errno of the first one that has one; 0: none has */
};

struct profile {
	struct import *im;
	struct import_calls calls;
	struct json_place place;
	enum action fallback;
	u32 fallback_errno;
	bool denies; /* an entry does, if only as what nothing names is */
	struct answers answers;
};

/* An entry of "syscalls". */
struct entry {
	const json_t *json;
	struct json_place place;
	enum action action;
	const char *why; /* of the action, or NULL */
	struct span from;
	u32 err;
	const char *names; /* for people */
	const char *condition; /* without an equal; or NULL */
	struct span condition_from;
};

static bool is_denial(enum action action)
{
	return action != ALLOW && action != LOG;
}

/* ---- parts ---- */

/* False: reported. */
static bool read_action(struct profile *p, const json_t *json,
			const struct span *at, enum action *action,
			const char **why)
{
	const char *text = json_string_value(json);

	for (size_t i = 0; text && i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i].name, text)) {
			*action = actions[i].action;
			*why = actions[i].why;
			return true;
		}
	if (text)
		import_out_error(p->im, at, "no action is called '%s'", text);
	else
		import_out_error(p->im, at,
				 "expected an action: "
				 "\"SCMP_ACT_...\"");
	return false;
}

static u32 read_errno(struct profile *p, const json_t *json,
		      const struct span *at, u32 otherwise)
{
	if (!json)
		return otherwise;
	if (json_is_integer(json) && json_integer_value(json) >= 0 &&
	    json_integer_value(json) <= 4095)
		return (u32)json_integer_value(json);
	import_out_error(p->im, at, "expected an errno, 0 to 4095");
	return otherwise;
}

/* Is one of the texts of an array this one? */
static bool has_text(const json_t *array, const char *text)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *value = json_string_value(json_array_get(array, i));

		if (value && !strcmp(value, text))
			return true;
	}
	return false;
}

static bool has_machine(const json_t *filter)
{
	const json_t *arches = json_object_get(filter, "arches");

	return has_text(arches, "amd64") || has_text(arches, "x86_64");
}

static bool has_arches(const json_t *filter)
{
	return json_array_size(json_object_get(filter, "arches")) != 0;
}

/* Is every kernel that Bailiff runs on at least this one? */
static bool is_old_enough(const char *version)
{
	unsigned int major, minor;

	if (sscanf(version, "%3u.%3u", &major, &minor) != 2)
		return false;
	return major < KERNEL_MAJOR ||
	       (major == KERNEL_MAJOR && minor <= KERNEL_MINOR);
}

/* "CAP_A, CAP_B", cut where it gets long */
static const char *texts_of(struct profile *p, const json_t *array)
{
	struct buf out = BUF_INIT(p->im->arena);

	for (size_t i = 0; i < json_array_size(array) && out.len < 100; i++)
		buf_printf(&out, "%s%s", i ? ", " : "",
			   json_string_value(json_array_get(array, i)) ?: "?");
	if (out.len >= 100)
		buf_printf(&out, "...");
	return buf_text(&out);
}

/* ---- conditions ---- */

static void add_condition(struct profile *p, struct entry *e, const char *key,
			  const char *what)
{
	if (e->condition)
		return;
	e->condition = what;
	e->condition_from =
		import_json_span(import_json_member(e->place, key), e->place);
	(void)p;
}

/* Of another type than it should be it would be no condition at all. */
static bool is_known_condition(const char *name, const json_t *value)
{
	if (json_is_null(value))
		return true;
	if (!strcmp(name, "caps") || !strcmp(name, "arches"))
		return json_is_array(value);
	return !strcmp(name, "minKernel") && json_is_string(value);
}

/* includes, excludes: when the entry is there at all. False: it is not. */
static bool take_filter(struct profile *p, struct entry *e, const char *key)
{
	const bool in = !strcmp(key, "includes");
	const json_t *filter = json_object_get(e->json, key);
	const json_t *caps = json_object_get(filter, "caps");
	const char *kernel =
		json_string_value(json_object_get(filter, "minKernel"));
	const char *name;
	json_t *value;

	if (has_arches(filter) && has_machine(filter) != in)
		return false;
	if (json_array_size(caps))
		add_condition(p, e, key,
			      arena_printf(p->im->arena,
					   "only %s the capability %s",
					   in ? "with" : "without",
					   texts_of(p, caps)));
	if (kernel && is_old_enough(kernel) && !in)
		return false;
	if (kernel && !is_old_enough(kernel))
		add_condition(p, e, key,
			      arena_printf(p->im->arena, "%s Linux %.20s",
					   in ? "from" : "before", kernel));
	if (filter && !json_is_object(filter))
		add_condition(p, e, key, "an unknown condition");
	json_object_foreach((json_t *)filter, name, value)
	{
		if (!is_known_condition(name, value))
			add_condition(p, e, key, "an unknown condition");
	}
	return true;
}

static bool is_known_key(const char *key)
{
	static const char *const known[] = { "names",	 "name",    "action",
					     "errnoRet", "args",    "comment",
					     "includes", "excludes" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i], key))
			return true;
	return false;
}

/* False: the entry is of no consequence here, or was reported. */
static bool read_entry(struct profile *p, const json_t *json,
		       struct json_place place, struct entry *e)
{
	const json_t *args = json_object_get(json, "args");
	const json_t *names = json_object_get(json, "names");
	const char *key;
	json_t *value;

	*e = (struct entry){ .json = json, .place = place };
	e->from = import_json_span(import_json_member(place, "action"), place);
	if (!json_is_object(json) ||
	    (!json_is_array(names) &&
	     !json_is_string(json_object_get(json, "name")))) {
		import_out_error(p->im, &e->from,
				 "expected an object with "
				 "\"names\" and \"action\"");
		return false;
	}
	if (!read_action(p, json_object_get(json, "action"), &e->from,
			 &e->action, &e->why))
		return false;
	e->err = read_errno(p, json_object_get(json, "errnoRet"), &e->from,
			    p->fallback_errno);
	e->names = names ? texts_of(p, names) :
			   json_string_value(json_object_get(json, "name"));
	if (!take_filter(p, e, "includes") || !take_filter(p, e, "excludes"))
		return false;
	if (args && !json_is_null(args) &&
	    (!json_is_array(args) || json_array_size(args)))
		add_condition(p, e, "args", "conditions on arguments");
	json_object_foreach((json_t *)json, key, value) if (!is_known_key(key))
		add_condition(p, e, key, "an unknown key");
	return true;
}

/* ---- entries ---- */

static void say_name(struct profile *p, const struct entry *e,
		     enum import_call what, const json_t *name)
{
	const char *text = json_string_value(name);
	const int number = text ? sysnames_find(text) : 0;

	if (!text) {
		import_out_error(p->im, &e->from,
				 "expected names of system "
				 "calls");
		return;
	}
	/* a group is Bailiff's own: no call is called like that */
	if (*text == '@')
		import_out_left(p->im, &e->from,
				"no system call is called '%s'", text);
	if (*text == '@')
		return;
	if (what != IMPORT_CALL_ALLOWED && number >= 0 &&
	    p->calls.of[number] == IMPORT_CALL_ALLOWED)
		import_out_left(p->im, &e->from,
				"'%s' is allowed as well, by line %u: a deny "
				"wins",
				text, p->calls.from[number].line);
	import_calls_say(&p->calls, text, what, &e->from);
}

static void say(struct profile *p, const struct entry *e, enum import_call what)
{
	const json_t *names = json_object_get(e->json, "names");

	if (!names) {
		say_name(p, e, what, json_object_get(e->json, "name"));
		return;
	}
	for (size_t i = 0; i < json_array_size(names); i++)
		say_name(p, e, what, json_array_get(names, i));
}

static void take_allow(struct profile *p, const struct entry *e)
{
	/* as all that nothing names */
	if (p->calls.allow)
		return;
	if (e->condition)
		import_out_left(p->im, &e->condition_from,
				"%s: denied unless another line allows it: %s",
				e->condition, e->names);
	else
		say(p, e, IMPORT_CALL_ALLOWED);
}

static void add_answer(struct answers *a, bool kill, u32 err)
{
	a->all_kill = kill && (a->all_kill || !a->some);
	a->some = true;
	a->enosys |= !kill && err == ENOSYS;
	if (!kill && !a->first)
		a->first = err;
}

/* Is it denied as nothing names it, beside a default that denies? */
static bool is_as_default(const struct profile *p, const struct entry *e)
{
	return !p->calls.allow &&
	       (e->action == DENY_OTHER ||
		(e->action == DENY_ERRNO && e->err == ENOSYS));
}

static void take_denial(struct profile *p, const struct entry *e)
{
	if (e->why)
		import_out_left(p->im, &e->from, "denied, but %s: %s", e->why,
				e->names);
	if (e->condition)
		import_out_left(p->im, &e->condition_from,
				"%s: denied in any case: %s", e->condition,
				e->names);
	p->denies = true;
	/* what nothing names answers ENOSYS: that needs no saying */
	if (is_as_default(p, e)) {
		say(p, e, IMPORT_CALL_UNSAID);
		return;
	}
	add_answer(&p->answers, e->action == DENY_KILL, e->err);
	say(p, e, IMPORT_CALL_DENIED);
}

static void take_log(struct profile *p, const struct entry *e)
{
	if (p->fallback == LOG)
		return;
	import_out_left(p->im, &e->from, "%s: %s: %s", e->why,
			p->calls.allow ? "nothing is logged" : "denied instead",
			e->names);
}

static void take_entries(struct profile *p, const json_t *entries, bool denials)
{
	struct json_place place =
		import_json_first(import_json_member(p->place, "syscalls"));
	struct entry entry;

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *json = json_array_get(entries, i);

		if (diag_num_errors(p->im->diag))
			return;
		if (!read_entry(p, json, place, &entry))
			; /* nothing to take */
		else if (is_denial(entry.action) && denials)
			take_denial(p, &entry);
		else if (entry.action == ALLOW && !denials)
			take_allow(p, &entry);
		else if (entry.action == LOG && !denials)
			take_log(p, &entry);
		place = import_json_next(place);
	}
}

/* ---- the rest ---- */

static void take_architectures(struct profile *p, const json_t *json,
			       struct json_place place)
{
	static const char *const machine[] = { "SCMP_ARCH_X86",
					       "SCMP_ARCH_X32" };

	place = import_json_first(place);
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *value = json_array_get(json, i);
		const struct span at = import_json_span(place, p->place);
		const json_t *sub = json_object_get(value, "subArchitectures");

		for (size_t k = 0; k < ARRAY_SIZE(machine); k++)
			if ((json_is_string(value) &&
			     !strcmp(json_string_value(value), machine[k])) ||
			    has_text(sub, machine[k]))
				import_out_left(p->im, &at,
						"%s: calls of x86_64 alone are "
						"let through",
						machine[k]);
		place = import_json_next(place);
	}
}

static void take_keys(struct profile *p, const json_t *root)
{
	static const char *const known[] = { "defaultAction", "defaultErrnoRet",
					     "syscalls" };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)root, key, value)
	{
		const struct json_place place =
			import_json_member(p->place, key);
		const struct span at = import_json_span(place, p->place);
		bool is_known = json_is_null(value);

		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			is_known |= !strcmp(known[i], key);
		if (!strcmp(key, "architectures") || !strcmp(key, "archMap"))
			take_architectures(p, value, place);
		else if (!is_known &&
			 !(json_is_array(value) && !json_array_size(value)))
			import_out_left(p->im, &at, "%s has no equal here",
					key);
	}
}

static const char *text_of_errno(struct profile *p, u32 err)
{
	return bvm_name_of(bvm_errno_names, err) ?:
		       arena_printf(p->im->arena, "errno %u", err);
}

static void read_fallback(struct profile *p, const json_t *root)
{
	const struct span at = import_json_span(
		import_json_member(p->place, "defaultAction"), p->place);
	const char *why;

	p->calls.span = at;
	if (!read_action(p, json_object_get(root, "defaultAction"), &at,
			 &p->fallback, &why))
		return;
	p->fallback_errno = read_errno(
		p, json_object_get(root, "defaultErrnoRet"), &at, EPERM);
	p->calls.allow = p->fallback == ALLOW;
	if (why && p->fallback != LOG)
		import_out_left(p->im, &at, "denied, but %s", why);
	if (p->fallback == DENY_KILL)
		import_calls_note_default(&p->calls, &at, NULL);
	if (p->fallback == DENY_ERRNO)
		import_calls_note_default(&p->calls, &at,
					  text_of_errno(p, p->fallback_errno));
}

/* One answer for all that is said to be denied, and what differs from it. */
static void settle_answer(struct profile *p, const json_t *entries)
{
	const u32 err = p->answers.enosys ? ENOSYS : p->answers.first;
	const char *word = bvm_name_of(bvm_errno_names, err);
	struct json_place place =
		import_json_first(import_json_member(p->place, "syscalls"));
	struct entry e;

	p->calls.kill = p->answers.some && p->answers.all_kill;
	p->calls.err = word;
	if (p->calls.kill || !p->answers.some)
		return;
	word = word ?: "ENOSYS";
	for (size_t i = 0; i < json_array_size(entries); i++) {
		if (read_entry(p, json_array_get(entries, i), place, &e) &&
		    is_denial(e.action) && !is_as_default(p, &e) &&
		    (e.action == DENY_KILL || e.err != err || !p->calls.err))
			import_out_left(p->im, &e.from,
					"what is denied has one answer: %s",
					word);
		place = import_json_next(place);
	}
}

/*
 * All that is not allowed is logged: that is `mode: audit`, if it is all. What
 * audit mode would deny it lets through, so one denial is enough against it.
 */
static void settle_log(struct profile *p)
{
	if (p->fallback != LOG)
		return;
	p->calls.audit = !p->denies;
	if (!p->calls.audit)
		import_out_left(p->im, &p->calls.span,
				"what nothing names would be logged and "
				"allowed: denied instead");
}

static void take_profile(struct profile *p, const json_t *root)
{
	const json_t *entries = json_object_get(root, "syscalls");

	read_fallback(p, root);
	if (entries && !json_is_null(entries) && !json_is_array(entries))
		import_out_error(p->im, &p->calls.span,
				 "expected a list in \"syscalls\"");
	if (diag_num_errors(p->im->diag))
		return;
	take_keys(p, root);
	take_entries(p, entries, false);
	take_entries(p, entries, true);
	settle_log(p);
	settle_answer(p, entries);
	buf_printf(&p->im->top, "# A seccomp profile says nothing of classes.\n"
				"default: allow\n");
	if (!diag_num_errors(p->im->diag))
		import_calls_put(&p->calls);
}

void import_seccomp_read(struct import *im, const struct source *source)
{
	struct profile *p = arena_alloc(im->arena, sizeof(*p));
	json_t *whole = import_json_read(im, source, &p->place);
	const json_t *linux_part = json_object_get(whole, "linux");
	const json_t *root = whole;
	struct span start;

	p->im = im;
	import_calls_init(&p->calls, im);
	import_out_name_file(im, source, ".json");
	if (linux_part) {
		root = json_object_get(linux_part, "seccomp");
		p->place = import_json_member(
			import_json_member(p->place, "linux"), "seccomp");
	}
	start = import_json_span(p->place, (struct json_place){ source, 0 });
	if (whole && !json_object_get(root, "defaultAction"))
		import_out_error(im, &start,
				 "this is no seccomp profile: there is no "
				 "\"defaultAction\"");
	else if (whole)
		take_profile(p, root);
	json_decref(whole);
}
