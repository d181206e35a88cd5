// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "import_aa_mount.h"
#include "import_aa_net.h"
#include "import_aa_others.h"

#define NUM_SIGNALS 65 /* 0, which only asks, to 64 */
#define RT_FIRST 32 /* rtmin+0, as the kernel and AppArmor count */

void aa_others_quiet(struct aa *aa, const struct aa_rule *rule, u32 class)
{
	if (!rule->audit)
		import_out_key(aa->im, class, "quiet", "true");
}

/* ---- capabilities ---- */

static void put_caps(struct aa *aa, const struct aa_rule *rule,
		     const struct import_list *caps)
{
	struct import *im = aa->im;

	import_out_rule(im, BVM_CLASS_CAPABILITIES, &rule->span,
			rule->deny ? "deny" : "allow",
			import_out_words(im->arena, caps));
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_CAPABILITIES);
	else if (rule->audit)
		import_out_rule(im, BVM_CLASS_CAPABILITIES, &rule->span,
				"audit", import_out_words(im->arena, caps));
}

static void take_capability(struct aa *aa, const struct aa_rule *rule,
			    const struct aa_args *args)
{
	const struct bvm_name *name = bvm_cap_names;
	struct import_list caps = { 0 };

	if (!args->words.num)
		for (; name->name; name++)
			import_list_add(aa->im->arena, &caps, name->name);
	for (u32 i = 0; i < args->words.num; i++) {
		const char *word = args->words.items[i];

		if (bvm_name_find(bvm_cap_names, word) >= 0)
			import_list_add(aa->im->arena, &caps, word);
		else
			import_out_left(aa->im, &rule->span,
					"no capability is called '%s'", word);
	}
	if (caps.num)
		put_caps(aa, rule, &caps);
}

/* ---- whose task ---- */

enum aa_peer aa_others_peer(struct aa *aa, const struct aa_cond *cond)
{
	struct import_list texts = { 0 };

	if (!cond)
		return AA_PEER_ANY;
	if (cond->values.num != 1 ||
	    aa_vars_expand(&aa->vars, cond->values.items[0], &texts) ||
	    texts.num != 1)
		return AA_PEER_UNKNOWN;
	if (!strcmp(texts.items[0], "unconfined"))
		return AA_PEER_HOST;
	if (!strcmp(texts.items[0], aa->profile))
		return AA_PEER_SELF;
	return !strcmp(texts.items[0], "**") ? AA_PEER_ANY : AA_PEER_UNKNOWN;
}

/* The key `peer` of a rule for tasks; NULL: it is left out. */
static void put_peer(struct aa *aa, enum aa_peer peer, bool always)
{
	if (peer == AA_PEER_SELF || peer == AA_PEER_HOST)
		import_out_key(aa->im, BVM_CLASS_TASKS, "peer",
			       peer == AA_PEER_SELF ? "self" : "host");
	else if (always)
		import_out_key(aa->im, BVM_CLASS_TASKS, "peer",
			       "[self, host, \"*\"]");
}

static bool may_be_self(enum aa_peer peer)
{
	return peer == AA_PEER_ANY || peer == AA_PEER_SELF;
}

/* False: the rule is left out, which was noted. */
static bool take_peer(struct aa *aa, const struct aa_rule *rule,
		      enum aa_peer peer)
{
	if (peer != AA_PEER_UNKNOWN)
		return true;
	import_out_left(aa->im, &rule->span,
			"a profile is no policy: name the policy in `peer`%s",
			rule->deny ? "; denied to any" : "");
	return rule->deny;
}

static bool names(const struct aa_args *args, const char *word,
		  const char *group)
{
	return !args->words.num || import_list_has(&args->words, word) ||
	       import_list_has(&args->words, "rw") ||
	       import_list_has(&args->words, group);
}

/* ---- signals ---- */

static int signal_number(const char *word)
{
	const char *rt = "rtmin+";
	long num;
	char *end;

	if (strncmp(word, rt, strlen(rt))) {
		num = bvm_name_find(bvm_signal_names, word);
		return num > 0 && num < RT_FIRST ? (int)num :
		       !strcmp(word, "exists")	 ? 0 :
						   -1;
	}
	num = strtol(word + strlen(rt), &end, 10);
	return *end || end == word + strlen(rt) || num < 0 ||
			       num > NUM_SIGNALS - 1 - RT_FIRST ?
		       -1 :
		       (int)num + RT_FIRST;
}

static bool has_signal(const u64 *set, int num)
{
	return set[num / 64] >> num % 64 & 1;
}

