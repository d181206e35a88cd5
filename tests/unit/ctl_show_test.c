// SPDX-License-Identifier: GPL-2.0-only
/* ctl_show_test.c - a policy as it is loaded */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/srcline.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

static const char yaml[] = "bailiff: 1\npolicy: web\n"
			   "description: A site\n"
			   "containers:\n  - name: \"web-*\"\n"
			   "files:\n  - deny: write\n    paths: /etc/x\n"
			   "    message: not this one\n"
			   "  - allow: read\n    paths: /srv/**\n";

START_TEST(rules_are_shown_with_their_lines)
{
	ctl_load_text(yaml);
	srcline_dir = ctl_dir;
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "policy      web, generation 1"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "A site"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "containers  name web-*"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "as the kernel says"));
	ck_assert_ptr_nonnull(strstr(
		ctl_out, "1 deny  files                 3  loaded.yaml:"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "\"not this one\""));
	ck_assert_ptr_nonnull(strstr(ctl_out, "|   - deny: write\n"));
	ck_assert_ptr_nonnull(strstr(ctl_out, "|   - allow: read\n"));
}
END_TEST

/* Whose directory that is nobody knows. */
START_TEST(lines_are_not_taken_from_the_working_directory)
{
	ctl_load_text(yaml);
	srcline_dir = "/nowhere";
	ck_assert_int_eq(chdir(ctl_dir), 0);
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "loaded.yaml:"));
	ck_assert_ptr_null(strstr(ctl_out, "| "));
}
END_TEST

START_TEST(what_is_no_plain_file_is_not_waited_for)
{
	struct srcline source = {};
	char path[96];

	snprintf(path, sizeof(path), "%s/pipe", ctl_dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_null(srcline_get(&source, path, 1));
	ck_assert_ptr_nonnull(
		srcline_get(&source, ctl_write("file", "line\n"), 1));
	srcline_free(&source);
}
END_TEST

START_TEST(a_line_cannot_control_the_terminal)
{
	ctl_load_text(yaml);
	srcline_dir = ctl_dir;
	ctl_write("loaded.yaml", "\033[2J\n\033[2J\n\033[2J\n\033[2J\n"
				 "\033[2J\n\033[2J\n\033[2J\n\033[2J\n");
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 0);
	ck_assert_ptr_nonnull(strstr(ctl_out, "| \\x1b[2J\n"));
	ck_assert_ptr_null(strchr(ctl_out, '\033'));
}
END_TEST

START_TEST(it_is_json_too)
{
	json_t *json, *rules;

	ctl_load_text(yaml);
	ck_assert_int_eq(
		ctl_run_command(ctl_show, "show", "web", "--json", NULL), 0);
	json = ctl_json();
	ck_assert(json_is_true(json_object_get(json, "same")));
	rules = json_object_get(json, "rules");
	ck_assert_uint_eq(json_array_size(rules), 2);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(rules, 1), "kind")),
			 "allow");
	ck_assert_int_eq(json_integer_value(json_object_get(
				 json_array_get(rules, 0), "hits")),
			 3);
	json_decref(json);
}
END_TEST

START_TEST(an_image_that_is_another_is_told)
{
	ctl_load_text(yaml);
	ctl_kernel->policies[0].digest[0] ^= 1;
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 1);
	ck_assert_ptr_nonnull(strstr(ctl_out, "NOT WHAT THE KERNEL SAYS"));
}
END_TEST

START_TEST(bytes_that_are_no_image_are_a_bug)
{
	ctl_load_text(yaml);
	ctl_kernel->policies[0].image[0] ^= 1;
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 4);
}
END_TEST

START_TEST(what_is_not_loaded_is_not_shown)
{
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "web", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_show, "show", "A/b", NULL), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-show");
	TCase *tcase = tcase_create("ctl-show");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, rules_are_shown_with_their_lines);
	tcase_add_test(tcase, lines_are_not_taken_from_the_working_directory);
	tcase_add_test(tcase, what_is_no_plain_file_is_not_waited_for);
	tcase_add_test(tcase, a_line_cannot_control_the_terminal);
	tcase_add_test(tcase, it_is_json_too);
	tcase_add_test(tcase, an_image_that_is_another_is_told);
	tcase_add_test(tcase, bytes_that_are_no_image_are_a_bug);
	tcase_add_test(tcase, what_is_not_loaded_is_not_shown);
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}
