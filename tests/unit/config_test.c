// SPDX-License-Identifier: GPL-2.0-only
/* config_test.c - options, from words and from a file */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/config.h"
#include "daemon/options.h"
#include "tests/lib/suite.h"

static struct daemon_options options;
static struct config config;
static struct text why;
static char file[] = "/tmp/config-test.XXXXXX";
static char policyc[PATH_MAX];

static void setup(void)
{
	ck_assert_ptr_nonnull(realpath("build/bin/policyc", policyc));
	options_default(&options);
	memset(&config, 0, sizeof(config));
	config.file = file;
	strcpy(file, "/tmp/config-test.XXXXXX");
	close(mkstemp(file));
}

static void teardown(void)
{
	unlink(file);
	text_free(&config.values);
	text_free(&why);
}

static int read_text(const char *text)
{
	struct config_reader reader = { .policyc = policyc };
	FILE *out = fopen(file, "w");

	fputs(text, out);
	fclose(out);
	text_reset(&config.values);
	return config_read(&config, &reader, &options, &why);
}

static bool says(const char *part)
{
	return strstr(text_string(&why), part);
}

START_TEST(sizes_have_units)
{
	static const struct {
		const char *word;
		int err;
		unsigned long long bytes;
	} sizes[] = {
		{ "0", 0, 0 },
		{ "17", 0, 17 },
		{ "3K", 0, 3072 },
		{ "2M", 0, 2097152 },
		{ "1G", 0, 1073741824 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "1T", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "9999999999999999G", -ERANGE, 0 },
		{ "99999999999999999999999999999999999999999", -EINVAL, 0 },
	};
	unsigned long long bytes = 0;

	ck_assert_int_eq(options_size(sizes[_i].word, &bytes), sizes[_i].err);
	if (!sizes[_i].err)
		ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

START_TEST(each_kind_refuses_what_it_is_not)
{
	char path[128];

	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_LOG, ""));
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_LOG_KEEP, "x"));
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_LOG_KEEP, "86401"));
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_LOG_SIZE, "1Q"));
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_JOURNAL, "yes"));
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_METRICS, "[::1]"));
	ck_assert_ptr_null(options_set(&options, OPTIONS_METRICS, "[::1]:1"));
	ck_assert_ptr_null(options_set(&options, OPTIONS_METRICS, "/run/m"));
	snprintf(path, sizeof(path), "/%0107d", 7);
	ck_assert_ptr_nonnull(options_set(&options, OPTIONS_METRICS, path));
	path[107] = '\0';
	ck_assert_ptr_null(options_set(&options, OPTIONS_METRICS, path));
	ck_assert_uint_eq(options.log_keep, 5);
	ck_assert_uint_eq(options.log_size, 100 << 20);
}
END_TEST

START_TEST(a_file_sets_options)
{
	ck_assert_int_eq(read_text("# mine\nlog: /a b\nlog-size: 3K\n"
				   "log-keep: 7\njournal: true\n"
				   "policies: \"/etc/p\"\n"),
			 0);
	ck_assert_str_eq(options.log, "/a b");
	ck_assert_uint_eq(options.log_size, 3072);
	ck_assert_uint_eq(options.log_keep, 7);
	ck_assert(options.journal);
	ck_assert_str_eq(options.policies_dir, "/etc/p");
	ck_assert_str_eq(options.run_dir, RUN_DIR);
}
END_TEST

START_TEST(an_empty_mapping_sets_nothing)
{
	ck_assert_int_eq(read_text("{}\n"), 0);
	ck_assert_str_eq(options.log, LOG_FILE);
}
END_TEST

START_TEST(an_unknown_key_is_shown_where_it_is)
{
	ck_assert_int_eq(read_text("log: /a\nmetric: 9750\n"), -EINVAL);
	ck_assert(says(":2:1: error: unknown key 'metric'"));
	ck_assert(says("    2 | metric: 9750\n      | ^~~~~~"));
	ck_assert(says("did you mean 'metrics'?"));
}
END_TEST

