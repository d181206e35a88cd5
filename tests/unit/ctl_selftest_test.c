// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_selftest_test.c - what the self-test finds, over a kernel that enforces
 * nothing
 */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/canary.h"
#include "daemon/kdecide.h"
#include "daemon/ownbuild.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/fake_decide.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static const char yaml[] = "bailiff: 1\npolicy: web\n"
			   "files:\n  - allow: read\n    paths: /srv/**\n"
			   "tests:\n  - allow: read /srv/x\n";

static json_t *findings;

static int selftest(void)
{
	int code = ctl_run_command(ctl_selftest, "selftest", "--json",
				   "--policies", ctl_dir, "--state-dir",
				   ctl_dir, NULL);

	json_decref(findings);
	findings = ctl_json();
	return code;
}

/* How a check of something ended; "" if there is none. */
static const char *outcome(const char *check, const char *whose)
{
	json_t *rows = json_object_get(findings, "findings"), *row;
	const char *name, *of, *word;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		ck_assert(!json_unpack(row, "{s:s, s:s, s:s}", "check", &name,
				       "whose", &of, "outcome", &word));
		if (!strcmp(name, check) && !strcmp(of, whose))
			return word;
	}
	return "";
}

START_TEST(a_file_that_builds_what_is_loaded_is_good)
{
	ctl_load_text(yaml);
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("image", "web"), "ok");
	ck_assert_str_eq(outcome("build", "web"), "ok");
	ck_assert_str_eq(outcome("tests", "web"), "ok");
}
END_TEST

/* What a check's finding by somebody says under key; "" if there is none. */
static const char *of_finding(const char *check, const char *whose,
			      const char *by, const char *key)
{
	json_t *rows = json_object_get(findings, "findings"), *row;
	const char *name, *of, *who, *value;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		ck_assert(!json_unpack(row, "{s:s, s:s, s:s, s:s}", "check",
				       &name, "whose", &of, "by", &who, key,
				       &value));
		if (!strcmp(name, check) && !strcmp(of, whose) &&
		    !strcmp(who, by))
			return value;
	}
	return "";
}

static const char *found(const char *check, const char *whose, const char *by)
{
	return of_finding(check, whose, by, "text");
}

static const char *outcome_by(const char *check, const char *whose,
			      const char *by)
{
	return of_finding(check, whose, by, "outcome");
}

static const char *decided_by(void)
{
	return json_string_value(json_object_get(findings, "tests_decided_by"));
}

START_TEST(who_decides_the_tests_is_said)
{
	ctl_load_text(yaml);
	(void)selftest();
	ck_assert_str_eq(decided_by(), "policyc");
	ck_assert_str_eq(
		found("tests", "web", "policyc"),
		"its own tests hold: loaded.yaml: 1 of 1 tests passed; "
		"decided by: policyc, on the image read back from the "
		"kernel");
	ck_assert_str_eq(found("tests", "web", "kernel"), "");
	fake_decide.is_there = true;
	(void)selftest();
	ck_assert_str_eq(decided_by(), "kernel");
	ck_assert_ptr_nonnull(strstr(found("tests", "web", "policyc"),
				     "1 of 1 tests passed"));
	ck_assert_str_eq(
		found("tests", "web", "kernel"),
		"1 of its own 1 tests hold, in 1 requests; decided by: "
		"the kernel");
	(void)ctl_run_command(ctl_selftest, "selftest", "--policies", ctl_dir,
			      "--state-dir", ctl_dir, NULL);
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "\ntests decided by: the kernel\n"));
	fake_decide.is_there = false;
	(void)ctl_run_command(ctl_selftest, "selftest", "--policies", ctl_dir,
			      "--state-dir", ctl_dir, NULL);
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "\ntests decided by: policyc, on the image "
				"read back from the kernel\n"));
}
END_TEST

/* Operations of a group, both names of a rename, arguments, and what has none. */
static const char many[] =
	"bailiff: 1\npolicy: web\n"
	"files:\n  - allow: [read, write, rename]\n    paths: /srv/**\n"
	"exec:\n  - allow: /usr/bin/tar\n    args: [[\"-c\", \"*\"]]\n"
	"network:\n  - allow: connect\n    to: 10.0.0.0/8\n    ports: 443\n"
	"mounts:\n  - allow: umount\n"
	"tests:\n"
	"  - allow: rename /srv/a /srv/b\n"
	"  - deny: rename /srv/a /etc/b\n"
	"  - allow: exec /usr/bin/tar -c x\n"
	"  - deny: exec /usr/bin/tar -x x\n"
	"  - allow: connect tcp 10.1.2.3:443\n"
	"  - deny: connect tcp 10.1.2.3:80\n"
	"  - deny: mount tmpfs /t\n";

