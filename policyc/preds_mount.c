// SPDX-License-Identifier: GPL-2.0-only
#include "intern.h"
#include "preds_parts.h"

static bool has_item(const u32 *items, u32 num, u32 item)
{
	for (u32 i = 0; i < num; i++)
		if (items[i] == item)
			return true;
	return false;
}

/*
 * The rows in which the rule's patterns match. What has no name that can be
 * found is not what an allow is for, but may be what a deny is for.
 */
static void add_rows(struct need *need, enum pred_field field, u32 item)
{
	const struct intern *rows = need->preds->rows;
	struct pred_range *ranges =
		arena_array(need->preds->arena, rows->num + 1, sizeof(*ranges));
	u32 num = 0;

	for (u32 row = 0; row < rows->num; row++)
		if (has_item(intern_get(rows, row), intern_len(rows, row),
			     item))
			ranges[num++] = (struct pred_range){ row, row };
	if (need->rule->kind != BVM_RULE_ALLOW)
		ranges[num++] =
			(struct pred_range){ PRED_NAMELESS, PRED_NAMELESS };
	/* a pattern that matches nothing: no row, and no other value */
	if (!num)
		ranges[num++] = (struct pred_range){ PRED_NAMELESS - 1,
						     PRED_NAMELESS - 1 };
	pred_add_ranges(need, field, ranges, num);
}

/*
 * These show files that have names already under other ones. Where names
 * decide, a rule must say that it means them.
 */
void pred_add_fstypes(struct need *need)
{
	static struct ast_pattern all[] = { { .text = "**" } };
	static struct ast_pattern layered[] = { { .text = "ecryptfs" },
						{ .text = "overlay" } };
	const struct ast_patterns any = { all, ARRAY_SIZE(all) };
	const struct ast_patterns unless = { layered, ARRAY_SIZE(layered) };
	const struct ast_rule *rule = need->rule;

	if (rule->fstypes.num)
		pred_add_patterns(need, PRED_TEXT, &rule->fstypes, NULL);
	else if (rule->kind == BVM_RULE_ALLOW && need->preds->has_paths &&
		 rule->ops & BVM_BIT(MOUNTS, MOUNT))
		pred_add_patterns(need, PRED_TEXT, &any, &unless);
}

void pred_add_mount(struct need *need)
{
	const struct ast_rule *rule = need->rule;
	struct pred flags = { .field = PRED_FLAGS, .mask = rule->mount_flags };

	if (rule->paths.num)
		add_rows(need, PRED_TARGET, rule->number - 1);
	if (rule->sources.num)
		add_rows(need, PRED_SOURCE,
			 need->preds->num_rules + rule->number - 1);
	if (flags.mask)
		pred_add(need, &flags);
	pred_add_fstypes(need);
}
