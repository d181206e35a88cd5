// SPDX-License-Identifier: GPL-2.0-only
/* ctl_top_test.c - samples of top, and their lines */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/topview.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

static struct topview view;
static struct logfollow logs;
static struct text text;

static void setup(void)
{
	ctl_setup();
	ctl_kernel->policies[0].used = true;
	strcpy(ctl_kernel->policies[0].name, "nginx");
	memset(&view, 0, sizeof(view));
	ck_assert_int_eq(logfollow_open(&logs, ctl.log), 0);
	view.kfs = &ctl.kfs;
	view.logs = &logs;
}

static void teardown(void)
{
	topview_fini(&view);
	logfollow_fini(&logs);
	text_free(&text);
	ctl_teardown();
}

static void deny(const char *object, const char *more)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "{\"outcome\":\"denied\",\"container\":\"web\",\"op\":"
		 "\"read\",\"object\":\"%s\"%s}",
		 object, more);
	ctl_put_log(line);
}

static const char *shown(unsigned int width, unsigned int height)
{
	text_reset(&text);
	topview_print(&view, width, height, &text);
	return text_string(&text);
}

START_TEST(denials_are_counted_by_container_and_object)
{
	ck_assert_int_eq(topview_sample(&view, 0), 0);
	deny("/a", "");
	deny("/b", ",\"repeated\":9");
	ck_assert_int_eq(topview_sample(&view, 2), 0);
	ck_assert_ptr_nonnull(strstr(shown(200, 60),
				     "web                      nginx"
				     "                     3        2"
				     "       5.0        10\n"));
	ck_assert_ptr_nonnull(strstr(
		shown(200, 60), "      4.5         9  web denied read /b\n"
				"      0.5         1  web denied read /a\n"));
}
END_TEST

START_TEST(the_kernels_counts_are_shown)
{
	ck_assert_int_eq(topview_sample(&view, 0), 0);
	ck_assert_ptr_nonnull(strstr(shown(200, 60), "11 denied (0.0/s)"));
	ck_assert_ptr_nonnull(strstr(shown(200, 60), "5 records lost"));
	ck_assert_ptr_nonnull(
		strstr(shown(200, 60), "3  nginx 1 deny a b.yaml:7\n"));
}
END_TEST

START_TEST(lines_fit_the_screen)
{
	const char *line;
	unsigned int height, num;

	ck_assert_int_eq(topview_sample(&view, 0), 0);
	for (height = 0; height < 30; height++) {
		num = 0;
		for (line = shown(40, height); *line; line++) {
			ck_assert_uint_le(strcspn(line, "\n"), 40);
			line += strcspn(line, "\n");
			num++;
		}
		ck_assert_uint_le(num, height);
	}
}
END_TEST

START_TEST(a_record_cannot_control_the_terminal)
{
	deny("/a\\u001b[2J\\u009b\\u20ac", "");
	ck_assert_int_eq(topview_sample(&view, 1), 0);
	ck_assert_ptr_null(strchr(shown(200, 60), '\033'));
	ck_assert_ptr_nonnull(
		strstr(shown(200, 60), "/a\\x1b[2J\\xc2\\x9b\xe2\x82\xac\n"));
}
END_TEST

START_TEST(a_line_that_is_cut_is_text)
{
	unsigned int width;

	deny("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", "");
	ck_assert_int_eq(topview_sample(&view, 1), 0);
	for (width = 30; width < 60; width++) {
		const char *at;

		for (at = shown(width, 60); *at; at += text_utf8_len(at))
			ck_assert_uint_gt(text_utf8_len(at), 0);
	}
}
END_TEST

START_TEST(denials_of_a_container_that_is_gone_are_forgotten)
{
	deny("/a", "");
	ctl_put_log("{\"outcome\":\"denied\",\"container\":\"gone\","
		    "\"op\":\"read\",\"object\":\"/b\"}");
	ck_assert_int_eq(topview_sample(&view, 1), 0);
	ck_assert_int_eq(topview_sample(&view, 1), 0);
	/* web is bound, and keeps its count; refuse's cgroup has no label */
	ck_assert_uint_eq(view.by_container.num, 2);
	ck_assert_ptr_nonnull(strstr(shown(200, 60), "0.0         1\n"));
}
END_TEST

START_TEST(a_binding_that_is_gone_is_not_shown)
{
	ck_assert_int_eq(topview_sample(&view, 0), 0);
	ctl_kernel->bindings[0] = '\0';
	ck_assert_int_eq(topview_sample(&view, 1), 0);
	ck_assert_uint_eq(view.containers.num, 0);
}
END_TEST

START_TEST(batches_are_for_scripts)
{
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-b", "-n", "1", NULL),
			 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "CONTAINER"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "HITS OF RULES"));
}
END_TEST

START_TEST(batches_are_json_too)
{
	json_t *json;

	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-b", "-n", "1",
					 "--json", "--sort", "name", NULL),
			 0);
	json = ctl_json();
	ck_assert_uint_eq(json_array_size(json_object_get(json, "containers")),
			  2);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "rules")), 3);
	json_decref(json);
}
END_TEST

START_TEST(without_a_log_it_says_what_it_cannot_see)
{
	ctl.log = "/nowhere/events.json";
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-b", "-n", "1", NULL),
			 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "NO LOG"));
}
END_TEST

START_TEST(wrong_use_is_told)
{
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-n", "0", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "--json", NULL), 2);
	ck_assert_int_eq(
		ctl_run_command(ctl_top, "top", "--sort", "size", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-b", "x", NULL), 2);
	/* and no screen is drawn into a file */
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", NULL), 2);
	ck_assert_ptr_nonnull(strstr(ctl_err, "use -b"));
}
END_TEST

START_TEST(without_the_kernel_there_is_nothing_to_show)
{
	ctl_kernel->no_status = true;
	ck_assert_int_eq(ctl_run_command(ctl_top, "top", "-b", "-n", "1", NULL),
			 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-top");
	TCase *tcase = tcase_create("ctl-top");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, denials_are_counted_by_container_and_object);
	tcase_add_test(tcase, the_kernels_counts_are_shown);
	tcase_add_test(tcase, lines_fit_the_screen);
	tcase_add_test(tcase, a_record_cannot_control_the_terminal);
	tcase_add_test(tcase, a_line_that_is_cut_is_text);
	tcase_add_test(tcase,
		       denials_of_a_container_that_is_gone_are_forgotten);
	tcase_add_test(tcase, a_binding_that_is_gone_is_not_shown);
	tcase_add_test(tcase, batches_are_for_scripts);
	tcase_add_test(tcase, batches_are_json_too);
	tcase_add_test(tcase, without_a_log_it_says_what_it_cannot_see);
	tcase_add_test(tcase, wrong_use_is_told);
	tcase_add_test(tcase, without_the_kernel_there_is_nothing_to_show);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