static void read_signals(struct aa *aa, const struct aa_rule *rule,
			 const struct aa_args *args, u64 *set)
{
	const struct aa_cond *cond = aa_args_cond(args, "set");

	set[0] = cond ? 0 : ~0ull;
	set[1] = cond ? 0 : 1;
	for (u32 i = 0; cond && i < cond->values.num; i++) {
		const int num = signal_number(cond->values.items[i]);

		if (num < 0)
			import_out_left(aa->im, &rule->span,
					"no signal is called '%s'",
					cond->values.items[i]);
		else
			set[num / 64] |= 1ull << num % 64;
	}
}

static void put_signals(struct aa *aa, const u64 *set)
{
	struct import_list list = { 0 };

	for (int i = 0; i < NUM_SIGNALS; i++)
		if (has_signal(set, i))
			import_list_add(aa->im->arena, &list,
					bvm_name_of(bvm_signal_names, (u32)i));
	if (list.num && list.num < NUM_SIGNALS)
		import_out_key(aa->im, BVM_CLASS_TASKS, "signals",
			       import_out_words(aa->im->arena, &list));
}

static void put_signal(struct aa *aa, const struct aa_rule *rule,
		       const u64 *set, enum aa_peer peer)
{
	static const char *const kinds[] = { "allow", "audit" };

	for (u32 i = 0; i < 1u + (rule->audit && !rule->deny); i++) {
		import_out_rule(aa->im, BVM_CLASS_TASKS, &rule->span,
				rule->deny ? "deny" : kinds[i], "signal");
		put_signals(aa, set);
		put_peer(aa, peer, false);
	}
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_TASKS);
}

static void take_signal(struct aa *aa, const struct aa_rule *rule,
			const struct aa_args *args)
{
	const struct aa_cond *cond = aa_args_cond(args, "peer");
	const enum aa_peer peer =
		aa_others_peer(aa, cond ?: aa_args_cond(args, "peer.label"));
	const bool send = names(args, "send", "w");
	const bool receive = names(args, "receive", "r");
	u64 set[2];

	if (!take_peer(aa, rule, peer))
		return;
	read_signals(aa, rule, args, set);
	if (!set[0] && !set[1])
		return;
	if (!import_out_condition(aa->im, BVM_CLASS_TASKS,
				  arena_printf(aa->im->arena, "%llx %llx",
					       (unsigned long long)set[0],
					       (unsigned long long)set[1]),
				  IMPORT_MAX_SIGNALS)) {
		import_out_left(aa->im, &rule->span,
				"over %u different sets of signals%s",
				IMPORT_MAX_SIGNALS,
				rule->deny ? "; all are denied" : "");
		if (!rule->deny)
			return;
		set[0] = ~0ull;
		set[1] = 1;
	}
	for (u32 i = 0; i < 2 && !rule->deny && may_be_self(peer); i++) {
		aa->send_self[i] |= send ? set[i] : 0;
		aa->receive_self[i] |= receive ? set[i] : 0;
	}
	if (receive && !send && peer != AA_PEER_SELF)
		import_out_left(aa->im, &rule->span,
				"receive: signals from outside are judged by "
				"who sends them");
	if (send)
		put_signal(aa, rule, set, peer);
	else if (rule->deny && peer != AA_PEER_HOST)
		put_signal(aa, rule, set, AA_PEER_SELF);
}

/* ---- ptrace ---- */

static void put_ptrace(struct aa *aa, const struct aa_rule *rule,
		       const struct import_list *ops, enum aa_peer peer)
{
	static const char *const kinds[] = { "allow", "audit" };

	for (u32 i = 0; i < 1u + (rule->audit && !rule->deny); i++) {
		import_out_rule(aa->im, BVM_CLASS_TASKS, &rule->span,
				rule->deny ? "deny" : kinds[i],
				import_out_words(aa->im->arena, ops));
		put_peer(aa, peer, !rule->deny);
	}
	if (rule->deny)
		aa_others_quiet(aa, rule, BVM_CLASS_TASKS);
}

