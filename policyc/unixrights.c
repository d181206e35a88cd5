// SPDX-License-Identifier: GPL-2.0-only
#include "family.h"
#include "unixrights.h"

/* What the rules with paths say of one operation. */
struct answers {
	bool may_allow, must_allow;
	bool may_deny, must_deny;
};

/* Predicates that hold for all unix sockets. */
static u64 of_the_family(const struct preds *preds)
{
	u64 bits = 0;

	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *pred = &preds->items[i];

		for (u32 k = 0; k < pred->num_ranges; k++)
			if (pred->field == PRED_FAMILY &&
			    pred->ranges[k].lo <= AF_UNIX_NUMBER &&
			    pred->ranges[k].hi >= AF_UNIX_NUMBER)
				bits |= 1ull << i;
	}
	return bits;
}

static void add_answer(const struct lists *network, u32 rule, u32 op,
		       struct answers *answers)
{
	const struct ast_rule *r = &network->ast->rules[rule];
	bool always;
	u64 need;

	if (r->class != BVM_CLASS_NETWORK || !r->paths.num ||
	    !(r->ops >> op & 1) || !lists_rule_need(network, rule, op, &need))
		return;
	always = !(need & ~of_the_family(network->preds));
	if (r->kind == BVM_RULE_ALLOW) {
		answers->may_allow = true;
		answers->must_allow |= always;
	} else if (r->kind == BVM_RULE_DENY) {
		answers->may_deny = true;
		answers->must_deny |= always;
	}
}

static u64 rest_of(u32 op)
{
	const u64 reach = BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);

	return reach >> op & 1 ? BVM_RIGHT_UNIX_REACH : BVM_RIGHT_UNIX_SERVE;
}

void unixrights_add(const struct lists *network, const u32 *rules, u32 num,
		    struct bvm_rights *rights)
{
	u64 may = 0, must = BVM_RIGHT_UNIX_REACH | BVM_RIGHT_UNIX_SERVE;

	_Static_assert(BVM_OP_NETWORK_CREATE == 0 &&
			       BVM_OP_NETWORK_RECEIVE == 6,
		       "their places are taken");
	for (u32 op = BVM_OP_NETWORK_BIND; op <= BVM_OP_NETWORK_SEND; op++) {
		struct answers a = { 0 };

		for (u32 i = 0; i < num; i++)
			add_answer(network, rules[i], op, &a);
		if (a.may_allow && !a.must_deny)
			may |= BVM_RIGHT_UNIX(op);
		if (a.must_allow && !a.may_deny)
			must |= BVM_RIGHT_UNIX(op);
		if (!a.must_deny)
			may |= rest_of(op);
		if (a.may_deny)
			must &= ~rest_of(op);
	}
	rights->may |= may;
	rights->must |= must;
}
