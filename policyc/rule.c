// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "ioctl.h"
#include "rule.h"
#include "rule_net.h"
#include "rule_peer.h"
#include "rule_args.h"
#include "rule_rate.h"
#include "rule_mount.h"
#include "suggest.h"

/* ---- operations ---- */

static const struct bvm_group *find_group(u32 class, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	u32 i;

	for (i = 0; i < info->num_groups; i++)
		if (!strcmp(info->groups[i].name, name))
			return &info->groups[i];
	return NULL;
}

static void suggest_op(struct diag *diag, u32 class, const char *word)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	struct suggest suggest = SUGGEST_INIT(word);
	size_t len = strlen(info->name);
	u32 i;

	if (*word == '/') {
		diag_note(diag, "operations stand here; in files, paths stand "
				"under 'paths'");
		return;
	}
	if (strpbrk(word, ", ")) {
		diag_note(diag, "several are a list: [read, write]");
		return;
	}

	/* documents and records write files.read; a rule knows its class */
	if (!strncmp(word, info->name, len) && word[len] == '.')
		suggest.word = word + len + 1;
	for (i = 0; i < info->num_groups; i++)
		suggest_try(&suggest, info->groups[i].name);
	for (i = 0; i < BVM_MAX_OPS; i++)
		if (info->ops[i].name)
			suggest_try(&suggest, info->ops[i].name);
	for (i = 1; i < BVM_NUM_CLASSES && !suggest.best; i++)
		if (bvm_op_by_name(i, word) >= 0 || find_group(i, word)) {
			diag_note(diag, "'%s' is an operation of class %s",
				  word, bvm_classes[i].name);
			return;
		}
	if (suggest.best)
		diag_note(diag, "did you mean '%s'?", suggest.best);
}

static void not_judged(struct parse *parse, u32 class,
		       const struct value *value)
{
	diag_report(parse->diag, &value->span, NO_KERNEL,
		    arena_printf(parse->arena, "%s.%s", bvm_classes[class].name,
				 value->text));
}

/* What of a group no kernel judges yet is left out, unless that is all. */
static u64 read_group(struct parse *parse, u32 class,
		      const struct bvm_group *group, const struct value *value)
{
	u64 ops = group->ops & bvm_classes[class].mediated;

	if (ops)
		return ops;
	not_judged(parse, class, value);
	return group->ops;
}

static u64 read_op(struct parse *parse, u32 class, const struct value *value)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	int op = bvm_op_by_name(class, value->text);

	if (op < 0) {
		diag_report(parse->diag, &value->span, UNKNOWN_WORD,
			    "operation", value->text);
		suggest_op(parse->diag, class, value->text);
		return 0;
	}
	if (!(info->mediated >> op & 1))
		not_judged(parse, class, value);
	return 1ull << op;
}

/* Operations of a class that has several. */
static bool read_ops(struct parse *parse, enum key_id key,
		     const struct node *node, struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;
	const struct bvm_class_info *info = &bvm_classes[rule->class];
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	for (i = 0; i < values.num; i++) {
		const char *word = values.items[i].text;
		const struct bvm_group *group = find_group(rule->class, word);
		u64 ops;

		if (!strcmp(word, "all")) {
			rule->ops |= info->mediated;
			facts->all = true;
			continue;
		}
		ops = group ? read_group(parse, rule->class, group,
					 &values.items[i]) :
			      read_op(parse, rule->class, &values.items[i]);
		ok &= ops != 0;
		facts->named |= ops;
		if (!group)
			facts->spelled |= ops;
		rule->ops |= ops;
	}
	return ok;
}

static bool read_programs(struct parse *parse, enum key_id key,
			  const struct node *node, struct ast_rule *rule)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	rule->ops = BVM_BIT(EXEC, EXEC);
	for (i = 0; i < values.num; i++) {
		if (!strcmp(values.items[i].text, "memfd")) {
			rule->memfd = true;
			continue;
		}
		ok &= value_add_pattern(parse, &values.items[i], &rule->paths);
	}
	return ok;
}

