// SPDX-License-Identifier: GPL-2.0-only
/*
 * table_keys_test.c - sets of byte keys: what they hold, and what is refused
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/keyset.h"
#include "policyc/product.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/table.h"

#define NUM_TABLES 150
#define NUM_LOOKUPS 300
#define MAX_KEYS 200
#define MAX_BOXES 12

static struct arena *arena;
static struct buf buf;
static struct bvm_table table;
static struct bvm_error err;
static u64 seed = 11;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

/* Parse the table in buf in memory of its exact size. */
static int parse(void **section)
{
	free(*section);
	*section = malloc(buf.len);
	memcpy(*section, buf.data, buf.len);
	return bvm_table_parse(*section, (u32)buf.len, 0, &table, &err);
}

/* ---- KEYS, HASH ---- */

/* Few values, so that keys are alike and some come twice. */
static void random_bytes(u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++)
		bytes[i] = (u8)(roll_below(&seed, 3) ?
					roll_below(&seed, 2) * 0xff :
					roll_below(&seed, 256));
}

static u64 scan_keys(const struct keyset *set, const u8 *key)
{
	u64 value = 0;

	for (u32 i = 0; i < set->num; i++)
		if (!memcmp(set->keys + i * set->key_len, key, set->key_len))
			value |= set->values[i];
	return value;
}

static void compare_keys(const struct keyset *set, bool hashed)
{
	void *section = NULL;
	u8 key[BVM_MAX_KEY];

	ck_assert_msg(!parse(&section), "%s", err.text);
	ck_assert_uint_eq(table.key_len, set->key_len);
	for (u32 i = 0; i < NUM_LOOKUPS; i++) {
		random_bytes(key, set->key_len);
		if (set->num && i % 2)
			memcpy(key,
			       set->keys + roll_below(&seed, set->num) *
						   set->key_len,
			       set->key_len);
		ck_assert_uint_eq(hashed ? bvm_hash_lookup(&table, key) :
					   bvm_keys_lookup(&table, key),
				  scan_keys(set, key));
	}
	free(section);
}

START_TEST(byte_keys_have_the_value_that_a_scan_finds)
{
	u8 keys[MAX_KEYS * BVM_MAX_KEY];
	u64 values[MAX_KEYS];

	for (u32 i = 0; i < NUM_TABLES; i++) {
		struct keyset set = { 1 + roll_below(&seed, BVM_MAX_KEY),
				      roll_below(&seed, MAX_KEYS), keys,
				      values };

		random_bytes(keys, set.num * set.key_len);
		for (u32 k = 0; k < set.num; k++)
			values[k] = 1ull << roll_below(&seed, 64);
		buf = (struct buf)BUF_INIT(arena);
		ck_assert_int_eq(keyset_put_sorted(arena, &buf, &set), 0);
		compare_keys(&set, false);
		buf = (struct buf)BUF_INIT(arena);
		ck_assert_int_eq(keyset_put_hashed(arena, &buf, &set), 0);
		compare_keys(&set, true);
		ck_assert_uint_le(table.max_steps, 1 + BVM_MAX_HASH_BUCKET);
	}
}
END_TEST

START_TEST(many_hashed_keys_stay_under_the_stated_bucket)
{
	u32 num = 50000;
	u32 *keys = arena_array(arena, num, sizeof(u32));
	u64 *values = arena_array(arena, num, sizeof(u64));
	struct keyset set = { 4, num, (u8 *)keys, values };
	void *section = NULL;

	for (u32 i = 0; i < num; i++) {
		keys[i] = i << 12; /* alike in their low bits */
		values[i] = i + 1;
	}
	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(keyset_put_hashed(arena, &buf, &set), 0);
	ck_assert_msg(!parse(&section), "%s", err.text);
	for (u32 i = 0; i < num; i++) {
		u32 other = i << 12 | 1;

		ck_assert_uint_eq(bvm_hash_lookup(&table, (u8 *)&keys[i]),
				  i + 1);
		ck_assert_uint_eq(bvm_hash_lookup(&table, (u8 *)&other), 0);
	}
	free(section);
}
END_TEST

/* ---- PRODUCT ---- */

struct boxes {
	u32 widths[BVM_MAX_COMPONENTS];
	u32 num_widths;
	u32 key_len;
	struct product_box items[MAX_BOXES];
	u32 num;
};

