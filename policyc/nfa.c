// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "ast.h"
#include "nfa.h"

/* An open brace while a pattern is being added. */
struct level {
	u32 start; /* node before the '{' */
	u32 join; /* node after the '}' */
};

struct builder {
	struct nfa *nfa;
	u32 at; /* node the pattern has come to */
	u32 pattern;
	u32 depth;
	struct level levels[PATTERN_MAX_DEPTH];
};

static u32 add_node(struct nfa *nfa, u32 pattern)
{
	struct nfa_node *node;

	nfa->nodes = arena_grow(nfa->arena, nfa->nodes, nfa->num_nodes,
				sizeof(*nfa->nodes));
	node = &nfa->nodes[nfa->num_nodes];
	memset(node, 0, sizeof(*node));
	node->edges = NFA_NONE;
	node->finals = NFA_NONE;
	node->pattern = pattern;
	return nfa->num_nodes++;
}

struct nfa *nfa_create(struct arena *arena)
{
	struct nfa *nfa = arena_alloc(arena, sizeof(*nfa));

	nfa->arena = arena;
	nfa->root = NFA_NONE;
	(void)add_node(nfa, 0);
	return nfa;
}

static u32 find_set(struct nfa *nfa, const struct byteset *set)
{
	for (u32 i = 0; i < nfa->num_sets; i++)
		if (!memcmp(&nfa->sets[i], set, sizeof(*set)))
			return i;
	nfa->sets =
		arena_grow(nfa->arena, nfa->sets, nfa->num_sets, sizeof(*set));
	nfa->sets[nfa->num_sets] = *set;
	return nfa->num_sets++;
}

static void add_edge(struct nfa *nfa, u32 from, struct nfa_edge edge)
{
	nfa->edges = arena_grow(nfa->arena, nfa->edges, nfa->num_edges,
				sizeof(*nfa->edges));
	edge.next = nfa->nodes[from].edges;
	nfa->edges[nfa->num_edges] = edge;
	nfa->nodes[from].edges = nfa->num_edges++;
}

/* The node that an equal edge leads to, or a new one. */
static u32 follow(struct nfa *nfa, u32 from, struct nfa_edge edge, u32 pattern)
{
	for (u32 i = nfa->nodes[from].edges; i != NFA_NONE;
	     i = nfa->edges[i].next) {
		const struct nfa_edge *e = &nfa->edges[i];

		if (e->label == edge.label && e->byte == edge.byte &&
		    e->set == edge.set)
			return e->target;
	}
	edge.target = add_node(nfa, pattern);
	add_edge(nfa, from, edge);
	return edge.target;
}

static void add_loop(struct builder *b, enum nfa_label label)
{
	struct nfa *nfa = b->nfa;

	/* a star behind a "**" adds no string */
	if (nfa->nodes[b->at].loop_all)
		return;
	b->at = follow(nfa, b->at, (struct nfa_edge){ .label = label },
		       b->pattern);
	if (label == NFA_STAR)
		nfa->nodes[b->at].loop_name = true;
	else
		nfa->nodes[b->at].loop_all = true;
}

static void open_brace(struct builder *b)
{
	b->levels[b->depth].start = b->at;
	b->levels[b->depth].join = add_node(b->nfa, b->pattern);
	b->depth++;
}

/* At a ',' or '}': what this alternative has come to goes on after the '}'. */
static void end_alternative(struct builder *b)
{
	const struct level *level = &b->levels[b->depth - 1];

	add_edge(b->nfa, b->at,
		 (struct nfa_edge){ .label = NFA_EPSILON,
				    .target = level->join });
	b->at = level->start;
}

