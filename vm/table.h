/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * table.h - look-ups in checked tables; total functions, no allocation
 *
 * Every function takes a table that bvm_image_parse accepted and is of the
 * right kind; then no argument can make it read outside the image.
 */
#ifndef BVM_TABLE_H
#define BVM_TABLE_H

#include "image.h"

#define BVM_DFA_TAIL_END 4 /* bytes behind the text of a tail */

/* Is this byte of tails one that a state waits for? */
static inline bool bvm_dfa_is_text(u8 byte)
{
	return byte && byte < 0x80;
}

/* The state that the BVM_DFA_TAIL_END bytes behind a tail say. */
static inline u32 bvm_dfa_tail_end(const u8 *end)
{
	return (end[0] & 0x7fu) | (end[1] & 0x7fu) << 7 |
	       (end[2] & 0x7fu) << 14 | (end[3] & 0x7fu) << 21;
}

/* One step of a DFA; the kernel's path walk feeds bytes through this. */
static inline u32 bvm_dfa_step(const struct bvm_table *t, u32 state, u8 byte)
{
	const struct bvm_dfa_state *s;
	const struct bvm_dfa_cell *c;

	if (state >= t->count) {
		const u8 *at = t->dfa.tails + (state - t->count);

		if (*at != byte)
			return t->dfa.head->tail_def;
		return bvm_dfa_is_text(at[1]) ? state + 1 :
						bvm_dfa_tail_end(at + 1);
	}
	s = &t->dfa.states[state];
	c = &t->dfa.cells[s->base + t->dfa.head->classmap[byte]];
	return c->check == state ? c->next : s->def;
}

static inline u32 bvm_dfa_start(const struct bvm_table *t)
{
	return t->dfa.head->start;
}

static inline u32 bvm_dfa_accept(const struct bvm_table *t, u32 state)
{
	if (state >= t->count)
		state = t->dfa.head->tail_def;
	return t->dfa.states[state].accept;
}

/*
 * Numbers that states may have, from 0: those of states that wait in a tail,
 * and of its end, are above t->count. For arrays that hold something per state.
 */
static inline u32 bvm_dfa_numbers(const struct bvm_table *t)
{
	return t->count + t->dfa.head->tail_len;
}

/* Is this number a state's? */
static inline bool bvm_dfa_is_state(const struct bvm_table *t, u32 state)
{
	return state < t->count ||
	       (state - t->count < t->dfa.head->tail_len &&
		bvm_dfa_is_text(t->dfa.tails[state - t->count]));
}

/* State after feeding len bytes to state. */
u32 bvm_dfa_feed(const struct bvm_table *t, u32 state, const char *bytes,
		 u32 len);
/* As bvm_dfa_feed, but a NUL is a byte as any other: for ARGV. */
u32 bvm_argv_feed(const struct bvm_table *t, u32 state, const char *bytes,
		  u32 len);
u64 bvm_lpm_lookup(const struct bvm_table *t, const struct bvm_addr *addr);
bool bvm_set_has(const struct bvm_table *t, u64 key);
u64 bvm_range_lookup(const struct bvm_table *t, u64 key);
u32 bvm_array_get(const struct bvm_table *t, u64 index);
u32 bvm_lists_decide(const struct bvm_table *t, u64 list, u64 preds);

/*
 * Value of a key of t->key_len bytes, at any alignment; 0: not there. For
 * KEYS, HASH and PRODUCT.
 */
u64 bvm_keys_lookup(const struct bvm_table *t, const u8 *key);
u64 bvm_hash_lookup(const struct bvm_table *t, const u8 *key);
u64 bvm_product_lookup(const struct bvm_table *t, const u8 *key);

/* The hash that puts a key into a bucket of HASH. */
u64 bvm_hash(u64 seed, const u8 *key, u32 len);

/*
 * Iterations of a binary search in count elements, at most, which ends where
 * there are none left. One that keeps the last of them takes as many as this
 * in count - 1.
 */
u32 bvm_halvings(u32 count);

/* Whether the first len bits (at most 128) of prefix and bytes are the same. */
bool bvm_prefix_has(const u8 *prefix, u32 len, const u8 *bytes);

/*
 * Check one TABLE section, which begins with its header, and fill t. off is
 * the section's offset in the image, for err only. Return as bvm_image_parse.
 */
int __must_check bvm_table_parse(const void *bytes, u32 len, u32 off,
				 struct bvm_table *t, struct bvm_error *err);

#endif /* BVM_TABLE_H */
