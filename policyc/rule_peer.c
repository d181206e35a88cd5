// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.h"
#include "rule_peer.h"

/* What a policy may be called, and the wildcards of globs. */
static const char *why_bad_name(const char *name)
{
	if (!strcmp(name, "other") || !strcmp(name, "none"))
		return "expected self, host, or the name of a policy; '*' is "
		       "any policy";
	if (name[strspn(name,
			"abcdefghijklmnopqrstuvwxyz0123456789._-*?[]^{,}")])
		return "expected self, host, or the name of a policy";
	return strstr(name, "**") ? "'**' is for paths: use '*'" : NULL;
}

static void add_name(struct parse *parse, const struct value *value,
		     struct ast_rule *rule)
{
	struct ast_patterns *names = &rule->peer_names;
	struct pattern_error err;
	struct ast_pattern pattern = {
		arena_printf(parse->arena,
			     RULE_PEER_BEFORE "%s" RULE_PEER_BEHIND,
			     value->text),
		value->span,
	};
	const char *why = why_bad_name(value->text);

	if (!why && pattern_check(pattern.text, &err))
		why = err.text;
	if (why) {
		diag_report(parse->diag, &value->span, PATTERN, value->text,
			    why);
		return;
	}
	names->items = arena_grow(parse->arena, names->items, names->num,
				  sizeof(pattern));
	names->items[names->num++] = pattern;
}

void rule_peer_read(struct parse *parse, enum key_id key,
		    const struct node *node, struct ast_rule *rule)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, key, node, &values);
	for (i = 0; i < values.num; i++) {
		const struct value *value = &values.items[i];

		if (!strcmp(value->text, "self"))
			rule->peers |= 1u << BVM_PEER_SELF;
		else if (!strcmp(value->text, "host"))
			rule->peers |= 1u << BVM_PEER_HOST;
		else
			add_name(parse, value, rule);
	}
}

void rule_peer_check(struct parse *parse, const struct rule_facts *facts)
{
	const u64 trace = BVM_BIT(TASKS, TRACE);
	struct ast_rule *rule = facts->rule;

	if (rule->class != BVM_CLASS_TASKS || rule->kind != BVM_RULE_ALLOW ||
	    !(rule->ops & trace))
		return;
	if (!(facts->named & trace)) {
		rule->ops &= ~trace;
		return;
	}
	if (node_find(facts->node, "peer") || rule_key_is_meant(facts, "peer"))
		return;
	diag_report(parse->diag, &rule->span, TRACE_PEER);
	diag_note(parse->diag, "whoever controls another task has its rights; "
			       "say whose: peer: self");
}