START_TEST(a_wrong_value_is_shown_where_it_is)
{
	static const struct {
		const char *text;
		const char *part;
	} wrong[] = {
		{ "log-size: 3Q\n", ":1:11: error: 'log-size' takes" },
		{ "log-keep: many\n", ":1:11: error: 'log-keep' takes" },
		{ "journal: yes\n", "takes true or false, got 'yes'" },
		{ "policies: here\n", "takes an absolute path, got 'here'" },
		{ "log: [a]\n", "'log' takes one value, got a list" },
		{ "log:\n", "'log' has no value" },
		{ "log: \"a\\nb\"\n", "text without control characters" },
		{ "- log\n", "takes a mapping, got a list" },
		{ "log: a\nlog: b\n", "key 'log' is there twice" },
		{ "log: [\n", "cannot read the YAML" },
		{ "", "empty" },
		{ "log-keep: 86401\n", "takes a number, at most 86400, got" },
		{ "log-keep: 99999999999999999999\n", "at most 86400" },
		{ "log-size: 9007199254740992K\n",
		  "behind it, at most 9223372036854775807, got" },
		{ "log-size: 9223372036854775808\n", "at most 922" },
	};

	ck_assert_int_eq(read_text(wrong[_i].text), -EINVAL);
	ck_assert_msg(says(wrong[_i].part), "it says: %s", text_string(&why));
}
END_TEST

/* The most that policyc lets through is what the option takes. */
START_TEST(the_largest_is_right)
{
	ck_assert_int_eq(read_text("log-keep: 86400\n"
				   "log-size: 9007199254740991K\n"),
			 0);
	ck_assert_uint_eq(options.log_keep, 86400);
	ck_assert_uint_eq(options.log_size, INT64_MAX - 1023);
	ck_assert_int_eq(read_text("log-size: 9223372036854775807\n"), 0);
	ck_assert_uint_eq(options.log_size, INT64_MAX);
}
END_TEST

/* policyc knows nothing of addresses: bailiffd says it as policyc does. */
START_TEST(what_the_option_knows_is_shown_where_it_is)
{
	char wanted[PATH_MAX + 200];

	ck_assert_int_eq(read_text("# 1\nmetrics:\t\"0.0.0.0:9750\"  # all\n"),
			 -EINVAL);
	snprintf(wanted, sizeof(wanted),
		 "%s:2:10: error: 'metrics': it is neither PORT, "
		 "127.0.0.1:PORT, [::1]:PORT nor an absolute path, got "
		 "'0.0.0.0:9750'\n"
		 "    2 | metrics:\t\"0.0.0.0:9750\"  # all\n"
		 "      |         \t^~~~~~~~~~~~~~\n",
		 file);
	ck_assert_str_eq(text_string(&why), wanted);
}
END_TEST

START_TEST(a_long_value_is_shown_where_it_is)
{
	static char text[2 * PATH_MAX];

	snprintf(text, sizeof(text), "log: /%0*d\n", PATH_MAX, 7);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert(says(":1:6: error: 'log': it is too long, got '/000"));
	ck_assert(says("\n    1 | log: /000"));
	ck_assert(says("\n      |      ^~~~"));
	snprintf(text, sizeof(text), "metrics: /%0108d\n", 7);
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert(says(":1:10: error: 'metrics': it is too long: the path of "
		       "a socket has at most 107 bytes, got '/000"));
}
END_TEST

START_TEST(all_errors_are_shown_at_once)
{
	ck_assert_int_eq(read_text("metrics: 70000\nlog-kep: 3\n"
				   "journal: maybe\nlog-window: 4\n"),
			 -EINVAL);
	ck_assert(says(":1:10: error: 'metrics': it is neither"));
	ck_assert(says(":2:1: error: unknown key 'log-kep'"));
	ck_assert(says(":3:10: error: 'journal' takes true or false"));
	ck_assert_uint_eq(options.log_window, 4);
}
END_TEST

