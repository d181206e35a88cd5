// SPDX-License-Identifier: GPL-2.0-only
/* ctl_status_test.c - alarms of the daemon, as people see them */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/lib/answer.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

static void status(const char *answer)
{
	pid_t pid = answer_once(ctl_dir, answer);

	ctl.run_dir = ctl_dir;
	(void)ctl_run_command(ctl_status, "status", "--state-dir", ctl_dir,
			      NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(alarms_are_shown_and_that_there_are_more)
{
	status("{\"ok\": true, \"alarms\": [{\"kind\": \"dead-rule\", "
	       "\"about\": \"web\", \"text\": \"rule 1\\u001b\"}], "
	       "\"alarms_more\": 3}\n");
	ck_assert_ptr_nonnull(strstr(ctl_out, "\nALARM     web: rule 1\\x1b\n"
					      "ALARM     and 3 more\n"));
}
END_TEST

START_TEST(without_more_nothing_is_said_of_them)
{
	status("{\"ok\": true, \"alarms\": [], \"alarms_more\": 0}\n");
	ck_assert_ptr_null(strstr(ctl_out, "ALARM"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_status");
	TCase *tcase = tcase_create("ctl_status");

	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, alarms_are_shown_and_that_there_are_more);
	tcase_add_test(tcase, without_more_nothing_is_said_of_them);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
