// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsm_min.c - the smallest automaton that accepts alike
 *
 * Partition refinement. The signature of a state is the block of each of its
 * successors. A block whose members have several signatures is split; the
 * largest part keeps the block's number, so that only states with an edge
 * into one of the smaller parts must be looked at again. A state changes its
 * number at most log2(states) times (Hopcroft 1971, "process the smaller
 * half"), which makes long literal tails cheap.
 *
 *	elems   | dirty | clean |    a block is a segment; the clean states of
 *	        ^first          ^end one have equal signatures at any time
 */
#include <stdlib.h>
#include <string.h>

#include "fsm.h"
#include "passes.h"

struct block {
	u32 first, end; /* segment of elems */
	u32 num_dirty;
	bool queued;
};

struct minimiser {
	struct arena *arena;
	const struct fsm *fsm;
	u32 *block_of; /* per state */
	u32 *elems; /* states, by block */
	u32 *pos; /* per state: its index in elems */
	u64 *hashes; /* per state: of the signature, while a block is split */
	struct block *blocks;
	u32 num_blocks;
	u32 *queue; /* blocks with dirty states */
	u32 num_queued;
	u32 *moved; /* states that got a new block in this round */
	u32 num_moved;
	u32 *todo; /* where new blocks begin, while a block is split */
	u32 num_todo;
	u32 *scratch; /* the dirty states of a block, sorted */
	u32 *pred_first; /* per state, and one more: index of preds */
	u32 *preds;
};

/* ---- signatures ---- */

static u64 hash_signature(const struct minimiser *m, u32 state)
{
	const struct fsm_state *s = &m->fsm->states[state];
	u32 def = m->block_of[s->def];
	u64 hash = def + 0x9e3779b97f4a7c15ull;

	for (u32 i = 0; i < s->num; i++) {
		const struct fsm_edge *edge = &m->fsm->edges[s->first + i];
		u32 block = m->block_of[edge->next];

		if (block == def)
			continue;
		hash = (hash ^ (((u64)edge->class << 32) | block)) *
		       0xff51afd7ed558ccdull;
		hash ^= hash >> 29;
	}
	return hash;
}

/* The first edge from index i on that does not lead where def leads. */
static const struct fsm_edge *next_edge(const struct minimiser *m, u32 state,
					u32 *i)
{
	const struct fsm_state *s = &m->fsm->states[state];
	u32 def = m->block_of[s->def];

	for (; *i < s->num; (*i)++) {
		const struct fsm_edge *edge = &m->fsm->edges[s->first + *i];

		if (m->block_of[edge->next] == def)
			continue;
		(*i)++;
		return edge;
	}
	return NULL;
}

static int compare(u64 x, u64 y)
{
	return x < y ? -1 : x > y;
}

/* A total order in which only equal signatures are equal. */
static int compare_signatures(const struct minimiser *m, u32 x, u32 y)
{
	u32 i = 0, j = 0;
	int ret;

	ret = compare(m->hashes[x], m->hashes[y]);
	if (ret)
		return ret;
	ret = compare(m->block_of[m->fsm->states[x].def],
		      m->block_of[m->fsm->states[y].def]);
	while (!ret) {
		const struct fsm_edge *a = next_edge(m, x, &i);
		const struct fsm_edge *b = next_edge(m, y, &j);

		if (!a || !b)
			return compare(!!a, !!b);
		ret = compare(a->class, b->class);
		if (!ret)
			ret = compare(m->block_of[a->next],
				      m->block_of[b->next]);
	}
	return ret;
}

static int compare_elems(const void *a, const void *b, void *arg)
{
	return compare_signatures(arg, *(const u32 *)a, *(const u32 *)b);
}

/* ---- blocks ---- */

static void place(struct minimiser *m, u32 index, u32 state)
{
	m->elems[index] = state;
	m->pos[state] = index;
}

static void enqueue(struct minimiser *m, u32 block)
{
	if (m->blocks[block].queued)
		return;
	m->blocks[block].queued = true;
	m->queue[m->num_queued++] = block;
}

/* Move a state to the dirty front of its block. */
static void mark_dirty(struct minimiser *m, u32 state)
{
	struct block *block = &m->blocks[m->block_of[state]];
	u32 edge = block->first + block->num_dirty;
	u32 at = m->pos[state];

	if (at < edge)
		return;
	place(m, at, m->elems[edge]);
	place(m, edge, state);
	block->num_dirty++;
	enqueue(m, m->block_of[state]);
}

/* Make elems[first, end) a block of its own; its states go to moved. */
static void add_block(struct minimiser *m, u32 first, u32 end)
{
	if (first == end)
		return;
	m->blocks[m->num_blocks] = (struct block){ first, end, 0, false };
	for (u32 i = first; i < end; i++) {
		m->block_of[m->elems[i]] = m->num_blocks;
		m->moved[m->num_moved++] = m->elems[i];
	}
	m->num_blocks++;
}

static u32 run_len(const struct minimiser *m, const u32 *states, u32 num)
{
	u32 len = 1;

	while (len < num && !compare_signatures(m, states[0], states[len]))
		len++;
	return len;
}

/*
 * The dirty states of a block, sorted, fall into runs of equal signatures.
 * One run may equal the clean states.
 */
struct runs {
	u32 *states; /* a copy of the dirty ones */
	u32 num;
	u32 best, best_len; /* the longest run */
	u32 same, same_len; /* the one that equals the clean ones, or len 0 */
};

static void find_runs(struct minimiser *m, const struct block *block,
		      struct runs *runs)
{
	u32 len;

	runs->num = block->num_dirty;
	runs->states = m->scratch;
	memcpy(runs->states, m->elems + block->first, runs->num * sizeof(u32));
	for (u32 i = 0; i < runs->num; i++)
		m->hashes[runs->states[i]] = hash_signature(m, runs->states[i]);
	qsort_r(runs->states, runs->num, sizeof(u32), compare_elems, m);

	if (block->first + runs->num < block->end) {
		u32 clean = m->elems[block->end - 1];

		m->hashes[clean] = hash_signature(m, clean);
		for (u32 i = 0; i < runs->num && !runs->same_len; i += len) {
			len = run_len(m, runs->states + i, runs->num - i);
			if (compare_signatures(m, clean, runs->states[i]))
				continue;
			runs->same = i;
			runs->same_len = len;
		}
	}
	for (u32 i = 0; i < runs->num; i += len) {
		len = run_len(m, runs->states + i, runs->num - i);
		if (len <= runs->best_len ||
		    (runs->same_len && i == runs->same))
			continue;
		runs->best = i;
		runs->best_len = len;
	}
}

/*
 * Lay the segment out as | other runs | best run | same run | clean | and make
 * blocks of them, except for the largest, which stays the block it was.
 */
static void split(struct minimiser *m, u32 id)
{
	struct block *block = &m->blocks[id];
	struct runs runs = { 0 };
	u32 at = block->first, end = block->end, len, rest;

	find_runs(m, block, &runs);
	block->num_dirty = 0;
	rest = end - at - runs.num + runs.same_len;
	for (u32 i = 0; i < runs.num; i += len) {
		u32 first = at;

		len = run_len(m, runs.states + i, runs.num - i);
		if ((runs.best_len && i == runs.best) ||
		    (runs.same_len && i == runs.same))
			continue;
		for (u32 j = 0; j < len; j++)
			place(m, at++, runs.states[i + j]);
		m->todo[m->num_todo++] = first;
	}
	m->todo[m->num_todo++] = at;
	for (u32 j = 0; j < runs.best_len; j++)
		place(m, at++, runs.states[runs.best + j]);
	for (u32 j = 0; j < runs.same_len; j++)
		place(m, at + j, runs.states[runs.same + j]);

	/* signatures are no longer needed: numbers may change now */
	for (u32 i = 0; i + 1 < m->num_todo; i++)
		add_block(m, m->todo[i], m->todo[i + 1]);
	if (rest >= runs.best_len) {
		add_block(m, m->todo[m->num_todo - 1], at);
		m->blocks[id].first = at;
	} else {
		add_block(m, at, end);
		m->blocks[id].first = m->todo[m->num_todo - 1];
		m->blocks[id].end = at;
	}
	m->num_todo = 0;
}

static void mark_preds_dirty(struct minimiser *m)
{
	for (u32 i = 0; i < m->num_moved; i++) {
		u32 state = m->moved[i];

		for (u32 p = m->pred_first[state]; p < m->pred_first[state + 1];
		     p++)
			mark_dirty(m, m->preds[p]);
	}
	m->num_moved = 0;
}

/* ---- set up ---- */

static void count_pred(struct minimiser *m, u32 state, u32 pred, bool fill)
{
	if (fill)
		m->preds[--m->pred_first[state]] = pred;
	else
		m->pred_first[state]++;
}

/* Lists of predecessors: count, make each count an end, fill backwards. */
static void find_preds(struct minimiser *m)
{
	const struct fsm *fsm = m->fsm;

	m->pred_first = arena_array(m->arena, fsm->num_states + 1, sizeof(u32));
	m->preds = arena_array(m->arena, fsm->num_states + fsm->num_edges,
			       sizeof(u32));
	for (u32 fill = 0; fill < 2; fill++) {
		for (u32 i = 0; i < fsm->num_states; i++) {
			const struct fsm_state *s = &fsm->states[i];

			count_pred(m, s->def, i, fill);
			for (u32 j = s->first; j < s->first + s->num; j++)
				count_pred(m, fsm->edges[j].next, i, fill);
		}
		for (u32 i = 0; i < fsm->num_states && !fill; i++)
			m->pred_first[i + 1] += m->pred_first[i];
	}
}

static int compare_accepts(const void *a, const void *b, void *arg)
{
	const struct fsm *fsm = arg;
	u32 x = *(const u32 *)a;
	u32 y = *(const u32 *)b;
	int ret = compare(fsm->states[x].accept, fsm->states[y].accept);

	return ret ? ret : compare(x, y);
}

/* The first partition: by what is accepted here. Everything is dirty. */
static void init(struct minimiser *m, struct fsm *fsm)
{
	u32 num = fsm->num_states;
	u32 len;

	m->block_of = arena_array(m->arena, num, sizeof(u32));
	m->elems = arena_array(m->arena, num, sizeof(u32));
	m->pos = arena_array(m->arena, num, sizeof(u32));
	m->moved = arena_array(m->arena, num, sizeof(u32));
	m->scratch = arena_array(m->arena, num, sizeof(u32));
	m->todo = arena_array(m->arena, num + 1, sizeof(u32));
	m->queue = arena_array(m->arena, num, sizeof(u32));
	m->hashes = arena_array(m->arena, num, sizeof(u64));
	m->blocks = arena_array(m->arena, num, sizeof(*m->blocks));
	for (u32 i = 0; i < num; i++)
		m->elems[i] = i;
	qsort_r(m->elems, num, sizeof(u32), compare_accepts, fsm);
	for (u32 i = 0; i < num; i++)
		m->pos[m->elems[i]] = i;
	for (u32 i = 0; i < num; i += len) {
		u32 accept = fsm->states[m->elems[i]].accept;

		for (len = 1; i + len < num; len++)
			if (fsm->states[m->elems[i + len]].accept != accept)
				break;
		add_block(m, i, i + len);
		m->blocks[m->num_blocks - 1].num_dirty = len;
		enqueue(m, m->num_blocks - 1);
	}
	m->num_moved = 0;
	find_preds(m);
}

/* ---- the result ---- */

static u32 new_number(u32 *numbers, u32 *order, u32 *num, u32 block)
{
	if (numbers[block] == U32_MAX) {
		order[*num] = block;
		numbers[block] = (*num)++;
	}
	return numbers[block];
}

/* One state for each block that can be reached, breadth first. */
static void rebuild(struct minimiser *m, struct fsm *fsm)
{
	u32 *numbers = arena_array(m->arena, m->num_blocks, sizeof(u32));
	u32 *order = arena_array(m->arena, m->num_blocks, sizeof(u32));
	struct fsm_state *states =
		arena_array(m->arena, m->num_blocks, sizeof(*states));
	struct fsm_edge *edges =
		arena_array(m->arena, fsm->num_edges, sizeof(*edges));
	u32 num = 0, num_edges = 0;

	memset(numbers, 0xff, m->num_blocks * sizeof(u32));
	(void)new_number(numbers, order, &num, m->block_of[0]);
	fsm->start = new_number(numbers, order, &num, m->block_of[fsm->start]);
	for (u32 i = 0; i < num; i++) {
		u32 old = m->elems[m->blocks[order[i]].first];
		const struct fsm_edge *edge;
		u32 at = 0;

		states[i].accept = fsm->states[old].accept;
		states[i].first = num_edges;
		states[i].def = new_number(numbers, order, &num,
					   m->block_of[fsm->states[old].def]);
		while ((edge = next_edge(m, old, &at))) {
			edges[num_edges].class = edge->class;
			edges[num_edges++].next = new_number(
				numbers, order, &num, m->block_of[edge->next]);
		}
		states[i].num = num_edges - states[i].first;
	}
	fsm->states = states;
	fsm->num_states = num;
	fsm->edges = edges;
	fsm->num_edges = num_edges;
}

void fsm_minimise(struct arena *arena, struct fsm *fsm)
{
	struct minimiser m = { .arena = arena, .fsm = fsm };

	if (!passes_has(PASS_MINIMISE))
		return;
	init(&m, fsm);
	while (m.num_queued) {
		u32 block = m.queue[--m.num_queued];

		m.blocks[block].queued = false;
		split(&m, block);
		mark_preds_dirty(&m);
	}
	rebuild(&m, fsm);
}