static void random_boxes(struct boxes *b)
{
	do {
		b->key_len = 0;
		b->num_widths = 1 + roll_below(&seed, BVM_MAX_COMPONENTS);
		for (u32 c = 0; c < b->num_widths; c++)
			b->key_len += b->widths[c] =
				roll_below(&seed, 3) ?
					1 + roll_below(&seed, 2) :
					1 + roll_below(&seed, 16);
	} while (b->key_len > BVM_MAX_KEY);
	b->num = roll_below(&seed, MAX_BOXES);
	for (u32 i = 0; i < b->num; i++) {
		struct product_box *box = &b->items[i];

		memset(box, 0, sizeof(*box));
		box->value = 1ull << i;
		for (u32 c = 0, off = 0; c < b->num_widths;
		     off += b->widths[c++]) {
			random_bytes(box->lo + off, b->widths[c]);
			random_bytes(box->hi + off, b->widths[c]);
			if (memcmp(box->lo + off, box->hi + off, b->widths[c]) >
			    0)
				memcpy(box->hi + off, box->lo + off,
				       b->widths[c]);
		}
	}
}

static u64 scan_boxes(const struct boxes *b, const u8 *key)
{
	u64 value = 0;

	for (u32 i = 0; i < b->num; i++) {
		const struct product_box *box = &b->items[i];
		bool in = true;

		for (u32 c = 0, off = 0; c < b->num_widths;
		     off += b->widths[c++])
			in &= memcmp(box->lo + off, key + off, b->widths[c]) <=
				      0 &&
			      memcmp(key + off, box->hi + off, b->widths[c]) <=
				      0;
		if (in)
			value |= box->value;
	}
	return value;
}

/* A key of edges: each component is an end of some box, or next to it. */
static void random_key(const struct boxes *b, u8 *key)
{
	random_bytes(key, b->key_len);
	for (u32 c = 0, off = 0; c < b->num_widths && b->num;
	     off += b->widths[c++]) {
		const struct product_box *box =
			&b->items[roll_below(&seed, b->num)];

		if (roll_below(&seed, 3))
			memcpy(key + off,
			       (roll_below(&seed, 2) ? box->lo : box->hi) + off,
			       b->widths[c]);
		if (!roll_below(&seed, 3))
			key[off + b->widths[c] - 1] +=
				roll_below(&seed, 2) ? 1 : 0xff;
	}
}

START_TEST(products_have_the_value_that_a_scan_finds)
{
	u8 key[BVM_MAX_KEY];
	void *section = NULL;
	struct boxes b;

	for (u32 i = 0; i < NUM_TABLES; i++) {
		random_boxes(&b);
		buf = (struct buf)BUF_INIT(arena);
		ck_assert_int_eq(product_put(arena, &buf, b.widths,
					     b.num_widths, b.items, b.num),
				 0);
		ck_assert_msg(!parse(&section), "%s", err.text);
		ck_assert_uint_eq(table.key_len, b.key_len);
		for (u32 k = 0; k < NUM_LOOKUPS; k++) {
			random_key(&b, key);
			ck_assert_uint_eq(bvm_product_lookup(&table, key),
					  scan_boxes(&b, key));
		}
	}
	free(section);
}
END_TEST

START_TEST(a_product_costs_a_binary_search_a_component)
{
	const u32 widths[] = { 16, 2, 1 };
	struct product_box *boxes = arena_array(arena, 5000, sizeof(*boxes));
	void *section = NULL;
	u8 key[19] = { 0 };

	/* 10.0.x.y, a port each; tcp */
	for (u32 i = 0; i < 5000; i++) {
		boxes[i].value = 1 + i % 3;
		boxes[i].lo[14] = boxes[i].hi[14] = (u8)(i >> 8);
		boxes[i].lo[15] = boxes[i].hi[15] = (u8)i;
		boxes[i].lo[17] = 80;
		boxes[i].hi[17] = 90;
		boxes[i].lo[18] = boxes[i].hi[18] = 6;
	}
	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(product_put(arena, &buf, widths, 3, boxes, 5000), 0);
	ck_assert_msg(!parse(&section), "%s", err.text);
	ck_assert_uint_le(table.max_steps, 3 + 13 + 2 + 2);
	key[14] = 7;
	key[15] = 9;
	key[17] = 85;
	key[18] = 6;
	ck_assert_uint_eq(bvm_product_lookup(&table, key), 1 + 1801 % 3);
	key[17] = 91;
	ck_assert_uint_eq(bvm_product_lookup(&table, key), 0);
	free(section);
}
END_TEST

START_TEST(products_that_multiply_are_refused)
{
	const u32 widths[] = { 2, 2, 2, 2 };
	u32 num = 3000;
	struct product_box *boxes = arena_array(arena, num, sizeof(*boxes));

	/* each begins a little later than the one before, everywhere */
	for (u32 i = 0; i < num; i++) {
		boxes[i].value = i + 1;
		for (u32 c = 0; c < 8; c += 2) {
			boxes[i].lo[c] = (u8)(i >> 8);
			boxes[i].lo[c + 1] = (u8)i;
			boxes[i].hi[c] = 0xff;
		}
	}
	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(product_put(arena, &buf, widths, 4, boxes, num),
			 -E2BIG);
}
END_TEST