START_TEST(a_place_is_known_of_what_the_file_says)
{
	ck_assert_int_eq(read_text("log: /x\n\nlog-keep:   7\n"), 0);
	ck_assert_str_eq(config.places[OPTIONS_LOG].at, "1:6");
	ck_assert_str_eq(config.places[OPTIONS_LOG_KEEP].at, "3:13");
	ck_assert_str_eq(config.places[OPTIONS_LOG_KEEP].line,
			 "    3 | log-keep:   7");
	ck_assert_str_eq(config.places[OPTIONS_LOG_KEEP].carets,
			 "      |             ^");
	ck_assert_ptr_null(config.places[OPTIONS_METRICS].at);
}
END_TEST

/* A file's name and its values are what somebody else wrote. */
START_TEST(a_terminal_does_nothing_of_what_is_quoted)
{
	ck_assert_int_eq(read_text("metrics: \"x\\x7f\\x9b31m\"\n"), -EINVAL);
	ck_assert(says("got 'x\\x7f\\xc2\\x9b31m'\n"));
}
END_TEST

START_TEST(no_file_is_told_from_a_wrong_one)
{
	struct config_reader reader = { .policyc = policyc };

	config.file = "/nowhere/x.yaml";
	ck_assert_int_eq(config_read(&config, &reader, &options, &why),
			 -ENOENT);
}
END_TEST

/* -ENOENT would mean that there is nothing to heed. */
START_TEST(a_file_that_nobody_can_read_is_not_missing)
{
	struct config_reader reader = { .policyc = "/nowhere/policyc" };

	config.file = "/etc/passwd";
	ck_assert_int_eq(config_read(&config, &reader, &options, &why),
			 -ENOEXEC);
}
END_TEST

START_TEST(every_option_is_in_the_manual)
{
	static char page[65536];
	FILE *in = fopen("docs/man/bailiffd.8", "r");
	char item[64];
	size_t id, len;

	ck_assert_ptr_nonnull(in);
	len = fread(page, 1, sizeof(page) - 1, in);
	page[len] = '\0';
	fclose(in);
	for (id = 0; id < OPTIONS_NUM; id++) {
		snprintf(item, sizeof(item), "\n.It Fl -%s%s", options_name(id),
			 options_kind(id) == OPTIONS_FLAG ? "\n" : " Ar ");
		ck_assert_msg(strstr(page, item), "not in the manual: %s",
			      item);
	}
}
END_TEST

/* A unit that says what the program does not take would not start. */
START_TEST(the_unit_says_only_what_there_is)
{
	FILE *in = fopen("daemon/systemd/bailiffd.service", "r");
	char line[512], *word;
	bool found = false;

	ck_assert_ptr_nonnull(in);
	while (fgets(line, sizeof(line), in)) {
		if (strncmp(line, "ExecStart=", 10))
			continue;
		found = true;
		for (word = strtok(line, " \n"); word;
		     word = strtok(NULL, " \n"))
			if (word[0] == '-')
				ck_assert_uint_lt(options_find(word + 2),
						  OPTIONS_NUM);
	}
	fclose(in);
	ck_assert(found);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("config");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, sizes_have_units, 0, 12);
	tcase_add_test(tcase, each_kind_refuses_what_it_is_not);
	tcase_add_test(tcase, a_file_sets_options);
	tcase_add_test(tcase, an_empty_mapping_sets_nothing);
	tcase_add_test(tcase, an_unknown_key_is_shown_where_it_is);
	tcase_add_loop_test(tcase, a_wrong_value_is_shown_where_it_is, 0, 15);
	tcase_add_test(tcase, the_largest_is_right);
	tcase_add_test(tcase, what_the_option_knows_is_shown_where_it_is);
	tcase_add_test(tcase, a_long_value_is_shown_where_it_is);
	tcase_add_test(tcase, all_errors_are_shown_at_once);
	tcase_add_test(tcase, a_place_is_known_of_what_the_file_says);
	tcase_add_test(tcase, a_terminal_does_nothing_of_what_is_quoted);
	tcase_add_test(tcase, no_file_is_told_from_a_wrong_one);
	tcase_add_test(tcase, a_file_that_nobody_can_read_is_not_missing);
	tcase_add_test(tcase, every_option_is_in_the_manual);
	tcase_add_test(tcase, the_unit_says_only_what_there_is);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