static void add_token(struct builder *b, const struct pattern_token *tok)
{
	struct nfa_edge edge = { 0 };

	switch (tok->kind) {
	case PATTERN_STAR:
		add_loop(b, NFA_STAR);
		return;
	case PATTERN_GLOBSTAR:
		add_loop(b, NFA_GLOBSTAR);
		return;
	case PATTERN_OPEN:
		open_brace(b);
		return;
	case PATTERN_NEXT:
		end_alternative(b);
		return;
	case PATTERN_CLOSE:
		end_alternative(b);
		b->depth--;
		b->at = b->levels[b->depth].join;
		return;
	case PATTERN_BYTE:
		edge.label = NFA_BYTE;
		edge.byte = tok->byte;
		break;
	case PATTERN_ANY:
		edge.label = NFA_NAME;
		break;
	case PATTERN_SET:
		edge.label = NFA_SET;
		edge.set = find_set(b->nfa, &tok->set);
		break;
	case PATTERN_END:
		return;
	}
	b->at = follow(b->nfa, b->at, edge, b->pattern);
	if (b->nfa->root == NFA_NONE && !b->nfa->text_only)
		b->nfa->root = b->at;
}

/* The pattern ends where it has come to. */
static void add_final(struct builder *b)
{
	struct nfa *nfa = b->nfa;
	struct nfa_final *final;

	nfa->finals = arena_grow(nfa->arena, nfa->finals, nfa->num_finals,
				 sizeof(*nfa->finals));
	final = &nfa->finals[nfa->num_finals];
	final->pattern = b->pattern;
	final->next = nfa->nodes[b->at].finals;
	nfa->nodes[b->at].finals = nfa->num_finals++;
}

int nfa_add(struct nfa *nfa, const char *text, u32 pattern,
	    struct pattern_error *err)
{
	struct builder b = { .nfa = nfa, .pattern = pattern };
	struct pattern_cursor cur;
	struct pattern_token tok;

	if (nfa->text_only)
		pattern_begin_text(&cur, text);
	else
		pattern_begin(&cur, text);
	do {
		int ret = pattern_next(&cur, &tok, err);

		if (ret)
			return ret;
		add_token(&b, &tok);
	} while (tok.kind != PATTERN_END);
	add_final(&b);
	return 0;
}

/* ---- command lines ---- */

/* '/' is what stars stop at, so it stands for NUL, and NUL for it. */
static void swap_slash(struct pattern_token *tok)
{
	if (tok->kind == PATTERN_GLOBSTAR)
		tok->kind = PATTERN_STAR;
	if (tok->kind == PATTERN_BYTE && tok->byte == '/')
		tok->byte = '\0';
	if (tok->kind != PATTERN_SET)
		return;
	tok->set.bits[0] &= ~1ull;
	if (byteset_has(&tok->set, '/'))
		byteset_add(&tok->set, '\0');
	tok->set.bits['/' / 64] &= ~(1ull << '/' % 64);
}

static int add_arg(struct builder *b, const char *text,
		   struct pattern_error *err)
{
	struct pattern_token tok = { .kind = PATTERN_BYTE, .byte = '/' };
	const struct pattern_token end = tok;
	struct pattern_cursor cur;

	pattern_begin_arg(&cur, text);
	do {
		int ret = pattern_next(&cur, &tok, err);

		if (ret)
			return ret;
		swap_slash(&tok);
		add_token(b, &tok);
	} while (tok.kind != PATTERN_END);
	add_token(b, &end);
	return 0;
}

bool nfa_add_all(struct nfa *nfa, const struct ast_patterns *patterns,
		 u32 first)
{
	struct pattern_error err;

	for (u32 i = 0; i < patterns->num; i++)
		if (nfa_add(nfa, patterns->items[i].text, first + i, &err))
			return false;
	return true;
}

int nfa_add_args(struct nfa *nfa, const char *const *args, u32 num, bool rest,
		 u32 pattern, struct pattern_error *err)
{
	struct builder b = { .nfa = nfa, .pattern = pattern };

	nfa->text_only = true;
	for (u32 i = 0; i < num; i++) {
		int ret = add_arg(&b, args[i], err);

		if (ret)
			return ret;
	}
	if (rest)
		add_loop(&b, NFA_GLOBSTAR);
	add_final(&b);
	return 0;
}
