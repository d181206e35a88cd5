// SPDX-License-Identifier: GPL-2.0-only
/*
 * interval_test.c - the verifier's arithmetic, at 8 bits, against all words
 *
 * The same source as the kernel's is compiled with 8-bit words, where a pair
 * of sets can be tried word by word.
 */
#define BVM_WORD_BITS 8

/* the library holds the same functions at 64 bits */
#define bvm_num_add num8_add
#define bvm_num_and num8_and
#define bvm_num_arsh num8_arsh
#define bvm_num_const num8_const
#define bvm_num_cut num8_cut
#define bvm_num_div num8_div
#define bvm_num_div_const num8_div_const
#define bvm_num_extend num8_extend
#define bvm_num_halves num8_halves
#define bvm_num_has num8_has
#define bvm_num_is_const num8_is_const
#define bvm_num_is_same num8_is_same
#define bvm_num_join num8_join
#define bvm_num_keep_low num8_keep_low
#define bvm_num_keep_signed num8_keep_signed
#define bvm_num_lsh num8_lsh
#define bvm_num_mod num8_mod
#define bvm_num_mod_const num8_mod_const
#define bvm_num_mul num8_mul
#define bvm_num_must_settle num8_must_settle
#define bvm_num_or num8_or
#define bvm_num_range num8_range
#define bvm_num_refine num8_refine
#define bvm_num_refine_half num8_refine_half
#define bvm_num_refine_halves num8_refine_halves
#define bvm_num_rsh num8_rsh
#define bvm_num_settle num8_settle
#define bvm_num_settled num8_settled
#define bvm_num_sub num8_sub
#define bvm_num_top num8_top
#define bvm_num_widen num8_widen
#define bvm_num_xor num8_xor

#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/interval_settle.c"

#include <check.h>
#include <stdlib.h>

#define NUM_PAIRS 1500

