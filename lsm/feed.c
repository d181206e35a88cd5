// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed.c - names through automata, quickly
 */
#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "feed.h"

/* Names change under their readers. */
static inline u8 byte_of(const char *at)
{
	return READ_ONCE(*at);
}

/*
 * A row of states that wait for one byte each. Return: the state that is not
 * in the row, or is where the name ends; *name is what is left of it.
 */
static u32 feed_tail(const struct bvm_table *dfa, u32 state, const char **name)
{
	const u8 *text = dfa->dfa.tails + (state - dfa->count);
	const u8 *at = text;
	u8 byte;

	for (; (byte = byte_of(*name)); (*name)++) {
		if (*at != byte) {
			(*name)++;
			return dfa->dfa.head->tail_def;
		}
		if (!bvm_dfa_is_text(*++at)) {
			(*name)++;
			return bvm_dfa_tail_end(at);
		}
	}
	return state + (at - text);
}

u32 bailiff_feed(const struct bvm_table *dfa, u32 state, const char *name)
{
	const struct bvm_dfa_state *states = dfa->dfa.states;
	const struct bvm_dfa_cell *cells = dfa->dfa.cells;
	const u8 *classmap = dfa->dfa.head->classmap;
	const u32 count = dfa->count;
	u8 byte;

	while ((byte = byte_of(name))) {
		const struct bvm_dfa_state *s;
		const struct bvm_dfa_cell *c;

		if (state >= count) {
			state = feed_tail(dfa, state, &name);
			continue;
		}
		s = &states[state];
		c = &cells[s->base + classmap[byte]];
		state = c->check == state ? c->next : s->def;
		name++;
	}
	return state;
}

unsigned long *bailiff_feed_find_final(const struct bvm_table *dfa)
{
	unsigned long *final = kvcalloc(BITS_TO_LONGS(dfa->count),
					sizeof(*final), GFP_KERNEL_ACCOUNT);

	if (!final)
		return NULL;
	for (u32 i = 0; i < dfa->count; i++) {
		if (dfa->dfa.states[i].def == i)
			__set_bit(i, final);
	}
	/* A cell leads away from its owner, unless it leads back. */
	for (u32 i = 0; i < dfa->aux; i++) {
		const struct bvm_dfa_cell *cell = &dfa->dfa.cells[i];

		if (cell->check < dfa->count && cell->next != cell->check)
			__clear_bit(cell->check, final);
	}
	return final;
}
