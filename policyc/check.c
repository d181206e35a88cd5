// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "links.h"
#include "rule_net.h"
#include "rule_peer.h"
#include "textset.h"

#define NETWORK_ENDS (BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND))
#define NETWORK_SOURCES (BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE))
#define NETWORK_SERVES (BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN))
#define NETWORK_NAMED                                                       \
	(NETWORK_ENDS | BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) | \
	 BVM_BIT(NETWORK, ACCEPT))
#define NETWORK_ADDRESSED (NETWORK_NAMED | BVM_BIT(NETWORK, RECEIVE))

/* These need a socket of their own. */
#define NETWORK_CREATING                                        \
	(BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, LISTEN) | \
	 BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, SEND))

/* Operations that have what a key speaks of. */
static const struct {
	u32 class;
	const char *key;
	u64 ops;
} meanings[] = {
	{ BVM_CLASS_FILES, "paths", ~BVM_BIT(FILES, INHERIT) },
	{ BVM_CLASS_FILES, "owner", ~BVM_BIT(FILES, INHERIT) },
	{ BVM_CLASS_FILES, "ioctl", BVM_BIT(FILES, IOCTL) },
	{ BVM_CLASS_MOUNTS, "target", ~BVM_BIT(MOUNTS, FSMOUNT) },
	{ BVM_CLASS_MOUNTS, "source",
	  BVM_BIT(MOUNTS, MOUNT) | BVM_BIT(MOUNTS, MOVE_MOUNT) },
	{ BVM_CLASS_MOUNTS, "flags", BVM_BIT(MOUNTS, MOUNT) },
	{ BVM_CLASS_NETWORK, "to", NETWORK_ENDS },
	{ BVM_CLASS_NETWORK, "from", NETWORK_SOURCES | NETWORK_SERVES },
	{ BVM_CLASS_NETWORK, "unix", NETWORK_NAMED },
	{ BVM_CLASS_NETWORK, "peer", NETWORK_ENDS },
	{ BVM_CLASS_NETWORK, "at", NETWORK_ADDRESSED },
	{ BVM_CLASS_NETWORK, "ports", NETWORK_ADDRESSED },
	{ BVM_CLASS_NETWORK, "peer-ports", NETWORK_ADDRESSED },
	{ BVM_CLASS_TASKS, "signals", BVM_BIT(TASKS, SIGNAL) },
	{ BVM_CLASS_KERNEL, "names",
	  BVM_BIT(KERNEL, MODULE_REQUEST) | BVM_BIT(KERNEL, KEYRING) |
		  BVM_BIT(KERNEL, LOCKDOWN) },
};

static const char *first_op(u32 class, u64 ops)
{
	return bvm_op_name(class, (u32)__builtin_ctzll(ops));
}

/* False: a key says nothing about an operation, which was told. */
static bool check_meanings(struct parse *parse, const struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(meanings); i++) {
		const struct node_pair *pair;
		u64 mute;

		if (meanings[i].class != rule->class)
			continue;
		pair = node_find(facts->node, meanings[i].key);
		mute = facts->named & ~meanings[i].ops;
		if (!pair)
			continue;
		rule->ops &= meanings[i].ops;
		if (!mute)
			continue;
		diag_report(parse->diag, &pair->key->span, KEY_FOR_OPS,
			    meanings[i].key,
			    arena_printf(parse->arena, "'%s'",
					 first_op(rule->class, mute)));
		diag_note(parse->diag, "give '%s' a rule of its own",
			  first_op(rule->class, mute));
		/* It would be the same with the other keys. */
		return false;
	}
	return true;
}

static void check_denial_keys(struct parse *parse,
			      const struct rule_facts *facts)
{
	static const char *const names[] = { "errno", "quiet", "kill" };
	size_t i;

	if (facts->rule->kind == BVM_RULE_DENY)
		return;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct node_pair *pair = node_find(facts->node, names[i]);

		if (!pair)
			continue;
		diag_report(parse->diag, &pair->key->span, ERRNO_ON_ALLOW,
			    names[i],
			    facts->rule->kind == BVM_RULE_ALLOW ? "an allow" :
								  "an audit");
		return;
	}
}