/* check's own asserts write to a pipe each time, which is too slow in here */
#define must(cond, ...)                            \
	do {                                       \
		if (!(cond))                       \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

static u64 seed = 1;

/* A set made the way the verifier makes them. */
static num random_num(void)
{
	struct bits bits = { (word)roll_below(&seed, 256),
			     (word)roll_below(&seed, 256) };
	num n = bvm_num_const((word)roll_below(&seed, 256));
	u32 i, more = roll_below(&seed, 4);

	switch (roll_below(&seed, 4)) {
	case 0:
		return n;
	case 1:
		for (i = 0; i < more; i++)
			n = bvm_num_join(
				n, bvm_num_const((word)roll_below(&seed, 256)));
		return n;
	case 2:
		bits.value &= (word)~bits.mask;
		return bvm_num_settled(from_bits(bits));
	}
	n.umin = (word)roll_below(&seed, 256);
	n.umax = (word)(n.umin + roll_below(&seed, 256 - n.umin));
	n = bvm_num_range(n.umin, n.umax);
	return roll_below(&seed, 2) ?
		       n :
		       bvm_num_sub(n,
				   bvm_num_const((word)roll_below(&seed, 256)));
}

struct binary {
	const char *name;
	num (*abstract)(num a, num b);
	word (*concrete)(word a, word b);
};

static word add(word a, word b)
{
	return (word)(a + b);
}

static word sub(word a, word b)
{
	return (word)(a - b);
}

static word mul(word a, word b)
{
	return (word)(a * b);
}

static word and (word a, word b)
{
	return a & b;
}

static word or (word a, word b)
{
	return a | b;
}

static word xor (word a, word b) { return a ^ b; }

	static word divide(word a, word b)
{
	return b ? a / b : 0;
}

static word modulo(word a, word b)
{
	return b ? a % b : a;
}

static num lsh_num(num a, num b)
{
	return bvm_num_lsh(a, b, 8);
}

static num rsh_num(num a, num b)
{
	return bvm_num_rsh(a, b, 8);
}

static num arsh_num(num a, num b)
{
	return bvm_num_arsh(a, b, 8);
}

static word lsh(word a, word b)
{
	return (word)(a << (b & 7));
}

static word rsh(word a, word b)
{
	return (word)(a >> (b & 7));
}

static word arsh(word a, word b)
{
	return (word)((sword)a >> (b & 7));
}

/* joins hold the words of both; the second operand alone is tried elsewhere */
static word first(word a, word b)
{
	(void)b;
	return a;
}

static word second(word a, word b)
{
	(void)a;
	return b;
}

static const struct binary binaries[] = {
	{ "add", bvm_num_add, add },	  { "sub", bvm_num_sub, sub },
	{ "mul", bvm_num_mul, mul },	  { "and", bvm_num_and, and},
	{ "or", bvm_num_or, or },	  { "xor", bvm_num_xor, xor},
	{ "div", bvm_num_div, divide },	  { "mod", bvm_num_mod, modulo },
	{ "lsh", lsh_num, lsh },	  { "rsh", rsh_num, rsh },
	{ "arsh", arsh_num, arsh },	  { "join", bvm_num_join, first },
	{ "join", bvm_num_join, second },
};

START_TEST(results_hold_every_concrete_result)
{
	const struct binary *op = &binaries[_i];
	num a, b, r;
	u32 i, x, y;

	for (i = 0; i < NUM_PAIRS; i++) {
		a = random_num();
		b = random_num();
		r = op->abstract(a, b);
		for (x = 0; x < 256; x++) {
			if (!bvm_num_has(&a, (word)x))
				continue;
			for (y = 0; y < 256; y++) {
				if (!bvm_num_has(&b, (word)y))
					continue;
				must(bvm_num_has(&r, op->concrete(x, y)),
				     "%s: %u, %u", op->name, x, y);
			}
		}
	}
}
END_TEST

START_TEST(results_of_constants_are_constants)
{
	const struct binary *op = &binaries[_i];
	u32 i;

	for (i = 0; i < 256; i++) {
		num a = bvm_num_const((word)i);
		num b = bvm_num_const((word)roll_below(&seed, 256));
		num r = op->abstract(a, b);

		ck_assert_msg(bvm_num_is_const(&r), "%s", op->name);
	}
}
END_TEST

START_TEST(results_with_a_constant_hold_every_result)
{
	num a, r;
	u32 i, x, c;

	for (i = 0; i < 20 * NUM_PAIRS; i++) {
		a = random_num();
		c = roll_below(&seed, 256);
		for (x = 0; x < 256; x++) {
			if (!bvm_num_has(&a, (word)x))
				continue;
			r = bvm_num_div_const(a, (word)c);
			must(bvm_num_has(&r, divide(x, c)), "%u, %u", x, c);
			r = bvm_num_mod_const(a, (word)c);
			must(bvm_num_has(&r, modulo(x, c)), "%u, %u", x, c);
			r = bvm_num_cut(a, 1 + c % 8);
			must(bvm_num_has(&r, x & ones(1 + c % 8)), "%u, %u", x,
			     c);
			r = bvm_num_extend(a, 1 + c % 8);
			must(bvm_num_has(
				     &r,
				     (word)((sword)(word)(x << (7 - c % 8)) >>
					    (7 - c % 8))),
			     "%u, %u", x, c);
		}
	}
}
END_TEST

static bool holds(enum bvm_rel rel, int a, int b, int sa, int sb)
{
	switch (rel) {
	case BVM_REL_EQ:
		return a == b;
	case BVM_REL_NE:
		return a != b;
	case BVM_REL_GT:
		return a > b;
	case BVM_REL_GE:
		return a >= b;
	case BVM_REL_LT:
		return a < b;
	case BVM_REL_LE:
		return a <= b;
	case BVM_REL_SGT:
		return sa > sb;
	case BVM_REL_SGE:
		return sa >= sb;
	case BVM_REL_SLT:
		return sa < sb;
	case BVM_REL_SLE:
		return sa <= sb;
	case BVM_REL_SET:
		return (a & b) != 0;
	case BVM_REL_CLEAR:
		return (a & b) == 0;
	}
	return false;
}

static bool holds_word(enum bvm_rel rel, u32 x, u32 y)
{
	return holds(rel, x, y, (s8)x, (s8)y);
}

static bool holds_half(enum bvm_rel rel, u32 x, u32 y)
{
	return holds(rel, x & 15, y & 15, (s8)(x << 4) >> 4, (s8)(y << 4) >> 4);
}

/* Every pair for which the relation holds must still be there. */
static void check_refined(enum bvm_rel rel, bool half, num a, num b)
{
	num x = a, y = b;
	bool some = half ? bvm_num_refine_half(rel, &x, &y) :
			   bvm_num_refine(rel, &x, &y);
	u32 i, j;

	for (i = 0; i < 256; i++) {
		if (!bvm_num_has(&a, (word)i))
			continue;
		for (j = 0; j < 256; j++) {
			if (!bvm_num_has(&b, (word)j) ||
			    !(half ? holds_half(rel, i, j) :
				     holds_word(rel, i, j)))
				continue;
			must(some, "rel %d: %u, %u lost", rel, i, j);
			must(bvm_num_has(&x, (word)i) &&
				     bvm_num_has(&y, (word)j),
			     "rel %d half %d: %u, %u", rel, half, i, j);
		}
	}
}

START_TEST(branches_lose_no_word_that_takes_them)
{
	u32 i;

	for (i = 0; i < NUM_PAIRS; i++) {
		num a = random_num(), b = random_num();

		check_refined(_i, false, a, b);
		check_refined(_i, true, a, b);
	}
}
END_TEST

START_TEST(branches_on_constants_teach_bounds)
{
	num a = bvm_num_top(), b = bvm_num_const(100), was;

	ck_assert(bvm_num_refine(BVM_REL_LE, &a, &b));
	ck_assert_uint_eq(a.umax, 100);
	ck_assert_int_eq(a.smin, 0);
	ck_assert_uint_eq(a.mask, 127);
	was = a;
	ck_assert(!bvm_num_refine(BVM_REL_GT, &a, &b));
	a = was;
	b = bvm_num_const(7);
	ck_assert(bvm_num_refine_half(BVM_REL_EQ, &a, &b));
	ck_assert_uint_eq(a.value & 15, 7);
	ck_assert_uint_eq(a.mask & 15, 0);
}
END_TEST

START_TEST(bounds_are_words_with_the_known_bits)
{
	num n = bvm_num_range(0x13, 0xb5);

	/* multiples of 16 with the sign clear: 0x20, 0x30 ... 0x70 */
	n.mask = 0x70;
	n.value = 0;
	ck_assert(bvm_num_settle(&n));
	ck_assert_uint_eq(n.umin, 0x20);
	ck_assert_uint_eq(n.umax, 0x70);
	ck_assert_int_eq(n.smin, 0x20);
	ck_assert_int_eq(n.smax, 0x70);
	n.umin = 0x21;
	n.umax = 0x2f;
	ck_assert(!bvm_num_settle(&n));
}
END_TEST

START_TEST(comparing_halves_bounds_the_whole)
{
	num a = bvm_num_range(0x20, 0x2f), b = bvm_num_const(5);

	ck_assert(bvm_num_refine_half(BVM_REL_LE, &a, &b));
	ck_assert_uint_eq(a.umin, 0x20);
	ck_assert_uint_eq(a.umax, 0x25);
	/* -3 .. 3 of which the lower half is negative */
	a = bvm_num_sub(bvm_num_range(0, 6), bvm_num_const(3));
	b = bvm_num_const(0);
	ck_assert(bvm_num_refine_half(BVM_REL_SLT, &a, &b));
	ck_assert_int_eq(a.smin, -3);
	ck_assert_int_eq(a.smax, -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("interval");
	TCase *tc = tcase_create("8 bits");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, results_hold_every_concrete_result, 0,
			    ARRAY_SIZE(binaries));
	/* joins of two constants are no constants */
	tcase_add_loop_test(tc, results_of_constants_are_constants, 0, 6);
	tcase_add_loop_test(tc, results_of_constants_are_constants, 8, 11);
	tcase_add_test(tc, results_with_a_constant_hold_every_result);
	tcase_add_loop_test(tc, branches_lose_no_word_that_takes_them, 0,
			    BVM_REL_CLEAR + 1);
	tcase_add_test(tc, branches_on_constants_teach_bounds);
	tcase_add_test(tc, bounds_are_words_with_the_known_bits);
	tcase_add_test(tc, comparing_halves_bounds_the_whole);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
