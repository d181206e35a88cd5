// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "intern.h"

/* Small: a policy makes hundreds, of which most hold a few rows. */
#define FIRST_SLOTS 64
#define FIRST_POOL 256

void intern_init(struct intern *in, struct arena *arena)
{
	memset(in, 0, sizeof(*in));
	in->arena = arena;
	in->num_slots = FIRST_SLOTS;
	in->slots = arena_array(arena, in->num_slots, sizeof(u32));
	in->pool_cap = FIRST_POOL;
	in->pool = arena_array(arena, in->pool_cap, sizeof(u32));
	in->first = arena_array(arena, in->num_slots + 1, sizeof(size_t));
}

static u64 hash_row(const u32 *items, u32 num)
{
	u64 hash = num + 0x9e3779b97f4a7c15ull;

	for (u32 i = 0; i < num; i++) {
		hash = (hash ^ items[i]) * 0xff51afd7ed558ccdull;
		hash ^= hash >> 32;
	}
	return hash;
}

static bool is_row(const struct intern *in, u32 id, const u32 *items, u32 num)
{
	return intern_len(in, id) == num &&
	       (!num || !memcmp(intern_get(in, id), items, num * sizeof(u32)));
}

/* The slot that holds the row, or the free one where it belongs. */
static u32 *find_slot(const struct intern *in, const u32 *items, u32 num)
{
	u32 at = hash_row(items, num) & (in->num_slots - 1);

	while (in->slots[at] && !is_row(in, in->slots[at] - 1, items, num))
		at = (at + 1) & (in->num_slots - 1);
	return &in->slots[at];
}

/* At half full: both halves of the memory that a look-up touches double. */
static void grow_slots(struct intern *in)
{
	size_t old = in->num_slots;

	in->first = arena_resize(in->arena, in->first,
				 (old + 1) * sizeof(size_t),
				 (2 * old + 1) * sizeof(size_t));
	in->num_slots = 2 * old;
	in->slots = arena_array(in->arena, in->num_slots, sizeof(u32));
	for (u32 id = 0; id < in->num; id++)
		*find_slot(in, intern_get(in, id), intern_len(in, id)) = id + 1;
}

static void grow_pool(struct intern *in, u32 num)
{
	size_t cap = in->pool_cap;

	while (cap < in->pool_len + num)
		cap *= 2;
	if (cap == in->pool_cap)
		return;
	in->pool = arena_resize(in->arena, in->pool, in->pool_cap * sizeof(u32),
				cap * sizeof(u32));
	in->pool_cap = cap;
}

u32 intern_put(struct intern *in, const u32 *items, u32 num)
{
	u32 *slot = find_slot(in, items, num);

	if (*slot)
		return *slot - 1;
	grow_pool(in, num);
	if (num)
		memcpy(in->pool + in->pool_len, items, num * sizeof(u32));
	in->pool_len += num;
	in->num++;
	in->first[in->num] = in->pool_len;
	*slot = in->num;
	if (in->num * 2 >= in->num_slots)
		grow_slots(in);
	return in->num - 1;
}
