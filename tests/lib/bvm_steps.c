// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_steps.c - look-ups done once more, one count for each element looked at
 */
#include "bvm_steps.h"
#include "vm/table.h"

static u64 dfa_steps(const struct bvm_run *run, u64 handle)
{
	const struct bvm_str *str;

	if (!handle || handle > BVM_RUN_STRINGS)
		return 0;
	str = &run->strings[handle - 1];
	return str->walked ? 0 : strnlen(str->bytes, str->len);
}

/* Halvings to the last prefix that is not above, and the climb from there. */
static u64 lpm_steps(const struct bvm_table *t, const u8 *addr)
{
	u32 at = 0, end = t->count;
	u64 steps = 1;

	while (end - at > 1) {
		u32 mid = at + (end - at) / 2;

		steps++;
		if (memcmp(t->lpm.addr + 16 * (size_t)mid, addr, 16) > 0)
			end = mid;
		else
			at = mid;
	}
	while (!bvm_prefix_has(t->lpm.addr + 16 * (size_t)at, t->lpm.len[at],
			       addr)) {
		steps++;
		at = t->lpm.parent[at];
	}
	return steps;
}

static u64 sorted_steps(const struct bvm_table *t, const u8 *key)
{
	u32 lo = 0, hi = t->count;
	u64 steps = 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		int order = memcmp(t->byte_keys.bytes + mid * t->key_len, key,
				   t->key_len);

		steps++;
		if (!order)
			break;
		if (order > 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return steps;
}

/* The bucket, and its keys. */
static u64 hash_steps(const struct bvm_table *t, const u8 *key)
{
	const struct bvm_hash_head *head = t->byte_keys.head;
	const u32 bucket = (u32)bvm_hash(head->seed, key, t->key_len) &
			   (head->num_buckets - 1);

	return 1 + t->byte_keys.first[bucket + 1] - t->byte_keys.first[bucket];
}

static u64 product_steps(const struct bvm_table *t, const u8 *key)
{
	u64 steps = 0;
	u32 c, at = 0;

	for (c = 0; c < t->count; c++) {
		const u32 width = t->product.components[c].width;
		u32 lo = t->product.level[c].first[at];
		u32 hi = t->product.level[c].first[at + 1];

		for (steps++; hi - lo > 1; steps++) {
			u32 mid = lo + (hi - lo) / 2;

			if (memcmp(t->product.level[c].bounds + mid * width,
				   key, width) > 0)
				hi = mid;
			else
				lo = mid;
		}
		at = t->product.level[c].next[lo];
		key += width;
	}
	return steps;
}

/* How many halvings find the key, or that it is not there. */
static u64 search_steps(const struct bvm_table *t, u64 key)
{
	u32 lo = 0, hi = t->count;
	u64 steps = 0;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		u64 first, last;

		steps++;
		if (t->kind == BVM_TABLE_SET) {
			first = last = t->keys[mid];
		} else {
			first = t->ranges[mid].lo;
			last = t->ranges[mid].hi;
		}
		if (key >= first && key <= last)
			break;
		if (key < first)
			hi = mid;
		else
			lo = mid + 1;
	}
	return steps;
}

static u64 list_steps(const struct bvm_table *t, u64 list, u64 preds)
{
	u64 steps = 0;
	u32 i;

	if (list >= t->count)
		return 0;
	for (i = t->lists.first[list]; i < t->lists.first[list + 1]; i++) {
		steps++;
		if (!(t->lists.entries[i].need & ~preds))
			break;
	}
	return steps;
}

u64 bvm_steps_of(const struct bvm_run *run, const struct bvm_table *t, u64 r3,
		 u64 r4)
{
	switch (t->kind) {
	case BVM_TABLE_DFA:
		return dfa_steps(run, r3);
	case BVM_TABLE_LPM:
		return lpm_steps(t, (const u8 *)(uintptr_t)r3);
	case BVM_TABLE_SET:
	case BVM_TABLE_RANGE:
		return search_steps(t, r3);
	case BVM_TABLE_ARRAY:
		return 1;
	case BVM_TABLE_LISTS:
		return list_steps(t, r3, r4);
	case BVM_TABLE_KEYS:
		return sorted_steps(t, (const u8 *)(uintptr_t)r3);
	case BVM_TABLE_HASH:
		return hash_steps(t, (const u8 *)(uintptr_t)r3);
	case BVM_TABLE_PRODUCT:
		return product_steps(t, (const u8 *)(uintptr_t)r3);
	case BVM_TABLE_ARGV:
		return run->argv_len;
	case BVM_TABLE_RATES: /* nobody else takes tokens here: one try */
		return 1;
	}
	return 0;
}
