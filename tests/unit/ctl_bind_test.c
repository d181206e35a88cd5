// SPDX-License-Identifier: GPL-2.0-only
/* ctl_bind_test.c - bind, and how long it waits for those who run */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

/* As often are those who run told to join, and looked at after. */
#define TRIES 10

static int bind_now(void)
{
	return ctl_run_command(ctl_bind, "bind", "--cgroup", "7", "--policy",
			       "nginx", "--now", NULL);
}

START_TEST(what_is_bound_is_said_once)
{
	ck_assert_int_eq(ctl_run_command(ctl_bind, "bind", "--cgroup", "7",
					 "--policy", "nginx", "--policy",
					 "base", "--label", "web", NULL),
			 0);
	ck_assert_str_eq(ctl_kernel->last_bind,
			 "cgroup=7 policy=nginx,base label=web");
	ck_assert_uint_eq(ctl_kernel->num_binds, 1);
	ck_assert_str_eq(ctl_out, "bound cgroup=7 policy=nginx,base "
				  "label=web\n");
}
END_TEST

static const unsigned int joins[] = { 1, 2, TRIES - 1, TRIES };

START_TEST(those_who_run_are_waited_for)
{
	ctl_kernel->join_at = joins[_i];
	ck_assert_int_eq(bind_now(), 0);
	ck_assert_uint_eq(ctl_kernel->num_binds, joins[_i]);
	ck_assert_ptr_nonnull(strstr(ctl_out, "3 of 3 tasks are confined"));
	ck_assert_ptr_nonnull(strstr(ctl_kernel->last_bind, " now"));
}
END_TEST

START_TEST(not_for_ever)
{
	ctl_kernel->join_at = TRIES + 1;
	ck_assert_int_eq(bind_now(), 1);
	ck_assert_uint_eq(ctl_kernel->num_binds, TRIES);
	ck_assert_ptr_nonnull(strstr(ctl_out, "2 of 3 tasks are confined"));
	ck_assert_ptr_nonnull(strstr(ctl_err, "bailiffctl ps"));
}
END_TEST

static char *const wrong[][6] = {
	{ "--policy", "nginx" },
	{ "--cgroup", "7" },
	{ "--cgroup", "7", "--policy", "two words" },
	{ "--cgroup", "7", "--policy", "nginx", "more" },
	{ "--cgroup", "/nowhere", "--policy", "nginx" },
	{ "--cgroup", "7", "--policy", "nginx", "--later" },
};

START_TEST(what_is_wrong_binds_nothing)
{
	char *const *w = wrong[_i];

	ck_assert_int_eq(ctl_run_command(ctl_bind, "bind", w[0], w[1], w[2],
					 w[3], w[4], NULL),
			 2);
	ck_assert_uint_eq(ctl_kernel->num_binds, 0);
	ck_assert_str_ne(ctl_err, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-bind");
	TCase *tcase = tcase_create("ctl-bind");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, what_is_bound_is_said_once);
	tcase_add_loop_test(tcase, those_who_run_are_waited_for, 0,
			    sizeof(joins) / sizeof(joins[0]));
	tcase_add_test(tcase, not_for_ever);
	tcase_add_loop_test(tcase, what_is_wrong_binds_nothing, 0,
			    sizeof(wrong) / sizeof(wrong[0]));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
