// SPDX-License-Identifier: GPL-2.0-only
/* runtime_args_test.c - command lines of runc and crun, as both read them */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/runtime_args.h"
#include "tests/lib/suite.h"

static struct runtime_args args;
static char why[512];

/* words: with single blanks between. */
static int read_words(const char *words)
{
	static char line[512];
	static char *argv[64];
	int argc = 1;

	argv[0] = "runtime";
	snprintf(line, sizeof(line), "%s", words);
	for (char *at = strtok(line, " "); at; at = strtok(NULL, " "))
		argv[argc++] = at;
	argv[argc] = NULL;
	return runtime_args_read(&args, argc, argv, why, sizeof(why));
}

static const struct {
	const char *words;
	const char *bundle;
	const char *id;
	const char *log;
	bool json;
} starts[] = {
	{ "create web", ".", "web", NULL, false },
	{ "run --bundle /b web", "/b", "web", NULL, false },
	{ "run --bundle=/b web", "/b", "web", NULL, false },
	{ "run -b /b web", "/b", "web", NULL, false },
	{ "run web -b /b", "/b", "web", NULL, false },
	{ "run -b /a -b /b web", "/b", "web", NULL, false },
	{ "run -d -b /b -- web", "/b", "web", NULL, false },
	{ "run --bundle /b -- -b", "/b", "-b", NULL, false },
	{ "--root /run/containerd/runc/k8s.io --log /t/log.json --log-format "
	  "json --systemd-cgroup create --bundle /t/web --pid-file "
	  "/t/init.pid --console-socket /t/s web",
	  "/t/web", "web", "/t/log.json", true },
	{ "--cgroup-manager=cgroupfs --log=file:/l --log-format=text run "
	  "--preserve-fds 3 --no-pivot --keep web",
	  ".", "web", "file:/l", false },
	/* words that only look like a command or an option */
	{ "--root create run --pid-file --bundle web", ".", "web", NULL,
	  false },
	{ "run -b /b --pid-file -h web", "/b", "web", NULL, false },
	{ "run -b /b --console-socket --help web", "/b", "web", NULL, false },
	{ "run -b /b -- -h", "/b", "-h", NULL, false },
};

START_TEST(a_start_names_its_bundle)
{
	ck_assert_int_eq(read_words(starts[_i].words), 0);
	ck_assert_int_eq(args.verb, RUNTIME_START);
	ck_assert_str_eq(args.bundle, starts[_i].bundle);
	ck_assert_str_eq(args.id, starts[_i].id);
	ck_assert_pstr_eq(args.log, starts[_i].log);
	ck_assert_int_eq(args.log_json, starts[_i].json);
}
END_TEST

START_TEST(crun_may_name_another_file)
{
	ck_assert_int_eq(read_words("run -f /c.json -b /b web"), 0);
	ck_assert_str_eq(args.config, "/c.json");
	ck_assert_int_eq(read_words("run web"), 0);
	ck_assert_ptr_null(args.config);
}
END_TEST

static const char *const others[] = {
	"",
	"--version",
	"features",
	"start web",
	"kill web KILL",
	"exec -t web run --bundle /b",
	"--log /l state create",
	"--unknown list",
	"-xyz",
	"create --help",
	"run -h",
	"run -b /b -h web",
	"run web --help",
	"--help create",
};

START_TEST(what_starts_nothing_is_none_of_ours)
{
	/* "--help create" asks crun for help, and is taken for a start */
	if (!strcmp(others[_i], "--help create")) {
		ck_assert_int_eq(read_words(others[_i]), -EINVAL);
		return;
	}
	ck_assert_int_eq(read_words(others[_i]), 0);
	ck_assert_int_eq(args.verb, RUNTIME_OTHER);
}
END_TEST

START_TEST(a_restore_is_known)
{
	ck_assert_int_eq(read_words("--root /r restore --bundle /b web"), 0);
	ck_assert_int_eq(args.verb, RUNTIME_RESTORE);
}
END_TEST

static const struct {
	const char *words;
	const char *said;
} unclear[] = {
	{ "--unknown create web", "--unknown" },
	{ "-x run web", "-x" },
	{ "run --unknown web", "--unknown" },
	/* -b to crun, bDIR to runc */
	{ "run -b/b web", "-b/b" },
	/* the name of an option to runc, -b to crun */
	{ "run -bundle /b web", "-bundle" },
	{ "run -db /b web", "-db" },
	/* crun takes it for --bundle, runc does not */
	{ "run --bun /b web", "--bun" },
	{ "run web --bundle", "value is missing" },
	{ "create", "name of the container" },
	/* no help to runc */
	{ "run --help=false -b /b web", "--help=false" },
	{ "run --help --help=0 -b /b web", "--help=0" },
};

START_TEST(what_may_mean_two_bundles_is_refused)
{
	ck_assert_int_eq(read_words(unclear[_i].words), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, unclear[_i].said));
}
END_TEST

START_TEST(the_log_is_known_when_it_is_refused)
{
	ck_assert_int_eq(
		read_words("--log /l --log-format json run --unknown web"),
		-EINVAL);
	ck_assert_str_eq(args.log, "/l");
	ck_assert(args.log_json);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof(array[0]))

int main(void)
{
	Suite *suite = suite_create("runtime_args");
	TCase *tcase = tcase_create("args");

	tcase_add_loop_test(tcase, a_start_names_its_bundle, 0, ROWS(starts));
	tcase_add_test(tcase, crun_may_name_another_file);
	tcase_add_loop_test(tcase, what_starts_nothing_is_none_of_ours, 0,
			    ROWS(others));
	tcase_add_test(tcase, a_restore_is_known);
	tcase_add_loop_test(tcase, what_may_mean_two_bundles_is_refused, 0,
			    ROWS(unclear));
	tcase_add_test(tcase, the_log_is_known_when_it_is_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