START_TEST(each_test_is_asked_of_the_kernel)
{
	ctl_load_text(many);
	fake_decide.is_there = true;
	(void)selftest();
	/* the first has two names */
	ck_assert_str_eq(
		found("tests", "web", "kernel"),
		"7 of its own 7 tests hold, in 8 requests; decided by: "
		"the kernel");
	ck_assert_str_eq(outcome_by("tests", "web", "kernel"), "ok");
	ck_assert_uint_eq(fake_decide.num_requests, 8);
	/* of files and programs the path, of the mount its point and type */
	ck_assert_uint_eq(fake_decide.num_strings, 7);
}
END_TEST

START_TEST(a_kernel_that_decides_otherwise_fails)
{
	ctl_load_text(many);
	fake_decide.is_there = true;
	fake_decide.lie_at = 2;
	(void)selftest();
	ck_assert_str_eq(found("tests", "web", "kernel"),
			 "1 of 8 requests come out otherwise: test 1 is to be "
			 "allowed, and is denied; decided by: the kernel");
	ck_assert_str_eq(outcome_by("tests", "web", "kernel"), "FAIL");
	ck_assert_str_eq(outcome_by("tests", "web", "policyc"), "ok");
	fake_decide.lie_at = 8;
	(void)selftest();
	ck_assert_str_eq(found("tests", "web", "kernel"),
			 "1 of 8 requests come out otherwise: test 7 is to be "
			 "denied, and is allowed; decided by: the kernel");
}
END_TEST

START_TEST(a_kernel_that_does_not_answer_shows_nothing)
{
	ctl_load_text(yaml);
	fake_decide.is_there = true;
	fake_decide.err = EPERM;
	(void)selftest();
	ck_assert_str_eq(outcome_by("tests", "web", "kernel"), "open");
	ck_assert_str_eq(found("tests", "web", "kernel"),
			 "Operation not permitted");
	fake_decide.err = 0;
	fake_decide.cut = true;
	(void)selftest();
	ck_assert_str_eq(outcome_by("tests", "web", "kernel"), "open");
}
END_TEST

/* What decides it is not one name: nothing that decide could be asked. */
START_TEST(a_test_that_is_no_request_is_left_open)
{
	ctl_load_text("bailiff: 1\npolicy: web\n"
		      "files:\n  - allow: rename\n    paths: /srv/**\n"
		      "  - allow: read\n    paths: /srv/high\n"
		      "tests:\n  - deny: rename /srv/low /srv/high\n"
		      "  - allow: read /srv/high\n");
	fake_decide.is_there = true;
	(void)selftest();
	ck_assert_str_eq(outcome_by("tests", "web", "policyc"), "ok");
	ck_assert_str_eq(outcome_by("tests", "web", "kernel"), "open");
	ck_assert_str_eq(
		found("tests", "web", "kernel"),
		"1 of its own 2 tests hold, in 1 requests; decided by: "
		"the kernel");
}
END_TEST

static json_int_t count(const char *wanted)
{
	json_t *rows = json_object_get(findings, "findings"), *row;
	json_int_t num = 0;
	size_t i;

	json_array_foreach(rows, i, row) num += !strcmp(
		json_string_value(json_object_get(row, "outcome")), wanted);
	return num;
}

START_TEST(each_finding_is_counted)
{
	ctl_load_text(yaml);
	ctl_write("loaded.yaml", "bailiff: 1\npolicy: other\n");
	(void)selftest();
	ck_assert_int_gt(count("ok"), 0);
	ck_assert_int_gt(count("FAIL"), 0);
	ck_assert_int_gt(count("open"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(findings, "good")),
			 count("ok"));
	ck_assert_int_eq(
		json_integer_value(json_object_get(findings, "failed")),
		count("FAIL"));
	ck_assert_int_eq(
		json_integer_value(json_object_get(findings, "not_shown")),
		count("open"));
}
END_TEST

START_TEST(without_the_directory_nothing_is_built)
{
	ctl_load_text(yaml);
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", "--json",
					 "--policies", "/nowhere",
					 "--state-dir", ctl_dir, NULL),
			 1);
	json_decref(findings);
	findings = ctl_json();
	ck_assert_str_eq(outcome("build", "/nowhere"), "open");
	ck_assert_str_eq(outcome("image", "web"), "ok");
	ck_assert_str_eq(outcome("build", "web"), "");
}
END_TEST

