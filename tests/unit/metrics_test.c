// SPDX-License-Identifier: GPL-2.0-only
/* metrics_test.c - counts, as Prometheus reads them */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/counters.h"
#include "daemon/prom.h"
#include "daemon/record.h"
#include "daemon/tally.h"
#include "daemon/text.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/promtext.h"
#include "tests/lib/suite.h"
#include "vm/hooks.h"

static struct text page;
static struct kfs kfs;
static struct fake_kernel *kernel;

static void setup(void)
{
	memset(&page, 0, sizeof(page));
	kernel = fake_kernel_create(&kfs);
}

static void teardown(void)
{
	text_free(&page);
	fake_kernel_free(kernel);
}

/* ---- the reader that the other tests rely on ---- */

#define HEAD "# HELP a_total x\n# TYPE a_total counter\n"

START_TEST(the_reader_refuses_what_is_wrong)
{
	static const char *const wrong[] = {
		"",
		"a_total 1\n", /* no HELP */
		"# HELP a_total x\na_total 1\n", /* no TYPE */
		HEAD "a_total 1", /* no end */
		HEAD "b_total 1\n",
		HEAD "a_total\n",
		HEAD "a_total x\n",
		HEAD "a_total 1 2 3\n",
		HEAD "a_total -1\n",
		HEAD "a_total NaN\n",
		HEAD "a_total 1\na_total 2\n", /* twice */
		HEAD "a_total{} 1\n",
		HEAD "a_total{b=c} 1\n",
		HEAD "a_total{b=\"c} 1\n",
		HEAD "a_total{b=\"\\x\"} 1\n",
		HEAD "a_total{b=\"c\",} 1\n",
		HEAD "a_total{1=\"c\"} 1\n",
		HEAD "a_total 1\n" HEAD "a_total{b=\"c\"} 1\n",
		"# HELP a x\n# TYPE a counter\na 1\n",
		"# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
		"# HELP a x\n# TYPE a thing\na 1\n",
		"# hello\n",
		"\n",
	};

	ck_assert_msg(promtext_check(wrong[_i]), "taken: %s", wrong[_i]);
}
END_TEST

START_TEST(the_reader_takes_what_is_right)
{
	const char *right = HEAD "a_total 1\na_total{b=\"\\\\\\\"\\n{,\"} 2.5\n"
				 "# HELP b y\n# TYPE b gauge\n";

	ck_assert_ptr_null(promtext_check(right));
	ck_assert(promtext_value(right, "a_total") == 1);
	ck_assert(promtext_value(right, "a_total{b=\"\\\\\\\"\\n{,\"}") == 2.5);
	ck_assert(promtext_value(right, "b") == -1);
}
END_TEST

/* ---- text ---- */

START_TEST(any_bytes_are_a_label)
{
	static const struct {
		const char *bytes;
		const char *quoted;
	} labels[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "a\"b\\c\nd", "a\\\"b\\\\c\\nd" },
		{ "\xff"
		  "x\xc3",
		  "\xef\xbf\xbd"
		  "x\xef\xbf\xbd" },
		{ "\xc3\xa4\t", "\xc3\xa4\t" },
	};
	struct prom_label label = { "state", labels[_i].bytes };
	char line[128];

	prom_begin(&page, PROM_FILES);
	prom_value(&page, PROM_FILES, &label, 1, 7);
	ck_assert_ptr_null(promtext_check(text_string(&page)));
	snprintf(line, sizeof(line), "\nbailiff_policy_files{state=\"%s\"} 7\n",
		 labels[_i].quoted);
	ck_assert_ptr_nonnull(strstr(text_string(&page), line));
}
END_TEST

START_TEST(every_metric_is_documented)
{
	static char docs[65536];
	FILE *file = fopen("docs/metrics.md", "r");
	char cell[128];
	size_t i, len;

	ck_assert_ptr_nonnull(file);
	len = fread(docs, 1, sizeof(docs) - 1, file);
	docs[len] = '\0';
	fclose(file);
	for (i = 0; i < PROM_NUM_METRICS; i++) {
		snprintf(cell, sizeof(cell), "| `%s` |", prom_name(i));
		ck_assert_msg(strstr(docs, cell), "not in docs: %s", cell);
	}
}
END_TEST

/* ---- records ---- */

static struct record record_of(const char *policy, unsigned int rule,
			       unsigned int outcome)
{
	return (struct record){
		.raw = {
			.class = BVM_CLASS_FILES,
			.reason = BVM_REASON_RULE,
			.rule = rule,
			.outcome = outcome,
		},
		.policy = policy,
	};
}

