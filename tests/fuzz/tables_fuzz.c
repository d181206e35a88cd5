// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables_fuzz.c - raw bytes as a table of an image, and its twin
 *
 * The input is the TABLE section of an image that is right otherwise. What the
 * parser takes is looked up in: no look-up leaves the section (its memory has
 * the exact size), takes more steps than the table states (bvm_promise), or
 * answers other than a scan over all elements.
 */
#include <assert.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/table_twin.h"
#include "vm/exec.h"
#include "vm/rate.h"

#define MAX_TABLE 65536
#define NUM_KEYS 64

static struct bvm_build build;
static struct bvm_image image;
static u64 seed;

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void add_rest(void)
{
	const struct bvm_insn insns[] = {
		bvm_insn_make(BVM_MOV32_K, 0, 0, 0, 0),
		bvm_insn_make(BVM_EXIT, 0, 0, 0, 0),
	};
	const struct bvm_program_header program = { 2, 0, 2, 0, 0 };

	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		if (bvm_classes[class].mediated)
			bvm_build_program(&build, class, &program, insns);
}

static u8 *make_image(const u8 *data, size_t len)
{
	static const char strings[] = "\0test";
	static const struct bvm_meta meta = { .name = 1, .num_slots = 4 };
	static const struct bvm_rule rules[2] = {
		{ .line = 1, .class = BVM_CLASS_FILES },
		{ .line = 2, .class = BVM_CLASS_FILES },
	};
	u8 *bytes;

	bvm_build_init(&build);
	bvm_build_add(&build, BVM_SECTION_META, 0, &meta, sizeof(meta));
	bvm_build_add(&build, BVM_SECTION_STRINGS, 0, strings, sizeof(strings));
	bvm_build_add(&build, BVM_SECTION_RULES, 0, rules, sizeof(rules));
	bvm_build_add(&build, BVM_SECTION_TABLE, 0, data, (u32)len);
	add_rest();
	(void)bvm_build_finish(&build);
	bytes = malloc(build.len);
	memcpy(bytes, build.bytes, build.len);
	return bytes;
}

/* One of num elements of len bytes, or next to it, or anything. */
static void random_key(u8 *key, u32 len, const void *elements, u32 num)
{
	const u32 from = num ? roll_below(&seed, num) : 0;

	for (u32 i = 0; i < len; i++)
		key[i] = (u8)roll_below(&seed, 256);
	if (num && roll_below(&seed, 8))
		memcpy(key, (const u8 *)elements + (size_t)from * len, len);
	if (len && !roll_below(&seed, 4))
		key[roll_below(&seed, 2) ? 0 : len - 1] +=
			roll_below(&seed, 2) ? 1 : 0xff;
	if (len && !roll_below(&seed, 8))
		key[roll_below(&seed, len)] ^= 1 << roll_below(&seed, 8);
}

static void random_product_key(const struct bvm_table *t, u8 *key)
{
	for (u32 c = 0; c < t->count; c++) {
		const struct bvm_component *comp = &t->product.components[c];

		random_key(key, comp->width, t->product.level[c].bounds,
			   comp->num_bounds);
		key += comp->width;
	}
}

static void check_walk(const struct bvm_table *t, const u8 *data, size_t len)
{
	char bytes[64];
	u32 num = roll_below(&seed, sizeof(bytes)), start = bvm_dfa_start(t),
	    state;

	random_key((u8 *)bytes, num, data, len / (num ? num : len + 1));
	state = t->kind == BVM_TABLE_DFA ? bvm_dfa_feed(t, start, bytes, num) :
					   bvm_argv_feed(t, start, bytes, num);
	assert(bvm_dfa_accept(t, state) ==
	       table_twin_walk(t, (u8 *)bytes, num));
}

static void check_rate(const struct bvm_table *t)
{
	const u32 i = roll_below(&seed, t->count);
	bvm_atomic word = { 0 };
	u64 now = (u64)roll_below(&seed, U32_MAX) << 31;
	u32 taken = 0;

	while (taken < 8 && bvm_rate_take(&t->rates[i], &word, now))
		taken++;
	assert(taken == (t->rates[i].burst < 8 ? t->rates[i].burst : 8));
}

static void check_list(const struct bvm_table *t)
{
	const u32 list = roll_below(&seed, t->count + 1);
	u64 preds = (u64)roll_below(&seed, U32_MAX) << 32 |
		    roll_below(&seed, U32_MAX);
	u32 verdict = BVM_VERDICT_BROKEN;

	if (t->aux && roll_below(&seed, 2))
		preds = t->lists.entries[roll_below(&seed, t->aux)].need;
	for (u32 i = list < t->count ? t->lists.first[list + 1] : 0;
	     list < t->count && i-- > t->lists.first[list];)
		if ((t->lists.entries[i].need & preds) ==
		    t->lists.entries[i].need)
			verdict = t->lists.entries[i].verdict;
	assert(bvm_lists_decide(t, list, preds) == verdict);
}

static void check_number(const struct bvm_table *t)
{
	u64 key;

	switch (t->kind) {
	case BVM_TABLE_SET:
		random_key((u8 *)&key, sizeof(key), t->keys, t->count);
		assert(bvm_set_has(t, key) == table_twin_set(t, key));
		break;
	case BVM_TABLE_RANGE:
		random_key((u8 *)&key, sizeof(key), t->ranges, 3 * t->count);
		assert(bvm_range_lookup(t, key) == table_twin_range(t, key));
		break;
	case BVM_TABLE_ARRAY:
		key = roll_below(&seed, t->count + 1);
		assert(bvm_array_get(t, key) ==
		       (key < t->count ? t->elements[key] : 0));
		break;
	}
}

static void check_bytes(const struct bvm_table *t)
{
	u8 key[BVM_MAX_KEY];
	struct bvm_addr addr;

	switch (t->kind) {
	case BVM_TABLE_LPM:
		random_key(addr.bytes, sizeof(addr.bytes), t->lpm.addr,
			   t->count);
		assert(bvm_lpm_lookup(t, &addr) ==
		       table_twin_lpm(t, addr.bytes));
		break;
	case BVM_TABLE_KEYS:
		random_key(key, t->key_len, t->byte_keys.bytes, t->count);
		assert(bvm_keys_lookup(t, key) == table_twin_keys(t, key));
		break;
	case BVM_TABLE_HASH:
		random_key(key, t->key_len, t->byte_keys.bytes, t->count);
		assert(bvm_hash_lookup(t, key) == table_twin_keys(t, key));
		break;
	case BVM_TABLE_PRODUCT:
		random_product_key(t, key);
		assert(bvm_product_lookup(t, key) ==
		       table_twin_product(t, key));
		break;
	}
}

static void check(const struct bvm_table *t, const u8 *data, size_t len)
{
	switch (t->kind) {
	case BVM_TABLE_DFA:
	case BVM_TABLE_ARGV:
		check_walk(t, data, len);
		break;
	case BVM_TABLE_LISTS:
		check_list(t);
		break;
	case BVM_TABLE_RATES:
		if (t->count)
			check_rate(t);
		break;
	default:
		check_number(t);
		check_bytes(t);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct bvm_error err;
	u8 *bytes;

	if (len > MAX_TABLE)
		return 0;
	seed = len;
	for (size_t i = 0; i < len; i++)
		seed = seed * 31 + data[i];
	bytes = make_image(data, len);
	if (!bvm_image_parse(bytes, build.len, &image, &err))
		for (u32 i = 0; i < NUM_KEYS; i++)
			check(&image.tables[0], data, len);
	free(bytes);
	return 0;
}
