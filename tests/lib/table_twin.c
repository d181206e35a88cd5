// SPDX-License-Identifier: GPL-2.0-only
#include "table_twin.h"

static bool holds(const u8 *prefix, u32 len, const u8 *addr)
{
	for (u32 i = 0; i < len; i++)
		if ((prefix[i / 8] ^ addr[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

u64 table_twin_lpm(const struct bvm_table *t, const u8 *addr)
{
	u64 value = 0;
	int best = -1;

	for (u32 i = 0; i < t->count; i++) {
		if (!holds(t->lpm.addr + 16 * (size_t)i, t->lpm.len[i], addr) ||
		    t->lpm.len[i] < best)
			continue;
		best = t->lpm.len[i];
		value = t->lpm.values[t->lpm.value[i]];
	}
	return value;
}

bool table_twin_set(const struct bvm_table *t, u64 key)
{
	for (u32 i = 0; i < t->count; i++)
		if (t->keys[i] == key)
			return true;
	return false;
}

u64 table_twin_range(const struct bvm_table *t, u64 key)
{
	for (u32 i = 0; i < t->count; i++)
		if (t->ranges[i].lo <= key && key <= t->ranges[i].hi)
			return t->ranges[i].value;
	return 0;
}

u64 table_twin_keys(const struct bvm_table *t, const u8 *key)
{
	for (u32 i = 0; i < t->count; i++)
		if (!memcmp(t->byte_keys.bytes + (size_t)i * t->key_len, key,
			    t->key_len))
			return t->byte_keys.values[i];
	return 0;
}

/* a <= b, byte by byte. */
static bool is_not_above(const u8 *a, const u8 *b, u32 width)
{
	for (u32 i = 0; i < width; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return true;
}

u64 table_twin_product(const struct bvm_table *t, const u8 *key)
{
	u32 node = 0;

	for (u32 c = 0; c < t->count; c++) {
		const u32 *first = t->product.level[c].first;
		u32 width = t->product.components[c].width;
		u32 next = U32_MAX;

		for (u32 i = first[node]; i < first[node + 1]; i++)
			if (is_not_above(t->product.level[c].bounds + i * width,
					 key, width))
				next = t->product.level[c].next[i];
		node = next;
		key += width;
	}
	return t->product.values[node];
}

/* Seven bits a byte, the low ones first. */
static u32 twin_tail_end(const u8 *end)
{
	u32 state = 0;

	for (u32 i = 4; i-- > 0;)
		state = state * 128 + end[i] - 128;
	return state;
}

u32 table_twin_walk(const struct bvm_table *t, const u8 *bytes, u32 len)
{
	const u8 *tails = (const u8 *)&t->dfa.cells[t->aux];
	u32 state = t->dfa.head->start;

	for (u32 i = 0; i < len; i++) {
		u32 next = t->dfa.head->tail_def;

		if (!bytes[i] && t->kind == BVM_TABLE_DFA)
			break;
		if (state >= t->count) {
			const u8 *at = tails + state - t->count;

			if (at[0] == bytes[i])
				next = at[1] > 127 ? twin_tail_end(at + 1) :
						     state + 1;
			state = next;
			continue;
		}
		next = t->dfa.states[state].def;
		for (u32 k = 0; k < t->aux; k++)
			if (t->dfa.cells[k].check == state &&
			    k == t->dfa.states[state].base +
					    t->dfa.head->classmap[bytes[i]])
				next = t->dfa.cells[k].next;
		state = next;
	}
	if (state >= t->count)
		state = t->dfa.head->tail_def;
	return t->dfa.states[state].accept;
}
