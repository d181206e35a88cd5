// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

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
} lines[] = {
	{ "  - *.log", "\"*.log\"", '*' },
	{ "a: *x # c", "\"*x\"", '*' },
	{ "- a: {b,c}/d", "\"{b,c}/d\"", '{' },
	{ "- [a-z]x", "\"[a-z]x\"", '[' },
	{ "a: [b, @c]", "\"@c\"", '@' },
	{ "a: [b, \"d, e\", /{f,g}/h, i]", "\"/{f,g}/h\"", '{' },
	{ "a: [b,", NULL, 0 },
	{ "  @x, b]", "\"@x, b]\"", '@' },
	{ "a: fd00::", "\"fd00::\"", ':' },
	{ "a: [::1]", "\"::1\"", ':' },
	{ "- *\\x", "'*\\x'", '*' },
	{ "- *a\"b'c", "'*a\"b''c'", '*' },
	{ "- %x", "\"%x\"", '%' },
	{ "- 'x'", NULL, 0 },
	{ "- /x", NULL, 0 },
	{ "- \"x", NULL, 0 },
	{ "", NULL, 0 },
	{ "-", NULL, 0 },
	{ "a:", NULL, 0 },
	{ "[", NULL, 0 },
	{ "[[[[", "\"[[[\"", '[' },
};

START_TEST(the_value_that_needs_quotes_is_found)
{
	const char *text = lines[_i].line;
	const struct source *source =
		source_create(arena, "q", text, strlen(text));
	struct quoting found;
	bool is = quoting_find(arena, source, 1, &found);

	ck_assert_int_eq(is, lines[_i].quoted != NULL);
	if (!is)
		return;
	ck_assert_str_eq(found.quoted, lines[_i].quoted);
	ck_assert_int_eq(found.cause, lines[_i].cause);
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
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
