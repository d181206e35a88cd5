// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.h"
#include "rule_mount.h"

const struct bvm_name rule_mount_flags[] = {
	{ 1u << 0, "ro" },
	{ 1u << 1, "nosuid" },
	{ 1u << 2, "nodev" },
	{ 1u << 3, "noexec" },
	{ 1u << 4, "sync" },
	{ 1u << 5, "remount" },
	{ 1u << 6, "mand" },
	{ 1u << 7, "dirsync" },
	{ 1u << 8, "nosymfollow" },
	{ 1u << 10, "noatime" },
	{ 1u << 11, "nodiratime" },
	{ 1u << 12, "bind" },
	{ 1u << 13, "move" },
	{ 1u << 14, "rec" },
	{ 1u << 15, "silent" },
	{ 1u << 17, "unbindable" },
	{ 1u << 18, "private" },
	{ 1u << 19, "slave" },
	{ 1u << 20, "shared" },
	{ 1u << 21, "relatime" },
	{ 1u << 24, "strictatime" },
	{ 1u << 25, "lazytime" },
	{ 0, NULL },
};

static void read_fstypes(struct parse *parse, const struct node *node,
			 struct ast_patterns *types)
{
	struct values values = { 0 };

	(void)value_list(parse, KEY_MOUNTS_FSTYPE, node, &values);
	for (u32 i = 0; i < values.num; i++) {
		const struct value *value = &values.items[i];
		struct pattern_error err;

		if (pattern_check_text(value->text, &err)) {
			diag_report(parse->diag, &value->span, PATTERN,
				    value->text, err.text);
			continue;
		}
		types->items = arena_grow(parse->arena, types->items,
					  types->num, sizeof(*types->items));
		types->items[types->num++] =
			(struct ast_pattern){ value->text, value->span };
	}
}

static void read_flags(struct parse *parse, const struct node *node,
		       struct ast_rule *rule)
{
	struct values values = { 0 };

	(void)value_list(parse, KEY_MOUNTS_FLAGS, node, &values);
	for (u32 i = 0; i < values.num; i++) {
		long flag = value_name(parse, rule_mount_flags, "mount flag",
				       &values.items[i]);

		if (flag > 0)
			rule->mount_flags |= (u32)flag;
	}
}

void rule_mount_read(struct parse *parse, enum key_id key,
		     const struct node *node, struct ast_rule *rule)
{
	switch (key) {
	case KEY_MOUNTS_TARGET:
		(void)value_patterns(parse, key, node, &rule->paths);
		break;
	case KEY_MOUNTS_SOURCE:
		(void)value_patterns(parse, key, node, &rule->sources);
		break;
	case KEY_MOUNTS_FSTYPE:
		read_fstypes(parse, node, &rule->fstypes);
		break;
	case KEY_MOUNTS_FLAGS:
		read_flags(parse, node, rule);
		break;
	default:
		break;
	}
}
