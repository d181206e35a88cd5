// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies that were formatted say the same as before, keep their comments,
 * and stay as they are when they are formatted again.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "policyc/buf.h"
#include "policyc/format.h"
#include "policyc/source.h"
#include "policyc/textdiff.h"
#include "tests/lib/messages.h"
#include "tests/lib/policy_text.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"

/* A process for each of thousands would be what takes the time. */
#define BATCHES 20
#define NUM_POLICIES 50 /* in each */
#define NUM_MUTANTS 100
#define MAX_CHANGES 3

static const struct parse_options options = { .no_includes = true };
static glob_t policies;

static const struct source *source_of(const char *text)
{
	return source_create(arena, "x.yaml", text, strlen(text));
}

/* NULL if it is refused. */
static const char *formatted(const char *text)
{
	struct buf out = BUF_INIT(arena);

	if (format_source(arena, diag, &options, source_of(text), &out))
		return NULL;
	return arena_strdup(arena, buf_text(&out));
}

/* It may be refused for what it is, and never for what formatting makes. */
static void check_stays(const char *text)
{
	const char *once = formatted(text);
	struct diag *other = diag;

	if (!once) {
		const char *said = messages_of(arena, other);

		ck_assert_msg(!strstr(said, "[P901]"), "%s\n%s", said, text);
		return;
	}
	ck_assert_str_eq(once, formatted(once));
}

static u32 num_of(const char *text, char c)
{
	u32 num = 0;

	for (; *text; text++)
		num += *text == c;
	return num;
}

/* Each seed with an arena of its own, and nothing said yet. */
static void for_seeds(int batch, u32 num, void (*try)(u64 seed))
{
	for (u32 i = 0; i < num; i++) {
		policyc_teardown();
		policyc_setup();
		try((u64)batch * num + i + 1);
	}
}

static void try_policy(u64 seed)
{
	const char *text = policy_text(arena, &seed);
	const char *once = formatted(text);

	if (!once)
		diag_print(diag, stderr);
	ck_assert_msg(once != NULL, "refused:\n%s", text);
	ck_assert_str_eq(once, formatted(once));
	ck_assert_uint_eq(num_of(text, '#'), num_of(once, '#'));
}

START_TEST(random_policies_are_formatted_once)
{
	for_seeds(_i, NUM_POLICIES, try_policy);
}
END_TEST

/* A few bytes changed: the odd things that are YAML all the same. */
static void try_mutant(u64 seed)
{
	static const char pieces[] = "#'\"[]{}:,- \n|>&*!~\\?xx";
	char *text = arena_strdup(arena, policy_text(arena, &seed));
	const size_t len = strlen(text);

	for (u32 i = roll_below(&seed, MAX_CHANGES) + 1; i; i--)
		text[roll_below(&seed, (u32)len)] =
			pieces[roll_below(&seed, sizeof(pieces) - 1)];
	check_stays(text);
}

START_TEST(changed_policies_are_formatted_or_refused)
{
	for_seeds(_i, NUM_MUTANTS, try_mutant);
}
END_TEST

START_TEST(policies_of_the_tests_are_formatted_once)
{
	const struct source *source;

	ck_assert_int_eq(source_read(arena, policies.gl_pathv[_i], &source), 0);
	check_stays(source->text);
}
END_TEST

static const struct {
	const char *name, *text, *want;
} layouts[] = {
	{ "what a rule does comes first",
	  "files:\n- # a\n  paths: /x\n  # b\n  allow: read # c\n",
	  "files:\n  # a\n  # b\n  - allow: read  # c\n    paths: /x\n" },
	{ "brackets stay where they fit",
	  "exec:\n - {allow: [/a,   '/b']}\nnever: [ a,\n b ]\n",
	  "exec:\n  - {allow: [/a, \"/b\"]}\nnever: [a, b]\n" },
	{ "rules have lines of their own", "ipc: [{allow: shm}, {deny: sem}]\n",
	  "ipc:\n  - {allow: shm}\n  - {deny: sem}\n" },
	{ "a comment breaks brackets",
	  "never: [ # a\n x, # b\n y # c\n # d\n]\n",
	  "never:\n  # a\n  - x  # b\n  - y  # c\n  # d\n" },
	{ "a comment belongs to what it is indented like",
	  "ipc:\n  - allow: shm\n    # a\n  # b\n# c\nexec:\n  - allow: /x\n",
	  "ipc:\n  - allow: shm\n    # a\n  # b\n# c\nexec:\n  - allow: /x\n" },
	{ "a comment behind a dash alone belongs to what the dash is for",
	  "ipc:\n  - allow: shm\n    # a\n  -  # b\n       # c\n"
	  "    allow: sem\nnever:\n  -\n      # d\n    x\n",
	  "ipc:\n  - allow: shm\n    # a\n  # b\n  # c\n  - allow: sem\n"
	  "never:\n  # d\n  - x\n" },
	{ "a dash in a text is none",
	  "ipc:\n  - allow: shm\n    message: |\n      -\n    # a\n  - allow: sem\n",
	  "ipc:\n  - allow: shm\n    message: |\n      -\n    # a\n  - allow: sem\n" },
	{ "empty lines become one",
	  "\n\n# a\n\n\nipc:\n\n  - allow: shm\n\n\n  - allow: sem\n\n",
	  "# a\n\nipc:\n  - allow: shm\n\n  - allow: sem\n" },
	{ "keys need no quotes", "{\"ipc\": [{'allow': shm}]}",
	  "ipc:\n  - {allow: shm}\n" },
	{ "quotes stay, of one kind",
	  "never: ['a', \"b\\\\\", 'it''s', \"a\\tb\", '~', \"required\"]\n",
	  "never: [\"a\", 'b\\', \"it's\", \"a\\tb\", \"~\", \"required\"]\n" },
	{ "texts of several lines stay",
	  "description: >-  # a\n    x\n     y\n\n    z\n\nipc:\n- allow: shm\n",
	  "description: >-  # a\n  x\n   y\n\n  z\n\nipc:\n  - allow: shm\n" },
};