static bool read_caps(struct parse *parse, enum key_id key,
		      const struct node *node, struct ast_rule *rule)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	rule->ops = BVM_BIT(CAPABILITIES, CAPABILITY);
	for (i = 0; i < values.num; i++) {
		long cap;

		if (!strcmp(values.items[i].text, "all")) {
			rule->caps = U64_MAX;
			continue;
		}
		cap = value_name(parse, bvm_cap_names, "capability",
				 &values.items[i]);
		if (cap < 0)
			ok = false;
		else
			rule->caps |= 1ull << cap;
	}
	return ok;
}

static bool read_subject(struct parse *parse, enum key_id key,
			 const struct node *node, struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;

	rule->kind = key == KEY_RULE_ALLOW ? BVM_RULE_ALLOW :
		     key == KEY_RULE_DENY  ? BVM_RULE_DENY :
					     BVM_RULE_AUDIT;
	if (rule->class == BVM_CLASS_EXEC)
		return read_programs(parse, key, node, rule);
	if (rule->class == BVM_CLASS_CAPABILITIES)
		return read_caps(parse, key, node, rule);
	return read_ops(parse, key, node, facts);
}

/* ---- keys of rules ---- */

static void read_answer(struct parse *parse, enum key_id key,
			const struct node *node, enum ast_answer *answer)
{
	bool yes;

	if (value_boolean(parse, key, node, &yes))
		*answer = yes ? AST_YES : AST_NO;
}

static void read_condition(struct parse *parse, int key,
			   const struct node *node, struct ast_when *when)
{
	struct ast_ranges *ranges = NULL;

	switch (key) {
	case KEY_WHEN_UID:
		ranges = &when->uid;
		break;
	case KEY_WHEN_GID:
		ranges = &when->gid;
		break;
	case KEY_WHEN_HOST_UID:
		ranges = &when->host_uid;
		break;
	case KEY_WHEN_EXE:
		(void)value_patterns(parse, KEY_WHEN_EXE, node, &when->exe);
		return;
	case KEY_WHEN_OWNER:
		read_answer(parse, KEY_WHEN_OWNER, node, &when->owner);
		return;
	case KEY_WHEN_NO_NEW_PRIVS:
		read_answer(parse, KEY_WHEN_NO_NEW_PRIVS, node,
			    &when->no_new_privs);
		return;
	}
	/* 2^32-1 is "no user" to the kernel. */
	if (ranges)
		(void)value_ranges(parse, (enum key_id)key, node, U32_MAX - 1,
				   ranges);
}

static void read_when(struct parse *parse, const struct node *node,
		      struct ast_when *when)
{
	u32 i;

	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, KEY_RULE_WHEN, node);
		return;
	}
	if (!node->num)
		diag_report(parse->diag, &node->span, EMPTY_VALUE, "when", "");
	for (i = 0; i < node->num; i++) {
		const struct node_pair *pair = &node->pairs[i];
		int key = key_identify(parse->diag, KEY_IN_WHEN, pair->key);

		if (key >= 0 && !pair->value->bad)
			read_condition(parse, key, pair->value, when);
	}
}

static void read_message(struct parse *parse, const struct node *node,
			 struct ast_rule *rule)
{
	(void)value_line(parse, KEY_RULE_MESSAGE, node, &rule->message);
}

static void read_errno(struct parse *parse, const struct node *node,
		       struct ast_rule *rule)
{
	struct value value;
	long err;

	if (!value_text(parse, KEY_RULE_ERRNO, node, &value))
		return;
	err = value_name(parse, bvm_errno_names, "errno", &value);
	if (err >= 0)
		rule->err = (u32)err;
}

static void read_types(struct parse *parse, const struct node *node,
		       struct ast_rule *rule)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, KEY_FILES_TYPE, node, &values);
	for (i = 0; i < values.num; i++) {
		long type = value_name(parse, bvm_kind_names, "type",
				       &values.items[i]);

		if (type >= 0)
			rule->types |= 1ull << type;
	}
}

static void read_owner(struct parse *parse, const struct node *node,
		       struct ast_rule *rule)
{
	if (!value_boolean(parse, KEY_FILES_OWNER, node, &rule->owner) ||
	    rule->owner)
		return;
	diag_report(parse->diag, &node->span, WRONG_KIND, "owner", "only true",
		    "false");
	diag_note(parse->diag, "leave the key out to match any owner");
}

