// SPDX-License-Identifier: GPL-2.0-only
/* ctl_status_test.c - what is enforced, as people and programs see it */
#include <check.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/verdict.h"
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

/* ---- what the kernel says ---- */

#define POLICY                                \
	"bailiff: 1\npolicy: nginx\nfiles:\n" \
	"  - allow: [read]\n    paths: [/a]\n"

/* No number is there twice: each has its own place. */
static const struct fake_policy *fill(void)
{
	struct verdict verdict = {
		.time = 1700000000,
		.of.generation = 41,
		.good = 31,
		.failed = 0,
		.not_shown = 17,
	};
	struct verdict_of now;

	strcpy(ctl_kernel->status,
	       "abi 1\njit on\nlsm_order 6\ndecisions_denied 11\n"
	       "decisions_audited 12\nevents_lost 13\nbindings 14\njoins 15\n"
	       "join_failures 16\ngeneration 41\n");
	strcpy(ctl_kernel->rules, "1 a b.yaml:7 deny 300\n"
				  "2 a b.yaml:9 allow 5000\n"
				  "0 -:0 default 40\n");
	strcpy(ctl_kernel->bindings,
	       "cgroup=7 policy=nginx label=web runtime=12 tasks=9 joined=8\n"
	       "cgroup=8 policy=refuse tasks=100 joined=0\n"
	       "cgroup=9 policy=nginx,base label=db tasks=80 joined=70\n");
	ctl_kernel->last_generation = 40;
	ctl_load_text(POLICY);
	verdict_boot(verdict.boot);
	ck_assert_int_eq(verdict_look(&ctl.kfs, &now), 0);
	verdict.of.modes = now.modes;
	ck_assert_int_eq(verdict_save(ctl_dir, &verdict), 0);
	ctl.run_dir = ctl_dir;
	return fake_kernel_find(ctl_kernel, "nginx");
}

#define DAEMON                                                         \
	"{\"ok\": true, \"pid\": 18, \"logged\": 19, \"errors\": 20, " \
	"\"alarms\": [], \"alarms_more\": 0}\n"

START_TEST(every_number_has_its_place)
{
	const struct fake_policy *policy = fill();
	char right[2048];

	status(DAEMON);
	snprintf(
		right, sizeof(right),
		"bailiff   active (module 6), 1 of 1 policies enforce\n"
		"kernel    ABI 1, JIT on, 11 decisions denied, "
		"12 only recorded; 13 records lost\n"
		"          14 bindings, 15 joins (16 failed)\n"
		"daemon    running, pid 18; 19 records logged, "
		"20 files in error: bailiffctl policies\n"
		"tasks     89 in bound cgroups, 78 of them confined: "
		"bailiffctl containers\n"
		"selftest  passed at 2023-11-14 22:13:20 UTC: 31 good, "
		"0 failed, 17 not shown\n"
		"\n"
		"POLICY               MODE       GEN  TASKS  DENIALS       HITS"
		"  DIGEST\n"
		"nginx                enforce     41      2      340       5340"
		"  %.12s\n"
		"stacked   db: nginx, base\n",
		policy->digest);
	ck_assert_str_eq(ctl_out, right);
}
END_TEST

/* What a document has at a path of names and numbers, as text. */
static const char *at(json_t *json, const char *path)
{
	static char *text;
	char word[64];

	while (json && *path) {
		size_t len = strcspn(path, ".");

		snprintf(word, sizeof(word), "%.*s", (int)len, path);
		json = json_is_array(json) ?
			       json_array_get(json, (size_t)atoi(word)) :
			       json_object_get(json, word);
		path += len + (path[len] == '.');
	}
	free(text);
	text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	return text ? text : "nothing";
}

