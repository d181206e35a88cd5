/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keyset.h - keys of one length, each with a value, as KEYS and HASH tables
 */
#ifndef POLICYC_KEYSET_H
#define POLICYC_KEYSET_H

#include "arena.h"
#include "buf.h"

struct keyset {
	u32 key_len; /* bytes, 1 .. BVM_MAX_KEY */
	u32 num;
	const u8 *keys; /* num * key_len bytes, in any order */
	const u64 *values; /* none is 0; a key that is there twice has both */
};

/* Append a KEYS table. Return: 0; -E2BIG past BVM_MAX_SET_KEYS. */
int __must_check keyset_put_sorted(struct arena *arena, struct buf *buf,
				   const struct keyset *set);

/*
 * Append a HASH table. Return: 0; -E2BIG past BVM_MAX_SET_KEYS; -ENOSPC if
 * none of many seeds spreads the keys: then a sorted table is the way.
 */
int __must_check keyset_put_hashed(struct arena *arena, struct buf *buf,
				   const struct keyset *set);

#endif /* POLICYC_KEYSET_H */
