// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/mend.h"
#include "policyc/quoting.h"
#include "policyc/yaml.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

static struct node *parse(const char *text)
{
	return yaml_parse(arena, diag,
			  source_create(arena, "y", text, strlen(text)));
}

START_TEST(text_lists_and_mappings_become_nodes)
{
	const struct node *root = parse("a: [x, 'y']\nb:\n  c: d\n");
	const struct node *list = node_get(root, "a");

	ck_assert_uint_eq(diag_num_errors(diag), 0);
	ck_assert_uint_eq(root->num, 2);
	ck_assert_int_eq(list->kind, NODE_LIST);
	ck_assert_uint_eq(list->num, 2);
	ck_assert_str_eq(list->items[0]->text, "x");
	ck_assert(list->items[0]->plain);
	ck_assert(!list->items[1]->plain);
	ck_assert_str_eq(node_get(node_get(root, "b"), "c")->text, "d");
	ck_assert_ptr_null(node_get(root, "c"));
}
END_TEST

/* libyaml counts characters, diagnostics count bytes. */
START_TEST(columns_count_bytes)
{
	const struct node *root = parse("\"\xc3\xa9\xc3\xa9\": /x\n"
					"b: \xe6\x97\xa5 # c\n");
	const struct node *first = root->pairs[0].value;
	const struct node *second = root->pairs[1].value;

	ck_assert_uint_eq(first->span.line, 1);
	ck_assert_uint_eq(first->span.col, 9);
	ck_assert_uint_eq(first->span.end_col, 11);
	ck_assert_uint_eq(second->span.line, 2);
	ck_assert_uint_eq(second->span.col, 4);
	ck_assert_uint_eq(second->span.end_col, 7);
	ck_assert_str_eq(source_quote(arena, &first->span), "/x");
}
END_TEST

START_TEST(a_rule_starts_where_its_first_key_does)
{
	const struct node *root = parse("files:\n  - allow: read\n"
					"    paths: /x\n");
	const struct node *rule = node_get(root, "files")->items[0];

	ck_assert_uint_eq(rule->span.line, 2);
	ck_assert_uint_eq(rule->span.col, 5);
}
END_TEST

START_TEST(empty_values_are_told_from_words)
{
	const struct node *root = parse("a:\nb: ~\nc: null\nd: ''\n");

	ck_assert(node_is_empty(node_get(root, "a")));
	ck_assert(node_is_empty(node_get(root, "b")));
	ck_assert(!node_is_empty(node_get(root, "c")));
	ck_assert(!node_is_empty(node_get(root, "d")));
}
END_TEST

START_TEST(equal_nodes_have_equal_content)
{
	const struct node *root = parse("a: [x, {y: z}]\nb: [x, {y: z}]\n"
					"c: [x, {y: w}]\nd: x\n");

	ck_assert(node_equal(node_get(root, "a"), node_get(root, "b")));
	ck_assert(!node_equal(node_get(root, "a"), node_get(root, "c")));
	ck_assert(!node_equal(node_get(root, "a"), node_get(root, "d")));
}
END_TEST

static char *nested(u32 depth)
{
	char *text = arena_alloc(arena, 2 * depth + 1);

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return text;
}

