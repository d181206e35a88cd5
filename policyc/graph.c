// SPDX-License-Identifier: GPL-2.0-only
/*
 * graph.c - a tree of the components of patterns, with the rules at its nodes
 *
 *	root --etc--> o --nginx--> o --**--> [allow 1, deny 4]
 *
 * It is made from the rules as written, not from the automaton: what people
 * look for is their own patterns. A rule without a pattern is an edge of its
 * operations. The deepest branches are folded until few enough nodes are left.
 * What a rule excepts has nodes as well: "except of allow 1".
 */
#include <string.h>

#include "graph.h"
#include "show.h"

/* Beside the number of a rule: the node is of what it excepts. */
#define OF_EXCEPT (1u << 31)

struct tree_node {
	u32 parent;
	u32 depth;
	u32 num_children;
	bool gone; /* folded into its parent */
	u32 folded; /* nodes that were folded into it */
	const char *edge; /* from the parent */
	u32 *rules; /* numbers, OF_EXCEPT or not; ascending, each once */
	u32 num_rules;
};

struct graph {
	struct arena *arena;
	const struct ast_policy *ast;
	struct tree_node *nodes; /* 0 is the root */
	u32 num, num_left;
};

static u32 child_of(struct graph *g, u32 parent, const char *edge)
{
	struct tree_node node = { .parent = parent, .edge = edge };

	for (u32 i = 1; i < g->num; i++)
		if (g->nodes[i].parent == parent &&
		    !strcmp(g->nodes[i].edge, edge))
			return i;
	if (g->num)
		node.depth = g->nodes[parent].depth + 1;
	g->nodes = arena_grow(g->arena, g->nodes, g->num, sizeof(node));
	g->nodes[g->num] = node;
	if (g->num)
		g->nodes[parent].num_children++;
	g->num_left++;
	return g->num++;
}

static void add_rule(struct graph *g, u32 at, u32 rule)
{
	struct tree_node *node = &g->nodes[at];
	u32 place = 0;

	while (place < node->num_rules && node->rules[place] < rule)
		place++;
	if (place < node->num_rules && node->rules[place] == rule)
		return;
	node->rules = arena_grow(g->arena, node->rules, node->num_rules,
				 sizeof(rule));
	memmove(&node->rules[place + 1], &node->rules[place],
		(node->num_rules - place) * sizeof(rule));
	node->rules[place] = rule;
	node->num_rules++;
}

/* A slash inside braces or brackets divides nothing. */
static size_t component_len(const char *text)
{
	u32 depth = 0;
	size_t len;

	for (len = 0; text[len]; len++) {
		if (text[len] == '\\' && text[len + 1])
			len++;
		else if (text[len] == '{' || text[len] == '[')
			depth++;
		else if ((text[len] == '}' || text[len] == ']') && depth)
			depth--;
		else if (text[len] == '/' && !depth)
			break;
	}
	return len;
}

static void add_pattern(struct graph *g, const char *text, u32 rule)
{
	u32 at = 0;

	while (*text) {
		size_t len;

		text += *text == '/';
		len = component_len(text);
		at = child_of(g, at, arena_strndup(g->arena, text, len));
		text += len;
	}
	add_rule(g, at, rule);
}

static void add_patterns(struct graph *g, const struct ast_patterns *patterns,
			 u32 rule)
{
	for (u32 i = 0; i < patterns->num; i++)
		add_pattern(g, patterns->items[i].text, rule);
}

static void build(struct graph *g, u32 class)
{
	(void)child_of(g, 0, "");
	for (u32 i = 0; i < g->ast->num_rules; i++) {
		const struct ast_rule *rule = &g->ast->rules[i];
		struct buf ops = BUF_INIT(g->arena);

		if (rule->class != class)
			continue;
		add_patterns(g, &rule->paths, rule->number);
		add_patterns(g, &rule->sources, rule->number);
		add_patterns(g, &rule->except, rule->number | OF_EXCEPT);
		if (rule->paths.num || rule->sources.num)
			continue;
		show_ops(&ops, class, rule->ops);
		add_rule(g, child_of(g, 0, buf_text(&ops)), rule->number);
	}
}

/* Fold a node without children, one of the deepest; the later one first. */
static void fold_one(struct graph *g)
{
	struct tree_node *parent, *node;
	u32 best = 0;

	for (u32 i = 1; i < g->num; i++) {
		node = &g->nodes[i];
		if (!node->gone && !node->num_children &&
		    (!best || node->depth >= g->nodes[best].depth))
			best = i;
	}
	node = &g->nodes[best];
	parent = &g->nodes[node->parent];
	for (u32 i = 0; i < node->num_rules; i++)
		add_rule(g, node->parent, node->rules[i]);
	node->gone = true;
	parent->folded += node->folded + 1;
	parent->num_children--;
	g->num_left--;
}

/* ---- dot ---- */

static void put_label(struct buf *buf, const struct graph *g,
		      const struct tree_node *node, const char *before)
{
	struct buf text = BUF_INIT(g->arena);

	buf_printf(&text, "%s", before);
	for (u32 i = 0; i < node->num_rules; i++) {
		const u32 rule = node->rules[i] & ~OF_EXCEPT;

		buf_printf(&text, "%s%s%s %u", text.len ? ", " : "",
			   node->rules[i] & OF_EXCEPT ? "except of " : "",
			   show_rule_kind(g->ast->rules[rule - 1].kind), rule);
	}
	if (node->folded)
		buf_printf(&text, "%s(and %u below)", text.len ? " " : "",
			   node->folded);
	buf_put_json(buf, buf_text(&text), text.len);
}

static void put_dot(struct buf *buf, const struct graph *g, u32 class)
{
	const char *head = arena_printf(
		g->arena, "%s: default %s", bvm_classes[class].name,
		g->ast->defaults[class] == AST_ALLOW ? "allow" : "deny");

	buf_printf(buf, "digraph ");
	buf_put_json(buf, g->ast->name, strlen(g->ast->name));
	buf_printf(buf, " {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (u32 i = 0; i < g->num; i++) {
		const struct tree_node *node = &g->nodes[i];

		if (node->gone)
			continue;
		buf_printf(buf, "\tn%u [label=", i);
		put_label(buf, g, node, i ? "" : head);
		buf_printf(buf, "];\n");
		if (!i)
			continue;
		buf_printf(buf, "\tn%u -> n%u [label=", node->parent, i);
		buf_put_json(buf, node->edge, strlen(node->edge));
		buf_printf(buf, "];\n");
	}
	buf_printf(buf, "}\n");
}

int command_graph(struct run *run)
{
	struct graph g = { .arena = run->arena };
	struct buf out = BUF_INIT(run->arena);
	u32 class = bvm_class_by_name(run->operands[1]);

	g.ast = parse_policy(run->arena, run->diag, &run->parse,
			     run->operands[0]);
	if (!g.ast)
		return EXIT_BAD;
	if (!class) {
		diag_report(run->diag, NULL, NO_CLASS, run->operands[1]);
		return EXIT_BAD;
	}
	build(&g, class);
	while (g.num_left > GRAPH_MAX_NODES)
		fold_one(&g);
	put_dot(&out, &g, class);
	fputs(buf_text(&out), stdout);
	return EXIT_YES;
}
