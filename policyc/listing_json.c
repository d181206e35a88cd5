// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "listing.h"
#include "show.h"
#include "source.h"

static void put_text(struct buf *buf, const char *text)
{
	buf_put_json(buf, text, strlen(text));
}

static void put_ops(struct buf *buf, u32 class, u64 ops)
{
	const char *comma = "";

	buf_printf(buf, "\"operations\": [");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!(ops >> op & 1))
			continue;
		buf_printf(buf, "%s\"%s\"", comma, bvm_op_name(class, op));
		comma = ", ";
	}
	buf_printf(buf, "]");
}

static void put_key(struct buf *buf, const struct listing_key *key)
{
	put_text(buf, key->name);
	buf_printf(buf, ": [");
	for (u32 i = 0; i < key->num; i++) {
		buf_printf(buf, i ? ", " : "");
		put_text(buf, key->values[i]);
	}
	buf_printf(buf, "]");
}

/* The keys that are in `when`, or those that are not. */
static void put_keys(struct buf *buf, const struct listing_keys *keys,
		     bool when)
{
	const char *comma = "";

	for (u32 i = 0; i < keys->num; i++) {
		if (keys->items[i].when != when)
			continue;
		buf_printf(buf, "%s", comma);
		put_key(buf, &keys->items[i]);
		comma = ", ";
	}
}

static void put_rule(struct buf *buf, const struct ast_rule *rule)
{
	struct listing_keys keys = listing_keys(buf->arena, rule);

	buf_printf(buf,
		   "{\"rule\": %u, \"kind\": \"%s\", \"file\": ", rule->number,
		   show_rule_kind(rule->kind));
	put_text(buf, rule->span.source->name);
	buf_printf(buf, ", \"line\": %u,\n    ", rule->span.line);
	put_ops(buf, rule->class, rule->ops);
	buf_printf(buf, ", \"keys\": {");
	put_keys(buf, &keys, false);
	buf_printf(buf, "}, \"when\": {");
	put_keys(buf, &keys, true);
	buf_printf(buf, "}}");
}

static void put_class(struct buf *buf, const struct ast_policy *policy,
		      u32 class)
{
	const char *comma = "";

	buf_printf(buf,
		   "{\"class\": \"%s\", \"default\": \"%s\", \"mode\": \"%s\", "
		   "\"rules\": [",
		   bvm_classes[class].name,
		   policy->defaults[class] == AST_ALLOW ? "allow" : "deny",
		   policy->audit[class] ? "audit" : "enforce");
	for (u32 i = 0; i < policy->num_rules; i++) {
		if (policy->rules[i].class != class)
			continue;
		buf_printf(buf, "%s\n   ", comma);
		put_rule(buf, &policy->rules[i]);
		comma = ",";
	}
	buf_printf(buf, "]}");
}

void listing_json(struct buf *buf, const struct ast_policy *policy)
{
	buf_printf(buf, "{\"policy\": ");
	put_text(buf, policy->name);
	buf_printf(buf, ", \"files\": [");
	for (u32 i = 0; i < policy->num_sources; i++) {
		buf_printf(buf, i ? ", " : "");
		put_text(buf, policy->sources[i]->name);
	}
	buf_printf(buf, "],\n \"classes\": [\n  ");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		buf_printf(buf, i > 1 ? ",\n  " : "");
		put_class(buf, policy, i);
	}
	buf_put_u8(buf, ']');
	listing_json_syscalls(buf, policy);
	buf_printf(buf, "}\n");
}
