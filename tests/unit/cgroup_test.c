// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup_test.c - who is in a cgroup and below it, over directories that look
 * like cgroups
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cgroup.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

static char top[TEMPDIR_SIZE];
static struct text threads;

/* A cgroup with these threads; one that is bound has a file that says so. */
static void make(const char *name, const char *tids, bool bound)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	ck_assert(!mkdir(path, 0700) || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/%s/cgroup.threads", top, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(tids, file);
	fclose(file);
	snprintf(path, sizeof(path), "%s/%s/bound", top, name);
	if (bound)
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int is_bound(int dir, void *arg)
{
	(void)arg;
	return !faccessat(dir, "bound", F_OK, 0);
}

static int add_all(void)
{
	struct cgroup_walk walk = { .is_left_out = is_bound };
	int dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	text_reset(&threads);
	err = cgroup_add_threads(dir, &walk, 0, &threads);
	close(dir);
	return err;
}

static void setup(void)
{
	tempdir_make(top, "cgroup-test");
}

static void teardown(void)
{
	text_free(&threads);
	tempdir_remove(top);
}

START_TEST(threads_below_are_found)
{
	make("", "", true);
	make("a", "", false);
	make("a/b", "12\n13\n", false);
	ck_assert_int_eq(add_all(), 0);
	ck_assert_str_eq(text_string(&threads), "12\n13\n");
}
END_TEST

START_TEST(what_is_bound_itself_is_left_out_with_all_below)
{
	make("", "1\n", true);
	make("a", "2\n", true);
	make("a/b", "3\n", false);
	ck_assert_int_eq(add_all(), 0);
	ck_assert_str_eq(text_string(&threads), "1\n");
}
END_TEST

START_TEST(what_is_nested_too_deep_is_an_error)
{
	char path[256] = "";
	unsigned int i;

	make("", "1\n", false);
	for (i = 0; i <= CGROUP_MAX_DEPTH; i++) {
		strcat(path, i ? "/a" : "a");
		make(path, "2\n", false);
	}
	ck_assert_int_eq(add_all(), -ELOOP);
}
END_TEST

START_TEST(what_is_no_cgroup_has_no_threads)
{
	ck_assert_int_eq(add_all(), -ENOENT);
}
END_TEST

static const struct {
	const char *path, *unit;
} units[] = {
	{ "/system.slice/nginx.service", "nginx.service" },
	{ "/system.slice/docker.service/x/y.scope", "docker.service" },
	{ "/system.slice/nginx.service/x.scope", "nginx.service" },
	{ "/docker.slice/docker-1f.scope/system.slice/nginx.service",
	  "docker-1f.scope" },
	{ "/system.slice/web.service/nginx", "web.service" },
	{ "/user.slice/user-1000.slice/session-1.scope", "session-1.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "nginx.service",
	  "user@1000.service" },
	{ "/user.slice/user-0.slice/user@0.service", "user@0.service" },
	{ "/system.slice/xuser@1.service/nginx.service", "xuser@1.service" },
	{ "/user@1.slice/nginx.service", "nginx.service" },
	{ "/machine.slice", "" },
	{ "/", "" },
};

START_TEST(a_unit_is_of_the_systems_systemd)
{
	char unit[256];

	cgroup_unit(units[_i].path, unit, sizeof(unit));
	ck_assert_str_eq(unit, units[_i].unit);
}
END_TEST

/* What /proc/7/cgroup says, and what is made of it. */
static int find(const char *lines, char path[PATH_MAX])
{
	char file[256];
	FILE *out;
	int err;

	snprintf(file, sizeof(file), "%s/7", top);
	ck_assert(!mkdir(file, 0700) || errno == EEXIST);
	snprintf(file, sizeof(file), "%s/7/cgroup", top);
	out = fopen(file, "w");
	ck_assert_ptr_nonnull(out);
	fputs(lines, out);
	fclose(out);
	cgroup_proc = top;
	err = cgroup_of_pid(7, path);
	cgroup_proc = "/proc";
	return err;
}

/* On a host with cgroup v1 alone nothing can be bound: hook and daemon refuse. */
START_TEST(who_is_in_cgroups_v1_alone_is_in_none)
{
	char path[PATH_MAX];

	ck_assert_int_eq(
		find("4:memory:/a\n3:cpu,cpuacct:/a\n1:name=systemd:/a\n",
		     path),
		-ENOTSUP);
	ck_assert_int_eq(find("", path), -ENOTSUP);
	ck_assert_int_eq(find("10::/a\n", path), -ENOTSUP);
	/* where both are mixed it is the one of v2 */
	ck_assert_int_eq(
		find("4:memory:/a\n1:name=systemd:/a\n0::/b/c\n", path), 0);
	ck_assert_str_eq(path, "/b/c");
	ck_assert_int_eq(find("0::/\n", path), 0);
	ck_assert_str_eq(path, "/");
	ck_assert_int_eq(find("0::/cut off", path), -ENAMETOOLONG);
	cgroup_proc = "/nonexistent";
	ck_assert_int_eq(cgroup_of_pid(7, path), -ESRCH);
	cgroup_proc = "/proc";
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cgroup");
	TCase *tcase = tcase_create("cgroup");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, who_is_in_cgroups_v1_alone_is_in_none);
	tcase_add_test(tcase, threads_below_are_found);
	tcase_add_test(tcase, what_is_bound_itself_is_left_out_with_all_below);
	tcase_add_test(tcase, what_is_nested_too_deep_is_an_error);
	tcase_add_test(tcase, what_is_no_cgroup_has_no_threads);
	tcase_add_loop_test(tcase, a_unit_is_of_the_systems_systemd, 0,
			    sizeof(units) / sizeof(units[0]));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
