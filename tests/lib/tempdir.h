/* SPDX-License-Identifier: GPL-2.0-only */
/* tempdir.h - a directory for a test, gone with all in it when the test ends */
#ifndef TESTS_TEMPDIR_H
#define TESTS_TEMPDIR_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define TEMPDIR_SIZE 64

/* Make one in /tmp and write its path to dir; test says whose it is. */
static inline void tempdir_make(char dir[static TEMPDIR_SIZE], const char *test)
{
	snprintf(dir, TEMPDIR_SIZE, "/tmp/%s.XXXXXX", test);
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static inline void tempdir_remove(const char *dir)
{
	char command[TEMPDIR_SIZE + 8];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

#endif /* TESTS_TEMPDIR_H */
