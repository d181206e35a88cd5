// SPDX-License-Identifier: GPL-2.0-only
/* ctl_list_test.c - the lists of bailiffctl, over a kernel of plain memory */
#include <check.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/ctl.h"
#include "tests/lib/answer.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/suite.h"

static struct fake_kernel *kernel;
static struct ctl ctl;
static char shown[8192];

static void setup(void)
{
	memset(&ctl, 0, sizeof(ctl));
	kernel = fake_kernel_create(&ctl.kfs);
	ctl.run_dir = "/nowhere";
	kernel->policies[0].used = true;
	strcpy(kernel->policies[0].name, "nginx");
}

static void teardown(void)
{
	fake_kernel_free(kernel);
}

/* The exit code; shown holds the standard output. */
static int run(int (*command)(struct ctl *, int, char **), char *a, char *b,
	       char *c)
{
	char *argv[] = { a, b, c, NULL };
	int out = dup(STDOUT_FILENO), code;
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	optind = 0;
	code = command(&ctl, b ? c ? 3 : 2 : 1, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(file);
	shown[fread(shown, 1, sizeof(shown) - 1, file)] = '\0';
	fclose(file);
	return code;
}

START_TEST(containers_say_whether_they_have_started)
{
	ck_assert_int_eq(run(ctl_containers, "containers", NULL, NULL), 0);
	ck_assert_ptr_nonnull(strstr(shown, "START\n"));
	ck_assert_ptr_nonnull(strstr(shown, "3        2  waiting\n"));
	/* refuse has no `start` */
	ck_assert_ptr_nonnull(strstr(shown, "0        0  -\n"));
}
END_TEST

START_TEST(containers_are_json_too)
{
	json_t *rows;

	ck_assert_int_eq(run(ctl_containers, "containers", "--json", NULL), 0);
	rows = json_loads(shown, 0, NULL);
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(rows, 0), "start")),
			 "waiting");
	json_decref(rows);
}
END_TEST

START_TEST(rules_that_never_decided_are_told_apart)
{
	ck_assert_int_eq(run(ctl_rules, "rules", "nginx", NULL), 0);
	ck_assert_ptr_nonnull(strstr(shown, "a b.yaml:7"));
	ck_assert_int_eq(run(ctl_rules, "rules", "nginx", "--never-hit"), 0);
	ck_assert_ptr_null(strstr(shown, "a b.yaml:7"));
	ck_assert_ptr_nonnull(strstr(shown, "a b.yaml:9"));
}
END_TEST

/* The exit code of policies, with the daemon's answer. */
static int policies(char *option, const char *diagnostics)
{
	char dir[] = "/tmp/ctl-list.XXXXXX", path[64], answer[512];
	int code;
	pid_t pid;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(answer, sizeof(answer),
		 "{\"ok\": true, \"files\": [{\"file\": \"a.yaml\", "
		 "\"state\": \"%s\", \"policy\": \"a\", \"text\": \"%s\"}]}\n",
		 *diagnostics ? "error" : "active", diagnostics);
	pid = answer_once(dir, answer);
	ctl.run_dir = dir;
	code = run(ctl_policies, "policies", option, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/%s", dir, CONTROL_SOCKET);
	unlink(path);
	rmdir(dir);
	return code;
}

START_TEST(files_in_error_are_a_no)
{
	json_t *all;

	ck_assert_int_eq(policies(NULL, ""), 0);
	ck_assert_int_eq(policies("--json", ""), 0);
	ck_assert_int_eq(policies(NULL, "1: wrong\\n\\u001b"), 1);
	ck_assert_ptr_nonnull(
		strstr(shown, "\na.yaml: error\n1: wrong\n\\x1b"));
	ck_assert_int_eq(policies("--json", "wrong"), 1);
	all = json_loads(shown, 0, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "files")), 1);
	json_decref(all);
}
END_TEST

START_TEST(policies_without_the_daemon_are_not_all)
{
	json_t *all;

	ck_assert_int_eq(run(ctl_policies, "policies", NULL, NULL), 3);
	ck_assert_ptr_nonnull(strstr(shown, "nginx "));
	ck_assert_int_eq(run(ctl_policies, "policies", "--json", NULL), 3);
	all = json_loads(shown, 0, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "policies")), 1);
	ck_assert(json_is_null(json_object_get(all, "files")));
	ck_assert_str_ne(json_string_value(json_object_get(all, "error")), "");
	json_decref(all);
}
END_TEST

/* A program's name is what it says: here ESC, C1 as UTF-8 and as a byte. */
static void use_wild_name(void)
{
	snprintf(kernel->tasks, sizeof(kernel->tasks), "%d %d nginx@3\n",
		 (int)getpid(), (int)getpid());
	ck_assert_int_eq(prctl(PR_SET_NAME, "a\033[2\xc2\x9b\x9b\xe2\x82\xac"),
			 0);
}

START_TEST(a_programs_name_cannot_control_the_terminal)
{
	use_wild_name();
	ck_assert_int_eq(run(ctl_ps, "ps", NULL, NULL), 0);
	ck_assert_ptr_nonnull(
		strstr(shown, " a\\x1b[2\\xc2\\x9b\\x9b\xe2\x82\xac "));
}
END_TEST

START_TEST(a_programs_name_that_is_no_text_is_json)
{
	json_t *rows;

	use_wild_name();
	ck_assert_int_eq(run(ctl_ps, "ps", "--json", NULL), 0);
	/* no byte of it reaches a terminal as it is */
	ck_assert_ptr_null(strpbrk(shown, "\033\xc2\x9b\x7f"));
	rows = json_loads(shown, 0, NULL);
	ck_assert_uint_eq(json_array_size(rows), 1);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(rows, 0), "program")),
			 "a\033[2\xc2\x9b\xef\xbf\xbd\xe2\x82\xac");
	json_decref(rows);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-list");
	TCase *tcase = tcase_create("ctl-list");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, containers_say_whether_they_have_started);
	tcase_add_test(tcase, containers_are_json_too);
	tcase_add_test(tcase, rules_that_never_decided_are_told_apart);
	tcase_add_test(tcase, files_in_error_are_a_no);
	tcase_add_test(tcase, policies_without_the_daemon_are_not_all);
	tcase_add_test(tcase, a_programs_name_cannot_control_the_terminal);
	tcase_add_test(tcase, a_programs_name_that_is_no_text_is_json);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
