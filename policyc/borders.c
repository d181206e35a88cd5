// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "borders.h"
#include "vm/hooks.h"
#include "vm/insn.h"
#include "vm/table.h"

static const u8 mapped[16] = { [10] = 0xff, [11] = 0xff };

bool borders_is_v4(const struct bvm_addr *addr)
{
	return !memcmp(addr->bytes, mapped, BORDERS_V4_BITS / 8);
}

/* ---- numbers ---- */

static void add_constant(struct arena *arena, struct borders *b, u64 value)
{
	if (value <= U32_MAX)
		numbers_add(arena, &b->constants, (u32)value);
}

static void add_compared(struct arena *arena, struct borders *b,
			 const struct bvm_program *p)
{
	for (u32 pc = 0; pc < p->header->num_insns; pc++) {
		u64 imm = (u32)p->insns[pc].imm;
		u32 class = BVM_CODE_CLASS(p->insns[pc].code);

		if (class != BVM_CLS_JMP32 && class != BVM_CLS_JMP64)
			continue;
		add_constant(arena, b, imm);
		add_constant(arena, b, imm - 1);
		add_constant(arena, b, imm + 1);
	}
}

static void add_ranges(struct arena *arena, struct borders *b,
		       const struct bvm_table *table)
{
	for (u32 i = 0; i < table->count; i++) {
		add_constant(arena, b, table->ranges[i].lo);
		add_constant(arena, b, table->ranges[i].lo - 1);
		add_constant(arena, b, table->ranges[i].hi);
		add_constant(arena, b, table->ranges[i].hi + 1);
	}
}

void borders_of_field(struct arena *arena, const struct borders *borders,
		      u32 class, const char *field, u32 max,
		      struct numbers *values)
{
	const struct numbers *constants = &borders->constants;

	if (class == BVM_CLASS_NETWORK && !strcmp(field, "type")) {
		for (u32 i = 0; bvm_socktype_names[i].name; i++)
			numbers_add(arena, values, bvm_socktype_names[i].num);
		return;
	}
	numbers_add(arena, values, 0);
	numbers_add(arena, values, max);
	for (u32 i = 0; max < 64 && i <= max; i++)
		numbers_add(arena, values, i);
	for (u32 i = 0; i < constants->num; i++) {
		u32 value = constants->items[i];

		if (value <= max)
			numbers_add(arena, values, value);
		/* the halves of a key of protocols: program.c */
		if (max == BVM_PROTOCOL_OTHER)
			numbers_add(arena, values, value & BVM_PROTOCOL_OTHER);
	}
}

/* ---- addresses ---- */

static void add_address(struct arena *arena, struct borders *b,
			const struct bvm_addr *addr)
{
	b->addresses = arena_grow(arena, b->addresses, b->num_addresses,
				  sizeof(*addr));
	b->addresses[b->num_addresses++] = *addr;
}

static void step(struct bvm_addr *addr, bool back)
{
	for (u32 i = 16; i-- > 0;)
		if (back ? addr->bytes[i]-- : ++addr->bytes[i])
			return;
}

void borders_add_prefix(struct arena *arena, struct borders *borders,
			const u8 *bytes, u32 len)
{
	struct bvm_addr first, last;

	memcpy(first.bytes, bytes, sizeof(first.bytes));
	for (u32 bit = len; bit < 128; bit++)
		first.bytes[bit / 8] &= (u8) ~(0x80 >> bit % 8);
	last = first;
	for (u32 bit = len; bit < 128; bit++)
		last.bytes[bit / 8] |= 0x80 >> bit % 8;
	add_address(arena, borders, &first);
	add_address(arena, borders, &last);
	step(&first, true);
	add_address(arena, borders, &first);
	step(&last, false);
	add_address(arena, borders, &last);
}

/* Addresses of no prefix: those that are set aside for documentation. */
static void add_plain(struct arena *arena, struct borders *b)
{
	const struct bvm_addr v4 = {
		.bytes = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 }
	};
	const struct bvm_addr v6 = { .bytes = { 0x20, 0x01, 0x0d,
						0xb8, [15] = 1 } };

	add_address(arena, b, &v4);
	add_address(arena, b, &v6);
	borders_add_prefix(arena, b, mapped, BORDERS_V4_BITS);
}

/* ---- an image ---- */

void borders_add(struct arena *arena, struct borders *borders,
		 const struct bvm_image *img, u32 class)
{
	add_compared(arena, borders, &img->programs[class]);
	if (class == BVM_CLASS_NETWORK && !borders->num_addresses)
		add_plain(arena, borders);
	for (u32 t = 0; t < img->num_tables; t++) {
		const struct bvm_table *table = &img->tables[t];

		if (table->kind == BVM_TABLE_RANGE)
			add_ranges(arena, borders, table);
		if (class != BVM_CLASS_NETWORK || table->kind != BVM_TABLE_LPM)
			continue;
		for (u32 i = 0; i < table->count; i++)
			borders_add_prefix(arena, borders,
					   table->lpm.addr + 16 * (size_t)i,
					   table->lpm.len[i]);
	}
}
