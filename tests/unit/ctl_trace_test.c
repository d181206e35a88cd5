// SPDX-License-Identifier: GPL-2.0-only
/* ctl_trace_test.c - whose decisions are traced, and how they are shown */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/uapi/bailiff.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"
#include "vm/hooks.h"

/* A record of reading /x by a rule, in what `trace` gives. */
static void put_record(unsigned int outcome, unsigned long long lost)
{
	static const char strings[] = "nginx\0nginx.yaml\0/x\0padding";
	struct bailiff_event event = {
		.len = sizeof(event) + 24,
		.version = BAILIFF_EVENT_VERSION,
		.outcome = (__u8)outcome,
		.class = BVM_CLASS_FILES,
		.op = BVM_OP_FILES_READ,
		.rule = 4,
		.line = 12,
		.lost = lost,
		.policy = sizeof(event),
		.file = sizeof(event) + 6,
		.object = sizeof(event) + 17,
	};
	unsigned char *to = ctl_kernel->traced + ctl_kernel->traced_len;

	memcpy(to, &event, sizeof(event));
	memcpy(to + sizeof(event), strings, 24);
	ctl_kernel->traced_len += event.len;
}

#define TRACE(...) ctl_run_command(ctl_trace, "trace", __VA_ARGS__, NULL)

START_TEST(a_name_is_a_bound_container)
{
	put_record(BAILIFF_EVENT_ALLOWED, 0);
	ck_assert_int_eq(TRACE("web", "-n", "1"), 0);
	ck_assert_str_eq(ctl_kernel->last_trace, "cgroup=7");
	ck_assert_ptr_nonnull(strstr(ctl_out, "allowed"));
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "read /x by rule 4 (nginx.yaml:12)"));
	ck_assert_ptr_nonnull(strstr(ctl_err, "1 decisions, 0 lost"));
}
END_TEST

START_TEST(a_number_is_a_cgroup)
{
	put_record(BAILIFF_EVENT_ALLOWED, 0);
	ck_assert_int_eq(TRACE("99", "--policy", "nginx", "-n", "1"), 0);
	ck_assert_str_eq(ctl_kernel->last_trace, "cgroup=99 policy=nginx");
}
END_TEST

START_TEST(a_policy_needs_no_container)
{
	put_record(BAILIFF_EVENT_ENFORCED, 0);
	ck_assert_int_eq(TRACE("--policy", "nginx", "-n", "1"), 0);
	ck_assert_str_eq(ctl_kernel->last_trace, "policy=nginx");
	ck_assert_ptr_nonnull(strstr(ctl_out, "denied"));
}
END_TEST

START_TEST(losses_are_said)
{
	put_record(BAILIFF_EVENT_ALLOWED, 0);
	put_record(BAILIFF_EVENT_ALLOWED, 5);
	ck_assert_int_eq(TRACE("web", "-n", "2"), 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "5 decisions were lost"));
	ck_assert_ptr_nonnull(strstr(ctl_err, "2 decisions, 5 lost"));
}
END_TEST

START_TEST(json_is_as_the_log_has_it)
{
	json_t *json;

	put_record(BAILIFF_EVENT_ALLOWED, 0);
	ck_assert_int_eq(TRACE("web", "-n", "1", "--json"), 0);
	json = ctl_json();
	ck_assert_str_eq(json_string_value(json_object_get(json, "outcome")),
			 "allowed");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "rule")), 4);
	json_decref(json);
}
END_TEST

START_TEST(nothing_decided_is_no)
{
	ck_assert_int_eq(TRACE("web", "--for", "1"), 1);
}
END_TEST

START_TEST(two_of_one_name_have_to_be_told_apart)
{
	strcat(ctl_kernel->bindings,
	       "cgroup=9 policy=nginx label=web tasks=1 joined=1\n");
	ck_assert_int_eq(TRACE("web", "-n", "1"), 2);
	ck_assert_ptr_nonnull(strstr(ctl_err, "2 containers are called web"));
	ck_assert_ptr_nonnull(strstr(ctl_err, "7, 9"));
}
END_TEST

START_TEST(who_is_not_there_is_not_traced)
{
	ck_assert_int_eq(TRACE("mail"), 2);
	ck_assert_int_eq(TRACE("--policy", "a b"), 2);
	ck_assert_int_eq(ctl_run_command(ctl_trace, "trace", NULL), 2);
	ck_assert_int_eq(TRACE("web", "-n", "x"), 2);
	ck_assert_int_eq(TRACE("web", "web"), 2);
}
END_TEST

START_TEST(bytes_that_are_no_record_are_a_bug)
{
	ctl_kernel->traced_len = 200;
	ck_assert_int_eq(TRACE("web"), 4);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-trace");
	TCase *tcase = tcase_create("ctl-trace");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, a_name_is_a_bound_container);
	tcase_add_test(tcase, a_number_is_a_cgroup);
	tcase_add_test(tcase, a_policy_needs_no_container);
	tcase_add_test(tcase, losses_are_said);
	tcase_add_test(tcase, json_is_as_the_log_has_it);
	tcase_add_test(tcase, nothing_decided_is_no);
	tcase_add_test(tcase, two_of_one_name_have_to_be_told_apart);
	tcase_add_test(tcase, who_is_not_there_is_not_traced);
	tcase_add_test(tcase, bytes_that_are_no_record_are_a_bug);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
