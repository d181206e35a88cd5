// SPDX-License-Identifier: GPL-2.0-only
#include "nfa_cover.h"

#define SEVERAL (U32_MAX - 1) /* patterns; NFA_NONE: none was come to yet */

/* ---- what a node leads to ---- */

static void add_pattern(u32 *only, u32 pattern)
{
	if (pattern == NFA_NONE)
		return;
	*only = *only == NFA_NONE || *only == pattern ? pattern : SEVERAL;
}

static bool takes_slash(const struct nfa *nfa, const struct nfa_edge *edge)
{
	if (edge->label == NFA_BYTE)
		return edge->byte == '/';
	return edge->label == NFA_SET &&
	       byteset_has(&nfa->sets[edge->set], '/');
}

/* All nodes that its edges lead to are done. */
static void settle(struct nfa_cover *cover, u32 id)
{
	const struct nfa *nfa = cover->nfa;
	const struct nfa_node *node = &nfa->nodes[id];

	cover->crosses[id] = node->loop_all;
	cover->accepts[id] = node->finals != NFA_NONE;
	for (u32 i = node->finals; i != NFA_NONE; i = nfa->finals[i].next)
		add_pattern(&cover->only[id], nfa->finals[i].pattern);
	for (u32 i = node->edges; i != NFA_NONE; i = nfa->edges[i].next) {
		const struct nfa_edge *edge = &nfa->edges[i];

		add_pattern(&cover->only[id], cover->only[edge->target]);
		cover->crosses[id] |= takes_slash(nfa, edge) ||
				      cover->crosses[edge->target];
		/* epsilons */
		cover->accepts[id] |= edge->label >= NFA_STAR &&
				      cover->accepts[edge->target];
	}
}

/*
 * Nodes after those that their edges lead to. Edges make no cycles, loops are
 * no edges; but a brace's end is older than what leads there.
 */
static void settle_all(struct nfa_cover *cover, struct arena *arena)
{
	const struct nfa *nfa = cover->nfa;
	u32 *path = arena_array(arena, nfa->num_nodes, sizeof(*path));
	u32 *edges = arena_array(arena, nfa->num_nodes, sizeof(*edges));
	bool *seen = arena_array(arena, nfa->num_nodes, sizeof(*seen));
	u32 depth = 0;

	for (u32 i = 0; i < nfa->num_nodes; i++)
		edges[i] = nfa->nodes[i].edges;
	/* each node is led to from the start */
	path[depth++] = 0;
	seen[0] = true;
	while (depth) {
		const u32 at = path[depth - 1], edge = edges[at];

		if (edge == NFA_NONE) {
			settle(cover, at);
			depth--;
			continue;
		}
		edges[at] = nfa->edges[edge].next;
		if (seen[nfa->edges[edge].target])
			continue;
		seen[nfa->edges[edge].target] = true;
		path[depth++] = nfa->edges[edge].target;
	}
}

void nfa_cover_init(struct nfa_cover *cover, struct arena *arena,
		    const struct nfa *nfa)
{
	u32 num_patterns = 0;

	*cover = (struct nfa_cover){ .nfa = nfa };
	cover->only = arena_array(arena, nfa->num_nodes, sizeof(u32));
	cover->crosses = arena_array(arena, nfa->num_nodes, sizeof(bool));
	cover->accepts = arena_array(arena, nfa->num_nodes, sizeof(bool));
	cover->covers = arena_array(arena, nfa->num_nodes, sizeof(bool));
	for (u32 i = 0; i < nfa->num_nodes; i++)
		cover->only[i] = NFA_NONE;
	settle_all(cover, arena);
	for (u32 i = 0; i < nfa->num_nodes; i++) {
		const struct nfa_node *node = &nfa->nodes[i];

		if (cover->only[i] == SEVERAL)
			cover->only[i] = NFA_NONE;
		cover->covers[i] = (node->loop_name || node->loop_all) &&
				   cover->only[i] != NFA_NONE &&
				   cover->accepts[i];
	}
	for (u32 i = 0; i < nfa->num_finals; i++)
		if (nfa->finals[i].pattern >= num_patterns)
			num_patterns = nfa->finals[i].pattern + 1;
	cover->keepers = arena_array(arena, num_patterns, sizeof(u32));
	cover->unions = arena_array(arena, num_patterns, sizeof(u64));
}

/* ---- one set ---- */

/* The first that covers; rather one that does so past a '/', too. */
static bool find_keepers(struct nfa_cover *cover, const u32 *nodes, u32 num)
{
	const struct nfa_node *all = cover->nfa->nodes;
	bool some = false;

	cover->num_unions++;
	for (u32 i = 0; i < num; i++) {
		const u32 pattern = cover->only[nodes[i]];

		if (!cover->covers[nodes[i]])
			continue;
		if (cover->unions[pattern] == cover->num_unions &&
		    (all[cover->keepers[pattern]].loop_all ||
		     !all[nodes[i]].loop_all))
			continue;
		cover->unions[pattern] = cover->num_unions;
		cover->keepers[pattern] = nodes[i];
		some = true;
	}
	return some;
}

/* Nodes that accept stay: they say that the set does. So does the root. */
static bool is_covered(const struct nfa_cover *cover, u32 id)
{
	const struct nfa *nfa = cover->nfa;
	const u32 pattern = cover->only[id];

	if (pattern == NFA_NONE || nfa->nodes[id].finals != NFA_NONE ||
	    id == nfa->root || cover->unions[pattern] != cover->num_unions ||
	    cover->keepers[pattern] == id)
		return false;
	return !cover->crosses[id] ||
	       nfa->nodes[cover->keepers[pattern]].loop_all;
}

u32 nfa_cover_reduce(struct nfa_cover *cover, u32 *nodes, u32 num)
{
	u32 left = 0;

	if (!find_keepers(cover, nodes, num))
		return num;
	for (u32 i = 0; i < num; i++)
		if (!is_covered(cover, nodes[i]))
			nodes[left++] = nodes[i];
	return left;
}
