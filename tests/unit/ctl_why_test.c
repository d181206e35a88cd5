// SPDX-License-Identifier: GPL-2.0-only
/* ctl_why_test.c - the last denial: its rule, its line, what would allow it */
#include <check.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/srcline.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

#define RECORD(outcome, container, object)                                    \
	"{\"time\":\"2026-11-23T04:15:46.809344250Z\",\"seq\":7,\"outcome\":" \
	"\"" outcome "\",\"container\":\"" container                          \
	"\",\"policy\":\"web\",\"generation\":1,\"class\":\"files\",\"op\":"  \
	"\"read\",\"object\":\"" object                                       \
	"\",\"reason\":\"rule\",\"rule\":2,\"file\":\"web.yaml\","            \
	"\"line\":3,\"message\":\"no secrets\",\"errno\":\"EACCES\","         \
	"\"pid\":1,\"uid\":0,\"exe\":\"/bin/x\",\"comm\":\"x\"}"

static void some_denials(void)
{
	srcline_dir = ctl_dir;
	ctl_write("web.yaml", "policy: web\nfiles:\n  - deny: read\n");
	ctl_put_log(RECORD("denied", "one", "/etc/old"));
	ctl_put_log(RECORD("denied", "one", "/etc/secret"));
	ctl_put_log(RECORD("would-deny", "two", "/etc/other"));
	ctl_put_log(RECORD("audited", "two", "/etc/allowed"));
}

static void says(const char *words)
{
	ck_assert_msg(strstr(ctl_out, words), "%s", ctl_out);
}

START_TEST(it_names_rule_line_and_remedy)
{
	some_denials();
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "one", NULL), 0);
	says("/etc/secret");
	says("Rule 2 of policy web decided, at web.yaml:3:");
	says("    3 |   - deny: read\n");
	says("The policy says: no secrets");
	says("To allow it:");
	ck_assert_ptr_null(strstr(ctl_out, "audit mode"));
	ck_assert_ptr_null(strstr(ctl_out, "/etc/old"));
}
END_TEST

START_TEST(without_a_name_it_is_the_last_of_all)
{
	some_denials();
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", NULL), 0);
	says("/etc/other");
	says("It was allowed: the class is in audit mode.");
}
END_TEST

START_TEST(where_nothing_was_denied_it_says_no)
{
	some_denials();
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "three", NULL), 1);
	says("no denial of three in the log");
	ck_assert_int_eq(
		ctl_run_command(ctl_why, "why", "three", "--json", NULL), 1);
	json_decref(ctl_json());
	says("\"record\": null");
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "a", "b", "c", NULL),
			 2);
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "--yaml", NULL), 2);
}
END_TEST

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	ck_assert_ptr_nonnull(text);
	return text;
}

START_TEST(a_denial_is_found_in_what_was_moved_away)
{
	char from[PATH_MAX], to[PATH_MAX];

	ctl_put_log(RECORD("denied", "one", "/etc/oldest"));
	snprintf(from, sizeof(from), "%s", ctl.log);
	snprintf(to, sizeof(to), "%s.2", ctl.log);
	ck_assert_int_eq(rename(from, to), 0);
	ctl_put_log(RECORD("denied", "two", "/etc/newer"));
	snprintf(to, sizeof(to), "%s.1", ctl.log);
	ck_assert_int_eq(rename(from, to), 0);
	ctl_put_log(RECORD("audited", "two", "/etc/allowed"));
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", NULL), 0);
	says("/etc/newer");
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "one", NULL), 0);
	says("/etc/oldest");
	ck_assert_int_eq(ctl_run_command(ctl_suggest, "suggest", NULL), 0);
	says("/etc/oldest");
	says("/etc/newer");
	/* of a log that is named that one alone */
	ck_assert_int_eq(ctl_run_command(ctl_suggest, "suggest", to, NULL), 0);
	ck_assert_ptr_null(strstr(ctl_out, "/etc/oldest"));
}
END_TEST

START_TEST(a_suggestion_is_json_too)
{
	json_t *all, *one;

	ck_assert_int_eq(
		ctl_run_command(ctl_suggest, "suggest", "--json", NULL), 0);
	all = ctl_json();
	ck_assert_uint_eq(json_array_size(json_object_get(all, "denials")), 0);
	ck_assert_str_eq(member(all, "yaml"), "");
	json_decref(all);
	ctl_put_log(RECORD("denied", "two", "/etc/b"));
	ctl_put_log(RECORD("denied", "one", "/etc/\\u001ba"));
	ctl_put_log(RECORD("denied", "one", "/etc/\\u001ba"));
	ck_assert_int_eq(
		ctl_run_command(ctl_suggest, "suggest", "--json", NULL), 0);
	all = ctl_json();
	one = json_array_get(json_object_get(all, "denials"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(all, "denials")), 2);
	ck_assert_str_eq(member(one, "object"), "/etc/\033a");
	ck_assert_str_eq(member(one, "class"), "files");
	ck_assert_int_eq(json_integer_value(json_object_get(one, "count")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(all, "left_out")),
			 0);
	ck_assert_ptr_nonnull(strstr(member(all, "yaml"), "/etc/b"));
	json_decref(all);
}
END_TEST

START_TEST(it_is_json_too)
{
	json_t *why;

	some_denials();
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "--json", "one", NULL),
			 0);
	why = ctl_json();
	ck_assert_str_eq(member(json_object_get(why, "record"), "object"),
			 "/etc/secret");
	ck_assert_str_eq(member(why, "source"), "  - deny: read");
	ck_assert_ptr_nonnull(strstr(member(why, "yaml"), "/etc/secret"));
	json_decref(why);
	/* where the file is not, the rest is said all the same */
	srcline_dir = "/nowhere";
	ck_assert_int_eq(ctl_run_command(ctl_why, "why", "one", "--json", NULL),
			 0);
	why = ctl_json();
	ck_assert(json_is_null(json_object_get(why, "source")));
	json_decref(why);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-why");
	TCase *tcase = tcase_create("ctl-why");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, it_names_rule_line_and_remedy);
	tcase_add_test(tcase, without_a_name_it_is_the_last_of_all);
	tcase_add_test(tcase, where_nothing_was_denied_it_says_no);
	tcase_add_test(tcase, a_denial_is_found_in_what_was_moved_away);
	tcase_add_test(tcase, a_suggestion_is_json_too);
	tcase_add_test(tcase, it_is_json_too);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