START_TEST(layout)
{
	ck_assert_msg(formatted(layouts[_i].text) != NULL, "%s",
		      layouts[_i].name);
	ck_assert_msg(!strcmp(formatted(layouts[_i].text), layouts[_i].want),
		      "%s:\n%s", layouts[_i].name, formatted(layouts[_i].text));
	ck_assert_str_eq(formatted(layouts[_i].want), layouts[_i].want);
}
END_TEST

/* What format_source asks before it is content. */
static const char *const differing[][2] = {
	{ "ipc: [{allow: shm}]", "ipc: [{deny: shm}]" },
	{ "ipc: [{allow: shm}]", "ipc: [{allow: shm}, {allow: sem}]" },
	{ "never: [a, b]", "never: [b, a]" },
	{ "never: [a, '~']", "never: [a, ~]" },
	{ "never: a", "never: [a]" },
	{ "never: a # x", "never: a" },
	{ "never: a # x", "never: a # y" },
	{ "never: a", "never: [a" },
};

START_TEST(a_difference_is_seen)
{
	ck_assert_int_eq(format_check(arena, diag, &options,
				      source_of(differing[_i][0]),
				      source_of(differing[_i][1])),
			 -EINVAL);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

START_TEST(keys_in_another_order_are_the_same)
{
	ck_assert_int_eq(
		format_check(arena, diag, &options,
			     source_of("ipc: [{allow: shm, quiet: x}] # a"),
			     source_of("# a\nipc:\n- quiet: x\n  allow: shm\n")),
		0);
}
END_TEST

START_TEST(differences_are_shown_as_diff_shows_them)
{
	struct buf out = BUF_INIT(arena);

	textdiff_put(&out,
		     source_of("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13"),
		     source_of("1\n2\n3\n4\nx\n6\n7\n8\n9\n10\n11\n13\n"));
	ck_assert_str_eq(buf_text(&out),
			 "--- x.yaml\n+++ x.yaml, formatted\n"
			 "@@ -2,12 +2,11 @@\n"
			 " 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n 9\n 10\n 11\n"
			 "-12\n-13\n\\ No newline at end of file\n+13\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tests, random_policies_are_formatted_once, 0,
			    BATCHES);
	tcase_add_loop_test(tests, changed_policies_are_formatted_or_refused, 0,
			    BATCHES);
	tcase_add_loop_test(tests, policies_of_the_tests_are_formatted_once, 0,
			    (int)policies.gl_pathc);
	tcase_add_loop_test(tests, layout, 0, ARRAY_SIZE(layouts));
	tcase_add_loop_test(tests, a_difference_is_seen, 0,
			    ARRAY_SIZE(differing));
	tcase_add_test(tests, keys_in_another_order_are_the_same);
	tcase_add_test(tests, differences_are_shown_as_diff_shows_them);
	tcase_set_timeout(tests, 600);
}

int main(void)
{
	Suite *suite = suite_create("format");
	TCase *tests = tcase_create("format");
	int status;

	/* `make test` runs this in the top directory. */
	if (glob("tests/policy/accept/*.yaml", 0, NULL, &policies) ||
	    glob("tests/policy/reject/*.yaml", GLOB_APPEND, NULL, &policies) ||
	    glob("policies/base/*.yaml", GLOB_APPEND, NULL, &policies) ||
	    glob("policies/*.yaml", GLOB_APPEND, NULL, &policies))
		return EXIT_FAILURE;
	add_tests(tests);
	suite_add_tcase(suite, tests);
	status = suite_run(suite);
	globfree(&policies);
	return status;
}
