// SPDX-License-Identifier: GPL-2.0-only
/*
 * interval_edge_test.c - at 64 bits: relations that no pair of words has, and
 * the ends of the word
 */
#include <check.h>
#include <stdlib.h>

#include "vm/interval.h"

static struct bvm_num bits(u64 value, u64 mask)
{
	struct bvm_num any = bvm_num_top();
	struct bvm_num known = bvm_num_and(any, bvm_num_const(mask));

	return bvm_num_or(known, bvm_num_const(value));
}

/* Nothing is left, and both operands are as they were. */
static void expect_none(enum bvm_rel rel, struct bvm_num a, struct bvm_num b)
{
	struct bvm_num x = a, y = b;

	ck_assert_msg(!bvm_num_refine(rel, &x, &y), "rel %d", rel);
	ck_assert(bvm_num_is_same(&x, &a));
	ck_assert(bvm_num_is_same(&y, &b));
}

START_TEST(what_cannot_be_is_told)
{
	const struct bvm_num any = bvm_num_top();
	const struct bvm_num even = bits(0, ~1ull), odd = bits(1, ~1ull);

	expect_none(BVM_REL_EQ, even, odd);
	expect_none(BVM_REL_EQ, odd, even);
	expect_none(BVM_REL_EQ, bvm_num_const(7), bvm_num_range(8, 20));
	expect_none(BVM_REL_NE, bvm_num_const(7), bvm_num_const(7));
	expect_none(BVM_REL_GT, any, bvm_num_const(U64_MAX));
	expect_none(BVM_REL_GT, bvm_num_const(0), any);
	expect_none(BVM_REL_LT, any, bvm_num_const(0));
	expect_none(BVM_REL_LT, bvm_num_const(U64_MAX), any);
	expect_none(BVM_REL_SGT, any, bvm_num_const(S64_MAX));
	expect_none(BVM_REL_SGT, bvm_num_const(1ull << 63), any);
	expect_none(BVM_REL_SLT, any, bvm_num_const(1ull << 63));
	expect_none(BVM_REL_SLT, bvm_num_const(S64_MAX), any);
	/* where each end of the other has nowhere to go */
	expect_none(BVM_REL_GT, bvm_num_const(0), bvm_num_const(U64_MAX));
	expect_none(BVM_REL_SGT, bvm_num_const(1ull << 63),
		    bvm_num_const(S64_MAX));
	expect_none(BVM_REL_GE, bvm_num_range(0, 7), bvm_num_range(8, 9));
	expect_none(BVM_REL_SET, bits(0, 0xf0), bits(0, 0x0f));
	expect_none(BVM_REL_SET, any, bvm_num_const(0));
	expect_none(BVM_REL_CLEAR, odd, odd);
}
END_TEST

START_TEST(the_greatest_and_the_least_are_kept)
{
	struct bvm_num a = bvm_num_top(), b = bvm_num_const(U64_MAX);

	ck_assert(bvm_num_refine(BVM_REL_GE, &a, &b));
	ck_assert(bvm_num_is_const(&a));
	a = bvm_num_top();
	b = bvm_num_const(U64_MAX - 1);
	ck_assert(bvm_num_refine(BVM_REL_GT, &a, &b));
	ck_assert_uint_eq(a.umin, U64_MAX);
	a = bvm_num_top();
	b = bvm_num_const(1ull << 63);
	ck_assert(bvm_num_refine(BVM_REL_SLE, &a, &b));
	ck_assert_uint_eq(a.umin, 1ull << 63);
	ck_assert_uint_eq(a.umax, 1ull << 63);
}
END_TEST

/* What only 64 bits have: sums and products that wrap there. */
START_TEST(what_wraps_is_anything)
{
	const struct bvm_num big = bvm_num_range(1, U64_MAX);
	const struct bvm_num two = bvm_num_range(1, 2);
	struct bvm_num n = bvm_num_add(big, two);

	ck_assert(bvm_num_has(&n, 0) && bvm_num_has(&n, 1) &&
		  bvm_num_has(&n, U64_MAX));
	n = bvm_num_sub(bvm_num_range(0, 1), two);
	ck_assert(bvm_num_has(&n, U64_MAX - 1) && bvm_num_has(&n, 0));
	n = bvm_num_mul(bvm_num_range(0, 1ull << 32),
			bvm_num_range(0, 1ull << 32));
	ck_assert(bvm_num_has(&n, 0) && bvm_num_has(&n, (1ull << 32) - 1));
	n = bvm_num_lsh(bvm_num_range(0, 3), bvm_num_range(0, 63), 64);
	ck_assert(bvm_num_has(&n, 1ull << 63) && bvm_num_has(&n, 3));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("interval_edge");
	TCase *tc = tcase_create("64 bits");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, what_cannot_be_is_told);
	tcase_add_test(tc, the_greatest_and_the_least_are_kept);
	tcase_add_test(tc, what_wraps_is_anything);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
