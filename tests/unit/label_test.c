// SPDX-License-Identifier: GPL-2.0-only
/* label_test.c - names of files do not say where policyc was started */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/label.h"
#include "policyc/source.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

static const struct {
	const char *policy, *name, *label;
} names[] = {
	{ "a.yaml", "a.yaml", "a.yaml" },
	{ "./a.yaml", "./a.yaml", "a.yaml" },
	{ "d/a.yaml", "d/a.yaml", "a.yaml" },
	{ ".//d/./a.yaml", "d/a.yaml", "a.yaml" },
	{ "../d/a.yaml", "../d/a.yaml", "a.yaml" },
	{ "../d/a.yaml", "../d/e/b.yaml", "e/b.yaml" },
	{ "d/a.yaml", "d/e/b.yaml", "e/b.yaml" },
	{ "a.yaml", "e/b.yaml", "e/b.yaml" },
	{ "d/a.yaml", "e/b.yaml", "../e/b.yaml" },
	{ "a.yaml", "../e/b.yaml", "../e/b.yaml" },
	{ "d/a.yaml", "../e/b.yaml", "../../e/b.yaml" },
	{ "d/a.yaml", "dd/b.yaml", "../dd/b.yaml" },
	{ "dd/a.yaml", "d/b.yaml", "../d/b.yaml" },
	/* how the place above is called is not known */
	{ "../d/a.yaml", "e/b.yaml", "e/b.yaml" },
	{ "d/a.yaml", "/usr/b.yaml", "/usr/b.yaml" },
	{ "/d/a.yaml", "/d/a.yaml", "/d/a.yaml" },
	{ "/d/a.yaml", "e/b.yaml", "e/b.yaml" },
	{ "<stdin>", "<stdin>", "<stdin>" },
};

START_TEST(a_name_is_as_seen_from_the_policy)
{
	const char *base = label_base(arena, names[_i].policy);
	const struct source *source =
		source_create(arena, names[_i].name, "", 0);

	ck_assert_str_eq(label_of(arena, base, source), names[_i].label);
	ck_assert_str_eq(label_of(arena, base, NULL), "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("label");
	TCase *tc = tcase_create("names");

	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tc, a_name_is_as_seen_from_the_policy, 0,
			    (int)ARRAY_SIZE(names));
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
