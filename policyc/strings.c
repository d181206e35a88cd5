// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "strings.h"

#define FIRST_SLOTS 256

static u32 *find_slot(const struct strings *strings, const char *text)
{
	u64 hash = 0xcbf29ce484222325ull;
	u32 at;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (u8)*c) * 0x100000001b3ull;
	at = (hash ^ hash >> 32) & (strings->num_slots - 1);
	while (strings->slots[at] && strcmp((const char *)strings->bytes.data +
						    strings->slots[at] - 1,
					    text))
		at = (at + 1) & (strings->num_slots - 1);
	return &strings->slots[at];
}

static void grow(struct strings *strings)
{
	const u32 *old = strings->slots;
	u32 num = strings->num_slots;

	strings->num_slots = 2 * num;
	strings->slots = arena_array(strings->bytes.arena, strings->num_slots,
				     sizeof(u32));
	for (u32 i = 0; i < num; i++)
		if (old[i])
			*find_slot(strings, (const char *)strings->bytes.data +
						    old[i] - 1) = old[i];
}

void strings_init(struct strings *strings, struct arena *arena)
{
	strings->bytes = (struct buf)BUF_INIT(arena);
	strings->num = 0;
	strings->num_slots = FIRST_SLOTS;
	strings->slots = arena_array(arena, FIRST_SLOTS, sizeof(u32));
	(void)strings_put(strings, "");
}

u32 strings_put(struct strings *strings, const char *text)
{
	u32 *slot = find_slot(strings, text);
	u32 off = strings->bytes.len;

	if (*slot)
		return *slot - 1;
	buf_put(&strings->bytes, text, strlen(text) + 1);
	*slot = off + 1;
	if (++strings->num * 2 > strings->num_slots)
		grow(strings);
	return off;
}