static void read_numbers(struct parse *parse, enum key_id key,
			 const struct node *node, const struct bvm_name *names,
			 u32 **items, u32 *num)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, key, node, &values);
	for (i = 0; i < values.num; i++) {
		long number = value_name(parse, names, keys[key].name,
					 &values.items[i]);

		if (number < 0)
			continue;
		*items =
			arena_grow(parse->arena, *items, *num, sizeof(**items));
		(*items)[(*num)++] = (u32)number;
	}
}

static void read_signals(struct parse *parse, const struct node *node,
			 struct ast_rule *rule)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, KEY_TASKS_SIGNALS, node, &values);
	for (i = 0; i < values.num; i++) {
		long number = value_name(parse, bvm_signal_names, "signal",
					 &values.items[i]);

		if (number < 0)
			continue;
		rule->signals = arena_grow(parse->arena, rule->signals,
					   rule->num_signals,
					   sizeof(*rule->signals));
		rule->signals[rule->num_signals++] = (u32)number;
	}
}

static void read_network_key(struct parse *parse, enum key_id key,
			     const struct node *node, struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;
	bool remote = node_find(facts->node, "to") ||
		      node_find(facts->node, "from");

	switch (key) {
	case KEY_NETWORK_FAMILY:
		read_numbers(parse, key, node, bvm_family_names,
			     &rule->families, &rule->num_families);
		break;
	case KEY_NETWORK_TYPE:
		read_numbers(parse, key, node, bvm_socktype_names,
			     &rule->socktypes, &rule->num_socktypes);
		break;
	case KEY_NETWORK_PROTOCOL:
		read_numbers(parse, key, node, bvm_protocol_names,
			     &rule->protocols, &rule->num_protocols);
		break;
	case KEY_NETWORK_PORTS:
		(void)value_ranges(parse, key, node, 65535, &rule->ports);
		break;
	case KEY_NETWORK_PEER_PORTS:
		(void)value_ranges(parse, key, node, 65535, &rule->peer_ports);
		break;
	case KEY_NETWORK_TO:
		(void)value_cidrs(parse, key, node, &rule->to);
		break;
	case KEY_NETWORK_AT:
		(void)value_cidrs(parse, key, node, &rule->at);
		break;
	case KEY_NETWORK_FROM:
		rule->incoming = true;
		(void)value_cidrs(parse, key, node, &rule->to);
		break;
	case KEY_NETWORK_PEER:
		rule_peer_read(parse, key, node, rule);
		break;
	case KEY_NETWORK_UNIX:
		rule_net_read_unix(parse, key, node, rule);
		break;
	case KEY_NETWORK_EXCEPT:
		if (node_find(facts->node, "unix"))
			rule_net_read_except(parse, key, node, rule);
		else if (remote)
			(void)value_cidrs(parse, key, node, &rule->to_except);
		else if (node_find(facts->node, "at"))
			(void)value_cidrs(parse, key, node, &rule->at_except);
		/* Alone it is an error, and nobody knows of what it speaks. */
		break;
	default:
		break;
	}
}

static void read_key(struct parse *parse, enum key_id key,
		     const struct node *node, struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;

	switch (key) {
	case KEY_RULE_WHEN:
		read_when(parse, node, &rule->when);
		break;
	case KEY_RULE_MESSAGE:
		read_message(parse, node, rule);
		break;
	case KEY_RULE_ERRNO:
		read_errno(parse, node, rule);
		break;
	case KEY_RULE_QUIET:
		(void)value_boolean(parse, key, node, &rule->quiet);
		break;
	case KEY_RULE_KILL:
		(void)value_boolean(parse, key, node, &rule->kill);
		break;
	case KEY_RULE_RATE:
		rule_rate_read(parse, node, &rule->rate);
		break;
	case KEY_FILES_PATHS:
		(void)value_patterns(parse, key, node, &rule->paths);
		break;
	case KEY_FILES_EXCEPT:
	case KEY_EXEC_EXCEPT:
		(void)value_patterns(parse, key, node, &rule->except);
		break;
	case KEY_EXEC_ARGS:
		rule_args_read(parse, node, rule);
		break;
	case KEY_FILES_TYPE:
		read_types(parse, node, rule);
		break;
	case KEY_FILES_OWNER:
		read_owner(parse, node, rule);
		break;
	case KEY_TASKS_SIGNALS:
		read_signals(parse, node, rule);
		break;
	case KEY_KERNEL_NAMES:
		(void)value_text_patterns(parse, key, node, &rule->names);
		break;
	case KEY_TASKS_PEER:
		rule_peer_read(parse, key, node, rule);
		break;
	case KEY_FILES_IOCTL:
		ioctl_read(parse, node, &rule->ioctls);
		break;
	case KEY_MOUNTS_TARGET:
	case KEY_MOUNTS_SOURCE:
	case KEY_MOUNTS_FSTYPE:
	case KEY_MOUNTS_FLAGS:
		rule_mount_read(parse, key, node, rule);
		break;
	default:
		read_network_key(parse, key, node, facts);
		break;
	}
}

