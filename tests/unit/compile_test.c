// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/compile.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"

static char dir[] = "/tmp/compile_test.XXXXXX";
static char program[64]; /* a compiler that writes its arguments, a line each */

static char another[64]; /* whatever a test needs */

static void __attribute__((format(printf, 2, 3)))
put(const char *path, const char *script, ...)
{
	FILE *file = fopen(path, "w");
	va_list args;

	ck_assert_ptr_nonnull(file);
	fputs("#!/bin/sh\n", file);
	va_start(args, script);
	ck_assert_int_gt(vfprintf(file, script, args), 0);
	va_end(args);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/policyc", dir);
	snprintf(another, sizeof(another), "%s/another", dir);
	put(program, "[ \"$#\" -gt 0 ] || exit 2\nprintf '%%s\\n' \"$@\"\n");
}

static void teardown(void)
{
	ck_assert_int_eq(unlink(program), 0);
	(void)unlink(another);
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

#define DEPS_MAX (1 << 20)

/* What compile_finish says of a compiler that read so much, and of its deps. */
static int finish_with_deps(int len, bool template, struct text *diag,
			    struct text *deps)
{
	struct compile_request request = {
		.policyc = another,
		.file = "web.yaml",
		.template = template,
	};
	struct compile compile;
	struct pollfd wait;
	int err;

	put(another, "head -c %d /dev/zero | tr '\\0' x > \"$5\"\n", len);
	ck_assert_int_eq(compile_start(&request, &compile), 0);
	wait = (struct pollfd){ .fd = compile.pidfd, .events = POLLIN };
	ck_assert_int_eq(poll(&wait, 1, 20000), 1);
	err = compile_finish(&compile, diag, deps);
	if (!err)
		close(compile.image_fd);
	return err;
}

/* They say that it is a template: without them it would be taken for none. */
START_TEST(of_a_template_all_is_known_that_it_was_made_of)
{
	struct text diag = {}, deps = {};
	const int len = DEPS_MAX - 1 + _i;

	ck_assert_int_eq(finish_with_deps(len, true, &diag, &deps),
			 len < DEPS_MAX ? 0 : -E2BIG);
	ck_assert_uint_eq(deps.len, len < DEPS_MAX ? (size_t)len : 0);
	ck_assert_str_eq(text_string(&diag),
			 len < DEPS_MAX ?
				 "" :
				 "policyc: it is made of too many files: their "
				 "list is over 1 MiB\n");
	text_free(&diag);
	text_free(&deps);
}
END_TEST

START_TEST(what_is_no_template_is_made_anew_without)
{
	struct text diag = {}, deps = {};

	ck_assert_int_eq(finish_with_deps(DEPS_MAX, false, &diag, &deps), 0);
	ck_assert_uint_eq(deps.len, 0);
	text_free(&diag);
	text_free(&deps);
}
END_TEST

START_TEST(a_deadline_is_told_as_it_was)
{
	struct compile_request request = {
		.policyc = another,
		.file = "web.yaml",
		.seconds = 1,
	};
	struct text diag = {};
	int fd;

	put(another, "exec sleep %d\n", 60);
	ck_assert_int_eq(compile_run(&request, &diag, &fd), -ETIMEDOUT);
	ck_assert_int_eq(fd, -1);
	ck_assert_str_eq(text_string(&diag), "policyc: no result after 1 s\n");
	text_free(&diag);
}
END_TEST

static int first_free(void)
{
	int first = dup(STDIN_FILENO);

	ck_assert_int_ge(first, 0);
	close(first);
	return first;
}

/* compile_start() where num more descriptors are to be had, and no more. */
static int start_with(int num, const struct compile_request *request,
		      struct compile *compile)
{
	struct rlimit before, limit;
	int err;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	/* whatever who ran this has left open */
	ck_assert_int_eq(syscall(SYS_close_range, first_free(), ~0U, 0), 0);
	limit.rlim_cur = (rlim_t)(first_free() + num);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	err = compile_start(request, compile);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	return err;
}

/* Three files in memory, and the child's own descriptor. */
START_TEST(a_compiler_that_could_not_be_waited_for_does_not_start)
{
	struct compile_request request = {
		.policyc = program,
		.file = "web.yaml",
	};
	struct compile compile;
	int first = first_free();

	ck_assert_int_eq(start_with(_i, &request, &compile), -EMFILE);
	ck_assert_int_eq(compile.pid, 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	ck_assert_int_eq(first_free(), first);
}
END_TEST

START_TEST(one_that_can_be_waited_for_does)
{
	struct compile_request request = {
		.policyc = program,
		.file = "web.yaml",
	};
	struct text diag = {};
	struct compile compile;
	struct pollfd wait;

	ck_assert_int_eq(start_with(4, &request, &compile), 0);
	wait = (struct pollfd){ .fd = compile.pidfd, .events = POLLIN };
	ck_assert_int_eq(poll(&wait, 1, -1), 1);
	ck_assert_int_ne(compile_finish(&compile, &diag, NULL), -ETIMEDOUT);
	if (compile.image_fd >= 0)
		close(compile.image_fd);
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
	tcase_add_loop_test(
		tests, of_a_template_all_is_known_that_it_was_made_of, 0, 3);
	tcase_add_test(tests, what_is_no_template_is_made_anew_without);
	tcase_add_test(tests, a_deadline_is_told_as_it_was);
	tcase_add_loop_test(
		tests, a_compiler_that_could_not_be_waited_for_does_not_start,
		0, 4);
	tcase_add_test(tests, one_that_can_be_waited_for_does);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
