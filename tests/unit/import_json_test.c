// SPDX-License-Identifier: GPL-2.0-only
/* import_json_test.c - where the values of JSON are written */
#include <check.h>
#include <stdlib.h>

#include "policyc/import_json.h"
#include "tests/lib/importing.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"

static const char text[] = "{\n"
			   "\t\"a\": 17,\n"
			   "\t\"b\\\"}\": \"]}\\\\\",\n"
			   "\t\"c\": [ {\"x\": [1, {}], \"y\": null},\n"
			   "\t\t\"s\\\"]\", -1.5e3,\n"
			   "\t\ttrue,[]]\n"
			   ",\t\"d\"\n"
			   ":\n"
			   "\tfalse}\n";

static struct import im;
static struct json_place root;

static json_t *parse(const char *json)
{
	import_out_init(&im, arena, diag);
	return import_json_read(
		&im, source_create(arena, "json", json, strlen(json)), &root);
}

static u32 line_of(struct json_place place)
{
	return import_json_span(place, root).line;
}

START_TEST(members_are_found)
{
	json_t *json = parse(text);

	ck_assert_ptr_nonnull(json);
	ck_assert_uint_eq(line_of(import_json_member(root, "a")), 2);
	ck_assert_uint_eq(line_of(import_json_member(root, "c")), 4);
	ck_assert_uint_eq(line_of(import_json_member(root, "d")), 9);
	ck_assert_uint_eq(
		import_json_span(import_json_member(root, "d"), root).col, 2);
	json_decref(json);
}
END_TEST

START_TEST(what_is_not_there_is_none)
{
	json_t *json = parse(text);
	struct json_place none = import_json_member(root, "e");

	ck_assert_uint_eq(none.off, SIZE_MAX);
	/* the key of an object inside */
	ck_assert_uint_eq(import_json_member(root, "x").off, SIZE_MAX);
	/* no object, no array, nothing at all */
	ck_assert_uint_eq(
		import_json_member(import_json_member(root, "a"), "x").off,
		SIZE_MAX);
	ck_assert_uint_eq(import_json_first(root).off, SIZE_MAX);
	ck_assert_uint_eq(import_json_member(none, "x").off, SIZE_MAX);
	ck_assert_uint_eq(import_json_first(none).off, SIZE_MAX);
	ck_assert_uint_eq(import_json_next(none).off, SIZE_MAX);
	/* then it is what it would be in */
	ck_assert_uint_eq(line_of(none), 1);
	json_decref(json);
}
END_TEST

START_TEST(elements_follow_each_other)
{
	static const u32 lines[] = { 4, 5, 5, 6, 6 };
	json_t *json = parse(text);
	struct json_place at = import_json_first(import_json_member(root, "c"));

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		ck_assert_uint_ne(at.off, SIZE_MAX);
		ck_assert_uint_eq(line_of(at), lines[i]);
		at = import_json_next(at);
	}
	ck_assert_uint_eq(at.off, SIZE_MAX);
	json_decref(json);
}
END_TEST

static const struct {
	const char *json;
	u32 line;
} bad[] = {
	{ "", 1 },
	{ "{\n\"a\": 1,\n}", 3 },
	{ "{\"a\": 1,\n\"a\": 2}", 2 },
	{ "{\"a\": \"\\u0000\"}", 1 },
	{ "{} {}", 1 },
	{ "[1\n2]", 2 },
};

START_TEST(what_is_no_json_is_refused)
{
	ck_assert_ptr_null(parse(bad[_i].json));
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

/* ---- against jansson, which knows the values and not where they are ---- */

static json_t *make(u64 *seed, u32 depth)
{
	static const char *const strings[] = { "",	"a",	     "\"",
					       "\\",	"]}",	     "[{,:",
					       "\n\t",	"x y",	     ", ",
					       "\\\"]", "{\"a\": 1}" };
	const u32 kind = roll_below(seed, depth > 4 ? 4 : 6);
	json_t *made = kind == 4 ? json_array() : json_object();

	for (u32 i = roll_below(seed, 5); i-- > 0 && kind >= 4;) {
		const char *key =
			arena_printf(arena, "%c]", 'a' + (int)(i % 26));

		if (kind == 4)
			json_array_append_new(made, make(seed, depth + 1));
		else
			json_object_set_new(made, key, make(seed, depth + 1));
	}
	if (kind >= 4)
		return made;
	json_decref(made);
	if (kind == 0)
		return json_integer((json_int_t)roll_below(seed, 1000) - 500);
	if (kind == 1)
		return json_boolean(roll_below(seed, 2));
	return kind == 2 ?
		       json_null() :
		       json_string(
			       strings[roll_below(seed, ARRAY_SIZE(strings))]);
}

/* The value that begins at a place is the one that jansson has there. */
static void compare(const json_t *json, struct json_place place)
{
	json_t *here, *value;
	const char *key;

	ck_assert_uint_ne(place.off, SIZE_MAX);
	here = json_loads(place.source->text + place.off,
			  JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL);
	ck_assert(json_equal(json, here));
	json_decref(here);
	json_object_foreach((json_t *)json, key, value)
		compare(value, import_json_member(place, key));
	if (!json_is_array(json))
		return;
	place = import_json_first(place);
	for (size_t i = 0; i < json_array_size(json); i++) {
		compare(json_array_get(json, i), place);
		place = import_json_next(place);
	}
	ck_assert_uint_eq(place.off, SIZE_MAX);
}

START_TEST(places_are_those_of_the_values)
{
	u64 seed = 1 + (u64)_i;
	json_t *whole = json_object(), *json;
	char *dump;

	json_object_set_new(whole, "x", make(&seed, 0));
	dump = json_dumps(whole, _i % 2 ? JSON_COMPACT : JSON_INDENT(2));
	json = parse(arena_strdup(arena, dump));
	ck_assert_ptr_nonnull(json);
	compare(json, root);
	free(dump);
	json_decref(json);
	json_decref(whole);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import_json");
	TCase *tcase = tcase_create("import_json");

	tcase_add_checked_fixture(tcase, policyc_setup, policyc_teardown);
	tcase_add_test(tcase, members_are_found);
	tcase_add_test(tcase, what_is_not_there_is_none);
	tcase_add_test(tcase, elements_follow_each_other);
	tcase_add_loop_test(tcase, what_is_no_json_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_loop_test(tcase, places_are_those_of_the_values, 0, 300);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
