/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * table_parse.h - what the parsers of tables share
 *
 * Internal to table_parse*.c. bvm_table_parse itself is in table.h.
 */
#ifndef BVM_TABLE_PARSE_H
#define BVM_TABLE_PARSE_H

#include "table.h"

struct bvm_table_parse {
	const u8 *bytes; /* after the table's header */
	u32 len; /* of the same */
	u32 off; /* of the section, for err */
	struct bvm_table *t;
	struct bvm_error *err;
};

#define BVM_TABLE_HEADER ((u32)sizeof(struct bvm_table_header))

/* Offset in the image of something in the table. */
static inline u32 bvm_table_off(const struct bvm_table_parse *p, const void *at)
{
	return p->off + BVM_TABLE_HEADER + (u32)((const u8 *)at - p->bytes);
}

/* Refuse unless the table's bytes are as many as need, which cannot wrap. */
int __must_check bvm_table_check_len(const struct bvm_table_parse *p, u64 need);
/* Refuse n of something past a limit. */
int __must_check bvm_table_check_count(const struct bvm_table_parse *p,
				       const char *what, u32 n, u32 max);
/* Refuse bytes from .. end - 1, up to a multiple of 8, that are not 0. */
int __must_check bvm_table_check_padding(const struct bvm_table_parse *p,
					 const void *from, const void *end);

/* Bytes with their padding. */
static inline u64 bvm_table_pad(u64 len)
{
	return (len + 7) & ~7ull;
}

/* table_parse_keys.c */
int __must_check bvm_table_parse_keys(struct bvm_table_parse *p);
int __must_check bvm_table_parse_hash(struct bvm_table_parse *p);
int __must_check bvm_table_parse_product(struct bvm_table_parse *p);

#endif /* BVM_TABLE_PARSE_H */
