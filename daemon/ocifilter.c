// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "ocifilter.h"
#include "vm/filter.h"

#define CALLS BVM_FILTER_CALLS
#define NEWER (CALLS - 1) /* a number that no call has yet */

/* What becomes of a call. The number in the table below is how strict it is. */
struct action {
	unsigned int strict;
	json_int_t err; /* what it returns; -1: not said, or nothing */
};

/* By strictness, as the kernel orders what several filters say. */
static const char *const names[] = {
	"SCMP_ACT_ALLOW",	"SCMP_ACT_LOG",		 "SCMP_ACT_TRACE",
	"SCMP_ACT_NOTIFY",	"SCMP_ACT_ERRNO",	 "SCMP_ACT_TRAP",
	"SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS",
};

enum { ALLOW, LOG, TRACE, NOTIFY, ERRNO, TRAP, KILL_THREAD, KILL_PROCESS, NUM };

struct merge {
	struct action policy[CALLS]; /* what the policies say, by number */
	struct action ours; /* the default of the section that there is */
	struct action rest; /* the default of both */
	bool seen[CALLS]; /* the section names it */
	json_t *by_name; /* name: [entries of the section] */
	json_t *plain; /* "strict:errno": [names], of calls without conditions */
	json_t *out; /* entries of the new section */
	const char *who; /* policies, for messages */
	char *why;
	size_t size;
};

static int refuse(struct merge *m, const char *what, const char *detail)
{
	snprintf(m->why, m->size, "linux.seccomp: %s%s%s", what,
		 detail ? ": " : "", detail ? detail : "");
	return -EINVAL;
}

/* ---- actions ---- */

static bool same(struct action a, struct action b)
{
	return a.strict == b.strict && a.err == b.err;
}

/* Of two that are as strict, the first: as with filters, both cannot count. */
static struct action stricter(struct action a, struct action b)
{
	return b.strict > a.strict ? b : a;
}

static struct action of_word(uint32_t word)
{
	switch (word & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return (struct action){ ALLOW, -1 };
	case SECCOMP_RET_LOG:
		return (struct action){ LOG, -1 };
	case SECCOMP_RET_ERRNO:
		return (struct action){ ERRNO, word & SECCOMP_RET_DATA };
	}
	/* policyc makes nothing else */
	return (struct action){ KILL_PROCESS, -1 };
}

static struct action of_policies(const struct ocifilter *filters, size_t num,
				 uint32_t arch, uint32_t number)
{
	struct action all = { ALLOW, -1 };

	for (size_t i = 0; i < num; i++)
		all = stricter(all, of_word(bvm_filter_run(filters[i].insns,
							   filters[i].num, arch,
							   number)));
	return all;
}

static int read_action(struct merge *m, const json_t *object, const char *key,
		       const char *err_key, struct action *action)
{
	json_t *name, *err;

	if (bundle_member(object, key, &name, m->why, m->size) ||
	    bundle_member(object, err_key, &err, m->why, m->size))
		return -EINVAL;
	if (!json_is_string(name))
		return refuse(m, "no action in", key);
	action->strict = NUM;
	for (unsigned int i = 0; i < NUM; i++)
		if (!strcmp(json_string_value(name), names[i]))
			action->strict = i;
	if (!strcmp(json_string_value(name), "SCMP_ACT_KILL"))
		action->strict = KILL_THREAD;
	if (action->strict == NUM)
		return refuse(m, "an unknown action", json_string_value(name));
	action->err = -1;
	if (!err)
		return 0;
	if (!json_is_integer(err) || json_integer_value(err) < 0)
		return refuse(m, "no number in", err_key);
	action->err = json_integer_value(err);
	return 0;
}

static int write_action(json_t *object, const char *key, const char *err_key,
			struct action action)
{
	int err = json_object_set_new(object, key,
				      json_string(names[action.strict]));

	(void)json_object_del(object, err_key);
	if (!err && action.err >= 0)
		err = json_object_set_new(object, err_key,
					  json_integer(action.err));
	return err ? -ENOMEM : 0;
}

/* ---- the section that there is ---- */

/* The number of a name; NEWER if x86_64 has none, or we do not know it. */
static uint32_t number_of(const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);

	return number < 0 || number >= NEWER ? NEWER : (uint32_t)number;
}

