// SPDX-License-Identifier: GPL-2.0-only
/* toptable_test.c - counts by name, and how fast they grow */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/toptable.h"
#include "tests/lib/suite.h"

static struct toptable table;

static void setup(void)
{
	memset(&table, 0, sizeof(table));
	toptable_begin(&table);
}

static void teardown(void)
{
	toptable_free(&table);
}

static const char *order(void)
{
	static char keys[64];
	size_t i;

	keys[0] = '\0';
	for (i = 0; i < table.num; i++)
		strcat(keys, table.rows[i].key);
	return keys;
}

START_TEST(a_total_that_is_new_has_not_grown)
{
	ck_assert_double_eq(toptable_set(&table, "a", 100)->rate, 0);
	toptable_end(&table, 2, false);
	ck_assert_double_eq(table.rows[0].rate, 0);
	toptable_begin(&table);
	toptable_set(&table, "a", 110);
	toptable_end(&table, 2, false);
	ck_assert_double_eq(table.rows[0].rate, 5);
	ck_assert_uint_eq(table.rows[0].total, 110);
}
END_TEST

START_TEST(what_is_added_began_with_nothing)
{
	toptable_add(&table, "a", 3);
	toptable_add(&table, "a", 1);
	toptable_end(&table, 2, false);
	ck_assert_double_eq(table.rows[0].rate, 2);
}
END_TEST

START_TEST(a_total_that_fell_was_begun_anew)
{
	toptable_set(&table, "a", 100);
	toptable_end(&table, 1, false);
	toptable_begin(&table);
	toptable_set(&table, "a", 7);
	toptable_end(&table, 1, false);
	ck_assert_double_eq(table.rows[0].rate, 7);
}
END_TEST

START_TEST(what_is_not_seen_goes_unless_it_is_kept)
{
	toptable_add(&table, "a", 1);
	toptable_end(&table, 1, false);
	toptable_begin(&table);
	toptable_end(&table, 1, true);
	ck_assert_uint_eq(table.num, 1);
	ck_assert_double_eq(table.rows[0].rate, 0);
	toptable_begin(&table);
	toptable_end(&table, 1, false);
	ck_assert_uint_eq(table.num, 0);
	ck_assert_uint_eq(toptable_add(&table, "a", 2)->total, 2);
}
END_TEST

START_TEST(rows_are_sorted)
{
	toptable_set(&table, "a", 50);
	toptable_set(&table, "b", 10);
	toptable_set(&table, "c", 50);
	toptable_end(&table, 1, false);
	toptable_begin(&table);
	toptable_set(&table, "a", 51);
	toptable_set(&table, "b", 30);
	toptable_set(&table, "c", 51);
	toptable_end(&table, 1, false);
	toptable_sort(&table, TOP_BY_NAME);
	ck_assert_str_eq(order(), "abc");
	toptable_sort(&table, TOP_BY_RATE);
	ck_assert_str_eq(order(), "bac");
	toptable_sort(&table, TOP_BY_TOTAL);
	ck_assert_str_eq(order(), "acb");
	/* and are found after it */
	ck_assert_uint_eq(toptable_add(&table, "b", 0)->total, 30);
}
END_TEST

START_TEST(many_rows_are_found_again)
{
	char key[16];
	int round, i;

	for (round = 1; round < 4; round++) {
		for (i = 0; i < 5000; i++) {
			snprintf(key, sizeof(key), "key%d", i);
			ck_assert_uint_eq(toptable_add(&table, key, 1)->total,
					  (unsigned int)round);
		}
		toptable_end(&table, 1, false);
		ck_assert_uint_eq(table.num, 5000);
		toptable_sort(&table, TOP_BY_NAME);
		toptable_begin(&table);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("toptable");
	TCase *tcase = tcase_create("toptable");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_total_that_is_new_has_not_grown);
	tcase_add_test(tcase, what_is_added_began_with_nothing);
	tcase_add_test(tcase, a_total_that_fell_was_begun_anew);
	tcase_add_test(tcase, what_is_not_seen_goes_unless_it_is_kept);
	tcase_add_test(tcase, rows_are_sorted);
	tcase_add_test(tcase, many_rows_are_found_again);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