/* A packet comes in whoever runs: nobody there is to blame. */
static void check_kill(struct parse *parse, const struct rule_facts *facts)
{
	const struct ast_rule *rule = facts->rule;
	const struct node_pair *pair = node_find(facts->node, "kill");

	if (!pair || !rule->kill || rule->class != BVM_CLASS_NETWORK ||
	    !(rule->ops & BVM_BIT(NETWORK, RECEIVE)))
		return;
	diag_report(parse->diag, &pair->key->span, KEY_FOR_OPS, "kill",
		    "'receive'");
	diag_note(parse->diag, "a packet may come while another task runs");
	if (!(facts->named & BVM_BIT(NETWORK, RECEIVE)))
		diag_note(parse->diag, "list the operations that are meant");
}

/* The words that may be said, as a list for people. */
static const char *fitting_errnos(struct parse *parse, u32 class, u32 op)
{
	const char *list = "";

	for (const struct bvm_name *n = bvm_errno_names; n->name; n++)
		if (bvm_errno_fits(class, op, n->num))
			list = arena_printf(parse->arena, "%s%s%s", list,
					    *list ? ", " : "", n->name);
	return list;
}

/* The callers of some hooks take an errno for something else, or replace it. */
static void check_errno(struct parse *parse, const struct rule_facts *facts)
{
	const struct ast_rule *rule = facts->rule;
	const struct node_pair *pair = node_find(facts->node, "errno");
	u64 ops = rule->ops;

	if (!pair || !rule->err || rule->kind != BVM_RULE_DENY)
		return;
	for (; ops; ops &= ops - 1) {
		u32 op = (u32)__builtin_ctzll(ops);
		const char *why = bvm_errno_why_not(rule->class, op, rule->err);

		if (!why)
			continue;
		diag_report(parse->diag, &pair->value->span, ERRNO_UNFIT,
			    bvm_op_name(rule->class, op),
			    bvm_name_of(bvm_errno_names, rule->err), why);
		diag_note(parse->diag, "it may be %s",
			  fitting_errnos(parse, rule->class, op));
		if (ops & (ops - 1) || ops != rule->ops)
			diag_note(parse->diag, "give '%s' a rule of its own",
				  bvm_op_name(rule->class, op));
		return;
	}
}

static void check_inherit(struct parse *parse, const struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;

	if (rule->class != BVM_CLASS_FILES || rule->kind != BVM_RULE_ALLOW ||
	    !(rule->ops & BVM_BIT(FILES, INHERIT)) ||
	    node_find(facts->node, "type") || rule_key_is_meant(facts, "type"))
		return;
	if (!(facts->named & BVM_BIT(FILES, INHERIT))) {
		/* `all` is not meant to let every kind of descriptor in. */
		rule->ops &= ~BVM_BIT(FILES, INHERIT);
		return;
	}
	diag_report(parse->diag, &rule->span, INHERIT_TYPE);
	diag_note(parse->diag, "say which kinds of descriptors, such as "
			       "type: [pipe, tty, null]");
}

static bool has_or_means(const struct rule_facts *facts, const char *name)
{
	return node_find(facts->node, name) || rule_key_is_meant(facts, name);
}

static void check_except(struct parse *parse, const struct rule_facts *facts)
{
	const struct node_pair *pair = node_find(facts->node, "except");
	u32 class = facts->rule->class;

	if (!pair || class == BVM_CLASS_EXEC)
		return;
	if (class == BVM_CLASS_FILES && !has_or_means(facts, "paths"))
		diag_report(parse->diag, &pair->key->span, EXCEPT_ALONE,
			    "'paths'");
	if (class == BVM_CLASS_NETWORK && !has_or_means(facts, "to") &&
	    !has_or_means(facts, "from") && !has_or_means(facts, "at") &&
	    !has_or_means(facts, "unix"))
		diag_report(parse->diag, &pair->key->span, EXCEPT_ALONE,
			    "'to', 'from', 'at' or 'unix'");
}

/* `/x/` and two stars do not name /x, which surprises everybody once. */
static void check_below(struct parse *parse, const struct ast_rule *rule)
{
	struct textset own = { 0 };
	u32 i;

	if (rule->class != BVM_CLASS_FILES || rule->span.source != parse->main)
		return;
	for (i = 0; i < rule->paths.num; i++)
		textset_add(parse->arena, &own, rule->paths.items[i].text);
	textset_sort(&own);
	for (i = 0; i < rule->paths.num; i++) {
		const struct ast_pattern *pattern = &rule->paths.items[i];
		size_t len = strlen(pattern->text);
		const char *top;

		if (len < 5 || strcmp(pattern->text + len - 3, "/**"))
			continue;
		top = arena_strndup(parse->arena, pattern->text, len - 3);
		if (!textset_has(&own, top))
			diag_report(parse->diag, &pattern->span, BELOW_ONLY,
				    pattern->text, top, top);
	}
}

