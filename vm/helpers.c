// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * helpers.c - what a program may call
 *
 * The verifier has proved r1 to be the ctx, the table's index and kind, and
 * the kinds of r3 and r4. The tests that are left are of what others filled
 * in. They cost little and fail closed: see broken().
 */
#include "exec.h"
#include "helpers.h"
#include "rate.h"
#include "table.h"

#define BVM_HELPER(num, HELPER, name, table, arg3, arg4, doc) \
	[num] = { #name, BVM_TABLE_##table, BVM_ARG_##arg3, BVM_ARG_##arg4 },
const struct bvm_helper bvm_helpers[BVM_NUM_HELPERS] = {
#include "helpers.def"
};
#undef BVM_HELPER

/*
 * Whatever the program makes of this answer, its verdict is not taken: a row
 * of no pattern would allow where the default does. 0 is a possible result of
 * every helper, so the program goes on within its proof.
 */
static u64 broken(struct bvm_run *run)
{
	run->broken = true;
	return 0;
}

static u64 match(struct bvm_run *run, const struct bvm_table *t, u64 handle)
{
	const struct bvm_image *image = run->image;
	const struct bvm_str *str;
	u32 state;

	/* 0: the request has no such string */
	if (!handle)
		return 0;
	if (bvm_broken(handle > BVM_RUN_STRINGS))
		return broken(run);
	str = &run->strings[handle - 1];
	if (str->walked && image->rights_dfa < image->num_tables &&
	    t == &image->tables[image->rights_dfa])
		return str->accept;
	/* no more bytes than the program is charged for */
	if (bvm_broken(!str->bytes || str->len > BVM_MAX_PATH))
		return broken(run);
	state = bvm_dfa_feed(t, bvm_dfa_start(t), str->bytes, str->len);
	return bvm_dfa_accept(t, state);
}

static u64 argv(struct bvm_run *run, const struct bvm_table *t)
{
	u32 state = bvm_dfa_start(t);

	/* whoever runs a program that asks for arguments must have them */
	if (bvm_broken(!run->argv || run->argv_len > BVM_MAX_ARGV))
		return broken(run);
	state = bvm_argv_feed(t, state, run->argv, run->argv_len);
	return bvm_dfa_accept(t, state);
}

static u64 rate(struct bvm_run *run, const struct bvm_table *t, u64 i)
{
	if (i >= t->count)
		return 0;
	if (bvm_broken(!run->slots))
		return broken(run);
	i = bvm_nospec(i, t->count);
	return bvm_rate_take(&t->rates[i], &run->slots[t->rates[i].slot],
			     run->now_ns);
}

static u64 call_slot(struct bvm_run *run, u32 num, u64 i, u64 value)
{
	bvm_atomic *word;

	if (bvm_broken(i >= run->image->meta->num_slots || !run->slots))
		return broken(run);
	word = &run->slots[i];
	switch (num) {
	case BVM_HELPER_SLOT_GET:
		return bvm_atomic_read(word);
	case BVM_HELPER_SLOT_SET:
		bvm_atomic_set(word, value);
		return 0;
	case BVM_HELPER_SLOT_ADD:
		return bvm_atomic_add(word, value);
	}
	return 0;
}

static u64 look_up(struct bvm_run *run, u32 num, const struct bvm_table *t,
		   u64 r3, u64 r4)
{
	switch (num) {
	case BVM_HELPER_MATCH:
	case BVM_HELPER_MATCH_TEXT:
		return match(run, t, r3);
	case BVM_HELPER_LPM:
		return bvm_lpm_lookup(t, (const void *)(uintptr_t)r3);
	case BVM_HELPER_SET:
		return bvm_set_has(t, r3);
	case BVM_HELPER_RANGE:
		return bvm_range_lookup(t, r3);
	case BVM_HELPER_ARRAY:
		return bvm_array_get(t, r3);
	case BVM_HELPER_DECIDE:
		return bvm_lists_decide(t, r3, r4);
	case BVM_HELPER_KEYS:
		return bvm_keys_lookup(t, (const void *)(uintptr_t)r3);
	case BVM_HELPER_HASH:
		return bvm_hash_lookup(t, (const void *)(uintptr_t)r3);
	case BVM_HELPER_PRODUCT:
		return bvm_product_lookup(t, (const void *)(uintptr_t)r3);
	case BVM_HELPER_ARGV:
		return argv(run, t);
	case BVM_HELPER_RATE:
		return rate(run, t, r3);
	}
	return 0;
}

u64 bvm_helper_max(u32 num, const struct bvm_table *t)
{
	switch (num) {
	case BVM_HELPER_MATCH:
	case BVM_HELPER_MATCH_TEXT:
	case BVM_HELPER_ARGV:
		return t->dfa.num_rows - 1;
	case BVM_HELPER_SET:
	case BVM_HELPER_RATE:
		return 1;
	case BVM_HELPER_SLOT_SET:
		return 0;
	case BVM_HELPER_ARRAY:
	case BVM_HELPER_DECIDE:
		return U32_MAX;
	}
	return U64_MAX;
}

u64 bvm_call_helper(u32 num, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct bvm_run *run =
		container_of((void *)(uintptr_t)r1, struct bvm_run, ctx);
	const struct bvm_table *t;
	u64 r0;

	(void)r5;
	if (bvm_broken(num >= BVM_NUM_HELPERS || !bvm_helpers[num].name))
		return broken(run);
	if (bvm_helpers[num].table == BVM_TABLE_SLOT)
		return call_slot(run, num, r2, r3);
	if (bvm_broken(r2 >= run->image->num_tables))
		return broken(run);
	t = &run->image->tables[r2];
	if (bvm_broken(t->kind != bvm_helpers[num].table))
		return broken(run);
	r0 = look_up(run, num, t, r3, r4);
	/* what was proved of the program rests on this */
	if (bvm_broken(r0 > bvm_helper_max(num, t)))
		return broken(run);
	return r0;
}
