// SPDX-License-Identifier: GPL-2.0-only
/* rootfs_test.c - no more names of a directory are kept than are asked for */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policyc/rootfs.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

#define NUM_LINKS 5
#define NUM_DIRS 4
#define NUM_FILES 3

static char dir[TEMPDIR_SIZE];
static struct arena *arena;
static struct rootfs root;

static void setup(void)
{
	char path[96];
	int i;

	tempdir_make(dir, "rootfs-test");
	for (i = 0; i < NUM_LINKS; i++) {
		snprintf(path, sizeof(path), "%s/link%d", dir, i);
		ck_assert_int_eq(symlink("nowhere", path), 0);
	}
	for (i = 0; i < NUM_DIRS; i++) {
		snprintf(path, sizeof(path), "%s/dir%d", dir, i);
		ck_assert_int_eq(mkdir(path, 0755), 0);
	}
	for (i = 0; i < NUM_FILES; i++) {
		snprintf(path, sizeof(path), "%s/file%d", dir, i);
		ck_assert_int_eq(mknod(path, S_IFREG | 0644, 0), 0);
	}
	arena = arena_create();
	ck_assert_int_eq(rootfs_open(arena, dir, &root), 0);
}

static void teardown(void)
{
	rootfs_close(&root);
	arena_free(arena);
	tempdir_remove(dir);
}

/* Just below, at and above what there is. */
START_TEST(all_names_or_so_many)
{
	const u32 all = NUM_LINKS + NUM_DIRS + NUM_FILES;
	const u32 max = all - 1 + (u32)_i;
	struct rootfs_names names;

	ck_assert_int_eq(rootfs_list_some(&root, "/", max, &names), max >= all);
	ck_assert_uint_eq(names.num, max < all ? max : all);
}
END_TEST

START_TEST(links_and_directories_are_counted_alone)
{
	const u32 all = NUM_LINKS + NUM_DIRS;
	const u32 max = all - 1 + (u32)_i;
	struct rootfs_names links, dirs;

	ck_assert_int_eq(rootfs_list_kinds(&root, "/", max, &links, &dirs),
			 max >= all);
	ck_assert_uint_eq(links.num + dirs.num, max < all ? max : all);
}
END_TEST

START_TEST(directories_that_nobody_wants_take_no_room)
{
	const u32 max = NUM_LINKS - 1 + (u32)_i;
	struct rootfs_names links;

	ck_assert_int_eq(rootfs_list_kinds(&root, "/", max, &links, NULL),
			 max >= NUM_LINKS);
	ck_assert_uint_eq(links.num, max < NUM_LINKS ? max : NUM_LINKS);
}
END_TEST

START_TEST(none_may_be_asked_for)
{
	struct rootfs_names names;

	ck_assert(!rootfs_list_some(&root, "/", 0, &names));
	ck_assert_uint_eq(names.num, 0);
	ck_assert(rootfs_list_some(&root, "/dir0", 0, &names));
}
END_TEST

START_TEST(without_a_limit_all_are_there_and_sorted)
{
	const struct rootfs_names names = rootfs_list(&root, "/");

	ck_assert_uint_eq(names.num, NUM_LINKS + NUM_DIRS + NUM_FILES);
	ck_assert_str_eq(names.items[0], "dir0");
	ck_assert_str_eq(names.items[names.num - 1], "link4");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rootfs");
	TCase *tcase = tcase_create("rootfs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, all_names_or_so_many, 0, 3);
	tcase_add_loop_test(tcase, links_and_directories_are_counted_alone, 0,
			    3);
	tcase_add_loop_test(tcase, directories_that_nobody_wants_take_no_room,
			    0, 3);
	tcase_add_test(tcase, none_may_be_asked_for);
	tcase_add_test(tcase, without_a_limit_all_are_there_and_sorted);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
