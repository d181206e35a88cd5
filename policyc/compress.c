// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "compress.h"
#include "passes.h"
#include "tails.h"
#include "vm/image.h"

/*
 * A state with several edges is tried at this many places among the last
 * cells, then appended: that keeps the cost linear, and the holes it leaves
 * are filled by states with one edge, which come last.
 */
#define MAX_TRIES 512
#define WINDOW 4096

struct packer {
	struct arena *arena;
	const struct fsm *fsm;
	struct bvm_dfa_state *states;
	struct bvm_dfa_cell *cells;
	u32 num_cells; /* allocated, all set up */
	u32 end; /* cells from here on are free */
	u32 first_free; /* no cell before this one is */
};

static void grow(struct packer *p, u32 num)
{
	u32 cap = p->num_cells ? p->num_cells : 1024;

	while (cap < num)
		cap *= 2;
	if (cap == p->num_cells)
		return;
	p->cells = arena_resize(p->arena, p->cells,
				p->num_cells * sizeof(*p->cells),
				cap * sizeof(*p->cells));
	for (u32 i = p->num_cells; i < cap; i++)
		p->cells[i].check = U32_MAX;
	p->num_cells = cap;
}

static bool is_free(const struct packer *p, u32 cell)
{
	return cell >= p->end || p->cells[cell].check == U32_MAX;
}

static bool fits(const struct packer *p, const struct fsm_state *s, u32 base)
{
	const struct fsm_edge *edges = &p->fsm->edges[s->first];

	for (u32 i = 0; i < s->num; i++)
		if (!is_free(p, base + edges[i].class))
			return false;
	return true;
}

/* The lowest place among those that are tried, or behind everything. */
static u32 find_base(const struct packer *p, const struct fsm_state *s)
{
	u32 low = p->fsm->edges[s->first].class;
	u32 cell = p->first_free; /* >= num_classes > low */

	if (s->num > 1 && p->end > cell + WINDOW)
		cell = p->end - WINDOW;
	for (u32 tries = 0;
	     passes_has(PASS_CELLS) && tries < MAX_TRIES && cell < p->end;
	     cell++) {
		if (!is_free(p, cell))
			continue;
		if (fits(p, s, cell - low))
			return cell - low;
		tries++;
	}
	return p->end - low;
}

static void place(struct packer *p, u32 state)
{
	const struct fsm_state *s = &p->fsm->states[state];
	u32 base = find_base(p, s);

	grow(p, base + p->fsm->num_classes);
	p->states[state].base = base;
	for (u32 i = 0; i < s->num; i++) {
		const struct fsm_edge *edge = &p->fsm->edges[s->first + i];
		u32 cell = base + edge->class;

		p->cells[cell].check = state;
		p->cells[cell].next = edge->next;
		if (cell >= p->end)
			p->end = cell + 1;
	}
	while (p->first_free < p->end && !is_free(p, p->first_free))
		p->first_free++;
}

/* States with many edges go first: single edges fill the holes they leave. */
static void place_all(struct packer *p)
{
	const struct fsm *fsm = p->fsm;
	u32 starts[258] = { 0 };
	u32 *order = arena_array(p->arena, fsm->num_states, sizeof(u32));

	for (u32 i = 0; i < fsm->num_states; i++)
		starts[257 - fsm->states[i].num]++;
	for (u32 i = 1; i < 258; i++)
		starts[i] += starts[i - 1];
	for (u32 i = fsm->num_states; i-- > 0;)
		order[--starts[257 - fsm->states[i].num]] = i;
	for (u32 i = 0; i < fsm->num_states; i++)
		if (fsm->states[order[i]].num)
			place(p, order[i]);
}

static u32 find_num_cells(const struct packer *p)
{
	u32 max = 0;

	for (u32 i = 0; i < p->fsm->num_states; i++)
		if (p->states[i].base > max)
			max = p->states[i].base;
	return max + p->fsm->num_classes;
}

int compress_put(struct buf *buf, const struct fsm *fsm, struct compress *how)
{
	struct tails tails;
	const struct fsm *rest = &tails.rest;
	/* cells before num_classes are out of reach for high classes: unused */
	struct packer p = { .arena = buf->arena,
			    .fsm = rest,
			    .end = fsm->num_classes,
			    .first_free = fsm->num_classes };
	struct bvm_table_header header = { .kind = how->kind };
	struct bvm_dfa_head head = { .num_classes = fsm->num_classes };

	tails_find(buf->arena, fsm, !how->no_tails && passes_has(PASS_TAILS),
		   &tails);
	how->count = rest->num_states;
	how->number_of = tails.number_of;
	if (rest->num_states > BVM_MAX_DFA_STATES ||
	    tails.bytes.len > BVM_MAX_DFA_TAILS)
		return -E2BIG;
	p.states = arena_array(p.arena, rest->num_states, sizeof(*p.states));
	place_all(&p);
	header.count = rest->num_states;
	header.aux = find_num_cells(&p);
	if (header.aux > BVM_MAX_DFA_CELLS)
		return -E2BIG;
	grow(&p, header.aux);
	for (u32 i = 0; i < rest->num_states; i++) {
		p.states[i].def = rest->states[i].def;
		p.states[i].accept = rest->states[i].accept;
	}
	head.start = rest->start;
	head.tail_len = tails.bytes.len;
	head.tail_def = tails.def;
	memcpy(head.classmap, fsm->classmap, sizeof(head.classmap));
	buf_put(buf, &header, sizeof(header));
	buf_put(buf, &head, sizeof(head));
	buf_put(buf, p.states, rest->num_states * sizeof(*p.states));
	buf_put(buf, p.cells, header.aux * sizeof(*p.cells));
	buf_put(buf, tails.bytes.data, tails.bytes.len);
	return 0;
}