START_TEST(it_needs_the_module_and_root)
{
	FILE *file = fopen(ctl.kfs.lsm_file, "w");

	ck_assert_ptr_nonnull(file);
	fputs("capability\n", file);
	fclose(file);
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", NULL),
			 CTL_LACKS);
	ck_assert_str_eq(ctl_out, "");
	if (geteuid())
		return;
	file = fopen(ctl.kfs.lsm_file, "w");
	fputs("capability,bailiff\n", file);
	fclose(file);
	ck_assert_int_eq(chmod(ctl_kernel->dir, 0755), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", NULL),
			 CTL_LACKS);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_ptr_nonnull(strstr(ctl_err, "this needs root"));
	ck_assert_uint_eq(ctl_kernel->num_loads, 0);
}
END_TEST

/* What is no line of policyc's is not asked. */
START_TEST(lines_are_read_with_care)
{
	static const struct {
		const char *lines;
		int err;
	} bad[] = {
		{ "0 allow\n", -EPROTO },
		{ "0 maybe 2 =00 - - - - - =\n", -EPROTO },
		{ "0 allow 0 =00 - - - - - =\n", -EPROTO },
		{ "0 allow 99 =00 - - - - - =\n", -EPROTO },
		{ "0 allow 2 =00 - - - - - =\n", -EPROTO },
		{ "0 allow 2 00 - - - - - =\n", -EPROTO },
		{ "0 allow 0 = - - - - - =\n", -EPROTO },
		{ "0 allow 4 =0g00000000000000000000000000000000000000000000"
		  "000000000000000000 - - - - - =\n",
		  -EPROTO },
		{ "x allow 2 =00 - - - - - =\n", -EPROTO },
		{ "tests many\n", -EPROTO },
		{ "tests\n", -EPROTO },
		{ "tests 3\n", 0 },
		{ "", 0 },
	};
	struct text lines = {}, wrong = {};
	struct kdecide result;

	fake_decide.is_there = true;
	ctl_load_text(yaml);
	text_add(&lines, bad[_i].lines);
	ck_assert_int_eq(kdecide_run(&ctl.kfs, "web", &lines, &result, &wrong),
			 bad[_i].err);
	ck_assert_uint_eq(result.num_tests, _i == 11 ? 3 : 0);
	text_free(&lines);
	text_free(&wrong);
}
END_TEST

START_TEST(a_request_is_cut_off_nowhere)
{
	struct text lines = {}, wrong = {}, line = {};
	struct kdecide result;
	size_t len;

	fake_decide.is_there = true;
	ctl_load_text(yaml);
	ck_assert_int_eq(ownbuild_requests(ctl.policyc, ctl_dir, "loaded.yaml",
					   &line),
			 0);
	len = strcspn(text_string(&line), "\n");
	while (len--) {
		text_reset(&lines);
		text_add_bytes(&lines, text_string(&line), len);
		ck_assert_int_eq(kdecide_run(&ctl.kfs, "web", &lines, &result,
					     &wrong),
				 len ? -EPROTO : 0);
	}
	text_reset(&lines);
	text_add(&lines, text_string(&line));
	ck_assert_int_eq(kdecide_run(&ctl.kfs, "other", &lines, &result,
				     &wrong),
			 -ENOENT);
	text_free(&lines);
	text_free(&wrong);
	text_free(&line);
}
END_TEST

START_TEST(a_file_that_changed_is_found)
{
	ctl_load_text(yaml);
	ctl_write("loaded.yaml", "bailiff: 1\npolicy: web\nfiles:\n"
				 "  - allow: read\n    paths: /etc/**\n");
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("build", "web"), "FAIL");
	/* its tests would say nothing of what is loaded */
	ck_assert_str_eq(outcome("tests", "web"), "");
}
END_TEST

START_TEST(an_image_that_was_changed_is_found)
{
	ctl_load_text(yaml);
	ctl_kernel->policies[0].digest[3] ^= 1;
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("image", "web"), "FAIL");
	ck_assert_str_eq(outcome("build", "web"), "FAIL");
}
END_TEST

START_TEST(what_was_loaded_by_hand_has_no_file)
{
	ctl_load_text(yaml);
	ctl_write("loaded.yaml", "bailiff: 1\npolicy: other\n");
	(void)selftest();
	ck_assert_str_eq(outcome("image", "web"), "ok");
	ck_assert_str_eq(outcome("build", "web"), "open");
}
END_TEST

