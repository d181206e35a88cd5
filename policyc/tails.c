// SPDX-License-Identifier: GPL-2.0-only
/*
 * tails.c - which states become tails
 *
 * A state of a tail has one edge, on a byte that is alone in its class; it is
 * led to by one edge and is no default: so each tail is entered at its begin,
 * by one cell, and the kernel reads it once when it checks the image.
 */
#include <string.h>

#include "tails.h"
#include "vm/image.h"
#include "vm/table.h"

#define NUM_BYTES 256

struct finder {
	struct arena *arena;
	const struct fsm *fsm;
	struct tails *out;
	u8 byte_of[NUM_BYTES]; /* per class: its byte, if that is all; or 0 */
	bool *waits; /* per state: it belongs into a tail */
};

/* Classes of one byte, of those that can be text. */
static void find_bytes(struct finder *f)
{
	u32 sizes[NUM_BYTES] = { 0 };

	for (u32 byte = 0; byte < NUM_BYTES; byte++)
		sizes[f->fsm->classmap[byte]]++;
	for (u32 byte = 0; byte < NUM_BYTES; byte++)
		if (bvm_dfa_is_text(byte) && sizes[f->fsm->classmap[byte]] == 1)
			f->byte_of[f->fsm->classmap[byte]] = byte;
}

static u8 byte_of(const struct finder *f, u32 state)
{
	return f->byte_of[f->fsm->edges[f->fsm->states[state].first].class];
}

static bool may_wait(const struct finder *f, u32 state)
{
	const struct fsm_state *s = &f->fsm->states[state];

	return s->num == 1 && byte_of(f, state) &&
	       s->accept == f->fsm->states[s->def].accept;
}

/* There is one default for all tails: the most frequent. */
static void find_def(struct finder *f)
{
	const struct fsm *fsm = f->fsm;
	u32 *counts = arena_array(f->arena, fsm->num_states, sizeof(u32));
	u32 best = 0;

	for (u32 i = 0; i < fsm->num_states; i++)
		if (may_wait(f, i))
			counts[fsm->states[i].def]++;
	for (u32 i = 0; i < fsm->num_states; i++)
		if (counts[i] > counts[best])
			best = i;
	f->out->def = best;
}

static void find_waiting(struct finder *f)
{
	const struct fsm *fsm = f->fsm;
	u32 *led_to = arena_array(f->arena, fsm->num_states, sizeof(u32));

	f->waits = arena_array(f->arena, fsm->num_states, sizeof(*f->waits));
	led_to[fsm->start] = 2;
	led_to[f->out->def] = 2;
	for (u32 i = 0; i < fsm->num_edges; i++)
		led_to[fsm->edges[i].next]++;
	for (u32 i = 0; i < fsm->num_states; i++)
		led_to[fsm->states[i].def] += 2;
	for (u32 i = 0; i < fsm->num_states; i++)
		f->waits[i] = led_to[i] == 1 && may_wait(f, i) &&
			      fsm->states[i].def == f->out->def;
}

/* Where a tail would grow too long it ends, and the next one begins later. */
static void cut(struct finder *f)
{
	const struct fsm *fsm = f->fsm;

	for (u32 i = 0; i < fsm->num_states; i++) {
		const struct fsm_state *s = &fsm->states[i];

		for (u32 k = 0; k < s->num && !f->waits[i]; k++) {
			u32 at = fsm->edges[s->first + k].next, len = 0;

			for (; f->waits[at];
			     at = fsm->edges[fsm->states[at].first].next)
				if (++len > BVM_MAX_DFA_TAIL) {
					f->waits[at] = false;
					break;
				}
		}
	}
}

static void put_tail(struct finder *f, u32 state)
{
	struct tails *out = f->out;
	const struct fsm *fsm = f->fsm;

	for (; f->waits[state];
	     state = fsm->edges[fsm->states[state].first].next) {
		out->number_of[state] = out->rest.num_states + out->bytes.len;
		buf_put_u8(&out->bytes, byte_of(f, state));
	}
	for (u32 i = 0; i < BVM_DFA_TAIL_END; i++)
		buf_put_u8(&out->bytes,
			   0x80 | (out->number_of[state] >> 7 * i & 0x7f));
}

static void number_states(struct finder *f)
{
	const struct fsm *fsm = f->fsm;
	struct tails *out = f->out;

	out->number_of = arena_array(f->arena, fsm->num_states, sizeof(u32));
	for (u32 i = 0; i < fsm->num_states; i++)
		if (!f->waits[i])
			out->number_of[i] = out->rest.num_states++;
	for (u32 i = 0; i < fsm->num_states; i++) {
		const struct fsm_state *s = &fsm->states[i];

		for (u32 k = 0; k < s->num && !f->waits[i]; k++)
			if (f->waits[fsm->edges[s->first + k].next])
				put_tail(f, fsm->edges[s->first + k].next);
	}
}

static void copy_rest(struct finder *f)
{
	const struct fsm *fsm = f->fsm;
	const u32 *number_of = f->out->number_of;
	struct fsm *rest = &f->out->rest;

	rest->states =
		arena_array(f->arena, rest->num_states, sizeof(*rest->states));
	rest->edges =
		arena_array(f->arena, fsm->num_edges, sizeof(*rest->edges));
	for (u32 i = 0; i < fsm->num_states; i++) {
		struct fsm_state s = fsm->states[i];
		const struct fsm_edge *edges = &fsm->edges[s.first];

		if (f->waits[i])
			continue;
		s.def = number_of[s.def];
		s.first = rest->num_edges;
		for (u32 k = 0; k < s.num; k++)
			rest->edges[rest->num_edges++] =
				(struct fsm_edge){ edges[k].class,
						   number_of[edges[k].next] };
		rest->states[number_of[i]] = s;
	}
	rest->start = number_of[fsm->start];
	f->out->def = number_of[f->out->def];
}

void tails_find(struct arena *arena, const struct fsm *fsm, bool wanted,
		struct tails *out)
{
	struct finder f = { .arena = arena, .fsm = fsm, .out = out };

	memset(out, 0, sizeof(*out));
	out->bytes = (struct buf)BUF_INIT(arena);
	out->rest.num_classes = fsm->num_classes;
	memcpy(out->rest.classmap, fsm->classmap, sizeof(fsm->classmap));
	if (wanted)
		find_bytes(&f);
	find_def(&f);
	find_waiting(&f);
	cut(&f);
	number_states(&f);
	copy_rest(&f);
}
