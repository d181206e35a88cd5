// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/diag.h"
#include "policyc/source.h"
#include "policyc/suggest.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

static const struct source *source;

static void setup(void)
{
	static const char text[] = "one two\n"
				   "\tthr\xc3\xa9\xc3\xa9 four\n"
				   "\033[31mred\n";

	policyc_setup();
	source = source_create(arena, "p.yaml", text, strlen(text));
}

static struct diag *make(struct diag_options options)
{
	return diag_create(arena, &options);
}

static const char *print(struct diag *diag)
{
	return messages_of(arena, diag);
}

START_TEST(an_error_shows_the_line_and_a_caret)
{
	struct diag *diag = make((struct diag_options){ 0 });
	struct span span = source_span(source, 4, 3);

	diag_report(diag, &span, UNKNOWN_KEY, "two", "the policy");
	diag_note(diag, "did you mean '%s'?", "tow");
	ck_assert_str_eq(print(diag),
			 "p.yaml:1:5: error: unknown key 'two' in the policy "
			 "[P201]\n"
			 "    1 | one two\n"
			 "      |     ^~~\n"
			 "p.yaml:1:5: note: did you mean 'tow'?\n");
}
END_TEST

START_TEST(tabs_and_wide_letters_keep_the_caret_in_place)
{
	struct diag *diag = make((struct diag_options){ 0 });
	struct span span = source_span(source, 9, 7);

	diag_report(diag, &span, EMPTY);
	ck_assert_str_eq(print(diag), "p.yaml:2:2: error: no policy here: "
				      "the file is empty [P103]\n"
				      "    2 | \tthr\xc3\xa9\xc3\xa9 four\n"
				      "      | \t^~~~~\n");
}
END_TEST

START_TEST(terminal_controls_are_not_passed_on)
{
	struct diag *diag = make((struct diag_options){ 0 });
	struct span span = source_span(source, 22, 1);

	diag_report(diag, &span, NOT_YET, "\033]0;x\007\xc2\x9b\xff");
	ck_assert_str_eq(print(diag), "p.yaml:3:1: error: '?]0;x?"
				      "?"
				      "?' is not in this "
				      "version yet [P203]\n"
				      "    3 | ?[31mred\n"
				      "      | ^\n");
}
END_TEST

START_TEST(messages_come_by_line_and_once)
{
	struct diag *diag = make((struct diag_options){ 0 });
	struct span second = source_span(source, 9, 1);
	struct span first = source_span(source, 0, 1);
	const char *text;

	diag_report(diag, &second, NOT_YET, "b");
	diag_report(diag, &first, NOT_YET, "a");
	diag_report(diag, &second, NOT_YET, "b");
	diag_note(diag, "of the one that was dropped");
	diag_report(diag, &second, NOT_YET, "c");
	ck_assert_uint_eq(diag_num_errors(diag), 3);
	text = print(diag);
	ck_assert(strstr(text, "'a'") < strstr(text, "'b'"));
	ck_assert(strstr(text, "'b'") < strstr(text, "'c'"));
	ck_assert_ptr_null(strstr(text, "dropped"));
}
END_TEST

START_TEST(warnings_are_no_errors_and_lint_is_on_demand)
{
	struct diag *quiet = make((struct diag_options){ 0 });
	struct diag *diag = make((struct diag_options){ .lint = true });

	diag_report(diag, NULL, NO_KERNEL, "files.stat");
	diag_report(diag, NULL, BELOW_ONLY, "/x/**", "/x", "/x");
	diag_report(quiet, NULL, BELOW_ONLY, "/x/**", "/x", "/x");
	diag_note(quiet, "nothing to add to");
	ck_assert_uint_eq(diag_num_errors(diag), 0);
	ck_assert_uint_eq(diag_num_warnings(diag), 1);
	ck_assert_ptr_nonnull(strstr(print(diag), "lint: "));
	ck_assert_str_eq(print(quiet), "");
}
END_TEST

START_TEST(forgotten_messages_are_not_counted)
{
	struct diag *diag = make((struct diag_options){ 0 });
	u32 mark;

	diag_report(diag, NULL, NOT_YET, "a");
	mark = diag_mark(diag);
	diag_report(diag, NULL, NOT_YET, "b");
	diag_report(diag, NULL, NO_KERNEL, "c");
	diag_forget(diag, mark);
	diag_note(diag, "to one that is gone");
	ck_assert_uint_eq(diag_num_errors(diag), 1);
	ck_assert_uint_eq(diag_num_warnings(diag), 0);
	ck_assert_str_eq(print(diag), "policyc: error: 'a' is not in this "
				      "version yet [P203]\n");
}
END_TEST

START_TEST(json_has_places_and_notes)
{
	struct diag *diag = make((struct diag_options){ .json = true });
	struct span span = source_span(source, 4, 3);

	diag_report(diag, &span, NOT_YET, "a\"b");
	diag_note_at(diag, &span, "see");
	ck_assert_str_eq(
		print(diag),
		"[{\"file\": \"p.yaml\", \"line\": 1, \"col\": 5, "
		"\"end_line\": 1, \"end_col\": 8, \"severity\": \"error\", "
		"\"id\": \"P203\", \"text\": \"'a\\\"b' is not in this "
		"version yet\", \"notes\": [{\"file\": \"p.yaml\", "
		"\"line\": 1, \"col\": 5, \"end_line\": 1, \"end_col\": 8, "
		"\"text\": \"see\"}]}]\n");
	ck_assert_str_eq(print(diag), "[]\n");
}
END_TEST

