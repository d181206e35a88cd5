// SPDX-License-Identifier: GPL-2.0-only
/*
 * rate_test.c - token buckets: alone, in time, and with many hands in them
 *
 * ThreadSanitizer has nothing to say either: cc -fsanitize=thread -I. this file
 * vm/[a-z]*.c -lcheck, and CK_FORK=no.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/rate.h"
#include "vm/table.h"

static u64 seed = 3;

/* ---- the twin: tokens counted one by one ---- */

struct twin {
	u64 tokens;
	u64 next; /* when the next token comes, if not full */
};

static bool twin_take(struct twin *t, const struct bvm_rate *r, u64 now)
{
	while (t->tokens < r->burst && t->next <= now) {
		t->tokens++;
		t->next += r->interval_ns;
	}
	if (!t->tokens)
		return false;
	if (t->tokens == r->burst)
		t->next = now + r->interval_ns;
	t->tokens--;
	return true;
}

START_TEST(tokens_go_as_when_counted_one_by_one)
{
	for (u32 i = 0; i < 500; i++) {
		const struct bvm_rate r = { .interval_ns =
						    1 + roll_below(&seed, 50),
					    .burst = 1 + roll_below(&seed, 6) };
		u64 now = (u64)roll_below(&seed, 1000) << roll_below(&seed, 50);
		struct twin twin = { .tokens = r.burst };
		bvm_atomic word = { 0 };

		for (u32 k = 0; k < 200; k++) {
			now += roll_below(&seed, 3) ? roll_below(&seed, 30) :
						      roll_below(&seed, 400);
			ck_assert_int_eq(bvm_rate_take(&r, &word, now),
					 twin_take(&twin, &r, now));
		}
	}
}
END_TEST

START_TEST(a_full_bucket_gives_its_burst_and_no_more)
{
	const struct bvm_rate r = { .interval_ns = 1000000, .burst = 5 };
	const u64 years = 20ull * 365 * 86400 * 1000000000;
	bvm_atomic word = { 0 };

	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < 5; i++)
			ck_assert(bvm_rate_take(&r, &word, round * years));
		ck_assert(!bvm_rate_take(&r, &word, round * years));
		ck_assert(!bvm_rate_take(&r, &word, round * years + 999999));
		ck_assert(bvm_rate_take(&r, &word, round * years + 1000000));
		ck_assert(!bvm_rate_take(&r, &word, round * years + 1000000));
	}
}
END_TEST

START_TEST(time_that_steps_back_gives_nothing_away)
{
	const struct bvm_rate r = { .interval_ns = 100, .burst = 3 };
	bvm_atomic word = { 0 };
	u32 taken = 0;

	for (u32 i = 0; i < 1000; i++) /* 10000, 9000, 10000, 9000 ... */
		taken += bvm_rate_take(&r, &word, 10000 - i % 2 * 1000);
	ck_assert_uint_eq(taken, 3);
	ck_assert(bvm_rate_take(&r, &word, 10100));
}
END_TEST

START_TEST(the_ends_of_numbers_are_safe)
{
	struct bvm_rate r = { .interval_ns = BVM_MAX_RATE_NS, .burst = 1 };
	bvm_atomic word = { 0 };

	ck_assert(bvm_rate_take(&r, &word, U64_MAX / 2));
	ck_assert(!bvm_rate_take(&r, &word, U64_MAX / 2));
	r = (struct bvm_rate){ .interval_ns = BVM_MAX_RATE_NS / U32_MAX,
			       .burst = U32_MAX };
	word.value = 0;
	ck_assert(bvm_rate_take(&r, &word, U64_MAX / 2));
	/* whatever a program puts into the slot */
	word.value = U64_MAX;
	ck_assert(!bvm_rate_take(&r, &word, U64_MAX / 2));
	ck_assert(!bvm_rate_take(&r, &word, 0));
	ck_assert_uint_eq(word.value, U64_MAX);
}
END_TEST

/* ---- many hands ---- */

#define NUM_THREADS 4
#define NUM_TRIES 2000000

static const struct bvm_rate shared_rate = { .interval_ns = 1000, .burst = 50 };
static bvm_atomic shared_word;
static bvm_atomic shared_clock;

/* All hands move the same clock and take. */
static void *take_many(void *arg)
{
	u64 *taken = arg;

	for (u32 i = 0; i < NUM_TRIES; i++) {
		u64 now = bvm_atomic_add(&shared_clock, i % 64 ? 0 : 1000);

		*taken += bvm_rate_take(&shared_rate, &shared_word, now);
	}
	return NULL;
}

