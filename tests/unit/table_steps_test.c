// SPDX-License-Identifier: GPL-2.0-only
/*
 * table_steps_test.c - what a table says to cost is what its dearest look-up
 * costs: no less, and no more
 *
 * Tables of every size up to MAX are asked for every key, and the elements that
 * are looked at are counted by tests/lib/bvm_steps.c, which knows nothing of
 * what the table says.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/keyset.h"
#include "policyc/product.h"
#include "tests/lib/bvm_steps.h"
#include "tests/lib/suite.h"
#include "vm/table.h"

#define MAX 70

static struct bvm_table table;
static struct bvm_error err;
static void *section;
static struct arena *arena;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
	free(section);
	section = NULL;
}

static void parse(const void *bytes, size_t len)
{
	free(section);
	section = malloc(len);
	memcpy(section, bytes, len);
	ck_assert_msg(!bvm_table_parse(section, (u32)len, 0, &table, &err),
		      "%s", err.text);
}

static u64 dearest(const u64 *r3, u32 num)
{
	u64 most = 0;

	for (u32 i = 0; i < num; i++) {
		u64 steps = bvm_steps_of(NULL, &table, r3[i], 0);

		most = steps > most ? steps : most;
	}
	return most;
}

/* Keys 1, 3, 5 ...: all of them, and what lies between and beside. */
START_TEST(a_set_costs_what_its_dearest_key_costs)
{
	const u32 num = (u32)_i;
	struct {
		struct bvm_table_header head;
		u64 keys[MAX];
	} t = { { BVM_TABLE_SET, num, 0, 0 }, { 0 } };
	u64 asked[2 * MAX + 1];

	for (u32 i = 0; i < num; i++)
		t.keys[i] = 2 * i + 1;
	for (u32 i = 0; i <= 2 * num; i++)
		asked[i] = i;
	parse(&t, sizeof(t.head) + 8 * num);
	ck_assert_uint_eq(table.max_steps, dearest(asked, 2 * num + 1));
}
END_TEST

START_TEST(sorted_keys_cost_what_the_dearest_costs)
{
	u8 keys[MAX], asked[2 * MAX + 1];
	u64 values[MAX], r3[2 * MAX + 1];
	const u32 num = (u32)_i;
	const struct keyset set = { 1, num, keys, values };
	struct buf buf = BUF_INIT(arena);

	for (u32 i = 0; i < num; i++) {
		keys[i] = (u8)(2 * i + 1);
		values[i] = 1;
	}
	for (u32 i = 0; i <= 2 * num; i++) {
		asked[i] = (u8)i;
		r3[i] = (u64)(uintptr_t)&asked[i];
	}
	ck_assert_int_eq(keyset_put_sorted(arena, &buf, &set), 0);
	parse(buf.data, buf.len);
	ck_assert_uint_eq(table.max_steps, dearest(r3, 2 * num + 1));
}
END_TEST

/* ::/0, and addresses ::1, ::3 ...; what lies between is ::/0's. */
START_TEST(prefixes_cost_what_the_dearest_address_costs)
{
	const u32 num = (u32)_i, pad = (num + 7) & ~7u;
	static u8 t[sizeof(struct bvm_table_header) + MAX * 33 + 16];
	const struct bvm_table_header head = { BVM_TABLE_LPM, num, 1, 0 };
	struct bvm_addr asked[2 * MAX] = { 0 };
	u64 r3[2 * MAX];
	u8 *addr = t + sizeof(head), *len = addr + num * (16 + 4 + 4);

	memset(t, 0, sizeof(t));
	memcpy(t, &head, sizeof(head));
	for (u32 i = 1; i < num; i++) {
		addr[16 * i + 15] = (u8)(2 * i - 1);
		len[i] = 128;
	}
	for (u32 i = 0; i < 2 * num; i++) {
		asked[i].bytes[15] = (u8)i;
		r3[i] = (u64)(uintptr_t)&asked[i];
	}
	parse(t, (size_t)(len - t) + pad + 8);
	ck_assert_uint_eq(table.max_steps, dearest(r3, 2 * num));
}
END_TEST

/* 0, 1, 2 ... up to one below num have a value each, the rest has none. */
START_TEST(a_component_costs_what_the_dearest_key_costs)
{
	const u32 num = (u32)_i, width = 1;
	struct product_box boxes[MAX] = { 0 };
	struct buf buf = BUF_INIT(arena);
	u64 r3[256];
	u8 asked[256];

	for (u32 i = 0; i + 1 < num; i++) {
		boxes[i].lo[0] = boxes[i].hi[0] = (u8)i;
		boxes[i].value = i + 1;
	}
	for (u32 i = 0; i < 256; i++) {
		asked[i] = (u8)i;
		r3[i] = (u64)(uintptr_t)&asked[i];
	}
	ck_assert_int_eq(product_put(arena, &buf, &width, 1, boxes, num - 1),
			 0);
	parse(buf.data, buf.len);
	ck_assert_uint_eq(table.product.components[0].num_bounds, num);
	ck_assert_uint_eq(table.max_steps, dearest(r3, 256));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table_steps");
	TCase *tc = tcase_create("steps");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_set_costs_what_its_dearest_key_costs, 0,
			    MAX + 1);
	tcase_add_loop_test(tc, sorted_keys_cost_what_the_dearest_costs, 1,
			    MAX + 1);
	tcase_add_loop_test(tc, prefixes_cost_what_the_dearest_address_costs, 1,
			    MAX + 1);
	tcase_add_loop_test(tc, a_component_costs_what_the_dearest_key_costs, 1,
			    MAX + 1);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