static int add_name(struct merge *m, const char *name, json_t *entry)
{
	json_t *list = json_object_get(m->by_name, name);

	m->seen[number_of(name)] = true;
	if (!list) {
		list = json_array();
		if (json_object_set_new(m->by_name, name, list))
			return refuse(m, "out of memory", NULL);
	}
	return json_array_append(list, entry) ?
		       refuse(m, "out of memory", NULL) :
		       0;
}

static int read_entry(struct merge *m, json_t *entry)
{
	struct action action;
	json_t *list, *name, *args;
	size_t i;
	int err;

	err = read_action(m, entry, "action", "errnoRet", &action);
	if (!err)
		err = bundle_member(entry, "names", &list, m->why, m->size);
	if (!err)
		err = bundle_member(entry, "args", &args, m->why, m->size);
	if (err)
		return err;
	if (!json_array_size(list) || (args && !json_is_array(args)))
		return refuse(m,
			      "an entry of 'syscalls' is not as it should "
			      "be",
			      NULL);
	json_array_foreach(list, i, name)
	{
		if (!json_is_string(name))
			return refuse(m, "a name is no string", NULL);
		err = add_name(m, json_string_value(name), entry);
		if (err)
			return err;
	}
	return 0;
}

static int read_section(struct merge *m, const json_t *section)
{
	json_t *list, *entry, *architectures;
	size_t i;
	int err;

	m->ours = (struct action){ ALLOW, -1 };
	if (!section)
		return 0;
	err = read_action(m, section, "defaultAction", "defaultErrnoRet",
			  &m->ours);
	if (!err)
		err = bundle_member(section, "syscalls", &list, m->why,
				    m->size);
	if (!err)
		err = bundle_member(section, "architectures", &architectures,
				    m->why, m->size);
	if (err)
		return err;
	if (architectures && !json_is_array(architectures))
		return refuse(m, "'architectures' is no list", NULL);
	if (list && !json_is_array(list))
		return refuse(m, "'syscalls' is no list", NULL);
	json_array_foreach(list, i, entry)
	{
		err = read_entry(m, entry);
		if (err)
			return err;
	}
	return 0;
}

/* ---- the new one ---- */

/* A call whose arguments do not matter. */
static int put_plain(struct merge *m, const char *name, struct action action)
{
	char key[64];
	json_t *list;

	if (same(action, m->rest))
		return 0;
	snprintf(key, sizeof(key), "%u:%lld", action.strict,
		 (long long)action.err);
	list = json_object_get(m->plain, key);
	if (!list) {
		list = json_array();
		if (json_object_set_new(m->plain, key, list))
			return refuse(m, "out of memory", NULL);
	}
	return json_array_append_new(list, json_string(name)) ?
		       refuse(m, "out of memory", NULL) :
		       0;
}

static bool has_condition(const json_t *entry)
{
	return json_array_size(json_object_get(entry, "args"));
}

static struct action merged(struct merge *m, const json_t *entry,
			    struct action policy)
{
	struct action action = { NUM, -1 };

	/* it was read before */
	(void)read_action(m, entry, "action", "errnoRet", &action);
	return stricter(action, policy);
}

/* Each entry with its condition. */
static int put_entries(struct merge *m, const char *name, const json_t *list,
		       struct action policy)
{
	json_t *entry, *copy;
	size_t i;
	int err;

	json_array_foreach((json_t *)list, i, entry)
	{
		struct action action = merged(m, entry, policy);

		/* runtimes leave such entries out, or fail */
		if (same(action, m->rest))
			continue;
		copy = json_copy(entry);
		err = copy ? write_action(copy, "action", "errnoRet", action) :
			     -ENOMEM;
		if (err ||
		    json_object_set_new(copy, "names",
					json_pack("[s]", name)) ||
		    json_array_append(m->out, copy)) {
			json_decref(copy);
			return refuse(m, "out of memory", NULL);
		}
		json_decref(copy);
	}
	return 0;
}

/*
 * A call that the section names. When no condition is met it is judged by an
 * entry without one; if there is none, by the default, and that is another now.
 */
