// SPDX-License-Identifier: GPL-2.0-only
/*
 * interval_edge_test.c - at 64 bits: relations that no pair of words has, and
 * the ends of the word
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/suite.h"
#include "vm/interval.h"

static struct bvm_num bits(u64 value, u64 mask)
{
	struct bvm_num any = bvm_num_top();
	struct bvm_num known = bvm_num_and(any, bvm_num_const(mask));

	return bvm_num_or(known, bvm_num_const(value));
}

/* Nothing is left of either. */
static void expect_none(enum bvm_rel rel, struct bvm_num a, struct bvm_num b)
{
	ck_assert_msg(!bvm_num_refine(rel, &a, &b), "rel %d", rel);
}

static void expect_no_half(enum bvm_rel rel, struct bvm_num a, struct bvm_num b)
{
	ck_assert_msg(!bvm_num_refine_half(rel, &a, &b), "rel %d", rel);
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

static void keep(enum bvm_rel rel, struct bvm_num *a, u64 w, bool half)
{
	struct bvm_num b = bvm_num_const(w);

	ck_assert(half ? bvm_num_refine_half(rel, a, &b) :
			 bvm_num_refine(rel, a, &b));
}

/* The known bits alone would say 4 to 7. */
START_TEST(a_half_moves_all_four_ends)
{
	struct bvm_num a = bvm_num_top();

	keep(BVM_REL_SGE, &a, (u64)-1 << 33, false);
	keep(BVM_REL_SLE, &a, 1ull << 33, false);
	keep(BVM_REL_GE, &a, 5, true);
	keep(BVM_REL_LE, &a, 6, true);
	ck_assert_int_eq(a.smin, (s64)((u64)-1 << 33) + 5);
	ck_assert_int_eq(a.smax, (1ll << 32) + 6);
	ck_assert_uint_eq(a.umin, 5);
	ck_assert_uint_eq(a.umax, 0xffffffff00000006);
	a = bvm_num_top();
	keep(BVM_REL_SGE, &a, (u64)-1 << 33, false);
	keep(BVM_REL_SLE, &a, 1ull << 33, false);
	keep(BVM_REL_SLE, &a, (u64)-2, true);
	ck_assert_int_eq(a.smin, (s64)((u64)-1 << 33) + 0x80000000);
	ck_assert_int_eq(a.smax, (1ll << 32) + 0xfffffffe);
	ck_assert_uint_eq(a.umin, 0x80000000);
	ck_assert_uint_eq(a.umax, (u64)-2);
}
END_TEST

/* What the upper half holds does not make it possible. */
START_TEST(a_side_that_no_half_takes_is_seen)
{
	struct bvm_num a = bvm_num_const(7ull << 32), b = bvm_num_top();

	expect_no_half(BVM_REL_GT, a, b);
	b = bvm_num_const(9ull << 32);
	expect_no_half(BVM_REL_NE, a, b);
	expect_no_half(BVM_REL_SET, a, b);
	ck_assert(bvm_num_refine_half(BVM_REL_EQ, &a, &b));
}
END_TEST

static struct bvm_num signed_range(s64 smin, s64 smax)
{
	struct bvm_num a = bvm_num_top();

	keep(BVM_REL_SGE, &a, (u64)smin, false);
	keep(BVM_REL_SLE, &a, (u64)smax, false);
	return a;
}

static void expect_range(struct bvm_num n, u64 umin, u64 umax)
{
	ck_assert_uint_eq(n.umin, umin);
	ck_assert_uint_eq(n.umax, umax);
}

static void expect_signed(struct bvm_num n, s64 smin, s64 smax)
{
	ck_assert_int_eq(n.smin, smin);
	ck_assert_int_eq(n.smax, smax);
}

START_TEST(a_signed_end_is_an_unsigned_one)
{
	struct bvm_num a = bvm_num_top();

	keep(BVM_REL_SGT, &a, 0, false);
	expect_range(a, 1, S64_MAX);
	expect_signed(a, 1, S64_MAX);
	a = bvm_num_top();
	keep(BVM_REL_SLT, &a, 0, false);
	expect_range(a, 1ull << 63, U64_MAX);
	a = bvm_num_top();
	keep(BVM_REL_SLT, &a, (u64)-1, false);
	expect_range(a, 1ull << 63, U64_MAX - 1);
}
END_TEST

/* No more is given up than has to be. */
START_TEST(both_ends_of_a_result_are_known)
{
	const struct bvm_num a = bvm_num_range(10, 20);
	const struct bvm_num b = bvm_num_range(1, 2);
	const struct bvm_num s = signed_range(-5, 3);
	const u64 sign = 1ull << 63;

	expect_range(bvm_num_add(a, b), 11, 22);
	expect_signed(bvm_num_add(s, signed_range(-2, 4)), -7, 7);
	/* across the sign the unsigned ends alone are of use */
	expect_range(bvm_num_add(bvm_num_range(sign - 5, sign + 5), b),
		     sign - 4, sign + 7);
	expect_range(bvm_num_sub(bvm_num_range(sign - 5, sign + 5), b),
		     sign - 7, sign + 4);
	expect_range(bvm_num_sub(a, b), 8, 19);
	expect_signed(bvm_num_sub(s, signed_range(-2, 4)), -9, 5);
	expect_range(bvm_num_mul(a, b), 10, 40);
	expect_range(bvm_num_and(bvm_num_range(0, 5), bvm_num_range(0, 9)), 0,
		     5);
	expect_range(bvm_num_or(bvm_num_range(5, 6), b), 5, 7);
	expect_range(bvm_num_div(a, bvm_num_range(2, 9)), 0, 10);
	expect_range(bvm_num_mod(a, b), 0, 20);
	expect_range(bvm_num_div_const(a, 3), 3, 6);
	expect_range(bvm_num_mod_const(a, 7), 0, 6);
	expect_range(bvm_num_mod_const(a, 21), 10, 20);
	/* a count of 1 or 2 has two bits that are not known */
	expect_range(bvm_num_lsh(a, b, 64), 10, 80);
	expect_signed(bvm_num_lsh(s, bvm_num_const(2), 64), -20, 12);
	expect_range(bvm_num_rsh(a, b, 64), 2, 20);
	expect_signed(bvm_num_arsh(s, b, 64), -5, 3);
	expect_signed(bvm_num_arsh(signed_range(-9, -5), b, 64), -9, -2);
	expect_range(bvm_num_join(a, bvm_num_range(15, 30)), 10, 30);
	expect_signed(bvm_num_join(s, bvm_num_const(9)), -5, 9);
}
END_TEST

START_TEST(both_ends_of_a_part_are_known)
{
	const u64 high = 1ull << 32;

	expect_range(bvm_num_cut(bvm_num_range(high + 5, high + 9), 32), 5, 9);
	expect_range(bvm_num_cut(signed_range(-9, -5), 32), U32_MAX - 8,
		     U32_MAX - 4);
	expect_signed(bvm_num_extend(bvm_num_range(250, 255), 8), -6, -1);
	expect_signed(bvm_num_extend(bvm_num_range(high - 6, high + 5), 32), -6,
		      5);
	expect_signed(bvm_num_extend(signed_range(-6, 5), 8), -6, 5);
	expect_signed(bvm_num_extend(bvm_num_range(100, 130), 8), -128, 127);
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

	tcase_add_test(tc, what_cannot_be_is_told);
	tcase_add_test(tc, the_greatest_and_the_least_are_kept);
	tcase_add_test(tc, a_half_moves_all_four_ends);
	tcase_add_test(tc, a_signed_end_is_an_unsigned_one);
	tcase_add_test(tc, a_side_that_no_half_takes_is_seen);
	tcase_add_test(tc, both_ends_of_a_result_are_known);
	tcase_add_test(tc, both_ends_of_a_part_are_known);
	tcase_add_test(tc, what_wraps_is_anything);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