static void take_ptrace(struct aa *aa, const struct aa_rule *rule,
			const struct aa_args *args)
{
	const struct aa_cond *cond = aa_args_cond(args, "peer");
	enum aa_peer peer =
		aa_others_peer(aa, cond ?: aa_args_cond(args, "peer.label"));
	bool trace = names(args, "trace", "w");
	bool read = names(args, "read", "r");
	const bool traced = names(args, "tracedby", "w");
	const bool readby = names(args, "readby", "r");
	struct import_list ops = { 0 };

	if (!take_peer(aa, rule, peer))
		return;
	if (!rule->deny && may_be_self(peer)) {
		aa->trace_self |= trace;
		aa->read_self |= read;
		aa->traced_self |= traced;
		aa->readby_self |= readby;
	}
	if ((traced || readby) && !trace && !read) {
		if (peer != AA_PEER_SELF)
			import_out_left(aa->im, &rule->span,
					"tracedby, readby: who traces from "
					"outside is judged by his own policy");
		if (!rule->deny || peer == AA_PEER_HOST)
			return;
		/* the other end of an own task is an own task */
		peer = AA_PEER_SELF;
		trace = traced;
		read = readby;
	}
	if (trace)
		import_list_add(aa->im->arena, &ops, "ptrace-trace");
	if (read)
		import_list_add(aa->im->arena, &ops, "ptrace-read");
	if (ops.num)
		put_ptrace(aa, rule, &ops, peer);
}

/* ---- own tasks ---- */

static void deny_self(struct aa *aa, const char *ops)
{
	static const struct span nowhere;

	buf_printf(&aa->im->rules[BVM_CLASS_TASKS],
		   "  # No rule of the profile allows its own tasks this.\n");
	import_out_rule(aa->im, BVM_CLASS_TASKS, &nowhere, "deny", ops);
}

void aa_others_finish(struct aa *aa)
{
	u64 set[2];
	struct import_list ops = { 0 };

	/* both ends need a rule */
	for (u32 i = 0; i < 2; i++)
		set[i] = ~(aa->send_self[i] & aa->receive_self[i]);
	set[1] &= 1;
	if (set[0] || set[1]) {
		deny_self(aa, "signal");
		put_signals(aa, set);
		import_out_key(aa->im, BVM_CLASS_TASKS, "peer", "self");
	}
	if (!aa->trace_self || !aa->traced_self)
		import_list_add(aa->im->arena, &ops, "ptrace-trace");
	if (!aa->read_self || !aa->readby_self)
		import_list_add(aa->im->arena, &ops, "ptrace-read");
	if (ops.num) {
		deny_self(aa, import_out_words(aa->im->arena, &ops));
		import_out_key(aa->im, BVM_CLASS_TASKS, "peer", "self");
	}
	aa_net_finish(aa);
}

/* ---- all of them ---- */

static void take_network(struct aa *aa, const struct aa_rule *rule,
			 const struct aa_args *args)
{
	aa_net_take(aa, rule, args);
}

static const struct {
	const char *name;
	void (*take)(struct aa *aa, const struct aa_rule *rule,
		     const struct aa_args *args);
	const char *why; /* without an equal */
} kinds[] = {
	{ "capability", take_capability, NULL },
	{ "network", take_network, NULL },
	{ "unix", aa_net_take_unix, NULL },
	{ "signal", take_signal, NULL },
	{ "ptrace", take_ptrace, NULL },
	{ "mount", aa_mount_take, NULL },
	{ "remount", aa_mount_take, NULL },
	{ "umount", aa_mount_take, NULL },
	{ "unmount", aa_mount_take, NULL },
	{ "pivot_root", aa_mount_take, NULL },
	{ "dbus", NULL, "Bailiff does not judge messages of D-Bus" },
	{ "change_profile", NULL, "a task keeps its policy" },
	{ "change_hat", NULL, "a task keeps its policy" },
	{ "rlimit", NULL, "limits are for who starts the program" },
	{ "set", NULL, "limits are for who starts the program" },
	{ "abi", NULL, NULL },
	{ "alias", NULL, "aliases of paths" },
	{ "userns", NULL, "namespaces are allowed as a class" },
	{ "mqueue", NULL, "the class ipc is allowed as a whole" },
	{ "io_uring", NULL, "the class kernel is allowed as a whole" },
	{ "all", NULL, "a rule for everything" },
};

void aa_others_take(struct aa *aa, const struct aa_rule *rule)
{
	const struct aa_token *first = rule->tokens;
	struct aa_args args;

	if (!aa_args_read(aa, rule, &args))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (first->kind != AA_WORD ||
		    strcmp(first->text, kinds[i].name))
			continue;
		if (kinds[i].take)
			kinds[i].take(aa, rule, &args);
		else if (kinds[i].why)
			import_out_left(aa->im, &rule->span, "%s",
					kinds[i].why);
		return;
	}
	import_out_error(aa->im, &rule->span, "'%s' begins no rule",
			 first->text ?: "");
}
