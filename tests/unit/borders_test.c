// SPDX-License-Identifier: GPL-2.0-only
/*
 * borders_test.c - each side of each border has a value
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/borders.h"
#include "tests/lib/bvm_asm.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"
#include "vm/table.h"

static struct borders borders;

static void setup(void)
{
	policyc_setup();
	memset(&borders, 0, sizeof(borders));
}

static bool has(const struct numbers *list, u32 number)
{
	for (u32 i = 0; i < list->num; i++)
		if (list->items[i] == number)
			return true;
	return false;
}

START_TEST(constants_have_their_neighbours)
{
	static const u32 wanted[] = { 0, 1, 6, 7, 8, 99, 100, 200, 201 };
	static const struct bvm_range range = { .lo = 100, .hi = 200 };
	static struct bvm_image img;
	struct bvm_program_header header = { 0 };
	struct bvm_insn insns[8];
	int num = bvm_asm("mov %r0, 55\n"
			  "jeq %r1, 7, +1\n"
			  "jgt %r1, 0, +0\n"
			  "exit",
			  insns, ARRAY_SIZE(insns));

	ck_assert_int_eq(num, 4);
	img.num_tables = 1;
	img.tables[0].kind = BVM_TABLE_RANGE;
	img.tables[0].count = 1;
	img.tables[0].ranges = &range;
	header.num_insns = (u32)num;
	img.programs[BVM_CLASS_FILES].header = &header;
	img.programs[BVM_CLASS_FILES].insns = insns;
	borders_add(arena, &borders, &img, BVM_CLASS_FILES);
	numbers_sort(&borders.constants);
	ck_assert_uint_eq(borders.constants.num, ARRAY_SIZE(wanted));
	for (u32 i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_uint_eq(borders.constants.items[i], wanted[i]);
	ck_assert_uint_eq(borders.num_addresses, 0);
}
END_TEST

START_TEST(prefixes_have_their_ends_and_what_is_around)
{
	/* 10.1.2.3/8 has bits behind the prefix, which do not count */
	static const u8 bytes[16] = { [10] = 0xff, [11] = 0xff, [12] = 10,
				      [13] = 1,	   [14] = 2,	[15] = 3 };
	static const u8 wanted[4][4] = { { 10, 0, 0, 0 },
					 { 10, 255, 255, 255 },
					 { 9, 255, 255, 255 },
					 { 11, 0, 0, 0 } };

	borders_add_prefix(arena, &borders, bytes, 96 + 8);
	ck_assert_uint_eq(borders.num_addresses, 4);
	for (u32 i = 0; i < 4; i++) {
		const struct bvm_addr *addr = &borders.addresses[i];

		ck_assert(borders_is_v4(addr));
		ck_assert_mem_eq(addr->bytes + 12, wanted[i], 4);
	}
	/* around all of IPv4 there are addresses of IPv6 alone */
	borders_add_prefix(arena, &borders, bytes, 96);
	ck_assert(borders_is_v4(&borders.addresses[4]));
	ck_assert(borders_is_v4(&borders.addresses[5]));
	ck_assert(!borders_is_v4(&borders.addresses[6]));
	ck_assert(!borders_is_v4(&borders.addresses[7]));
}
END_TEST

START_TEST(a_field_has_what_it_can_be)
{
	struct numbers type = { 0 }, small = { 0 }, uid = { 0 }, pair = { 0 };

	numbers_add(arena, &borders.constants, 5);
	numbers_add(arena, &borders.constants, 2 << 10 | 17);
	borders_of_field(arena, &borders, BVM_CLASS_NETWORK, "type", 63, &type);
	ck_assert(has(&type, 1) && has(&type, 2) && !has(&type, 63));
	borders_of_field(arena, &borders, BVM_CLASS_FILES, "type", 63, &small);
	for (u32 i = 0; i < 64; i++)
		ck_assert(has(&small, i));
	ck_assert(!has(&small, 64));
	borders_of_field(arena, &borders, BVM_CLASS_FILES, "uid", 1000, &uid);
	ck_assert(has(&uid, 0) && has(&uid, 5) && has(&uid, 1000));
	ck_assert(!has(&uid, 2 << 10 | 17));
	borders_of_field(arena, &borders, BVM_CLASS_NETWORK, "protocol",
			 BVM_PROTOCOL_OTHER, &pair);
	ck_assert(has(&pair, 17) && has(&pair, BVM_PROTOCOL_OTHER));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("borders");
	TCase *tc = tcase_create("values");

	tcase_add_checked_fixture(tc, setup, policyc_teardown);
	tcase_add_test(tc, constants_have_their_neighbours);
	tcase_add_test(tc, prefixes_have_their_ends_and_what_is_around);
	tcase_add_test(tc, a_field_has_what_it_can_be);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