static bool is_subject(int key)
{
	return key == KEY_RULE_ALLOW || key == KEY_RULE_DENY ||
	       key == KEY_RULE_AUDIT;
}

/* Is what looks like no subject a misspelt one? */
static bool means_subject(const struct rule_facts *facts)
{
	return rule_key_is_meant(facts, "allow") ||
	       rule_key_is_meant(facts, "deny") ||
	       rule_key_is_meant(facts, "audit");
}

static bool read_keys(struct parse *parse, struct rule_facts *facts)
{
	const struct node *node = facts->node;
	u32 num_subjects = 0;
	bool ok = true;
	u32 i;

	for (i = 0; i < node->num; i++) {
		const struct node_pair *pair = &node->pairs[i];
		int key = key_identify(parse->diag,
				       (enum key_parent)facts->rule->class,
				       pair->key);

		if (key < 0)
			continue;
		if (!is_subject(key)) {
			read_key(parse, (enum key_id)key, pair->value, facts);
			continue;
		}
		num_subjects++;
		ok &= read_subject(parse, (enum key_id)key, pair->value, facts);
	}
	if (num_subjects == 1)
		return ok;
	/* Without a line between them two rules are one. */
	if (node->merged || (!num_subjects && means_subject(facts)))
		return false;
	diag_report(parse->diag, &node->span, RULE_KIND,
		    num_subjects ? "several" : "none");
	return false;
}

static void read_rule(struct parse *parse, enum key_id key, u32 class,
		      const struct node *node)
{
	struct ast_policy *policy = parse->policy;
	struct ast_rule rule = {
		.number = policy->num_rules + 1,
		.class = class,
		.span = node->span,
	};
	struct rule_facts facts = { .rule = &rule, .node = node };

	if (node->bad)
		return;
	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, key, node);
		diag_note(parse->diag, "a rule is a mapping: {allow: ...}");
		return;
	}
	if (read_keys(parse, &facts) && !node->merged)
		check_rule(parse, &facts);
	if (policy->num_rules == BVM_MAX_RULES) {
		diag_report(parse->diag, &node->span, TOO_MANY, BVM_MAX_RULES,
			    "rules");
		return;
	}
	policy->rules = arena_grow(parse->arena, policy->rules,
				   policy->num_rules, sizeof(rule));
	policy->rules[policy->num_rules++] = rule;
}

void rule_read_class(struct parse *parse, enum key_id key, u32 class,
		     const struct node *node)
{
	u32 i;

	if (node->bad)
		return;
	if (node->kind != NODE_LIST) {
		(void)value_wrong_kind(parse, key, node);
		if (node->kind == NODE_MAP)
			diag_note(parse->diag, "put '- ' before each rule");
		return;
	}
	if (!node->num) {
		diag_report(parse->diag, &node->span, EMPTY_LIST,
			    keys[key].name);
		diag_note(parse->diag, "leave the class out, or say what its "
				       "default is in 'default'");
	}
	for (i = 0; i < node->num; i++)
		read_rule(parse, key, class, node->items[i]);
}

u32 rule_class_by_name(struct parse *parse, const char *name,
		       const struct span *span)
{
	struct suggest suggest = SUGGEST_INIT(name);
	u32 class = bvm_class_by_name(name);
	u32 i;

	if (class)
		return class;
	diag_report(parse->diag, span, UNKNOWN_WORD, "class", name);
	for (i = 1; i < BVM_NUM_CLASSES; i++)
		suggest_try(&suggest, bvm_classes[i].name);
	if (suggest.best)
		diag_note(parse->diag, "did you mean '%s'?", suggest.best);
	return 0;
}
