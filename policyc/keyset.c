// SPDX-License-Identifier: GPL-2.0-only
/*
 * keyset.c - keys of one length, each with a value, as KEYS and HASH tables
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keyset.h"
#include "vm/table.h"

#define MAX_SEEDS 64

struct entry {
	u8 key[BVM_MAX_KEY]; /* zeroes past its length */
	u64 value;
	u32 bucket;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return memcmp(x->key, y->key, sizeof(x->key));
}

/* Each key once, ascending. */
static u32 collect(struct arena *arena, const struct keyset *set,
		   struct entry **entries)
{
	struct entry *e = arena_array(arena, set->num, sizeof(*e));
	u32 num = 0;

	*entries = e;
	for (u32 i = 0; i < set->num; i++) {
		memcpy(e[i].key, set->keys + (size_t)i * set->key_len,
		       set->key_len);
		e[i].value = set->values[i];
	}
	qsort(e, set->num, sizeof(*e), compare_entries);
	for (u32 i = 0; i < set->num; i++) {
		if (num && !memcmp(e[i].key, e[num - 1].key, sizeof(e[i].key)))
			e[num - 1].value |= e[i].value;
		else
			e[num++] = e[i];
	}
	return num;
}

static void put_header(struct buf *buf, u32 kind, u32 num, u32 key_len)
{
	const struct bvm_table_header header = { kind, num, key_len, 0 };

	buf_put(buf, &header, sizeof(header));
}

static void put_entries(struct buf *buf, const struct entry *e, u32 num,
			u32 key_len)
{
	for (u32 i = 0; i < num; i++)
		buf_put(buf, e[i].key, key_len);
	buf_align(buf, 8);
	for (u32 i = 0; i < num; i++)
		buf_put_u64(buf, e[i].value);
}

int keyset_put_sorted(struct arena *arena, struct buf *buf,
		      const struct keyset *set)
{
	struct entry *entries;
	u32 num = collect(arena, set, &entries);

	if (num > BVM_MAX_SET_KEYS)
		return -E2BIG;
	put_header(buf, BVM_TABLE_KEYS, num, set->key_len);
	put_entries(buf, entries, num, set->key_len);
	return 0;
}

/* Put the entries into buckets. Return: the fullest one's keys. */
static u32 spread(struct entry *e, u32 num, u32 key_len,
		  struct bvm_hash_head *head, u32 *counts)
{
	u32 fullest = 0;

	memset(counts, 0, head->num_buckets * sizeof(*counts));
	for (u32 i = 0; i < num; i++) {
		e[i].bucket = bvm_hash(head->seed, e[i].key, key_len) &
			      (head->num_buckets - 1);
		if (++counts[e[i].bucket] > fullest)
			fullest = counts[e[i].bucket];
	}
	return fullest;
}

int keyset_put_hashed(struct arena *arena, struct buf *buf,
		      const struct keyset *set)
{
	struct bvm_hash_head head = { .num_buckets = 1 };
	struct entry *entries;
	u32 num = collect(arena, set, &entries);
	u32 *counts, sum = 0;

	if (num > BVM_MAX_SET_KEYS)
		return -E2BIG;
	/* one to two buckets a key */
	while (head.num_buckets < num)
		head.num_buckets *= 2;
	counts = arena_array(arena, head.num_buckets, sizeof(*counts));
	do {
		if (head.seed == MAX_SEEDS)
			return -ENOSPC;
		head.seed++;
		head.max_bucket =
			spread(entries, num, set->key_len, &head, counts);
	} while (head.max_bucket > BVM_MAX_HASH_BUCKET);
	qsort(entries, num, sizeof(*entries), compare_entries);

	put_header(buf, BVM_TABLE_HASH, num, set->key_len);
	buf_put(buf, &head, sizeof(head));
	buf_put_u32(buf, 0);
	for (u32 i = 0; i < head.num_buckets; i++)
		buf_put_u32(buf, sum += counts[i]);
	buf_align(buf, 8);
	put_entries(buf, entries, num, set->key_len);
	return 0;
}