/* "/usr/bin/id -u" is a rule elsewhere; here it would silently match nothing. */
static void check_commands(struct parse *parse, const struct ast_rule *rule)
{
	if (rule->class != BVM_CLASS_EXEC)
		return;
	for (u32 i = 0; i < rule->paths.num; i++) {
		const struct ast_pattern *pattern = &rule->paths.items[i];
		const char *blank = strchr(pattern->text, ' ');

		if (!blank || !strchr("-/", blank[1]) || !blank[1])
			continue;
		diag_report(parse->diag, &pattern->span, COMMAND_LINE,
			    pattern->text);
		diag_note(parse->diag,
			  "the program alone is '%s'; its words go into 'args'",
			  arena_strndup(parse->arena, pattern->text,
					(size_t)(blank - pattern->text)));
	}
}

/* `when: owner` is about objects that have one. */
static void check_owner(struct parse *parse, const struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;
	const struct node_pair *pair = node_find(facts->node, "when");
	const u64 inherit = BVM_BIT(FILES, INHERIT);
	bool files = rule->class == BVM_CLASS_FILES;

	if (!pair || rule->when.owner == AST_ANY ||
	    rule->class == BVM_CLASS_EXEC)
		return;
	if (files && !(facts->named & inherit)) {
		rule->ops &= ~inherit;
		return;
	}
	diag_report(parse->diag, &pair->key->span, KEY_FOR_OPS, "owner",
		    files ? "'inherit'" :
			    arena_printf(parse->arena, "class %s",
					 bvm_classes[rule->class].name));
	diag_note(parse->diag, "files and programs have owners");
}

static void check_creation(const struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;

	if (rule->kind != BVM_RULE_ALLOW)
		return;
	rule->implies_create = (rule->class == BVM_CLASS_NETWORK &&
				rule->ops & NETWORK_CREATING) ||
			       (rule->class == BVM_CLASS_MOUNTS &&
				rule->ops & BVM_BIT(MOUNTS, MOUNT));
}

void check_rule(struct parse *parse, const struct rule_facts *facts)
{
	const bool about_all = check_meanings(parse, facts);

	check_denial_keys(parse, facts);
	check_kill(parse, facts);
	check_errno(parse, facts);
	check_inherit(parse, facts);
	rule_peer_check(parse, facts);
	check_except(parse, facts);
	if (about_all)
		check_owner(parse, facts);
	rule_net_check(parse, facts);
	check_below(parse, facts->rule);
	check_commands(parse, facts->rule);
	check_creation(facts);
	links_check(parse, facts->rule);
}

static const struct ast_rule *find_path_rule(const struct ast_policy *policy)
{
	u32 i;

	for (i = 0; i < policy->num_rules; i++) {
		const struct ast_rule *rule = &policy->rules[i];

		if (rule->kind != BVM_RULE_ALLOW && rule->paths.num &&
		    policy->defaults[rule->class] == AST_ALLOW)
			return rule;
	}
	return NULL;
}

static void check_start(struct parse *parse, const struct node *root)
{
	const struct ast_policy *policy = parse->policy;

	if (policy->start_timeout.most && !node_find(root, "start") &&
	    !key_is_meant(KEY_IN_POLICY, root, "start"))
		diag_report(parse->diag, &policy->start_timeout.span,
			    START_UNSAID);
}

/* Who enters by himself is asked for no filter. */
static void check_filter(struct parse *parse)
{
	const struct ast_syscalls *syscalls = &parse->policy->syscalls;

	if (!syscalls->of || syscalls->runtime || !parse->policy->enter_self)
		return;
	diag_report(parse->diag, &syscalls->span, UNFILTERED);
	diag_note(parse->diag, "'installed-by: runtime' leaves the filter to "
			       "who starts the program");
}

void check_policy(struct parse *parse, const struct node *root, bool mounts)
{
	const struct ast_rule *rule = find_path_rule(parse->policy);

	check_start(parse, root);
	check_filter(parse);

	if (!rule || mounts || key_is_meant(KEY_IN_POLICY, root, "mounts"))
		return;
	diag_report(parse->diag, &rule->span, MOUNTS_UNSAID,
		    rule->kind == BVM_RULE_DENY ? "denies" : "audits");
	diag_note(parse->diag, "whoever can mount can give a file another "
			       "path: say 'default: {mounts: deny}' or write "
			       "rules in 'mounts'");
}
