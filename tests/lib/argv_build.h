/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * argv_build.h - small ARGV tables for tests, and their dumb twin
 */
#ifndef TESTS_ARGV_BUILD_H
#define TESTS_ARGV_BUILD_H

#include "vm/image.h"

#define ARGV_BUILD_ARGS 6
#define ARGV_BUILD_LISTS 4

/* An accepted command line: argv[1] and on; NULL ends it. */
struct argv_list {
	const char *args[ARGV_BUILD_ARGS + 1]; /* "..." as the last: any rest */
};

/*
 * The body of an ARGV table that accepts with 1 + the number of the first list
 * that matches. All lists together have at most 63 bytes. Returns an owned
 * body, *h and *len.
 */
void *argv_build(const struct argv_list *lists, u32 num,
		 struct bvm_table_header *h, u32 *len);

/* The same answer from the lists themselves, by trying everything. */
u32 argv_build_match(const struct argv_list *lists, u32 num,
		     const char *const *argv);

#endif /* TESTS_ARGV_BUILD_H */
