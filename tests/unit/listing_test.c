// SPDX-License-Identifier: GPL-2.0-only
/*
 * What show writes out is read again as the same policy.
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/listing.h"
#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/policy_text.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define NUM_POLICIES 1000

static const char *listing_of(const struct ast_policy *policy, bool places)
{
	struct buf buf = BUF_INIT(arena);

	listing_policy(&buf, policy, places);
	return arena_strdup(arena, buf_text(&buf));
}

static const struct ast_policy *read_text(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const struct source *source =
		source_create(arena, "shown", text, strlen(text));
	const struct ast_policy *policy =
		parse_text(arena, diag, &options, source);

	if (!policy) {
		diag_print(diag, stderr);
		ck_abort_msg("not read:\n%s", text);
	}
	return policy;
}

/* Also with its comments, which are for people alone. */
START_TEST(random_policies_are_read_as_they_are_shown)
{
	u64 seed = (u64)_i + 1;
	const struct ast_policy *policy = read_text(policy_text(arena, &seed));
	const char *text = listing_of(policy, false);

	ck_assert_str_eq(text, listing_of(read_text(text), false));
	ck_assert_str_eq(text, listing_of(read_text(listing_of(policy, true)),
					  false));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listing");
	TCase *tests = tcase_create("listing");

	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tests, random_policies_are_read_as_they_are_shown,
			    0, NUM_POLICIES);
	tcase_set_timeout(tests, 600);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
