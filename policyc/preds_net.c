// SPDX-License-Identifier: GPL-2.0-only
#include "family.h"
#include "preds_parts.h"

#define MAX_SOCKTYPE 63

/* Socket types that carry a protocol; bits 1 .. 5. */
static u32 socktypes_of(u32 protocol)
{
	const u32 stream = 1u << 1, dgram = 1u << 2, raw = 1u << 3;
	const u32 seqpacket = 1u << 5;

	switch (protocol) {
	case 6: /* tcp */
	case 262: /* mptcp */
		return stream;
	case 17: /* udp */
	case 136: /* udplite */
		return dgram;
	case 132: /* sctp */
		return stream | seqpacket;
	case 1: /* icmp */
	case 58: /* icmpv6 */
		return dgram | raw;
	}
	return ~0u;
}

static void add_protocols(struct need *need)
{
	const struct ast_rule *rule = need->rule;
	struct pred_range *ranges;
	u32 num = 0;

	if (!rule->num_protocols)
		return;
	ranges = arena_array(need->preds->arena,
			     (size_t)rule->num_protocols * (MAX_SOCKTYPE + 1),
			     sizeof(*ranges));
	for (u32 i = 0; i < rule->num_protocols; i++) {
		u32 protocol = rule->protocols[i];
		/* a rule that says the type itself is not second-guessed */
		u32 types = rule->num_socktypes ? ~0u : socktypes_of(protocol);

		for (u32 type = 0; type <= MAX_SOCKTYPE; type++) {
			u32 key = pred_protocol_key(type, protocol);

			if (types == ~0u || (type < 32 && types >> type & 1))
				ranges[num++] = (struct pred_range){ key, key };
		}
	}
	pred_add_ranges(need, PRED_PROTOCOL, ranges, num);
}

static bool speaks_of_inet(const struct ast_rule *rule)
{
	return rule->num_protocols || rule->ports.num || rule->peer_ports.num ||
	       rule->to.num || rule->to_except.num || rule->at.num ||
	       rule->at_except.num;
}

static bool speaks_of_unix(const struct ast_rule *rule)
{
	return rule->paths.num || rule->names.num || rule->peers ||
	       rule->peer_names.num;
}

/*
 * Addresses and ports are those of IPv4 and IPv6. What says no to some of them
 * says so to all that reach them; an allow of them is none of RDS.
 */
static u32 num_inet_families(const struct ast_rule *rule)
{
	return rule->kind == BVM_RULE_ALLOW || rule->num_protocols ? 2 : 4;
}

void pred_add_families(struct need *need)
{
	static const u32 unix_alone = AF_UNIX_NUMBER;
	static const u32 inet[] = { AF_INET_NUMBER, AF_INET6_NUMBER,
				    AF_RDS_NUMBER, AF_SMC_NUMBER };
	const struct ast_rule *rule = need->rule;

	if (rule->num_families)
		pred_add_values(need, PRED_FAMILY, rule->families,
				rule->num_families);
	else if (speaks_of_inet(rule))
		pred_add_values(need, PRED_FAMILY, inet,
				num_inet_families(rule));
	else if (speaks_of_unix(rule))
		pred_add_values(need, PRED_FAMILY, &unix_alone, 1);
}

/*
 * A socket for addresses of one family only is of that family; but one of IPv6
 * also takes what IPv4 sends.
 */
void pred_add_create_families(struct need *need)
{
	const struct ast_rule *rule = need->rule;
	const struct ast_cidrs *cidrs = rule->to.num ? &rule->to : &rule->at;
	bool v4 = false, v6 = false;
	u32 family;

	for (u32 i = 0; i < cidrs->num && !rule->incoming; i++) {
		if (pred_is_ipv4(&cidrs->items[i]))
			v4 = true;
		else
			v6 = true;
	}
	if (rule->num_families || v4 == v6) {
		pred_add_families(need);
		return;
	}
	family = v4 ? AF_INET_NUMBER : AF_INET6_NUMBER;
	pred_add_values(need, PRED_FAMILY, &family, 1);
}

void pred_add_socket(struct need *need)
{
	const struct ast_rule *rule = need->rule;

	pred_add_values(need, PRED_SOCKTYPE, rule->socktypes,
			rule->num_socktypes);
	add_protocols(need);
}

/* Everything but the other end. */
void pred_add_own_end(struct need *need)
{
	const struct ast_rule *rule = need->rule;

	pred_add_families(need);
	pred_add_socket(need);
	pred_add_spans(need, PRED_PORT, &rule->ports);
	pred_add_cidrs(need, PRED_LOCAL, &rule->at, &rule->at_except);
	pred_add_patterns(need, PRED_TEXT, &rule->names, &rule->names_except);
}

void pred_add_network(struct need *need)
{
	const struct ast_rule *rule = need->rule;

	pred_add_own_end(need);
	pred_add_spans(need, PRED_PEER_PORT, &rule->peer_ports);
	pred_add_cidrs(need, PRED_REMOTE, &rule->to, &rule->to_except);
}
