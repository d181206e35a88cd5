// SPDX-License-Identifier: GPL-2.0-only
/* ctl_status_test.c - alarms of the daemon, as people see them */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

/* A daemon that gives one answer. Return: its process. */
static pid_t answer_once(const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
	char line[512];
	pid_t pid;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", ctl_dir,
		 CONTROL_SOCKET);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	client = accept(fd, NULL, NULL);
	if (read(client, line, sizeof(line)) <= 0)
		_exit(1);
	_exit(write(client, answer, strlen(answer)) < 0);
}

static void status(const char *answer)
{
	pid_t pid = answer_once(answer);

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
