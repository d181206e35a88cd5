// SPDX-License-Identifier: GPL-2.0-only
/* populated_test.c - which cgroups hold processes */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cgroup.h"
#include "daemon/populated.h"
#include "daemon/text.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/suite.h"

static int id_of(const char *path, uint64_t *number)
{
	const char *end = strrchr(path, '-');

	*number = end ? strtoull(end + 1, NULL, 10) : 0;
	return 0;
}

static void make(const char *top, const char *name, const char *procs)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", top, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(procs, file);
	fclose(file);
}

/* A directory for cgroups, and a kernel that has bound none. */
static struct {
	char top[32];
	struct fake_kernel *kernel;
	struct kfs kfs;
	struct text text;
} host;

static void setup_host(void)
{
	host.kernel = fake_kernel_create(&host.kfs);
	host.kernel->bindings[0] = '\0';
	strcpy(host.top, "/tmp/populatedXXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(host.top));
	ck_assert_int_eq(chmod(host.top, 0755), 0);
}

static void teardown_host(void)
{
	char command[128];

	snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -r %s",
		 host.top, host.top);
	ck_assert_int_eq(system(command), 0);
	text_free(&host.text);
	fake_kernel_free(host.kernel);
}

static int walk_host(void)
{
	return populated_walk(host.top, &host.kfs, id_of, &host.text);
}

#define is_listed(line) (!!strstr(text_string(&host.text), line "\n"))

START_TEST(who_holds_processes_is_listed_with_the_nearest_binding)
{
	strcpy(host.kernel->bindings,
	       "cgroup=7 policy=a@0123456789abcdef0123456789abcdef0123456789ab"
	       "cdef0123456789abcdef,b label=w tasks=3 joined=2\n"
	       "cgroup=9 policy=refuse tasks=0 joined=0\n");
	make(host.top, "x-1", "12\n");
	make(host.top, "x-7", "");
	make(host.top, "x-7/y-2", "5\n");
	make(host.top, "x-7/y-9", "6\n");
	make(host.top, "x-3", "");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /x-1"));
	ck_assert(is_listed("0 1 3 2 a,b /x-7"));
	ck_assert(is_listed("1 0 0 0 a,b /x-7/y-2"));
	ck_assert(is_listed("1 1 0 0 refuse /x-7/y-9"));
	ck_assert(!strstr(text_string(&host.text), "x-3"));
	ck_assert(!strstr(text_string(&host.text), "left"));
}
END_TEST

START_TEST(of_too_many_those_of_users_are_left_out)
{
	ck_assert_uint_eq(populated_max, 65536);
	populated_max = 5; /* the top is one of them */
	make(host.top, "a", "1\n");
	make(host.top, "user@1.service", "1\n");
	make(host.top, "user@1.service/b", "1\n");
	make(host.top, "user@1.service/c", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /user@1.service/c"));
	ck_assert(!strstr(text_string(&host.text), "left"));
	make(host.top, "d", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(is_listed("1 0 0 0 - /d"));
	ck_assert(is_listed("1 0 0 0 - /user@1.service"));
	ck_assert(is_listed("left /user@1.service"));
	ck_assert(!strstr(text_string(&host.text), "/b"));
	/* as many as there may be without them, and one more */
	make(host.top, "user@.service", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	make(host.top, "user@.service/e", "1\n");
	ck_assert_int_eq(walk_host(), -E2BIG);
}
END_TEST

static const mode_t hiding[] = { 0, 0100, 0400 };

START_TEST(what_its_owner_hides_is_left_out)
{
	char path[64];
	int err;

	make(host.top, "a", "1\n");
	make(host.top, "x-4", "1\n");
	make(host.top, "x-4/y", "1\n");
	strcpy(host.kernel->bindings, "cgroup=4 policy=p tasks=3 joined=1\n");
	snprintf(path, sizeof(path), "%s/x-4", host.top);
	ck_assert_int_eq(chmod(path, hiding[_i]), 0);
	if (!geteuid()) {
		ck_assert_int_eq(chown(path, 65534, 65534), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	err = walk_host();
	if (!getuid())
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(err, 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(is_listed("left /x-4"));
	/* the kernel's counts are known nevertheless */
	ck_assert(is_listed(" 1 3 1 p /x-4"));
	ck_assert(!strstr(text_string(&host.text), "/y"));
}
END_TEST

START_TEST(what_is_too_deep_is_left_out)
{
	char path[4 * CGROUP_MAX_DEPTH] = "d";
	int i;

	for (i = 1; i <= CGROUP_MAX_DEPTH; i++) {
		make(host.top, path, "1\n");
		ck_assert_int_eq(walk_host(), 0);
		ck_assert_int_eq(!!strstr(text_string(&host.text), "left"),
				 i == CGROUP_MAX_DEPTH);
		strcat(path, "/d");
	}
}
END_TEST

/* It is removed while it is looked at. */
static int remove_it(const char *path, uint64_t *number)
{
	*number = 0;
	if (!strcmp(strrchr(path, '/'), "/gone"))
		ck_assert_int_eq(rmdir(path), 0);
	return 0;
}

START_TEST(what_goes_away_meanwhile_is_no_error)
{
	char path[64];

	make(host.top, "a", "1\n");
	snprintf(path, sizeof(path), "%s/gone", host.top);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(
		populated_walk(host.top, &host.kfs, remove_it, &host.text), 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(!strstr(text_string(&host.text), "left"));
}
END_TEST

START_TEST(a_list_that_is_short_is_an_error)
{
	struct rlimit limit, few;
	int err, fd;

	make(host.top, "a", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	fd = open("/dev/null", O_RDONLY);
	close(fd);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)fd + 1; /* the directory is the last one */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	err = walk_host();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(err, -EMFILE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("populated");
	TCase *tcase = tcase_create("populated");

	tcase_add_checked_fixture(tcase, setup_host, teardown_host);
	tcase_add_test(tcase,
		       who_holds_processes_is_listed_with_the_nearest_binding);
	tcase_add_test(tcase, of_too_many_those_of_users_are_left_out);
	tcase_add_loop_test(tcase, what_its_owner_hides_is_left_out, 0,
			    sizeof(hiding) / sizeof(hiding[0]));
	tcase_add_test(tcase, what_is_too_deep_is_left_out);
	tcase_add_test(tcase, what_goes_away_meanwhile_is_no_error);
	tcase_add_test(tcase, a_list_that_is_short_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}