/* ---- what is refused ---- */

struct change {
	u32 off;
	u32 size;
	u64 value;
	int code;
	const char *says;
};

static void refuses(const struct change *change)
{
	void *section = NULL;

	ck_assert_msg(!parse(&section), "%s", err.text);
	memcpy(buf.data + change->off, &change->value, change->size);
	ck_assert_int_eq(parse(&section), change->code);
	ck_assert_msg(strstr(err.text, change->says), "'%s' lacks '%s'",
		      err.text, change->says);
	ck_assert_uint_le(err.off, buf.len);
	free(section);
}

static const u8 keys_of_3[] = "aabaacabcaacbaa"; /* aac twice */
static const u64 five_values[] = { 1, 2, 4, 8, 16 };
static const struct keyset small = { 3, 5, keys_of_3, five_values };

/* header 16; keys aab aac abc baa, pad to 16; values from 32 */
static const struct change keys_changes[] = {
	{ 4, 4, 1000001, -E2BIG, "1000001 keys, at most 1000000" },
	{ 4, 4, 5, -EINVAL, "table is 64 bytes long, its counts need 72" },
	{ 8, 4, 0, -EINVAL, "keys of 0 bytes, expected 1 to 32" },
	{ 8, 4, 33, -EINVAL, "keys of 33 bytes, expected 1 to 32" },
	{ 16, 1, 'b', -EINVAL, "key 1 is not above the one before" },
	{ 18, 1, 'c', -EINVAL, "key 1 is not above the one before" },
	{ 28, 4, 1u << 24, -EINVAL, "the padding in a table is not 0" },
	{ 32, 8, 0, -EINVAL, "key 0: value 0 means that there is none" },
};

START_TEST(keys_out_of_place_are_refused)
{
	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(keyset_put_sorted(arena, &buf, &small), 0);
	ck_assert_uint_eq(buf.len, 16 + 16 + 4 * 8);
	refuses(&keys_changes[_i]);
}
END_TEST

/*
 * header 16; head 16; 4 buckets: first 32..51, pad to 56; keys, pad to 72;
 * values to 104
 */
static const struct change hash_changes[] = {
	{ 4, 4, 1000001, -E2BIG, "1000001 keys, at most 1000000" },
	{ 4, 4, 6, -EINVAL, "table is 104 bytes long, its counts need 128" },
	{ 8, 4, 33, -EINVAL, "keys of 33 bytes, expected 1 to 32" },
	{ 16, 8, 77, -EINVAL, "is not of bucket" },
	{ 24, 4, 0, -EINVAL, "0 buckets: no power of 2 up to 2097152" },
	{ 24, 4, 3, -EINVAL, "3 buckets: no power of 2 up to 2097152" },
	{ 24, 4, 1u << 22, -EINVAL, "4194304 buckets: no power of 2" },
	{ 24, 4, 8, -EINVAL, "table is 104 bytes long, its counts need 120" },
	{ 28, 4, 9, -E2BIG, "buckets of 9 keys, at most 8" },
	{ 28, 4, 8, -EINVAL, "keys, not 8" },
	{ 28, 4, 0, -EINVAL, "of 4, at most 0" },
	{ 32, 4, 1, -EINVAL, "buckets do not cover the 4 keys" },
	{ 48, 4, 5, -EINVAL, "buckets do not cover the 4 keys" },
	{ 36, 4, U32_MAX, -EINVAL, "bucket 0: keys 0 to 4294967295 of 4" },
	{ 52, 4, 1, -EINVAL, "the padding in a table is not 0" },
	{ 56, 3, 0x222222, -EINVAL, "is not of bucket" },
	{ 68, 4, 1, -EINVAL, "the padding in a table is not 0" },
	{ 80, 8, 0, -EINVAL, "key 1: value 0 means that there is none" },
};

START_TEST(hashed_keys_out_of_place_are_refused)
{
	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(keyset_put_hashed(arena, &buf, &small), 0);
	ck_assert_uint_eq(buf.len, 104);
	refuses(&hash_changes[_i]);
}
END_TEST

START_TEST(a_bucket_ascends)
{
	struct {
		struct bvm_table_header table;
		struct bvm_hash_head head;
		u32 first[2];
		u8 keys[8];
		u64 values[2];
	} t = { { BVM_TABLE_HASH, 2, 1, 0 },
		{ 1, 1, 2 },
		{ 0, 2 },
		"ab",
		{ 1, 1 } };

	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err), 0);
	memcpy(t.keys, "aa", 2);
	ck_assert_int_eq(bvm_table_parse(&t, sizeof(t), 0, &table, &err),
			 -EINVAL);
	ck_assert_str_eq(err.text, "key 1 is not above the one before");
	ck_assert_int_eq(bvm_table_parse(&t, 16 + 8, 0, &table, &err), -EINVAL);
	ck_assert_str_eq(err.text,
			 "table is 24 bytes long, its counts need 32");
}
END_TEST

