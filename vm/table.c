// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * table.c - look-ups in tables
 *
 * The parser has checked every index that is followed here (table_parse.c).
 * Each look-up counts its steps for bvm_promise(); where that is nothing, the
 * compiler drops the counting.
 */
#include "table.h"

/* ---- DFA, ARGV ---- */

u32 bvm_dfa_feed(const struct bvm_table *t, u32 state, const char *bytes,
		 u32 len)
{
	u32 i;

	for (i = 0; i < len && bytes[i]; i++)
		state = bvm_dfa_step(t, state, (u8)bytes[i]);
	bvm_promise(i <= t->max_steps);
	return state;
}

u32 bvm_argv_feed(const struct bvm_table *t, u32 state, const char *bytes,
		  u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		state = bvm_dfa_step(t, state, (u8)bytes[i]);
	bvm_promise(i <= t->max_steps);
	return state;
}

/* ---- LPM ---- */

bool bvm_prefix_has(const u8 *prefix, u32 len, const u8 *bytes)
{
	u32 whole = len >> 3;
	u8 mask = (u8)(0xff00 >> (len & 7));

	if (memcmp(prefix, bytes, whole))
		return false;
	return !(len & 7) || !((prefix[whole] ^ bytes[whole]) & mask);
}

/* Eight bytes as a number, so that numbers ascend as addresses do. */
static inline u64 number_at(const u8 *p)
{
	return (u64)p[0] << 56 | (u64)p[1] << 48 | (u64)p[2] << 40 |
	       (u64)p[3] << 32 | (u64)p[4] << 24 | (u64)p[5] << 16 |
	       (u64)p[6] << 8 | p[7];
}

static inline bool is_above(const u8 *a, u64 hi, u64 lo)
{
	const u64 a_hi = number_at(a);

	return a_hi > hi || (a_hi == hi && number_at(a + 8) > lo);
}

u64 bvm_lpm_lookup(const struct bvm_table *t, const struct bvm_addr *addr)
{
	const u64 hi = number_at(addr->bytes);
	const u64 lo = number_at(addr->bytes + 8);
	u32 at = 0, end = t->count, steps = 1;

	/* the last prefix that is not above the address: the root is not */
	while (end - at > 1) {
		const u32 mid = at + (end - at) / 2;

		steps++;
		if (is_above(t->lpm.addr + 16 * (size_t)mid, hi, lo))
			end = mid;
		else
			at = mid;
	}
	/* it may have ended before the address; the root holds everything */
	while (!bvm_prefix_has(t->lpm.addr + 16 * (size_t)at, t->lpm.len[at],
			       addr->bytes)) {
		steps++;
		at = t->lpm.parent[at];
	}
	bvm_promise(steps <= t->max_steps);
	return t->lpm.values[t->lpm.value[at]];
}

/* ---- SET, RANGE, ARRAY ---- */

u32 bvm_halvings(u32 count)
{
	u32 steps = 0;

	for (; count; count >>= 1)
		steps++;
	return steps;
}

bool bvm_set_has(const struct bvm_table *t, u64 key)
{
	u32 lo = 0, hi = t->count, steps = 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		bvm_promise(++steps <= t->max_steps);
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
	u32 lo = 0, hi = t->count, steps = 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct bvm_range *r = &t->ranges[mid];

		bvm_promise(++steps <= t->max_steps);
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
	if (index >= t->count)
		return 0;
	return t->elements[bvm_nospec(index, t->count)];
}

/* ---- LISTS ---- */

u32 bvm_lists_decide(const struct bvm_table *t, u64 list, u64 preds)
{
	u32 i, steps = 0;

	if (list >= t->count)
		return BVM_VERDICT_BROKEN;
	list = bvm_nospec(list, t->count);
	for (i = t->lists.first[list]; i < t->lists.first[list + 1]; i++) {
		bvm_promise(++steps <= t->max_steps);
		if (!(t->lists.entries[i].need & ~preds))
			return t->lists.entries[i].verdict;
	}
	return BVM_VERDICT_BROKEN;
}

/* ---- KEYS, HASH, PRODUCT ---- */

u64 bvm_keys_lookup(const struct bvm_table *t, const u8 *key)
{
	u32 lo = 0, hi = t->count, steps = 0;

	while (lo < hi) {
		const u32 mid = lo + (hi - lo) / 2;
		const int order =
			memcmp(t->byte_keys.bytes + (size_t)mid * t->key_len,
			       key, t->key_len);

		bvm_promise(++steps <= t->max_steps);
		if (!order)
			return t->byte_keys.values[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

/* Each word is mixed twice over, or few bits of it would choose the bucket. */
u64 bvm_hash(u64 seed, const u8 *key, u32 len)
{
	const u64 odd = 0xd6e8feb86659fd93ull;
	u64 hash = seed ^ len;

	while (len) {
		const u32 part = len < 8 ? len : 8;
		u64 word = 0;

		memcpy(&word, key, part);
		hash ^= word;
		hash = (hash ^ hash >> 32) * odd;
		hash = (hash ^ hash >> 32) * odd;
		hash ^= hash >> 32;
		key += part;
		len -= part;
	}
	return hash;
}

u64 bvm_hash_lookup(const struct bvm_table *t, const u8 *key)
{
	const struct bvm_hash_head *head = t->byte_keys.head;
	const u64 bucket = bvm_hash(head->seed, key, t->key_len) &
			   (head->num_buckets - 1);
	const u32 end = t->byte_keys.first[bucket + 1];
	u32 i, steps = 1;

	for (i = t->byte_keys.first[bucket]; i < end; i++) {
		bvm_promise(++steps <= t->max_steps);
		if (!memcmp(t->byte_keys.bytes + (size_t)i * t->key_len, key,
			    t->key_len))
			return t->byte_keys.values[i];
	}
	bvm_promise(steps <= t->max_steps);
	return 0;
}

u64 bvm_product_lookup(const struct bvm_table *t, const u8 *key)
{
	u32 c, at = 0, steps = 0;

	for (c = 0; c < t->count; c++) {
		const u32 width = t->product.components[c].width;
		const u8 *bounds = t->product.level[c].bounds;
		u32 lo = t->product.level[c].first[at];
		u32 hi = t->product.level[c].first[at + 1];

		/* the last bound that is not above: a node's first is 0 */
		steps++;
		while (hi - lo > 1) {
			const u32 mid = lo + (hi - lo) / 2;

			steps++;
			if (memcmp(bounds + (size_t)mid * width, key, width) >
			    0)
				hi = mid;
			else
				lo = mid;
		}
		at = t->product.level[c].next[lo];
		key += width;
	}
	bvm_promise(steps <= t->max_steps);
	return t->product.values[at];
}