static const struct {
	const char *path, *value;
} members[] = {
	{ "active", "true" },
	{ "enforcing", "true" },
	{ "policies.0.name", "\"nginx\"" },
	{ "policies.0.mode", "\"enforce\"" },
	{ "policies.0.generation", "41" },
	{ "policies.0.tasks", "2" },
	{ "policies.0.rules", "2" },
	{ "policies.0.denials", "340" },
	{ "policies.0.hits", "5340" },
	{ "policies.1", "nothing" },
	{ "containers.0",
	  "{\"container\":\"web\",\"cgroup\":7,\"policies\":[\"nginx\"],"
	  "\"tasks\":9,\"confined\":8}" },
	{ "containers.2.policies", "[\"nginx\",\"base\"]" },
	{ "kernel.abi", "1" },
	{ "kernel.jit", "\"on\"" },
	{ "kernel.decisions_denied", "11" },
	{ "kernel.decisions_audited", "12" },
	{ "kernel.events_lost", "13" },
	{ "kernel.bindings", "14" },
	{ "kernel.joins", "15" },
	{ "kernel.join_failures", "16" },
	{ "coverage", "{\"tasks\":89,\"confined\":78}" },
	{ "selftest", "{\"passed\":true,\"current\":true,\"time\":1700000000,"
		      "\"good\":31,\"failed\":0,\"not_shown\":17}" },
	{ "daemon", "null" },
};

START_TEST(every_number_has_its_member)
{
	const struct fake_policy *policy = fill();
	char digest[80];
	json_t *json;
	size_t i;

	ck_assert_int_eq(ctl_run_command(ctl_status, "status", "--state-dir",
					 ctl_dir, "--json", NULL),
			 CTL_YES);
	json = ctl_json();
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		ck_assert_msg(
			!strcmp(at(json, members[i].path), members[i].value),
			"%s: %s", members[i].path, at(json, members[i].path));
	snprintf(digest, sizeof(digest), "\"%s\"", policy->digest);
	ck_assert_str_eq(at(json, "policies.0.digest"), digest);
	json_decref(json);
}
END_TEST

static const struct {
	unsigned long long generation;
	unsigned int failed;
	const char *boot; /* NULL: this one */
	const char *said, *json;
} verdicts[] = {
	{ 41, 0, NULL, "passed at ", "\"current\":true" },
	{ 41, 3, NULL, "FAILED at ", "\"passed\":false" },
	{ 40, 0, NULL, "; before the last load", "\"current\":false" },
	{ 41, 0, "other", "; in an earlier boot", "\"current\":false" },
};

static void put_lsm(const char *modules)
{
	FILE *file = fopen(ctl.kfs.lsm_file, "w");

	ck_assert_ptr_nonnull(file);
	fputs(modules, file);
	fclose(file);
}

static int run_status(const char *option)
{
	ctl.run_dir = ctl_dir;
	return ctl_run_command(ctl_status, "status", "--state-dir", ctl_dir,
			       option, NULL);
}

START_TEST(a_kernel_without_the_module_enforces_nothing)
{
	json_t *json;

	fill();
	put_lsm("capability,landlock\n");
	ck_assert_int_eq(run_status(NULL), CTL_LACKS);
	ck_assert_int_eq(
		strncmp(ctl_out, "bailiff   NOT ACTIVE: this kernel ", 34), 0);
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "\ndaemon    bailiffd does not answer at "));
	ck_assert_ptr_null(strstr(ctl_out, "nginx"));
	ck_assert_int_eq(run_status("--json"), CTL_LACKS);
	json = ctl_json();
	ck_assert_str_eq(at(json, "active"), "false");
	ck_assert_str_eq(at(json, "enforcing"), "false");
	ck_assert_str_eq(at(json, "policies"), "[]");
	ck_assert_str_eq(at(json, "containers"), "[]");
	ck_assert_ptr_nonnull(strstr(at(json, "error"), "this kernel"));
	ck_assert_str_eq(at(json, "kernel"), "nothing");
	json_decref(json);
}
END_TEST

START_TEST(without_a_policy_nothing_is_enforced)
{
	json_t *json;

	ck_assert_int_eq(run_status(NULL), CTL_NO);
	ck_assert_ptr_nonnull(strstr(ctl_out, "0 of 0 policies enforce\n"));
	ck_assert_ptr_null(strstr(ctl_out, "POLICY"));
	ck_assert_int_eq(run_status("--json"), CTL_NO);
	json = ctl_json();
	ck_assert_str_eq(at(json, "active"), "true");
	ck_assert_str_eq(at(json, "enforcing"), "false");
	json_decref(json);
}
END_TEST

START_TEST(what_cannot_be_read_is_no_status)
{
	ctl_kernel->no_status = true;
	ck_assert_int_eq(run_status(NULL), CTL_LACKS);
	ck_assert_str_eq(ctl_out, "");
	ck_assert_int_eq(run_status("more"), CTL_USAGE);
	ck_assert_int_eq(run_status("--more"), CTL_USAGE);
}
END_TEST

