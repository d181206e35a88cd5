// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.h"
#include "rule_args.h"

#define ANY_REST "..."

static bool add_arg(struct parse *parse, const struct node *node,
		    struct ast_args *args)
{
	struct pattern_error err;
	struct value value;

	if (node->bad)
		return false;
	if (node->kind != NODE_TEXT) {
		diag_report(parse->diag, &node->span, WRONG_KIND, "args",
			    "text for each argument", node_describe(node));
		return false;
	}
	if (!value_text(parse, KEY_EXEC_ARGS, node, &value))
		return false;
	if (pattern_check_arg(value.text, &err)) {
		diag_report(parse->diag, &value.span, PATTERN, value.text,
			    err.text);
		if (*err.hint)
			diag_note(parse->diag, "%s", err.hint);
		return false;
	}
	args->items = arena_grow(parse->arena, args->items, args->num,
				 sizeof(*args->items));
	args->items[args->num++] = value.text;
	return true;
}

/* A last "..." is no argument; one that is meant as it is gets a '\\'. */
static bool take_rest(struct parse *parse, const struct node *node,
		      struct ast_args *args)
{
	for (u32 i = 0; i < args->num; i++) {
		if (strcmp(args->items[i], ANY_REST))
			continue;
		if (i + 1 == args->num) {
			args->rest = true;
			args->num--;
			return true;
		}
		diag_report(parse->diag, &node->items[i]->span, WRONG_KIND,
			    "args", "'...' as the last of a list", "it before");
		diag_note(parse->diag, "'*' is any one argument; write "
				       "'\\...' for the three dots");
		return false;
	}
	return true;
}

static void add_line(struct parse *parse, const struct node *node,
		     struct ast_rule *rule)
{
	struct ast_args args = { .span = node->span };
	bool ok = true;

	for (u32 i = 0; i < node->num; i++)
		ok &= add_arg(parse, node->items[i], &args);
	if (!ok || !take_rest(parse, node, &args))
		return;
	if (args.num > BVM_MAX_ARGS) {
		diag_report(parse->diag, &node->span, TOO_MANY, BVM_MAX_ARGS,
			    "arguments");
		return;
	}
	rule->args = arena_grow(parse->arena, rule->args, rule->num_args,
				sizeof(args));
	rule->args[rule->num_args++] = args;
}

void rule_args_read(struct parse *parse, const struct node *node,
		    struct ast_rule *rule)
{
	if (node->bad)
		return;
	if (node->kind != NODE_LIST) {
		(void)value_wrong_kind(parse, KEY_EXEC_ARGS, node);
		diag_note(parse->diag, "one list for each command line: "
				       "[[\"-g\", \"*\"], []]");
		return;
	}
	if (!node->num) {
		diag_report(parse->diag, &node->span, EMPTY_LIST, "args");
		diag_note(parse->diag, "[[]] is the program without arguments");
	}
	for (u32 i = 0; i < node->num; i++) {
		if (node->items[i]->bad)
			continue;
		if (node->items[i]->kind == NODE_LIST) {
			add_line(parse, node->items[i], rule);
			continue;
		}
		diag_report(parse->diag, &node->items[i]->span, WRONG_KIND,
			    "args", "a list for each command line",
			    node_describe(node->items[i]));
		diag_note(parse->diag, "[[\"-g\", \"*\"]] is one command line "
				       "of two arguments");
		return;
	}
}