START_TEST(records_are_told_apart_by_what_they_say)
{
	struct tally *tally = tally_create();
	struct record records[] = {
		record_of("one", 1, BAILIFF_EVENT_ENFORCED),
		record_of("one", 1, BAILIFF_EVENT_ENFORCED),
		record_of("one", 2, BAILIFF_EVENT_ENFORCED),
		record_of("two", 1, BAILIFF_EVENT_ENFORCED),
		record_of("two", 1, BAILIFF_EVENT_WOULD_DENY),
		record_of("two", 1, BAILIFF_EVENT_WAITING),
		record_of("two", 1, BAILIFF_EVENT_LIFECYCLE),
	};
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(records); i++)
		tally_add(tally, &records[i]);
	tally_print(tally, &page);
	text = text_string(&page);
	ck_assert_ptr_null(promtext_check(text));
#define SERIES(policy, rule, outcome)                     \
	"bailiff_records_total{policy=\"" policy          \
	"\",class=\"files\",reason=\"rule\",rule=\"" rule \
	"\",outcome=\"" outcome "\"}"
	ck_assert(promtext_value(text, SERIES("one", "1", "denied")) == 2);
	ck_assert(promtext_value(text, SERIES("one", "2", "denied")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "denied")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "would-deny")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "waiting")) == 1);
	ck_assert_ptr_null(strstr(text, "lifecycle"));
	ck_assert(promtext_value(text, "bailiff_records_other_total") == 0);
	tally_free(tally);
}
END_TEST

START_TEST(more_kinds_of_records_than_there_is_room_for_are_counted)
{
	struct tally *tally = tally_create();
	struct record record;
	unsigned int rule;

	for (rule = 1; rule <= TALLY_ROWS + 9; rule++) {
		record = record_of("one", rule, BAILIFF_EVENT_ENFORCED);
		tally_add(tally, &record);
	}
	record = record_of("one", 5, BAILIFF_EVENT_ENFORCED);
	tally_add(tally, &record); /* has its row */
	tally_print(tally, &page);
	ck_assert_ptr_null(promtext_check(text_string(&page)));
	ck_assert(promtext_value(text_string(&page),
				 "bailiff_records_other_total") == 10);
	ck_assert(promtext_value(text_string(&page),
				 SERIES("one", "5", "denied")) == 2);
	tally_free(tally);
}
END_TEST

/* ---- the kernel's ---- */

START_TEST(the_kernels_counts_are_shown)
{
	const char *text;

	strcpy(kernel->policies[0].name, "one");
	kernel->policies[0].used = true;
	kernel->policies[0].generation = 3;
	ck_assert_int_eq(counters_print(&kfs, &page), 0);
	text = text_string(&page);
	ck_assert_ptr_null(promtext_check(text));
	ck_assert(promtext_value(text, "bailiff_decisions_denied_total") == 11);
	ck_assert(promtext_value(
			  text,
			  "bailiff_denied_by_class_total{class=\"files\"}") ==
		  9);
	ck_assert(promtext_value(text, "bailiff_denied_by_reason_total{reason="
				       "\"path-too-long\"}") == 2);
	ck_assert(promtext_value(text, "bailiff_events_lost_total") == 5);
	ck_assert(promtext_value(text, "bailiff_load_errors_total") == 4);
	ck_assert(promtext_value(text,
				 "bailiff_policy_generation{policy=\"one\"}") ==
		  3);
	ck_assert(promtext_value(
			  text, "bailiff_policy_waiting{policy=\"one\"}") == 1);
	ck_assert(promtext_value(text,
				 "bailiff_rule_hits_total{policy=\"one\",rule="
				 "\"1\",kind=\"deny\",where=\"a b.yaml:7\"}") ==
		  3);
	/* what decided nothing is left out */
	ck_assert_ptr_null(strstr(text, "rule=\"2\""));
	/* and so is what this kernel does not count */
	ck_assert_ptr_null(strstr(text, "bailiff_joins_total"));
}
END_TEST

START_TEST(a_kernel_that_cannot_be_read_is_no_page)
{
	kernel->no_status = true;
	ck_assert_int_eq(counters_print(&kfs, &page), -EACCES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	/* thousands of rows, with sanitizers, on a machine that is busy */
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, the_reader_refuses_what_is_wrong, 0, 23);
	tcase_add_test(tcase, the_reader_takes_what_is_right);
	tcase_add_loop_test(tcase, any_bytes_are_a_label, 0, 5);
	tcase_add_test(tcase, every_metric_is_documented);
	tcase_add_test(tcase, records_are_told_apart_by_what_they_say);
	tcase_add_test(
		tcase,
		more_kinds_of_records_than_there_is_room_for_are_counted);
	tcase_add_test(tcase, the_kernels_counts_are_shown);
	tcase_add_test(tcase, a_kernel_that_cannot_be_read_is_no_page);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