START_TEST(where_all_are_confined_there_is_nothing_to_look_at)
{
	fill();
	strcpy(ctl_kernel->bindings,
	       "cgroup=7 policy=nginx label=web tasks=9 joined=9\n");
	ck_assert_int_eq(run_status(NULL), CTL_YES);
	ck_assert_ptr_nonnull(strstr(ctl_out, "\ntasks     9 in bound cgroups, "
					      "9 of them confined\n"));
}
END_TEST

START_TEST(the_verdict_says_what_it_is_of)
{
	struct verdict verdict = {
		.of.generation = verdicts[_i].generation,
		.failed = verdicts[_i].failed,
	};
	struct verdict_of now;
	json_t *json;

	fill();
	ck_assert_int_eq(verdict_look(&ctl.kfs, &now), 0);
	verdict.of.modes = now.modes;
	verdict_boot(verdict.boot);
	if (verdicts[_i].boot)
		strcpy(verdict.boot, verdicts[_i].boot);
	ck_assert_int_eq(verdict_save(ctl_dir, &verdict), 0);
	ctl_run_command(ctl_status, "status", "--state-dir", ctl_dir, NULL);
	ck_assert_msg(strstr(ctl_out, verdicts[_i].said), "%s", ctl_out);
	ctl_run_command(ctl_status, "status", "--state-dir", ctl_dir, "--json",
			NULL);
	json = ctl_json();
	ck_assert_msg(strstr(at(json, "selftest"), verdicts[_i].json), "%s",
		      at(json, "selftest"));
	json_decref(json);
}
END_TEST

START_TEST(what_only_root_is_told_is_not_zero)
{
	json_t *json;

	fill();
	ctl_kernel->not_root = true;
	ck_assert_int_eq(ctl_run_command(ctl_status, "status", "--state-dir",
					 ctl_dir, NULL),
			 CTL_YES);
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "\ntasks     ? in bound cgroups: this needs "
				"root\n"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "     2        ?          ?  "));
	ck_assert_ptr_nonnull(strstr(ctl_out, "\n?: this needs root\n"));
	ck_assert_int_eq(ctl_run_command(ctl_status, "status", "--state-dir",
					 ctl_dir, "--json", NULL),
			 CTL_YES);
	json = ctl_json();
	ck_assert_str_eq(at(json, "coverage"), "null");
	ck_assert_str_eq(at(json, "containers"), "null");
	ck_assert_str_eq(at(json, "policies.0.tasks"), "2");
	ck_assert_str_eq(at(json, "policies.0.denials"), "null");
	ck_assert_str_eq(at(json, "policies.0.hits"), "null");
	json_decref(json);
}
END_TEST

START_TEST(policies_does_not_call_it_zero_either)
{
	fill();
	ctl_kernel->not_root = true;
	(void)ctl_run_command(ctl_policies, "policies", NULL);
	ck_assert_ptr_nonnull(strstr(ctl_out, "     2        ?  "));
	ck_assert_ptr_nonnull(strstr(ctl_out, "\n?: this needs root\n"));
	ctl_kernel->not_root = false;
	(void)ctl_run_command(ctl_policies, "policies", NULL);
	ck_assert_ptr_nonnull(strstr(ctl_out, "     2      340  "));
	ck_assert_ptr_null(strstr(ctl_out, "?"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_status");
	TCase *tcase = tcase_create("ctl_status");

	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, alarms_are_shown_and_that_there_are_more);
	tcase_add_test(tcase, without_more_nothing_is_said_of_them);
	tcase_add_test(tcase, every_number_has_its_place);
	tcase_add_test(tcase, every_number_has_its_member);
	tcase_add_loop_test(tcase, the_verdict_says_what_it_is_of, 0,
			    (int)(sizeof(verdicts) / sizeof(verdicts[0])));
	tcase_add_test(tcase, what_only_root_is_told_is_not_zero);
	tcase_add_test(tcase, policies_does_not_call_it_zero_either);
	tcase_add_test(tcase, a_kernel_without_the_module_enforces_nothing);
	tcase_add_test(tcase, without_a_policy_nothing_is_enforced);
	tcase_add_test(tcase, what_cannot_be_read_is_no_status);
	tcase_add_test(tcase,
		       where_all_are_confined_there_is_nothing_to_look_at);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
