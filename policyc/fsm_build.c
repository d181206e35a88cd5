// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsm_build.c - subset construction
 *
 * A state of the result is a sorted set of NFA nodes. Most sets hold a few
 * nodes with a literal each, and stars that many patterns share are one node,
 * so the work for a state is made proportional to its nodes, not to its nodes
 * times the alphabet: what every byte leads to (`wide`) is computed once, and
 * only the classes that some node names are looked at one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "fsm.h"
#include "nfa_cover.h"
#include "passes.h"
#include "numbers.h"
#include "vm/port.h"

#define NUM_BYTES 256
#define BLAME_SETS 512

/* A growing row of nodes. */
struct row {
	u32 *items;
	u32 num;
	u32 cap;
};

struct builder {
	struct arena *arena;
	const struct nfa *nfa;
	struct fsm *fsm;
	struct intern sets; /* of nodes; a set's number is the state's */
	struct intern *accepts;
	u32 slash; /* class of '/' */
	struct row *closures; /* per node: nodes that matter, epsilons followed */
	u64 *seen; /* per node: the last union that took it */
	u64 union_id;
	struct nfa_cover cover;
	/* for one state */
	struct row wide; /* next on any byte but '/' that nobody names */
	struct row wide_all; /* next on '/' by loops */
	struct row named[NUM_BYTES]; /* per class: next by its own edges */
	struct row next;
};

static void push(struct builder *b, struct row *row, u32 item)
{
	if (row->num == row->cap) {
		u32 cap = row->cap ? 2 * row->cap : 4;

		row->items = arena_resize(b->arena, row->items,
					  row->cap * sizeof(u32),
					  cap * sizeof(u32));
		row->cap = cap;
	}
	row->items[row->num++] = item;
}

static void sort(struct row *row)
{
	if (row->num > 1)
		qsort(row->items, row->num, sizeof(u32), numbers_compare);
}

/* ---- classes of bytes that no pattern tells apart ---- */

/*
 * Split every class into what set holds of it and the rest, and number those
 * that are left in the order of their bytes.
 */
static void split_classes(struct fsm *fsm, const struct byteset *set)
{
	s32 numbers[2 * NUM_BYTES];

	memset(numbers, 0xff, sizeof(numbers));
	fsm->num_classes = 0;
	for (u32 byte = 0; byte < NUM_BYTES; byte++) {
		u32 part = 2 * fsm->classmap[byte] + byteset_has(set, byte);

		if (numbers[part] < 0)
			numbers[part] = fsm->num_classes++;
		fsm->classmap[byte] = numbers[part];
	}
}

static void find_classes(struct builder *b)
{
	struct byteset literals = { 0 };

	if (b->nfa->no_classes || !passes_has(PASS_CLASSES)) {
		b->fsm->num_classes = NUM_BYTES;
		for (u32 byte = 0; byte < NUM_BYTES; byte++)
			b->fsm->classmap[byte] = byte;
		b->slash = '/';
		return;
	}
	byteset_add(&literals, '/');
	for (u32 i = 0; i < b->nfa->num_edges; i++)
		if (b->nfa->edges[i].label == NFA_BYTE)
			byteset_add(&literals, b->nfa->edges[i].byte);
	b->fsm->num_classes = 1;
	for (u32 byte = 0; byte < NUM_BYTES; byte++)
		if (byteset_has(&literals, byte))
			b->fsm->classmap[byte] = b->fsm->num_classes++;
	for (u32 i = 0; i < b->nfa->num_sets; i++)
		split_classes(b->fsm, &b->nfa->sets[i]);
	b->slash = b->fsm->classmap['/'];
}

/* ---- closures ---- */

static bool is_epsilon(const struct nfa_edge *edge)
{
	return edge->label >= NFA_STAR;
}

/* Does the node do more than lead on by epsilons? find_accept wants the root. */
static bool matters(const struct nfa *nfa, u32 id)
{
	const struct nfa_node *node = &nfa->nodes[id];

	if (node->loop_all || node->loop_name || node->finals != NFA_NONE ||
	    id == nfa->root)
		return true;
	for (u32 i = node->edges; i != NFA_NONE; i = nfa->edges[i].next)
		if (!is_epsilon(&nfa->edges[i]))
			return true;
	return false;
}

static void find_closure(struct builder *b, u32 id, struct row *todo)
{
	struct row *closure = &b->closures[id];

	todo->num = 0;
	push(b, todo, id);
	b->seen[id] = ++b->union_id;
	while (todo->num) {
		u32 at = todo->items[--todo->num];

		if (matters(b->nfa, at))
			push(b, closure, at);
		for (u32 i = b->nfa->nodes[at].edges; i != NFA_NONE;
		     i = b->nfa->edges[i].next) {
			const struct nfa_edge *edge = &b->nfa->edges[i];

			if (!is_epsilon(edge) ||
			    b->seen[edge->target] == b->union_id)
				continue;
			b->seen[edge->target] = b->union_id;
			push(b, todo, edge->target);
		}
	}
	sort(closure);
}

/* ---- one state ---- */

