// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness_test.c - what is wrong behind the automata of an image is seen
 *
 * A table or a program of an image that is about to be written is changed in
 * one place, as a bug of the compiler would have it; then there is no image.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "policyc/image_out.h"
#include "policyc/witness.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "tests/oracle/run.h"
#include "vm/table.h"

#define POLICIES 40
#define REQUESTS 2000

enum plant {
	PLANT_VERDICT, /* a denial for an allow, or the other way */
	PLANT_RULE, /* another rule decides */
	PLANT_NEED, /* one predicate more or less */
	PLANT_KEY, /* the list of another key */
	PLANT_RANGE, /* what holds in a range of numbers */
	PLANT_BORDER, /* where it ends */
	PLANT_PREFIX, /* what holds in a prefix */
	PLANT_COMPARE, /* a number that a program compares with */
	NUM_PLANTS,
};

static enum plant plant;
static u64 seed;
static bool planted;

/* The bytes are the writer's own, and nobody else has them yet. */
#define WRITABLE(type, pointer) ((type *)(uintptr_t)(pointer))

static void flip(u64 *bits)
{
	*bits ^= 1ull << roll_below(&seed, 8);
}

static bool plant_in_table(const struct bvm_table *t)
{
	struct bvm_decision *entry;
	struct bvm_range *range;
	u32 *element;

	switch (plant) {
	case PLANT_VERDICT:
	case PLANT_RULE:
	case PLANT_NEED:
		if (t->kind != BVM_TABLE_LISTS)
			return false;
		entry = WRITABLE(struct bvm_decision, t->lists.entries) +
			roll_below(&seed, t->aux);
		if (plant == PLANT_NEED)
			flip(&entry->need);
		else if (plant == PLANT_RULE)
			entry->verdict =
				bvm_verdict(entry->verdict & BVM_VERDICT_DENY,
					    bvm_verdict_errno(entry->verdict),
					    !bvm_verdict_rule(entry->verdict));
		else if (entry->verdict & BVM_VERDICT_DENY)
			entry->verdict = bvm_verdict(0, 0, 0);
		else
			entry->verdict = bvm_verdict(BVM_VERDICT_DENY, 1, 0);
		return true;
	case PLANT_KEY:
		if (t->kind != BVM_TABLE_ARRAY || t->count < 2)
			return false;
		element = WRITABLE(u32, t->elements) +
			  roll_below(&seed, t->count);
		/* the list that refuses is always there, as the first one */
		*element = *element ? *element - 1 : 1;
		return true;
	case PLANT_RANGE:
	case PLANT_BORDER:
		if (t->kind != BVM_TABLE_RANGE || !t->count)
			return false;
		range = WRITABLE(struct bvm_range, t->ranges) +
			roll_below(&seed, t->count);
		if (plant == PLANT_RANGE)
			flip(&range->value);
		else
			range->hi += range->hi > range->lo ? -1ull : 1;
		return true;
	case PLANT_PREFIX:
		if (t->kind != BVM_TABLE_LPM)
			return false;
		flip(WRITABLE(u64, t->lpm.values) + roll_below(&seed, t->aux));
		return true;
	default:
		return false;
	}
}

static bool plant_in_program(const struct bvm_program *p)
{
	u32 at[64], num = 0;

	for (u32 i = 0; i < p->header->num_insns && num < ARRAY_SIZE(at); i++)
		if (p->insns[i].code == BVM_JNE32_K ||
		    p->insns[i].code == BVM_JLT32_K ||
		    p->insns[i].code == BVM_JGT32_K)
			at[num++] = i;
	if (!num)
		return false;
	WRITABLE(struct bvm_insn, p->insns)[at[roll_below(&seed, num)]].imm++;
	return true;
}

static void spoil(const struct bvm_image *img)
{
	const u32 first = roll_below(&seed, img->num_tables);

	planted = false;
	for (u32 i = 0; i < img->num_tables && !planted; i++)
		planted = plant_in_table(
			&img->tables[(first + i) % img->num_tables]);
	for (u32 i = 1; i < BVM_NUM_CLASSES && !planted; i++)
		if (plant == PLANT_COMPARE && img->programs[i].header)
			planted = plant_in_program(&img->programs[i]);
}

/* Do random requests find out that the image is wrong? */
static bool has_effect(struct gen *gen, const struct ast_policy *ast,
		       const struct buf *bytes)
{
	struct bvm_image *img = arena_alloc(gen->arena, sizeof(*img));
	struct bvm_error err;

	/* a table that is none would not be loaded anyway */
	if (image_load(gen->arena, bytes->data, bytes->len, img, &err))
		return false;
	for (u32 i = 0; i < REQUESTS; i++) {
		struct oracle_request request;

		gen_request(gen, ast, 1 + gen_below(gen, BVM_NUM_CLASSES - 1),
			    &request);
		if (oracle_run(img, &request) != oracle_eval(ast, &request))
			return true;
	}
	return false;
}

struct result {
	int ret; /* of image_build */
	bool effect;
};

static struct result build(u32 i)
{
	const struct diag_options options = { .json = false };
	struct gen gen = { .arena = arena_create(), .state = gen_seed(i) };
	struct diag *diag = diag_create(gen.arena, &options);
	const struct ast_policy *ast = gen_policy(&gen);
	struct buf bytes = BUF_INIT(gen.arena);
	struct result r;

	planted = false;
	r.ret = image_build(gen.arena, diag, ast, &bytes);
	r.effect = planted && has_effect(&gen, ast, &bytes);
	arena_free(gen.arena);
	return r;
}

/* Some are without effect: an entry that others cover, a key of no operation. */
START_TEST(what_is_planted_is_seen)
{
	u32 effects = 0, seen = 0, both = 0;

	plant = (enum plant)_i;
	seed = 1 + (u64)_i;
	witness_spoil = spoil;
	for (u32 i = 0; i < POLICIES; i++) {
		const struct result r = build(i);

		effects += r.effect;
		seen += r.ret != 0;
		both += r.effect && r.ret;
		if (r.ret)
			ck_assert_int_eq(r.ret, -EINVAL);
	}
	witness_spoil = NULL;
	printf("%d: %u seen, of %u that %u random requests see: %u\n", _i, seen,
	       effects, REQUESTS, both);
	ck_assert_uint_ge(seen, POLICIES / 10);
	/* what a few thousand requests find by chance, and they do not */
	ck_assert_uint_le(effects - both, 2 + effects / 10);
}
END_TEST

START_TEST(what_is_right_is_written)
{
	for (u32 i = 0; i < POLICIES; i++)
		ck_assert_int_eq(build(i).ret, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("witness");
	TCase *tc = tcase_create("witness");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, what_is_planted_is_seen, 0, NUM_PLANTS);
	tcase_add_test(tc, what_is_right_is_written);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
