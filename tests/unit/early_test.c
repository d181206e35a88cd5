// SPDX-License-Identifier: GPL-2.0-only
/* early_test.c - at boot, without the daemon and the compiler */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "tests/lib/daemon_fixture.h"

static struct ctl ctl;

static int early(char *option, char *value)
{
	char *argv[] = { "early", "--state-dir", fixture.state_dir,
			 option,  value,	 NULL };

	memset(&ctl, 0, sizeof(ctl));
	ctl.kfs = fixture.options.kfs;
	optind = 0;
	return ctl_early(&ctl, option ? 5 : 3, argv);
}

/* Two policies that bailiffd saved; the kernel has forgotten them. */
static void save_two(void)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
}

START_TEST(what_was_saved_is_loaded)
{
	save_two();
	ck_assert_int_eq(early(NULL, NULL), CTL_YES);
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "one"));
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "two"));
}
END_TEST

START_TEST(what_is_loaded_is_not_loaded_again)
{
	save_two();
	ck_assert_int_eq(early(NULL, NULL), CTL_YES);
	ck_assert_int_eq(early(NULL, NULL), CTL_YES);
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
	/* nor by the daemon, which comes next */
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
}
END_TEST

START_TEST(a_damaged_image_keeps_no_other_from_loading)
{
	char path[PATH_MAX + 64];

	save_two();
	snprintf(path, sizeof(path), "%s/images/one.yaml", fixture.state_dir);
	ck_assert_int_eq(truncate(path, 700), 0);
	ck_assert_int_eq(early(NULL, NULL), CTL_NO);
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "two"));
}
END_TEST

START_TEST(without_anything_saved_there_is_nothing_to_do)
{
	ck_assert_int_eq(early(NULL, NULL), CTL_YES);
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
}
END_TEST

START_TEST(a_cgroup_that_cannot_be_is_said)
{
	save_two();
	ck_assert_int_eq(early("--refuse", "no/such/parent"), CTL_NO);
	/* and the rest is done */
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
	ck_assert_str_eq(fixture.kernel->last_bind, "");
}
END_TEST

static void add(TCase *tcase)
{
	tcase_add_test(tcase, what_was_saved_is_loaded);
	tcase_add_test(tcase, what_is_loaded_is_not_loaded_again);
	tcase_add_test(tcase, a_damaged_image_keeps_no_other_from_loading);
	tcase_add_test(tcase, without_anything_saved_there_is_nothing_to_do);
	tcase_add_test(tcase, a_cgroup_that_cannot_be_is_said);
}

int main(void)
{
	return fixture_run("early", add);
}