/* Append what closure of node is not yet in row since the last new union. */
static void add_closure(struct builder *b, struct row *row, u32 node)
{
	const struct row *closure = &b->closures[node];

	for (u32 i = 0; i < closure->num; i++)
		push(b, row, closure->items[i]);
}

static void add_edges(struct builder *b, const struct nfa_node *node)
{
	const struct fsm *fsm = b->fsm;

	for (u32 i = node->edges; i != NFA_NONE; i = b->nfa->edges[i].next) {
		const struct nfa_edge *edge = &b->nfa->edges[i];
		const struct byteset *set;
		u64 done[NUM_BYTES / 64] = { 0 };

		if (edge->label == NFA_BYTE)
			add_closure(b, &b->named[fsm->classmap[edge->byte]],
				    edge->target);
		if (edge->label == NFA_NAME)
			add_closure(b, &b->wide, edge->target);
		if (edge->label != NFA_SET)
			continue;
		set = &b->nfa->sets[edge->set];
		for (u32 byte = 0; byte < NUM_BYTES; byte++) {
			u32 class = fsm->classmap[byte];

			if (!byteset_has(set, byte) ||
			    done[class / 64] >> class % 64 & 1)
				continue;
			done[class / 64] |= 1ull << class % 64;
			add_closure(b, &b->named[class], edge->target);
		}
	}
}

static void unique(struct builder *b, struct row *row)
{
	u32 num = 0;

	b->union_id++;
	for (u32 i = 0; i < row->num; i++) {
		u32 item = row->items[i];

		if (b->seen[item] == b->union_id)
			continue;
		b->seen[item] = b->union_id;
		row->items[num++] = item;
	}
	row->num = num;
	sort(row);
}

/* Merge two sorted rows without repeats into next, and intern what matters. */
static u32 put_union(struct builder *b, const struct row *x,
		     const struct row *y)
{
	u32 i = 0, j = 0;

	b->next.num = 0;
	while (i < x->num || j < y->num) {
		if (j == y->num || (i < x->num && x->items[i] < y->items[j])) {
			push(b, &b->next, x->items[i++]);
			continue;
		}
		if (i < x->num && x->items[i] == y->items[j])
			i++;
		push(b, &b->next, y->items[j++]);
	}
	b->next.num = nfa_cover_reduce(&b->cover, b->next.items, b->next.num);
	return intern_put(&b->sets, b->next.items, b->next.num);
}

static void add_fsm_edge(struct builder *b, u32 class, u32 next)
{
	struct fsm *fsm = b->fsm;

	fsm->edges = arena_grow(b->arena, fsm->edges, fsm->num_edges,
				sizeof(*fsm->edges));
	fsm->edges[fsm->num_edges++] = (struct fsm_edge){ class, next };
}

static void collect(struct builder *b, u32 state)
{
	const struct nfa *nfa = b->nfa;

	b->wide.num = 0;
	b->wide_all.num = 0;
	for (u32 class = 0; class < b->fsm->num_classes; class ++)
		b->named[class].num = 0;
	/* the pool does not move: nothing is interned here */
	for (u32 i = 0; i < intern_len(&b->sets, state); i++) {
		u32 id = intern_get(&b->sets, state)[i];
		const struct nfa_node *node = &nfa->nodes[id];

		if (node->loop_all)
			add_closure(b, &b->wide_all, id);
		if (node->loop_all || node->loop_name)
			add_closure(b, &b->wide, id);
		add_edges(b, node);
	}
	unique(b, &b->wide);
	unique(b, &b->wide_all);
}

static void find_transitions(struct builder *b, u32 state)
{
	struct fsm *fsm = b->fsm;
	u32 first = fsm->num_edges;
	u32 def;

	collect(b, state);
	unique(b, &b->named[0]);
	def = put_union(b, &b->wide, &b->named[0]);
	for (u32 class = 1; class < fsm->num_classes; class ++) {
		const struct row *wide = &b->wide;
		u32 next;

		if (class == b->slash)
			wide = &b->wide_all;
		else if (!b->named[class].num && !b->named[0].num)
			continue;
		unique(b, &b->named[class]);
		next = put_union(b, wide, &b->named[class]);
		if (next != def)
			add_fsm_edge(b, class, next);
	}
	fsm->states[state].def = def;
	fsm->states[state].first = first;
	fsm->states[state].num = fsm->num_edges - first;
}

/* ---- what a state accepts ---- */

static void add_finals(struct builder *b, struct row *row, u32 node)
{
	for (u32 i = b->nfa->nodes[node].finals; i != NFA_NONE;
	     i = b->nfa->finals[i].next)
		push(b, row, b->nfa->finals[i].pattern);
}

/*
 * The patterns that match "/" itself: wildcards do not match the nothing
 * behind it, so the epsilons into their loops are not followed.
 */