START_TEST(a_file_that_builds_nothing_is_found)
{
	ctl_write("broken.yaml", "bailiff: 1\npolicy: web\nfiles:\n"
				 "  - alow: read\n");
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("build", "broken.yaml"), "FAIL");
}
END_TEST

START_TEST(a_files_name_cannot_control_the_terminal)
{
	static const char name[] = "a\033\xc2\x9b\xff.yaml";

	ctl_write(name, "bailiff: 1\npolicy: web\nfiles:\n"
			"  - alow: read\n");
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("build", "a\033\xc2\x9b\xef\xbf\xbd.yaml"),
			 "FAIL");
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", "--policies",
					 ctl_dir, "--state-dir", ctl_dir, NULL),
			 1);
	ck_assert_ptr_nonnull(strstr(ctl_out, "a\\x1b\\xc2\\x9b\\xff.yaml: "));
	ck_assert_ptr_null(strpbrk(ctl_out, "\033\x9b\xff"));
}
END_TEST

START_TEST(tests_that_fail_are_not_called_good)
{
	struct text said = {};

	ctl_write("loaded.yaml", "bailiff: 1\npolicy: web\n"
				 "files:\n  - allow: read\n    paths: /a\n"
				 "tests:\n  - deny: read /a\n");
	ck_assert_int_eq(
		ownbuild_test(ctl.policyc, ctl_dir, "loaded.yaml", &said), 1);
	ck_assert_ptr_nonnull(strstr(text_string(&said), "test failed"));
	text_free(&said);
	ck_assert_int_eq(ownbuild_test("/nowhere", ctl_dir, "loaded.yaml",
				       &said),
			 -ENOENT);
	text_free(&said);
}
END_TEST

/* The fake kernel takes every policy, and nothing is denied by it. */
START_TEST(a_kernel_that_enforces_nothing_fails)
{
	unsigned int class;

	ck_assert_int_eq(selftest(), 1);
	ck_assert(json_is_false(json_object_get(findings, "passed")));
	ck_assert_str_eq(outcome("canary", "files"), "FAIL");
	ck_assert_str_eq(outcome("canary", "exec"), "FAIL");
	ck_assert_str_eq(outcome("canary", "tasks"), "FAIL");
	for (class = 1; class < BVM_NUM_CLASSES; class ++)
		ck_assert_str_ne(outcome("canary", bvm_classes[class].name),
				 "");
	/* and it is gone */
	ck_assert_uint_eq(ctl_kernel->num_unloads, 1);
}
END_TEST

START_TEST(a_kernel_that_takes_no_policy_fails)
{
	ctl_kernel->refuse_loads = true;
	ck_assert_int_eq(selftest(), 1);
	ck_assert_str_eq(outcome("canary", "all"), "FAIL");
}
END_TEST

START_TEST(status_tells_the_verdict)
{
	json_t *json, *verdict;

	ctl_kernel->live_generation = true;
	ctl_load_text(yaml);
	ck_assert_msg(!ctl_run_command(ctl_status, "status", "--state-dir",
				       ctl_dir, NULL),
		      "%s%s", ctl_err, ctl_out);
	ck_assert_ptr_nonnull(strstr(ctl_out, "selftest  never run"));
	ck_assert_int_eq(selftest(), 1);
	ck_assert_int_eq(ctl_run_command(ctl_status, "status", "--state-dir",
					 ctl_dir, NULL),
			 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "selftest  FAILED at "));
	ck_assert_ptr_null(strstr(ctl_out, "before the last load"));
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "tasks     3 in bound cgroups, 2 of them "));
	ck_assert_int_eq(ctl_run_command(ctl_status, "status", "--json",
					 "--state-dir", ctl_dir, NULL),
			 0);
	json = ctl_json();
	verdict = json_object_get(json, "selftest");
	ck_assert(json_is_false(json_object_get(verdict, "passed")));
	ck_assert(json_is_true(json_object_get(verdict, "current")));
	json_decref(json);
}
END_TEST

static bool verdict_is_of_now(void)
{
	json_t *json;
	bool is;

	(void)ctl_run_command(ctl_status, "status", "--json", "--state-dir",
			      ctl_dir, NULL);
	json = ctl_json();
	is = json_is_true(
		json_object_get(json_object_get(json, "selftest"), "current"));
	json_decref(json);
	return is;
}

