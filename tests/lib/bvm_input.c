// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_input.c - what random programs run on
 */
#include "bvm_input.h"
#include "roll.h"

/* A word near an edge of one of the widths, or a small one, or any. */
static u64 edge(u64 *seed)
{
	const u64 r = roll_word(seed);
	const u64 at = 1ull << (r >> 8 & 63);

	switch (r & 7) {
	case 0:
		return at;
	case 1:
		return at - 1;
	case 2:
		return 0 - at;
	case 3:
		return (r & 8 ? 1ull << 31 : 1ull << 63) + (r >> 4 & 3) - 1;
	case 4:
		return 0 - (r >> 4 & 15);
	case 5:
	case 6:
		return r >> 4 & 15;
	}
	return roll_word(seed);
}

void bvm_input_memory(u64 *seed, u8 *bytes, size_t len)
{
	const u32 how = roll_word(seed) >> 20 & 15;
	u64 word;
	size_t i;

	if (how < 2) {
		memset(bytes, how ? 0xff : 0, len);
		return;
	}
	for (i = 0; i < len; i += 8) {
		word = how < 8 ? edge(seed) : roll_word(seed);
		if (how == 8)
			word &= 0x0101010101010101ull;
		memcpy(bytes + i, &word, len - i < 8 ? len - i : 8);
	}
}

void bvm_input_request(u64 *seed, u32 class, struct bvm_run *run)
{
	const struct bvm_class_info *info = &bvm_classes[class];
	u8 *ctx = (u8 *)&run->ctx;
	u32 i;

	bvm_input_memory(seed, ctx, info->ctx_size);
	for (i = 0; i < info->num_fields; i++) {
		const struct bvm_field *f = &info->fields[i];
		u64 value = 0;

		if (f->kind == BVM_FIELD_ADDR)
			continue;
		memcpy(&value, ctx + f->off, f->size);
		if (f->kind >= BVM_FIELD_STR)
			value = run->strings[0].bytes ? value & 1 : 0;
		else if (value > f->max)
			value = roll_word(seed) & 1 ? f->max :
						      value % (f->max + 1);
		memcpy(ctx + f->off, &value, f->size);
	}
}
