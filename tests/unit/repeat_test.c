// SPDX-License-Identifier: GPL-2.0-only
/* repeat_test.c - alike records: written, counted, and none forgotten */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/journal.h"
#include "daemon/record.h"
#include "daemon/repeat.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "vm/hooks.h"

struct bytes {
	struct bailiff_event raw;
	char object[32];
};

static struct repeat *repeat;
static uint64_t written, due_num, due_kinds, last_seq;

static void setup(void)
{
	repeat = repeat_create(10000);
	written = due_num = due_kinds = 0;
}

static void teardown(void)
{
	repeat_free(repeat);
}

static struct bytes make(uint64_t seq, const char *object)
{
	struct bytes bytes = {
		.raw = {
			.len = sizeof(bytes),
			.version = BAILIFF_EVENT_VERSION,
			.class = BVM_CLASS_FILES,
			.seq = seq,
			.object = offsetof(struct bytes, object),
		},
	};

	snprintf(bytes.object, sizeof(bytes.object), "%s", object);
	return bytes;
}

static bool give(const struct bytes *bytes, uint64_t now_ms)
{
	struct record record;
	bool now;

	ck_assert_int_gt(record_parse(bytes, sizeof(*bytes), &record), 0);
	now = repeat_take(repeat, &record, bytes, sizeof(*bytes), now_ms);
	written += now;
	return now;
}

static void on_due(void *arg, const struct record *record, uint64_t num)
{
	(void)arg;
	due_kinds++;
	due_num += num;
	last_seq = record->raw.seq;
}

START_TEST(the_first_ones_are_written)
{
	uint64_t i;

	for (i = 1; i <= REPEAT_FIRST; i++) {
		struct bytes bytes = make(i, "/a");

		ck_assert(give(&bytes, 0));
	}
	repeat_flush(repeat, 20000, false, on_due, NULL);
	ck_assert_uint_eq(due_kinds, 0);
}
END_TEST

START_TEST(the_others_are_one_line_with_the_last_of_them)
{
	uint64_t i;

	for (i = 1; i <= 100; i++) {
		struct bytes bytes = make(i, "/a");

		(void)give(&bytes, i);
	}
	ck_assert_uint_eq(written, REPEAT_FIRST);
	ck_assert_uint_eq(repeat_held(repeat), 100 - REPEAT_FIRST);
	repeat_flush(repeat, 10000, false, on_due, NULL);
	ck_assert_uint_eq(due_kinds, 0);
	repeat_flush(repeat, 10001, false, on_due, NULL);
	ck_assert_uint_eq(due_kinds, 1);
	ck_assert_uint_eq(due_num, 100 - REPEAT_FIRST);
	ck_assert_uint_eq(last_seq, 100);
	ck_assert_uint_eq(repeat_held(repeat), 0);
}
END_TEST

START_TEST(a_new_window_starts_anew)
{
	struct bytes bytes = make(1, "/a");
	int i;

	for (i = 0; i < 50; i++)
		(void)give(&bytes, 0);
	repeat_flush(repeat, 10000, false, on_due, NULL);
	ck_assert(give(&bytes, 10000));
}
END_TEST

START_TEST(what_differs_in_anything_is_not_alike)
{
	struct bytes one = make(1, "/a"), other = make(1, "/a");
	int i;

	switch (_i) {
	case 0:
		strcpy(other.object, "/b");
		break;
	case 1:
		other.raw.rule = 7;
		break;
	case 2:
		other.raw.uid = 7;
		break;
	case 3:
		other.raw.outcome = BAILIFF_EVENT_WOULD_DENY;
		break;
	case 4:
		other.raw.cgroup = 7;
		break;
	case 5:
		other.raw.generation = 7;
		break;
	case 6:
		other.raw.reason = BVM_REASON_RULE;
		break;
	case 7:
		other.raw.op = 1;
		break;
	case 8:
		other.raw.err = 7;
		break;
	}
	for (i = 0; i < 50; i++)
		(void)give(&one, 0);
	ck_assert(give(&other, 0));
}
END_TEST