START_TEST(color_is_an_option)
{
	struct diag *diag = make((struct diag_options){ .color = true });
	struct span span = source_span(source, 4, 3);

	diag_report(diag, &span, NOT_YET, "x");
	ck_assert_ptr_nonnull(strstr(print(diag), "\033[1;31merror: "));
}
END_TEST

START_TEST(a_flood_is_counted_and_cut)
{
	struct diag *diag = make((struct diag_options){ 0 });
	const char *text;
	u32 i;

	for (i = 0; i < 5000; i++)
		diag_report(diag, NULL, BAD_NAME, "x");
	ck_assert_uint_eq(diag_num_errors(diag), 5000);
	text = print(diag);
	ck_assert_uint_lt(strlen(text), 100000);
	ck_assert_ptr_nonnull(strstr(text, "the first 100 of 5000 messages"));
}
END_TEST

/* Who takes what is not there for passed is misled: JSON has all, or says so. */
START_TEST(json_has_all_or_says_what_it_lacks)
{
	static const struct {
		u32 num;
		u32 shown;
		const char *said; /* NULL: nothing */
	} floods[] = {
		{ 101, 101, NULL },
		{ 1000, 1000, NULL },
		{ 1001, 1000, "the first 1000 of 1001 messages" },
	};
	struct diag *diag = make((struct diag_options){ .json = true });

	for (size_t i = 0; i < ARRAY_SIZE(floods); i++) {
		const char *text;
		u32 num = 0;

		for (u32 k = 0; k < floods[i].num; k++)
			diag_report(diag, NULL, BAD_NAME, "x");
		text = print(diag);
		for (const char *at = text; (at = strstr(at, "\"id\"")); at++)
			num++;
		ck_assert_uint_eq(num, floods[i].shown);
		ck_assert_int_eq(!strstr(text, "the first"), !floods[i].said);
		if (floods[i].said)
			ck_assert_ptr_nonnull(strstr(text, floods[i].said));
	}
}
END_TEST

/* A line of 16 MB must not be printed as a whole, nor the caret lost. */
START_TEST(a_long_line_is_cut_round_the_caret)
{
	struct diag *diag = make((struct diag_options){ 0 });
	size_t len = 1u << 20;
	char *text = arena_alloc(arena, len + 1);
	const char *printed;
	struct span span;

	memset(text, 'x', len);
	memcpy(text + len / 2, "HERE", 4);
	span = source_span(source_create(arena, "l", text, len), len / 2, 4);
	diag_report(diag, &span, EMPTY);
	printed = print(diag);
	ck_assert_uint_lt(strlen(printed), 600);
	ck_assert_ptr_nonnull(strstr(printed, "HERE"));
	ck_assert_ptr_nonnull(strstr(printed, "^~~~\n"));
}
END_TEST

START_TEST(a_long_value_is_cut_between_characters)
{
	struct diag *diag = make((struct diag_options){ 0 });
	char *value = arena_alloc(arena, 100001);
	const char *printed;
	size_t i;

	for (i = 0; i < 100000; i += 2)
		memcpy(value + i, "\xc3\xa9", 2);
	diag_report(diag, NULL, NOT_YET, value);
	diag_note(diag, "%s", value);
	printed = print(diag);
	ck_assert_uint_lt(strlen(printed), 1100);
	ck_assert_ptr_nonnull(strstr(printed, "\xc3\xa9... [P203]\n"));
	ck_assert_ptr_null(strchr(printed, '?'));
}
END_TEST

static const struct {
	const char *word, *name;
	bool near;
} pairs[] = {
	{ "raed", "read", true },
	{ "Read", "read", true },
	{ "net-admin", "net_admin", true },
	{ "path", "paths", true },
	{ "xyz", "read", false },
	{ "", "read", false },
	{ "a", "b", false },
	{ "connct", "connect", true },
};

START_TEST(near_names_are_suggested)
{
	struct suggest suggest = SUGGEST_INIT(pairs[_i].word);

	suggest_try(&suggest, pairs[_i].name);
	ck_assert_int_eq(suggest.best != NULL, pairs[_i].near);
}
END_TEST

START_TEST(the_nearest_name_wins)
{
	struct suggest suggest = SUGGEST_INIT("listne");

	suggest_try(&suggest, "list");
	suggest_try(&suggest, "listen");
	suggest_try(&suggest, "lister");
	ck_assert_str_eq(suggest.best, "listen");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diag");
	TCase *tests = tcase_create("diag");

	tcase_add_checked_fixture(tests, setup, policyc_teardown);
	tcase_add_test(tests, an_error_shows_the_line_and_a_caret);
	tcase_add_test(tests, tabs_and_wide_letters_keep_the_caret_in_place);
	tcase_add_test(tests, terminal_controls_are_not_passed_on);
	tcase_add_test(tests, messages_come_by_line_and_once);
	tcase_add_test(tests, warnings_are_no_errors_and_lint_is_on_demand);
	tcase_add_test(tests, forgotten_messages_are_not_counted);
	tcase_add_test(tests, json_has_places_and_notes);
	tcase_add_test(tests, color_is_an_option);
	tcase_add_test(tests, a_flood_is_counted_and_cut);
	tcase_add_test(tests, json_has_all_or_says_what_it_lacks);
	tcase_add_test(tests, a_long_line_is_cut_round_the_caret);
	tcase_add_test(tests, a_long_value_is_cut_between_characters);
	tcase_add_loop_test(tests, near_names_are_suggested, 0,
			    (int)ARRAY_SIZE(pairs));
	tcase_add_test(tests, the_nearest_name_wins);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