START_TEST(a_load_between_the_checks_makes_the_verdict_old)
{
	ctl_kernel->live_generation = true;
	ctl_load_text(yaml);
	ctl_kernel->load_between = true; /* after the canaries' own */
	(void)selftest();
	ck_assert(!verdict_is_of_now());
	(void)selftest();
	ck_assert(verdict_is_of_now());
}
END_TEST

START_TEST(a_changed_mode_makes_the_verdict_old)
{
	ctl_kernel->live_generation = true;
	ctl_load_text(yaml);
	(void)selftest();
	ck_assert(verdict_is_of_now());
	strcpy(ctl_kernel->mode, "files=audit\nexec=audit\n");
	ck_assert(!verdict_is_of_now());
	ctl_run_command(ctl_status, "status", "--state-dir", ctl_dir, NULL);
	ck_assert_ptr_nonnull(strstr(ctl_out, "before a mode was changed"));
}
END_TEST

START_TEST(every_class_has_a_canary)
{
	static const char *const classes[BVM_NUM_CLASSES] = {
#define CANARY(CLASS, name, rule, try, what) [BVM_CLASS_##CLASS] = what,
#include "daemon/canary.def"
#undef CANARY
	};
	unsigned int class;

	for (class = 1; class < BVM_NUM_CLASSES; class ++)
		ck_assert_msg(classes[class], "%s has none",
			      bvm_classes[class].name);
}
END_TEST

START_TEST(each_canary_is_judged)
{
	static const struct {
		struct canary canary;
		enum canary_verdict verdict;
	} rows[] = {
		{ { "x", true, EACCES, 1 }, CANARY_DENIED },
		{ { "x", true, EPERM, 2 }, CANARY_DENIED },
		/* its rule was asked, and it worked or failed otherwise */
		{ { "x", true, 0, 1 }, CANARY_LET_PASS },
		{ { "x", true, ENOENT, 1 }, CANARY_LET_PASS },
		/* no rule was asked */
		{ { "x", true, 0, 0 }, CANARY_LET_PASS },
		{ { "x", true, EACCES, 0 }, CANARY_NOT_SHOWN },
		{ { "x", true, ENOSPC, 0 }, CANARY_NOT_SHOWN },
		{ { "x", false, 0, 0 }, CANARY_NOT_SHOWN },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(canary_judge(&rows[i].canary),
				 rows[i].verdict);
}
END_TEST

START_TEST(wrong_use_is_told)
{
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", "x", NULL),
			 2);
	ck_assert_int_eq(ctl_run_command(ctl_selftest, "selftest", "--x", NULL),
			 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-selftest");
	TCase *tcase = tcase_create("ctl-selftest");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, a_file_that_builds_what_is_loaded_is_good);
	tcase_add_test(tcase, who_decides_the_tests_is_said);
	tcase_add_test(tcase, each_test_is_asked_of_the_kernel);
	tcase_add_test(tcase, a_kernel_that_decides_otherwise_fails);
	tcase_add_test(tcase, a_kernel_that_does_not_answer_shows_nothing);
	tcase_add_test(tcase, a_test_that_is_no_request_is_left_open);
	tcase_add_test(tcase, each_finding_is_counted);
	tcase_add_test(tcase, without_the_directory_nothing_is_built);
	tcase_add_test(tcase, it_needs_the_module_and_root);
	tcase_add_loop_test(tcase, lines_are_read_with_care, 0, 13);
	tcase_add_test(tcase, a_request_is_cut_off_nowhere);
	tcase_add_test(tcase, a_file_that_changed_is_found);
	tcase_add_test(tcase, an_image_that_was_changed_is_found);
	tcase_add_test(tcase, what_was_loaded_by_hand_has_no_file);
	tcase_add_test(tcase, a_file_that_builds_nothing_is_found);
	tcase_add_test(tcase, a_files_name_cannot_control_the_terminal);
	tcase_add_test(tcase, tests_that_fail_are_not_called_good);
	tcase_add_test(tcase, a_kernel_that_enforces_nothing_fails);
	tcase_add_test(tcase, a_kernel_that_takes_no_policy_fails);
	tcase_add_test(tcase, status_tells_the_verdict);
	tcase_add_test(tcase, a_load_between_the_checks_makes_the_verdict_old);
	tcase_add_test(tcase, a_changed_mode_makes_the_verdict_old);
	tcase_add_test(tcase, every_class_has_a_canary);
	tcase_add_test(tcase, each_canary_is_judged);
	tcase_add_test(tcase, wrong_use_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
