// SPDX-License-Identifier: GPL-2.0-only
/*
 * closure_test.c - what may be done under a name and below it
 *
 * The dumb twins: a walk over all states that can be reached, and strings
 * written out one by one. The seed is fixed.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "policyc/parse.h"
#include "policyc/pattern.h"
#include "policyc/source.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "vm/rights.h"
#include "vm/table.h"

#define POLICIES 120
#define PAIRS 40
#define MAX_TAIL 4 /* bytes of what is written out below a directory */

static struct arena *arena;
static struct bvm_image img;
static struct bvm_error err;

static void setup(void)
{
	arena = arena_create();
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct bvm_table *dfa(void)
{
	return &img.tables[img.rights_dfa];
}

static u32 state_of(const char *path)
{
	return bvm_dfa_feed(dfa(), bvm_dfa_start(dfa()), path, strlen(path));
}

static const struct bvm_rights *rights_of(const char *path)
{
	return &img.rights[bvm_dfa_accept(dfa(), state_of(path))];
}

/* ---- all states that can be reached ---- */

static struct bvm_rights reachable(u32 from)
{
	struct bvm_rights sum = { 0, ~0ull };
	bool *seen = arena_array(arena, bvm_dfa_numbers(dfa()), sizeof(bool));
	u32 *todo = arena_array(arena, bvm_dfa_numbers(dfa()), sizeof(u32));
	u32 num = 1;

	todo[0] = from;
	seen[from] = true;
	while (num) {
		const u32 state = todo[--num];
		const struct bvm_rights *r =
			&img.rights[bvm_dfa_accept(dfa(), state)];

		sum.may |= r->may;
		sum.must &= r->must;
		for (u32 byte = 0; byte < 256; byte++) {
			const u32 next = bvm_dfa_step(dfa(), state, byte);

			if (!seen[next])
				todo[num++] = next;
			seen[next] = true;
		}
	}
	return sum;
}

START_TEST(closures_are_of_all_that_can_be_reached)
{
	struct gen gen = { .arena = arena, .state = 77 };
	u32 asked = 0, distinct = 0;

	for (u32 i = 0; i < POLICIES / 4; i++) {
		policyc_build(arena, gen_policy(&gen), &img);
		for (u32 s = 0; img.rights && s < dfa()->count; s += 3) {
			const struct bvm_rights *got =
				&img.closures[img.closure_of[s]];
			const struct bvm_rights want = reachable(s);

			ck_assert(got->may == want.may &&
				  got->must == want.must);
			asked++;
		}
		distinct += img.num_closures;
	}
	ck_assert_uint_gt(asked, 300);
	ck_assert_uint_gt(distinct, POLICIES / 4);
}
END_TEST

/* ---- strings ---- */

/* What a directory and all below it gain. */
static u64 tree_gained(const char *from, const char *to)
{
	const u32 old = state_of(from), new = state_of(to);

	return bvm_rights_gained(&img, old, new) |
	       bvm_rights_gained_below(&img, bvm_dfa_step(dfa(), old, '/'),
				       bvm_dfa_step(dfa(), new, '/'));
}

/* Is something below `to` that the same thing below `from` was not? */
static bool gains_below(char *from, char *to, u32 depth)
{
	static const char letters[] = "abcx/";
	const size_t from_len = strlen(from), to_len = strlen(to);
	const struct bvm_rights *old = rights_of(from), *new = rights_of(to);
	bool gains = old != new &&new->may & ~old->must;

	for (u32 i = 0; !gains && depth && letters[i]; i++) {
		const char tail[2] = { letters[i] };

		strcat(from, tail);
		strcat(to, tail);
		gains = gains_below(from, to, depth - 1);
		from[from_len] = '\0';
		to[to_len] = '\0';
	}
	return gains;
}

/* A path of a pattern of the policy, or of any. */
static const char *gen_name(struct gen *gen, const struct ast_policy *ast)
{
	for (u32 tries = 0; tries < 4 && ast->num_rules; tries++) {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];

		if (rule->paths.num)
			return gen_path(gen, rule->paths.items[0].text);
	}
	return gen_path(gen, gen_pattern(gen));
}

/* Cut a name after a '/', so that it is one of a directory; not the root. */
static void cut_name(struct gen *gen, char *name)
{
	char *slash = strrchr(name, '/');

	if (slash > name && gen_below(gen, 2))
		*slash = '\0';
}