START_TEST(lifecycle_is_written_always)
{
	struct bytes bytes = make(1, "loaded");
	int i;

	bytes.raw.outcome = BAILIFF_EVENT_LIFECYCLE;
	for (i = 0; i < 50; i++)
		ck_assert(give(&bytes, 0));
}
END_TEST

/* More kinds than there is room for: none is lost. */
START_TEST(every_record_is_written_or_counted)
{
	uint64_t total = 0, i, j;
	char object[16];

	for (i = 0; i < 3 * REPEAT_KINDS; i++) {
		snprintf(object, sizeof(object), "/%llu",
			 (unsigned long long)i);
		for (j = 0; j < 20; j++, total++) {
			struct bytes bytes = make(total, object);

			(void)give(&bytes, i);
		}
	}
	repeat_flush(repeat, 0, true, on_due, NULL);
	ck_assert_uint_eq(written + due_num, total);
	ck_assert_uint_ge(due_kinds, REPEAT_KINDS / 2);
}
END_TEST

/* ---- how it is shown ---- */

START_TEST(a_line_says_how_many_it_stands_for)
{
	struct bytes bytes = make(9, "/a");
	struct text text = {};
	struct record record;

	ck_assert_int_gt(record_parse(&bytes, sizeof(bytes), &record), 0);
	record_print_repeated(&record, 90, &text);
	ck_assert_ptr_nonnull(strstr(text_string(&text), ",\"repeated\":90,"));
	text_reset(&text);
	record_print_json(&record, &text);
	ck_assert_ptr_null(strstr(text_string(&text), "repeated"));
	text_free(&text);
}
END_TEST

START_TEST(a_journal_entry_has_a_field_for_each_member)
{
	struct bytes bytes = make(9, "/etc/shadow");
	struct text text = {};
	struct record record;

	bytes.raw.err = 13;
	ck_assert_int_gt(record_parse(&bytes, sizeof(bytes), &record), 0);
	journal_print(&record, 3, &text);
	ck_assert_ptr_nonnull(strstr(text_string(&text), "\nPRIORITY=4\n"));
	ck_assert_ptr_nonnull(
		strstr(text_string(&text), "\nBAILIFF_OBJECT=/etc/shadow\n"));
	ck_assert_ptr_nonnull(strstr(text_string(&text), "\nBAILIFF_SEQ=9\n"));
	ck_assert_ptr_nonnull(
		strstr(text_string(&text), "\nBAILIFF_ERRNO=EACCES\n"));
	ck_assert_ptr_nonnull(
		strstr(text_string(&text), "\nBAILIFF_REPEATED=3\n"));
	text_free(&text);
}
END_TEST

/* A file may be called anything, and must not become a field. */
START_TEST(a_line_break_makes_no_field)
{
	static const char object[] = "x\nPRIORITY=0";
	static const char whole[] = "BAILIFF_OBJECT\n\x0c\0\0\0\0\0\0\0"
				    "x\nPRIORITY=0\n";
	struct bytes bytes = make(9, object);
	struct text text = {};
	struct record record;

	ck_assert_int_gt(record_parse(&bytes, sizeof(bytes), &record), 0);
	journal_print(&record, 1, &text);
	ck_assert_ptr_nonnull(
		memmem(text.data, text.len, whole, sizeof(whole) - 1));
	text_free(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("repeat");
	TCase *tcase = tcase_create("repeat");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_first_ones_are_written);
	tcase_add_test(tcase, the_others_are_one_line_with_the_last_of_them);
	tcase_add_test(tcase, a_new_window_starts_anew);
	tcase_add_loop_test(tcase, what_differs_in_anything_is_not_alike, 0, 9);
	tcase_add_test(tcase, lifecycle_is_written_always);
	tcase_add_test(tcase, every_record_is_written_or_counted);
	tcase_add_test(tcase, a_line_says_how_many_it_stands_for);
	tcase_add_test(tcase, a_journal_entry_has_a_field_for_each_member);
	tcase_add_test(tcase, a_line_break_makes_no_field);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