static int merge_name(struct merge *m, const char *name, const json_t *list)
{
	struct action policy = m->policy[number_of(name)];
	struct action else_do = stricter(m->ours, policy), first, each;
	bool one_word = true, plain = false;
	json_t *entry;
	size_t i;

	first = merged(m, json_array_get(list, 0), policy);
	json_array_foreach((json_t *)list, i, entry)
	{
		each = merged(m, entry, policy);
		plain |= !has_condition(entry);
		one_word &= same(each, first);
	}
	if (!plain)
		one_word &= same(else_do, first);
	if (one_word)
		return put_plain(m, name, first);
	if (plain ? same(m->ours, m->rest) : same(else_do, m->rest))
		return put_entries(m, name, list, policy);
	snprintf(m->why, m->size,
		 "linux.seccomp: what it says of %.64s depends on arguments, "
		 "and cannot be said together with the filter of policy %s; "
		 "change one of them",
		 name, m->who);
	return -EINVAL;
}

static int merge_named(struct merge *m)
{
	const char *name;
	json_t *list;
	int err;

	json_object_foreach(m->by_name, name, list)
	{
		err = merge_name(m, name, list);
		if (err)
			return err;
	}
	return 0;
}

static int merge_others(struct merge *m)
{
	int err = 0;

	for (uint32_t i = 0; i < NEWER && !err; i++) {
		char *name;

		if (m->seen[i])
			continue;
		name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64,
							(int)i);
		if (name)
			err = put_plain(m, name,
					stricter(m->ours, m->policy[i]));
		free(name);
	}
	return err;
}

static int put_lists(struct merge *m)
{
	const char *key;
	json_t *list, *entry;

	json_object_foreach(m->plain, key, list)
	{
		long long err;
		unsigned int strict;

		if (sscanf(key, "%u:%lld", &strict, &err) != 2)
			return refuse(m, "an internal error", NULL);
		entry = json_pack("{s:O}", "names", list);
		if (!entry ||
		    write_action(entry, "action", "errnoRet",
				 (struct action){ strict, err }) ||
		    json_array_append(m->out, entry)) {
			json_decref(entry);
			return refuse(m, "out of memory", NULL);
		}
		json_decref(entry);
	}
	return 0;
}

/*
 * What is denied to calls of i386 and x32 is denied by not naming these
 * architectures. A policy in audit mode denies them nothing: then a section that
 * there was stays as it is (one that names none kills the calls of others), and
 * a new one lets them through.
 */
static int put_architectures(const struct ocifilter *filters, size_t num,
			     bool is_new, json_t *section)
{
	struct action other = of_policies(filters, num, BVM_FILTER_I386, 0);
	json_t *list;

	if (other.strict > LOG)
		list = json_pack("[s]", "SCMP_ARCH_X86_64");
	else if (!is_new)
		return 0;
	else
		list = json_pack("[s,s,s]", "SCMP_ARCH_X86_64", "SCMP_ARCH_X86",
				 "SCMP_ARCH_X32");
	return json_object_set_new(section, "architectures", list) ? -ENOMEM :
								     0;
}

static json_t *put_section(struct merge *m, const json_t *old,
			   const struct ocifilter *filters, size_t num)
{
	json_t *section = old ? json_copy((json_t *)old) : json_object();

	if (!section ||
	    write_action(section, "defaultAction", "defaultErrnoRet",
			 m->rest) ||
	    json_object_set(section, "syscalls", m->out) ||
	    put_architectures(filters, num, !old, section)) {
		refuse(m, "out of memory", NULL);
		json_decref(section);
		return NULL;
	}
	return section;
}

static void read_policies(struct merge *m, const struct ocifilter *filters,
			  size_t num)
{
	for (uint32_t i = 0; i < CALLS; i++)
		m->policy[i] = of_policies(filters, num, BVM_FILTER_X86_64, i);
	m->who = num == 1 ? filters[0].policy : "each that selects it";
}

struct json_t *ocifilter_merge(const struct json_t *section,
			       const struct ocifilter *filters, size_t num,
			       char *why, size_t size)
{
	struct merge m = {
		.by_name = json_object(),
		.plain = json_object(),
		.out = json_array(),
		.why = why,
		.size = size,
	};
	json_t *result = NULL;
	int err;

	read_policies(&m, filters, num);
	err = m.by_name && m.plain && m.out ? read_section(&m, section) :
					      refuse(&m, "out of memory", NULL);
	m.rest = stricter(m.ours, m.policy[NEWER]);
	if (!err)
		err = merge_named(&m);
	if (!err)
		err = merge_others(&m);
	if (!err)
		err = put_lists(&m);
	if (!err)
		result = put_section(&m, section, filters, num);
	json_decref(m.by_name);
	json_decref(m.plain);
	json_decref(m.out);
	return result;
}