START_TEST(many_hands_never_take_more_than_there_is)
{
	pthread_t threads[NUM_THREADS];
	u64 taken[NUM_THREADS] = { 0 };
	u64 sum = 0, most;

	for (u32 i = 0; i < NUM_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many,
						&taken[i]),
				 0);
	for (u32 i = 0; i < NUM_THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += taken[i];
	}
	most = shared_rate.burst +
	       bvm_atomic_read(&shared_clock) / shared_rate.interval_ns;
	ck_assert_uint_le(sum, most);
	/* they asked far more often than there were tokens: few are left */
	ck_assert_uint_ge(sum, most - 2 * shared_rate.burst);
}
END_TEST

/* Nearly every try is a hit, so that hands meet. */
static const struct bvm_rate full_rate = { .interval_ns = 7,
					   .burst = NUM_THREADS * NUM_TRIES };

static void *take_all(void *arg)
{
	u64 *taken = arg;

	for (u32 i = 0; i < 2 * NUM_TRIES; i++)
		*taken += bvm_rate_take(&full_rate, &shared_word, 1000);
	return NULL;
}

START_TEST(no_token_goes_twice)
{
	pthread_t threads[NUM_THREADS];
	u64 taken[NUM_THREADS] = { 0 };
	u64 sum = 0;

	shared_word.value = 0;
	for (u32 i = 0; i < NUM_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_all,
						&taken[i]),
				 0);
	for (u32 i = 0; i < NUM_THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += taken[i];
	}
	ck_assert_uint_le(sum, full_rate.burst);
	/* those who gave up left theirs */
	while (bvm_rate_take(&full_rate, &shared_word, 1000))
		sum++;
	ck_assert_uint_eq(sum, full_rate.burst);
}
END_TEST

/* ---- RATES ---- */

struct rates {
	struct bvm_table_header head;
	struct bvm_rate rates[2];
};

static const struct {
	struct rates table;
	int code;
	const char *says;
} refused[] = {
	{ { { BVM_TABLE_RATES, 1, 0, 0 }, { { 1, 1, 0 }, { 1, 1, 1 } } },
	  -EINVAL,
	  "table is 48 bytes long, its counts need 32" },
	{ { { BVM_TABLE_RATES, 1025, 0, 0 }, { { 1, 1, 0 }, { 1, 1, 1 } } },
	  -E2BIG,
	  "1025 buckets, at most 1024" },
	{ { { BVM_TABLE_RATES, 2, 1, 0 }, { { 1, 1, 0 }, { 1, 1, 1 } } },
	  -EINVAL,
	  "aux is 1 in a table that does not use it" },
	{ { { BVM_TABLE_RATES, 2, 0, 0 }, { { 0, 1, 0 }, { 1, 1, 1 } } },
	  -EINVAL,
	  "bucket 0: 1 tokens, one in 0 ns, is out of bounds" },
	{ { { BVM_TABLE_RATES, 2, 0, 0 }, { { 1, 1, 0 }, { 1, 0, 1 } } },
	  -EINVAL,
	  "bucket 1: 0 tokens, one in 1 ns, is out of bounds" },
	{ { { BVM_TABLE_RATES, 2, 0, 0 },
	    { { BVM_MAX_RATE_NS / 2 + 1, 2, 0 }, { 1, 1, 1 } } },
	  -EINVAL,
	  "bucket 0: 2 tokens, one in 576460752303423489 ns, is out of" },
	{ { { BVM_TABLE_RATES, 2, 0, 0 }, { { 1, 1, 4 }, { 1, 1, 4 } } },
	  -EINVAL,
	  "bucket 1: slot 4 is not above the one before" },
};

START_TEST(buckets_out_of_bounds_are_refused)
{
	struct bvm_table t;
	struct bvm_error err;

	ck_assert_int_eq(bvm_table_parse(&refused[_i].table,
					 sizeof(refused[_i].table), 0, &t,
					 &err),
			 refused[_i].code);
	ck_assert_msg(strstr(err.text, refused[_i].says), "'%s' lacks '%s'",
		      err.text, refused[_i].says);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rate");
	TCase *tc = tcase_create("rate");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, tokens_go_as_when_counted_one_by_one);
	tcase_add_test(tc, a_full_bucket_gives_its_burst_and_no_more);
	tcase_add_test(tc, time_that_steps_back_gives_nothing_away);
	tcase_add_test(tc, the_ends_of_numbers_are_safe);
	tcase_add_test(tc, many_hands_never_take_more_than_there_is);
	tcase_add_test(tc, no_token_goes_twice);
	tcase_add_loop_test(tc, buckets_out_of_bounds_are_refused, 0,
			    ARRAY_SIZE(refused));
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