START_TEST(no_tree_gains_what_no_string_below_it_shows)
{
	struct gen gen = { .arena = arena, .state = 4711 + (u64)_i };
	u32 allowed = 0, denied = 0, unequal = 0, needless = 0;

	for (u32 i = 0; i < POLICIES; i++) {
		const struct ast_policy *ast = gen_policy(&gen);

		policyc_build(arena, ast, &img);
		for (u32 k = 0; img.rights && k < PAIRS; k++) {
			char from[600], to[600];
			u64 gained;
			bool shown;

			strcpy(from, gen_name(&gen, ast));
			strcpy(to, gen_name(&gen, ast));
			cut_name(&gen, from);
			cut_name(&gen, to);
			gained = tree_gained(from, to);
			shown = rights_of(from) != rights_of(to) &&
				rights_of(to)->may & ~rights_of(from)->must;
			strcat(from, "/");
			strcat(to, "/");
			shown = shown || gains_below(from, to, MAX_TAIL);
			ck_assert_msg(gained || !shown, "%s to %s", from, to);
			allowed += !gained;
			denied += gained != 0;
			unequal += !gained && state_of(from) != state_of(to);
			needless += gained && !shown;
		}
	}
	/* A test of one answer tests nothing; nor may closures deny it all. */
	ck_assert_uint_gt(allowed, 200);
	ck_assert_uint_gt(denied, 200);
	ck_assert_uint_gt(unequal, 50);
	ck_assert_uint_lt(needless, denied / 2);
}
END_TEST

/* ---- by hand ---- */

static struct ast_policy *policy_of(const char *rules)
{
	return policyc_parse(
		arena, arena_printf(arena, "bailiff: 1\npolicy: t\nfiles:\n%s",
				    rules));
}

static u64 gained(const char *from, const char *to, bool is_tree)
{
	return is_tree ? tree_gained(from, to) :
			 bvm_rights_gained(&img, state_of(from), state_of(to));
}

#define LIST BVM_BIT(FILES, LIST)
#define APPEND BVM_BIT(FILES, APPEND)

START_TEST(a_tree_may_move_to_where_less_is_allowed)
{
	policyc_build(
		arena,
		policy_of("  - allow: list\n    paths: [\"/d/**\", \"/e/**\"]\n"
			  "  - allow: append\n    paths: \"/d/**\"\n"),
		&img);
	ck_assert_uint_eq(gained("/d/x", "/e/y", true), 0);
	ck_assert_uint_eq(gained("/e/y", "/d/x", true), APPEND);
	ck_assert_uint_eq(gained("/d/x", "/d/y", true), 0);
	ck_assert_uint_eq(gained("/d/x", "/f", true), 0);
	ck_assert_uint_eq(gained("/f", "/d/x", false), LIST | APPEND);
}
END_TEST

START_TEST(one_name_far_below_counts)
{
	policyc_build(
		arena,
		policy_of(
			"  - allow: list\n    paths: \"/d/**\"\n"
			"  - allow: append\n    paths: \"/d/y/a/b/c/secret\"\n"
			"  - deny: list\n    paths: \"/d/z/*/x\"\n"),
		&img);
	ck_assert_uint_eq(gained("/d/x", "/d/y", true), APPEND);
	ck_assert_uint_eq(gained("/d/x", "/d/y", false), 0);
	/* what was denied below the old name must stay so */
	ck_assert_uint_eq(gained("/d/z", "/d/x", true), LIST);
	ck_assert_uint_eq(gained("/d/x", "/d/z", true), 0);
}
END_TEST

START_TEST(conditions_count_as_may_and_not_as_must)
{
	policyc_build(arena,
		      policy_of("  - allow: list\n    paths: \"/d/**\"\n"
				"    when: {uid: 1}\n"
				"  - allow: list\n    paths: \"/e/**\"\n"
				"    when: {uid: 2}\n"),
		      &img);
	ck_assert_uint_eq(gained("/d/x", "/d/y", true), 0);
	ck_assert_uint_eq(gained("/d/x", "/e/y", true), LIST);
	ck_assert_uint_eq(gained("/d/x", "/f", true), 0);
}
END_TEST

/* The cell that a state has for a byte; the image is the test's own. */
static struct bvm_dfa_cell *cell_of(const char *path, u8 byte)
{
	const struct bvm_table *t = dfa();
	const u32 state = state_of(path);

	ck_assert_uint_lt(state, t->count);
	return (struct bvm_dfa_cell *)&t->dfa
		.cells[t->dfa.states[state].base + t->dfa.head->classmap[byte]];
}