START_TEST(nesting_has_a_limit)
{
	ck_assert_ptr_nonnull(parse(nested(YAML_MAX_DEPTH)));
	ck_assert_uint_eq(diag_num_errors(diag), 0);
	ck_assert_ptr_null(parse(nested(YAML_MAX_DEPTH + 1)));
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

/* Every error of a file is told, so these give a tree all the same. */
START_TEST(a_tree_comes_with_what_is_refused)
{
	ck_assert_ptr_nonnull(parse("a: &x 1\nb: *x\nc: !t 1\na: 2\n"));
	ck_assert_uint_eq(diag_num_errors(diag), 4);
}
END_TEST

static const struct {
	const char *line, *quoted;
	char cause;
	bool in_list; /* brackets of a line before are open */
} lines[] = {
	{ "  - *.log", "\"*.log\"", '*', false },
	{ "a: *x # c", "\"*x\"", '*', false },
	{ "- a: {b,c}/d", "\"{b,c}/d\"", '{', false },
	{ "- [a-z]x", "\"[a-z]x\"", '[', false },
	{ "a: [b, @c]", "\"@c\"", '@', false },
	{ "a: [b, \"d, e\", /{f,g}/h, i]", "\"/{f,g}/h\"", '{', false },
	{ "a: [b,", NULL, 0, false },
	{ "  @x, b]", "\"@x\"", '@', true },
	{ "  p: *.x}, {q: r}]", "\"*.x\"", '*', true },
	{ "  b], *x", "\"*x\"", '*', true },
	{ "  {a: [b, c]}", NULL, 0, true },
	{ "- {a: [b, *.c], d: e}", "\"*.c\"", '*', false },
	{ "- {a: [b], d: \"c,{e\", f: @g}", "\"@g\"", '@', false },
	{ "- [\"a]\", {b}/c, \"d}\"]", "\"{b}/c\"", '{', false },
	{ "- @a: b", "\"@a\"", '@', false },
	{ "- c: @a: b", "\"@a: b\"", '@', false },
	{ "a: fd00::", "\"fd00::\"", ':', false },
	{ "a: [::1]", "\"::1\"", ':', false },
	{ "- *\\x", "'*\\x'", '*', false },
	{ "- *a\"b'c", "'*a\"b''c'", '*', false },
	{ "- %x", "\"%x\"", '%', false },
	{ "- 'x'", NULL, 0, false },
	{ "- /x", NULL, 0, false },
	{ "- \"x", NULL, 0, false },
	{ "", NULL, 0, false },
	{ "-", NULL, 0, false },
	{ "a:", NULL, 0, false },
	{ "[", NULL, 0, false },
	{ "[[[[", "\"[[[\"", '[', false },
};

START_TEST(the_value_that_needs_quotes_is_found)
{
	const char *text = lines[_i].line;
	const struct source *source =
		source_create(arena, "q", text, strlen(text));
	struct quoting found;
	bool is = quoting_find(arena, source, 1, lines[_i].in_list, &found);

	ck_assert_int_eq(is, lines[_i].quoted != NULL);
	if (!is)
		return;
	ck_assert_str_eq(found.quoted, lines[_i].quoted);
	ck_assert_int_eq(found.cause, lines[_i].cause);
}
END_TEST

/* As if it had been in quotes, at its place in the file. */
static void check_mended(const struct node *node, const char *text, u32 line,
			 u32 col)
{
	ck_assert_ptr_nonnull(node);
	ck_assert_int_eq(node->kind, NODE_TEXT);
	ck_assert(!node->bad);
	ck_assert_str_eq(node->text, text);
	ck_assert_uint_eq(node->span.line, line);
	ck_assert_uint_eq(node->span.col, col);
	ck_assert_str_eq(source_quote(arena, &node->span), text);
}

START_TEST(what_lacks_its_quotes_is_read_as_if_it_had_them)
{
	const struct node *root = parse("a: *.x\nb: [\xc3\xa9, /{c,d}, @e,\n"
					"  **/f, g]\nh: i: j\nk: l\n");
	const struct node *list;

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(diag_num_errors(diag), 5);
	check_mended(node_get(root, "a"), "*.x", 1, 4);
	list = node_get(root, "b");
	ck_assert_uint_eq(list->num, 5);
	check_mended(list->items[1], "/{c,d}", 2, 9);
	check_mended(list->items[2], "@e", 2, 17);
	check_mended(list->items[3], "**/f", 3, 3);
	check_mended(list->items[4], "g", 3, 9);
	check_mended(node_get(root, "h"), "i: j", 4, 4);
	check_mended(node_get(root, "k"), "l", 5, 4);
}
END_TEST

/* The scanner is ahead of the nodes there: it alone knows of the bracket. */
START_TEST(brackets_of_the_line_before_are_known)
{
	const struct node *root = parse("- [\n  @x, b]\n- {\n  d: *.e}\n");

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(diag_num_errors(diag), 2);
	check_mended(root->items[0]->items[0], "@x", 2, 3);
	check_mended(root->items[0]->items[1], "b", 2, 7);
	check_mended(node_get(root->items[1], "d"), "*.e", 4, 6);
}
END_TEST

/* An alias on the way to the error is none: it is a part of the glob. */
START_TEST(what_was_told_before_it_was_mended_is_forgotten)
{
	const struct node *root = parse("a: {*b, c}/d\n");

	check_mended(node_get(root, "a"), "{*b, c}/d", 1, 4);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

START_TEST(a_backslash_in_double_quotes_is_read_on_from)
{
	const struct node *root =
		parse("a: [\"\\*b\", \"c\\.d\\\"\"]\ne: @f\n");
	const struct node *list;

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(diag_num_errors(diag), 3);
	list = node_get(root, "a");
	ck_assert_str_eq(list->items[0]->text, "\\*b");
	ck_assert(!list->items[0]->plain);
	ck_assert_uint_eq(list->items[0]->span.col, 5);
	ck_assert_uint_eq(list->items[0]->span.end_col, 10);
	ck_assert_str_eq(list->items[1]->text, "c\\.d\\\"");
	check_mended(node_get(root, "e"), "@f", 2, 4);
}
END_TEST

/* What goes on below the value is a part of it: what it was to be? */
START_TEST(a_value_of_which_more_follows_is_bad)
{
	const struct node *root = parse("a: *.x\n  y\nb: c\n");

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
	ck_assert(node_get(root, "a")->bad);
	ck_assert_str_eq(node_get(root, "b")->text, "c");
}
END_TEST

static const struct {
	const char *text;
	u32 errors;
} stops[] = {
	/* no value at all */
	{ "a: b\n c: d\n", 1 },
	{ "a: @b\nc: [d\n", 2 },
	/* another error, far from what was mended */
	{ "a: @b\nc:\n  - d\n - e\n", 2 },
	/* the bracket that lacks is where the value is: one error */
	{ "a: [b, @c\nd: e\n", 1 },
	{ "a: @b\n  c: d\n", 1 },
	/* the value was not why libyaml stopped: both */
	{ "a\nb: *.c\n", 2 },
};

START_TEST(what_is_no_glob_ends_the_file)
{
	ck_assert_ptr_null(parse(stops[_i].text));
	ck_assert_uint_eq(diag_num_errors(diag), stops[_i].errors);
}
END_TEST

static char *many_globs(u32 num)
{
	char *text = arena_alloc(arena, 5 * num + 1);

	for (u32 i = 0; i < num; i++)
		memcpy(text + 5 * i, "- @x\n", 5);
	return text;
}

START_TEST(so_many_are_mended_and_no_more)
{
	const struct node *root = parse(many_globs(MEND_MAX));

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(root->num, MEND_MAX);
	ck_assert_uint_eq(diag_num_errors(diag), MEND_MAX);
	diag_forget(diag, 0);
	ck_assert_ptr_null(parse(many_globs(MEND_MAX + 10)));
	ck_assert_uint_eq(diag_num_errors(diag), MEND_MAX + 1);
}
END_TEST

static const struct mend some_mend = {
	.span = { .line = 1, .col = 1, .end_line = 1, .end_col = 3 },
};

/* Or a file of globs would be read for minutes. */
START_TEST(a_large_file_is_read_again_less_often)
{
	const struct source source = {
		.text = "@x",
		.len = SOURCE_MAX_BYTES / 2,
		.num_lines = 1,
		.lines = (const u32[]){ 0 },
	};
	struct mending mending;

	mending_init(&mending, arena, &source);
	mending.text = arena_strdup(arena, "@x");
	ck_assert(mending_add(&mending, &some_mend));
	ck_assert(mending_add(&mending, &some_mend));
	ck_assert(!mending_add(&mending, &some_mend));
	ck_assert_uint_eq(mending.num, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("yaml");
	TCase *tests = tcase_create("yaml");

	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_test(tests, text_lists_and_mappings_become_nodes);
	tcase_add_test(tests, columns_count_bytes);
	tcase_add_test(tests, a_rule_starts_where_its_first_key_does);
	tcase_add_test(tests, empty_values_are_told_from_words);
	tcase_add_test(tests, equal_nodes_have_equal_content);
	tcase_add_test(tests, nesting_has_a_limit);
	tcase_add_test(tests, a_tree_comes_with_what_is_refused);
	tcase_add_loop_test(tests, the_value_that_needs_quotes_is_found, 0,
			    (int)ARRAY_SIZE(lines));
	tcase_add_test(tests, what_lacks_its_quotes_is_read_as_if_it_had_them);
	tcase_add_test(tests, brackets_of_the_line_before_are_known);
	tcase_add_test(tests, what_was_told_before_it_was_mended_is_forgotten);
	tcase_add_test(tests, a_backslash_in_double_quotes_is_read_on_from);
	tcase_add_test(tests, a_value_of_which_more_follows_is_bad);
	tcase_add_loop_test(tests, what_is_no_glob_ends_the_file, 0,
			    (int)ARRAY_SIZE(stops));
	tcase_add_test(tests, so_many_are_mended_and_no_more);
	tcase_add_test(tests, a_large_file_is_read_again_less_often);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
