// SPDX-License-Identifier: GPL-2.0-only
#include "lint_rule.h"

bool lint_rule_is_special(const struct ast_rule *rule)
{
	return rule->message || rule->quiet || rule->kill || rule->err;
}

bool lint_rule_records_as(const struct ast_rule *rule,
			  const struct ast_rule *other)
{
	if (lint_rule_is_special(other))
		return false;
	if (rule->rate.interval_ns)
		return other->number < rule->number;
	return !other->rate.interval_ns;
}

bool lint_rule_is_unjudged(const struct ast_rule *rule)
{
	return !(rule->ops & bvm_classes[rule->class].mediated);
}

bool lint_rule_covers_nothing(const struct ast_rule *rule)
{
	return rule->kind == BVM_RULE_AUDIT ||
	       (rule->kind == BVM_RULE_ALLOW && rule->rate.interval_ns);
}