START_TEST(a_tail_is_within_the_closure_of_who_leads_to_it)
{
	u32 at, state;

	policyc_build(arena,
		      policy_of("  - allow: list\n    paths: \"/abc/def\"\n"),
		      &img);
	state = state_of("/");
	if (state >= dfa()->count)
		state = bvm_dfa_start(dfa());
	ck_assert_uint_ge(state_of("/abc"), dfa()->count); /* a tail */
	ck_assert_int_eq(bvm_rights_check(&img, &at), 0);
	/* that of the dead state */
	((u32 *)img.closure_of)[state] = img.closure_of[0];
	ck_assert_int_eq(bvm_rights_check(&img, &at), -EINVAL);
	ck_assert_uint_eq(at, state);
}
END_TEST

/* Whoever waits in a tail may still be led out of it, by any other byte. */
START_TEST(out_of_a_tail_leads_any_other_byte)
{
	u32 tail, last, out;

	policyc_build(
		arena,
		policy_of("  - allow: list\n    paths: \"/abc/defg**\"\n"),
		&img);
	tail = state_of("/abc/de");
	last = state_of("/abc/defg");
	out = state_of("/x");
	ck_assert_uint_ge(tail, dfa()->count);
	ck_assert_uint_lt(last, dfa()->count);
	/* below where it ends all is allowed, and elsewhere nothing */
	ck_assert(img.closures[img.closure_of[last]].must & LIST);
	ck_assert(!(img.closures[img.closure_of[out]].must & LIST));
	ck_assert_uint_eq(bvm_rights_gained_below(&img, last, tail), 0);
	ck_assert_uint_eq(bvm_rights_gained_below(&img, tail, last), LIST);
}
END_TEST

START_TEST(no_closure_is_past_the_last)
{
	u32 at, first = U32_MAX;

	policyc_build(arena,
		      policy_of("  - allow: list\n    paths: \"/d/**\"\n"),
		      &img);
	ck_assert_int_eq(bvm_rights_check(&img, &at), 0);
	for (u32 i = 0; i < dfa()->count && first == U32_MAX; i++)
		if (img.closure_of[i] == img.num_closures - 1)
			first = i;
	/* it is there and right, and not one of those that are counted */
	img.num_closures--;
	ck_assert_int_eq(bvm_rights_check(&img, &at), -EINVAL);
	ck_assert_uint_eq(at, first);
}
END_TEST

START_TEST(no_tail_is_read_again_for_each_cell_into_it)
{
	struct bvm_dfa_cell *cell;
	u32 at;

	policyc_build(
		arena,
		policy_of(
			"  - allow: list\n    paths: [\"/a/0123456789abcdef\","
			" \"/b/x\", \"/c/y\", \"/d/z\"]\n"),
		&img);
	ck_assert_int_eq(bvm_rights_check(&img, &at), 0);
	for (u8 byte = 'b'; byte <= 'd'; byte++) {
		cell = cell_of("/", byte);
		cell->next = cell_of("/", 'a')->next;
	}
	ck_assert_int_eq(bvm_rights_check(&img, &at), -EINVAL);
	ck_assert_uint_eq(at, state_of("/"));
}
END_TEST

START_TEST(an_image_without_names_gains_nothing)
{
	struct bvm_build *b = arena_alloc(arena, sizeof(*b));

	bvm_build_small(b);
	ck_assert_int_eq(bvm_image_parse(b->bytes, b->len, &img, &err), 0);
	ck_assert_uint_eq(gained("/a", "/ab", false), 0);
	ck_assert_uint_eq(gained("/ab", "/a", false), 2);
	ck_assert_uint_eq(gained("/x", "/ab", false), 1);
	img.rights_dfa = U32_MAX;
	ck_assert_uint_eq(bvm_rights_gained(&img, 4, 3), 0);
	ck_assert_uint_eq(bvm_rights_gained_below(&img, 4, 3), 0);
	img.rights_dfa = img.num_tables;
	ck_assert_uint_eq(bvm_rights_gained(&img, 4, 3), 0);
	ck_assert_uint_eq(bvm_rights_gained_below(&img, 4, 3), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("closure");
	TCase *tc = tcase_create("closure");

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, closures_are_of_all_that_can_be_reached);
	tcase_add_loop_test(tc, no_tree_gains_what_no_string_below_it_shows, 0,
			    2);
	tcase_add_test(tc, a_tree_may_move_to_where_less_is_allowed);
	tcase_add_test(tc, one_name_far_below_counts);
	tcase_add_test(tc, conditions_count_as_may_and_not_as_must);
	tcase_add_test(tc, a_tail_is_within_the_closure_of_who_leads_to_it);
	tcase_add_test(tc, out_of_a_tail_leads_any_other_byte);
	tcase_add_test(tc, no_closure_is_past_the_last);
	tcase_add_test(tc, no_tail_is_read_again_for_each_cell_into_it);
	tcase_add_test(tc, an_image_without_names_gains_nothing);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