static void add_root_finals(struct builder *b, struct row *row)
{
	struct row todo = { 0 };

	b->union_id++;
	push(b, &todo, b->nfa->root);
	while (todo.num) {
		u32 at = todo.items[--todo.num];

		if (b->seen[at] == b->union_id)
			continue;
		b->seen[at] = b->union_id;
		add_finals(b, row, at);
		for (u32 i = b->nfa->nodes[at].edges; i != NFA_NONE;
		     i = b->nfa->edges[i].next)
			if (b->nfa->edges[i].label == NFA_EPSILON)
				push(b, &todo, b->nfa->edges[i].target);
	}
}

static u32 find_accept(struct builder *b, u32 state)
{
	struct row *row = &b->next;
	bool is_root = false;
	u32 num = 0;

	row->num = 0;
	for (u32 i = 0; i < intern_len(&b->sets, state); i++)
		if (intern_get(&b->sets, state)[i] == b->nfa->root)
			is_root = true;
	if (is_root)
		add_root_finals(b, row);
	for (u32 i = 0; i < intern_len(&b->sets, state) && !is_root; i++)
		add_finals(b, row, intern_get(&b->sets, state)[i]);
	sort(row);
	for (u32 i = 0; i < row->num; i++)
		if (!i || row->items[i] != row->items[i - 1])
			row->items[num++] = row->items[i];
	return intern_put(b->accepts, row->items, num);
}

/* ---- all of them ---- */

static u32 max_states(const struct nfa *nfa)
{
	const u64 max =
		FSM_FREE_STATES + (u64)FSM_STATES_PER_NODE * nfa->num_nodes;

	if (nfa->max_states)
		return nfa->max_states;
	return max < FSM_MAX_STATES ? max : FSM_MAX_STATES;
}

static u32 max_pool(const struct nfa *nfa)
{
	const u64 max = FSM_FREE_POOL + (u64)FSM_POOL_PER_NODE * nfa->num_nodes;

	if (nfa->max_pool)
		return nfa->max_pool;
	return max < FSM_MAX_POOL ? max : FSM_MAX_POOL;
}

/* Count which patterns the last sets consist of, and name the worst two. */
static int too_large(struct builder *b, struct fsm_blame *blame)
{
	u32 *counts = arena_array(b->arena, b->nfa->num_nodes, sizeof(u32));
	u32 num = b->sets.num;
	u32 from = num > BLAME_SETS ? num - BLAME_SETS : 0;

	memset(blame, 0, sizeof(*blame));
	blame->max_states = max_states(b->nfa);
	if (num <= blame->max_states)
		blame->max_states = num - 1;
	for (u32 set = from; set < num; set++)
		for (u32 i = 0; i < intern_len(&b->sets, set); i++)
			counts[intern_get(&b->sets, set)[i]]++;
	for (u32 round = 0; round < ARRAY_SIZE(blame->patterns); round++) {
		u64 best = 0;

		for (u32 i = 0; i < b->nfa->num_nodes; i++) {
			u32 pattern = b->nfa->nodes[i].pattern;

			if (counts[i] <= best ||
			    (round && pattern == blame->patterns[0]))
				continue;
			best = counts[i];
			blame->patterns[round] = pattern;
		}
		if (!best)
			blame->patterns[round] = blame->patterns[0];
	}
	return -E2BIG;
}

static void init(struct builder *b)
{
	struct row todo = { 0 };
	u32 num = b->nfa->num_nodes;

	memset(b->fsm, 0, sizeof(*b->fsm));
	find_classes(b);
	intern_init(&b->sets, b->arena);
	b->closures = arena_array(b->arena, num, sizeof(*b->closures));
	b->seen = arena_array(b->arena, num, sizeof(*b->seen));
	for (u32 i = 0; i < num; i++)
		find_closure(b, i, &todo);
	nfa_cover_init(&b->cover, b->arena, b->nfa);
	(void)intern_put(&b->sets, NULL, 0); /* state 0 is dead */
	(void)intern_put(b->accepts, NULL, 0);
	b->fsm->start =
		intern_put(&b->sets, b->closures[0].items, b->closures[0].num);
}

int fsm_build(struct arena *arena, const struct nfa *nfa,
	      struct intern *accepts, struct fsm *fsm, struct fsm_blame *blame)
{
	struct builder *b = arena_alloc(arena, sizeof(*b));
	const u32 max = max_states(nfa), pool = max_pool(nfa);

	b->arena = arena;
	b->nfa = nfa;
	b->fsm = fsm;
	b->accepts = accepts;
	init(b);
	for (u32 state = 0; state < b->sets.num; state++) {
		if (b->sets.num > max || b->sets.pool_len > pool)
			return too_large(b, blame);
		fsm->states = arena_grow(arena, fsm->states, state,
					 sizeof(*fsm->states));
		find_transitions(b, state);
		fsm->states[state].accept = find_accept(b, state);
		fsm->num_states = state + 1;
	}
	return 0;
}

u32 fsm_step(const struct fsm *fsm, u32 state, u8 byte)
{
	const struct fsm_state *s = &fsm->states[state];
	u32 class = fsm->classmap[byte];

	for (u32 i = 0; i < s->num; i++)
		if (fsm->edges[s->first + i].class == class)
			return fsm->edges[s->first + i].next;
	return s->def;
}
