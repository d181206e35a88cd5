// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "family.h"
#include "pattern.h"
#include "rule_net.h"

/* Judged when no task asks: the subject is the socket. */
#define INCOMING (BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE))

/* ---- unix ---- */

static void add_name(struct parse *parse, const struct value *value,
		     struct ast_patterns *to)
{
	struct pattern_error err;

	if (pattern_check_text(value->text, &err)) {
		diag_report(parse->diag, &value->span, PATTERN, value->text,
			    err.text);
		if (err.hint[0])
			diag_note(parse->diag, "%s", err.hint);
		return;
	}
	to->items = arena_grow(parse->arena, to->items, to->num,
			       sizeof(*to->items));
	to->items[to->num++] = (struct ast_pattern){ value->text, value->span };
}

/* A rule speaks of paths or of names: each is found in a way of its own. */
static void read_names(struct parse *parse, enum key_id key,
		       const struct node *node, struct ast_patterns *paths,
		       struct ast_patterns *names)
{
	struct values values = { 0 };

	(void)value_list(parse, key, node, &values);
	for (u32 i = 0; i < values.num; i++) {
		const struct value *value = &values.items[i];
		bool name = value->text[0] == '@';

		if (name ? paths->num : names->num) {
			diag_report(parse->diag, &value->span, UNIX_MIXED,
				    value->text);
			diag_note(parse->diag, "give paths and abstract names "
					       "a rule each");
			return;
		}
		if (name)
			add_name(parse, value, names);
		else
			(void)value_add_pattern(parse, value, paths);
	}
}

void rule_net_read_unix(struct parse *parse, enum key_id key,
			const struct node *node, struct ast_rule *rule)
{
	read_names(parse, key, node, &rule->paths, &rule->names);
}

void rule_net_read_except(struct parse *parse, enum key_id key,
			  const struct node *node, struct ast_rule *rule)
{
	read_names(parse, key, node, &rule->except, &rule->names_except);
}

static void check_unix(struct parse *parse, const struct rule_facts *facts)
{
	const struct ast_rule *rule = facts->rule;
	const struct node_pair *pair = node_find(facts->node, "except");

	if (!node_find(facts->node, "unix") || !pair)
		return;
	if ((rule->paths.num && rule->names_except.num) ||
	    (rule->names.num && rule->except.num))
		diag_report(parse->diag, &pair->key->span, UNIX_MIXED,
			    rule->except.num ?
				    rule->except.items[0].text :
				    rule->names_except.items[0].text);
}

/* ---- accept and receive ---- */

static bool has_when(const struct rule_facts *facts)
{
	return node_find(facts->node, "when");
}

static void not_for_sockets(struct parse *parse, const struct rule_facts *facts,
			    const char *key)
{
	const struct node_pair *pair = node_find(facts->node, key);
	u64 named = facts->named & INCOMING;
	const char *op;

	/* a group's: `listen` is judged by its other operations */
	if (!pair || !(facts->spelled & INCOMING))
		return;
	named &= facts->spelled;
	op = bvm_op_name(BVM_CLASS_NETWORK, (u32)__builtin_ctzll(named));
	diag_report(parse->diag, &pair->key->span, KEY_FOR_OPS, key,
		    arena_printf(parse->arena, "'%s'", op));
	diag_note(parse->diag,
		  "'%s' is judged by the socket, not by a caller: "
		  "give it a rule of its own",
		  op);
}

static void check_subject(struct parse *parse, const struct rule_facts *facts)
{
	struct ast_rule *rule = facts->rule;

	not_for_sockets(parse, facts, "when");
	not_for_sockets(parse, facts, "kill");
	/*
	 * A deny that speaks of some callers must not keep packets from all;
	 * an allow of `listen` or `all` lets in what its sockets are for.
	 */
	if (has_when(facts) && rule->kind != BVM_RULE_ALLOW)
		rule->ops &= ~INCOMING;
}

static const char *find_stream(const struct ast_rule *rule)
{
	static const char *const streams[] = { "tcp", "sctp", "mptcp" };

	for (u32 i = 0; i < rule->num_protocols; i++)
		for (u32 k = 0; k < ARRAY_SIZE(streams); k++)
			if (rule->protocols[i] ==
			    bvm_name_find(bvm_protocol_names, streams[k]))
				return streams[k];
	for (u32 i = 0; i < rule->num_socktypes; i++)
		if (rule->socktypes[i] ==
		    bvm_name_find(bvm_socktype_names, "stream"))
			return "stream";
	return NULL;
}

static const char *find_other_family(const struct ast_rule *rule)
{
	for (u32 i = 0; i < rule->num_families; i++)
		if (rule->families[i] != AF_INET_NUMBER &&
		    rule->families[i] != AF_INET6_NUMBER)
			return bvm_name_of(bvm_family_names, rule->families[i]);
	return NULL;
}

static void check_receive(struct parse *parse, const struct rule_facts *facts)
{
	const struct ast_rule *rule = facts->rule;
	const char *stream = find_stream(rule),
		   *family = find_other_family(rule);

	if (!(facts->spelled & BVM_BIT(NETWORK, RECEIVE)))
		return;
	if (family) {
		diag_report(parse->diag, &rule->span, NO_PACKETS, family);
		diag_note(parse->diag,
			  "no hook of the kernel sees what such "
			  "sockets receive: deny 'create' instead");
	} else if (stream) {
		diag_report(parse->diag, &rule->span, NO_PACKETS, stream);
		diag_note(parse->diag, "a connection is judged once, by "
				       "'accept' or 'connect'");
	}
}

/*
 * `allow: listen` from somewhere allows bind and listen as well, which know no
 * address yet; a deny of it keeps away those who come from there.
 */
static void check_ends(struct parse *parse, const struct rule_facts *facts)
{
	const u64 serves = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN);
	const struct node_pair *from = node_find(facts->node, "from");

	if (!from)
		return;
	if (facts->spelled & BVM_BIT(NETWORK, BIND)) {
		diag_report(parse->diag, &from->key->span, KEY_FOR_OPS, "from",
			    "'bind'");
		diag_note(parse->diag, "say 'listen', or give 'bind' a rule of "
				       "its own");
	}
	if (facts->rule->kind != BVM_RULE_ALLOW)
		facts->rule->ops &= ~serves;
	if (!node_find(facts->node, "to"))
		return;
	diag_report(parse->diag, &from->key->span, TO_AND_FROM);
	diag_note(parse->diag, "'to' is for connect and send, 'from' for "
			       "accept and receive: make two rules");
}

void rule_net_check(struct parse *parse, const struct rule_facts *facts)
{
	if (facts->rule->class != BVM_CLASS_NETWORK)
		return;
	check_unix(parse, facts);
	check_subject(parse, facts);
	check_receive(parse, facts);
	check_ends(parse, facts);
}
