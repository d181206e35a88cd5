// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/compile.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"

static char dir[] = "/tmp/compile_test.XXXXXX";
static char program[64]; /* a compiler that writes its arguments, a line each */

static void setup(void)
{
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/policyc", dir);
	file = fopen(program, "w");
	ck_assert_ptr_nonnull(file);
	fputs("#!/bin/sh\n[ \"$#\" -gt 0 ] || exit 2\nprintf '%s\\n' \"$@\"\n",
	      file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(program, 0755), 0);
}

static void teardown(void)
{
	ck_assert_int_eq(unlink(program), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* What follows `build -o - --deps FILE` on the compiler's command line. */
static void arguments(const struct compile_request *request, char *out,
		      size_t size)
{
	struct text diag = {};
	char all[4096];
	const char *rest;
	ssize_t len;
	int fd, i;

	ck_assert_int_eq(compile_run(request, &diag, &fd), 0);
	len = pread(fd, all, sizeof(all) - 1, 0);
	ck_assert_int_gt(len, 0);
	all[len] = '\0';
	rest = all;
	for (i = 0; i < 5; i++) {
		rest = strchr(rest, '\n');
		ck_assert_ptr_nonnull(rest);
		rest++;
	}
	snprintf(out, size, "%s", rest);
	ck_assert_int_eq(close(fd), 0);
	text_free(&diag);
}

START_TEST(defines_follow_the_file)
{
	static const char *const defines[] = { "unit.instance=8080",
					       "a=two words" };
	struct compile_request request = {
		.policyc = program,
		.file = "web.yaml",
		.defines = defines,
		.num_defines = 2,
	};
	char out[4096];

	arguments(&request, out, sizeof(out));
	ck_assert_str_eq(out,
			 "web.yaml\n-D\nunit.instance=8080\n-D\na=two words\n");
	request.include = "/etc/x";
	arguments(&request, out, sizeof(out));
	ck_assert_str_eq(out, "-I\n/etc/x\nweb.yaml\n-D\nunit.instance=8080\n"
			      "-D\na=two words\n");
	request.num_defines = 0;
	arguments(&request, out, sizeof(out));
	ck_assert_str_eq(out, "-I\n/etc/x\nweb.yaml\n");
}
END_TEST

START_TEST(as_many_as_may_be_and_no_more)
{
	const char *defines[COMPILE_MAX_DEFINES + 1];
	struct compile_request request = {
		.policyc = program,
		.include = "/etc/x",
		.file = "web.yaml",
		.defines = defines,
		.num_defines = COMPILE_MAX_DEFINES,
	};
	struct text diag = {};
	char out[4096];
	int fd;

	for (size_t i = 0; i <= COMPILE_MAX_DEFINES; i++)
		defines[i] = "a=b";
	arguments(&request, out, sizeof(out));
	ck_assert_uint_eq(strlen(out),
			  strlen("-I\n/etc/x\nweb.yaml\n") +
				  COMPILE_MAX_DEFINES * strlen("-D\na=b\n"));
	request.num_defines++;
	ck_assert_int_eq(compile_run(&request, &diag, &fd), -E2BIG);
	text_free(&diag);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("compile");
	TCase *tests = tcase_create("compile");

	tcase_add_unchecked_fixture(tests, setup, teardown);
	tcase_add_test(tests, defines_follow_the_file);
	tcase_add_test(tests, as_many_as_may_be_and_no_more);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
