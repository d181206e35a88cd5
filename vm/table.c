// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * table.c - look-ups in tables
 *
 * The parser has checked every index that is followed here (table_parse.c).
 */
#include "table.h"

u32 bvm_dfa_feed(const struct bvm_table *t, u32 state, const char *bytes,
		 u32 len)
{
	for (u32 i = 0; i < len && bytes[i]; i++)
		state = bvm_dfa_step(t, state, (u8)bytes[i]);
	return state;
}

static u32 addr_bit(const u8 *bytes, u32 i)
{
	return bytes[i >> 3] >> (7 - (i & 7)) & 1;
}

bool bvm_prefix_has(const u8 *prefix, u32 len, const u8 *bytes)
{
	u32 whole = len >> 3;
	u8 mask = (u8)(0xff00 >> (len & 7));

	if (memcmp(prefix, bytes, whole))
		return false;
	return !(len & 7) || !((prefix[whole] ^ bytes[whole]) & mask);
}

u64 bvm_lpm_lookup(const struct bvm_table *t, const struct bvm_addr *addr)
{
	const struct bvm_lpm_node *node = &t->nodes[0];
	const struct bvm_lpm_node *next;
	u32 child;

	while (node->len < 128) {
		child = node->child[addr_bit(addr->bytes, node->len)];
		next = &t->nodes[child];
		if (!child ||
		    !bvm_prefix_has(next->prefix, next->len, addr->bytes))
			break;
		node = next;
	}
	return node->value;
}

bool bvm_set_has(const struct bvm_table *t, u64 key)
{
	u32 lo = 0, hi = t->count;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (t->keys[mid] == key)
			return true;
		if (t->keys[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

u64 bvm_range_lookup(const struct bvm_table *t, u64 key)
{
	u32 lo = 0, hi = t->count;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct bvm_range *r = &t->ranges[mid];

		if (key < r->lo)
			hi = mid;
		else if (key > r->hi)
			lo = mid + 1;
		else
			return r->value;
	}
	return 0;
}

u32 bvm_array_get(const struct bvm_table *t, u64 index)
{
	return index < t->count ? t->elements[index] : 0;
}

u32 bvm_lists_decide(const struct bvm_table *t, u64 list, u64 preds)
{
	u32 i;

	if (list >= t->count)
		return BVM_VERDICT_BROKEN;
	for (i = t->lists.first[list]; i < t->lists.first[list + 1]; i++) {
		if (!(t->lists.entries[i].need & ~preds))
			return t->lists.entries[i].verdict;
	}
	return BVM_VERDICT_BROKEN;
}