/*
 * header 16; components at 16 and 32; component 0: first 48, next 56..75, pad,
 * bounds 80..84 (0 10 15 21 31), pad; component 1: first 88..107, next
 * 108..155, pad, bounds 160..183 (node 0: 0; 1: 0 80 91; 2: 0 80 91 100 201;
 * 3: 0 100 201); values 184..207 (0 1 2)
 */
static const struct change product_changes[] = {
	{ 4, 4, 0, -EINVAL, "no component" },
	{ 4, 4, 5, -E2BIG, "5 components, at most 4" },
	{ 8, 4, 4, -EINVAL, "table is 208 bytes long, its counts need 216" },
	{ 16, 4, 0, -EINVAL, "component 0: 0 bytes, expected 1 to 16" },
	{ 16, 4, 17, -EINVAL, "component 0: 17 bytes, expected 1 to 16" },
	{ 20, 4, 0, -EINVAL, "component 0: 0 nodes with 5 bounds" },
	{ 20, 4, 2, -EINVAL, "component 0: 2 nodes with 5 bounds" },
	{ 24, 4, 100, -EINVAL, "component 0 ends past the table" },
	{ 24, 4, (4u << 20) + 1, -E2BIG, "component 0: 4194305 bounds" },
	{ 28, 4, 1, -EINVAL, "component 0: 1 bytes" },
	{ 36, 4, 13, -EINVAL, "component 1: 13 nodes with 12 bounds" },
	{ 48, 4, 1, -EINVAL, "component 0: nodes do not cover the 5" },
	{ 52, 4, 4, -EINVAL, "component 0: nodes do not cover the 5" },
	{ 56, 4, 2, -EINVAL, "bound 0 leads to 2, expected up to 0 of 4" },
	{ 60, 4, 0, -EINVAL, "component 0: bound 1 changes nothing" },
	{ 68, 4, 4, -EINVAL, "bound 3 leads to 4, expected up to 3 of 4" },
	{ 68, 4, 1, -EINVAL, "component 0 leads to 3 of 4" },
	{ 76, 4, 1, -EINVAL, "the padding in a table is not 0" },
	{ 80, 1, 1, -EINVAL, "component 0: node 0 does not begin with 0" },
	{ 81, 1, 15, -EINVAL, "component 0: bound 2 is not above the one" },
	{ 85, 1, 1, -EINVAL, "the padding in a table is not 0" },
	{ 92, 4, 0, -EINVAL, "component 1: node 0: bounds 0 to 0 of 12" },
	{ 92, 4, 13, -EINVAL, "component 1: node 0: bounds 0 to 13 of 12" },
	{ 140, 4, 3, -EINVAL, "component 1: bound 8 leads to 3, expected up" },
};

START_TEST(products_out_of_place_are_refused)
{
	const u32 widths[] = { 1, 2 };
	const struct product_box boxes[] = {
		{ { 10, 0, 80 }, { 20, 0, 90 }, 1 },
		{ { 15, 0, 100 }, { 30, 0, 200 }, 2 },
	};

	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(product_put(arena, &buf, widths, 2, boxes, 2), 0);
	ck_assert_uint_eq(buf.len, 208);
	refuses(&product_changes[_i]);
}
END_TEST

START_TEST(components_make_no_long_key)
{
	const struct change change = { 16 + 2 * 16, 4, 2, -EINVAL,
				       "keys of 33 bytes, expected 1 to 32" };
	const u32 widths[] = { 16, 15, 1 };

	buf = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(product_put(arena, &buf, widths, 3, NULL, 0), 0);
	refuses(&change);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table_keys");
	TCase *tc = tcase_create("table_keys");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, byte_keys_have_the_value_that_a_scan_finds);
	tcase_add_test(tc, many_hashed_keys_stay_under_the_stated_bucket);
	tcase_add_test(tc, products_have_the_value_that_a_scan_finds);
	tcase_add_test(tc, a_product_costs_a_binary_search_a_component);
	tcase_add_test(tc, products_that_multiply_are_refused);
	tcase_add_loop_test(tc, keys_out_of_place_are_refused, 0,
			    ARRAY_SIZE(keys_changes));
	tcase_add_loop_test(tc, hashed_keys_out_of_place_are_refused, 0,
			    ARRAY_SIZE(hash_changes));
	tcase_add_test(tc, a_bucket_ascends);
	tcase_add_loop_test(tc, products_out_of_place_are_refused, 0,
			    ARRAY_SIZE(product_changes));
	tcase_add_test(tc, components_make_no_long_key);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
