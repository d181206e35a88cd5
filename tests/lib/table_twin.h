/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table_twin.h - every look-up once more, as dumb as can be
 *
 * The twins of vm/table.c read the same parsed tables and trust nothing of
 * their order: they look at every element.
 */
#ifndef TESTS_TABLE_TWIN_H
#define TESTS_TABLE_TWIN_H

#include "vm/table.h"

u64 table_twin_lpm(const struct bvm_table *t, const u8 *addr);
bool table_twin_set(const struct bvm_table *t, u64 key);
u64 table_twin_range(const struct bvm_table *t, u64 key);
/* KEYS and HASH */
u64 table_twin_keys(const struct bvm_table *t, const u8 *key);
u64 table_twin_product(const struct bvm_table *t, const u8 *key);
/* The accept row; DFA: up to the first NUL. */
u32 table_twin_walk(const struct bvm_table *t, const u8 *bytes, u32 len);

#endif /* TESTS_TABLE_TWIN_H */
