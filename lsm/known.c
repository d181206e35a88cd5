// SPDX-License-Identifier: GPL-2.0-only
/*
 * known.c - the short way of what most requests are that have no path
 */
#include <linux/rcupdate.h>

#include "hits.h"
#include "known.h"
#include "memo.h"
#include "policy.h"
#include "trace.h"

/*
 * To the default there is more: see answer_of() in decide.c. policyc denies that
 * itself, others need not.
 */
static __always_inline u32 find_rule(const struct bailiff_policy *policy,
				     u32 class, u32 op,
				     const union bvm_ctx *ctx)
{
	const struct bailiff_memo_key key = {
		.generation = policy->generation,
		.class = class,
		.op = op,
		.ctx = ctx,
	};
	u32 verdict BAILIFF_UNSET, rule;

	if (!(policy->memo_classes & BIT(class)) ||
	    !bailiff_memo_find(&key, &verdict) ||
	    (verdict & (BVM_VERDICT_DENY | BVM_VERDICT_AUDIT)))
		return 0;
	rule = bvm_verdict_rule(verdict);
	return rule <= policy->image.num_rules ?
		       bvm_nospec(rule, policy->image.num_rules + 1) :
		       0;
}

u32 bailiff_known_rule(const struct bailiff_policy *policy, u32 class, u32 op,
		       const union bvm_ctx *ctx)
{
	return find_rule(policy, class, op, ctx);
}

/* What answer_of() and act_on() would find is left out, but for the count. */
bool bailiff_known(const struct bailiff_set *set, u32 class, u32 op,
		   const union bvm_ctx *ctx)
{
	const struct bailiff_policy *policy;
	u32 rule;

	if (set->num != 1 || static_branch_unlikely(&bailiff_tracing))
		return false;
	rcu_read_lock();
	policy = bailiff_slot_active(set->domain[0].slot);
	rule = find_rule(policy, class, op, ctx);
	if (rule)
		bailiff_hits_count(policy->hits, rule);
	rcu_read_unlock();
	return rule;
}
