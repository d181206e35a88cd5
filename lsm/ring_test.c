// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring_test.c - records in a bounded buffer: whole ones, and no byte too many
 */
#include <linux/string.h>

#include <kunit/test.h>

#include "ring.h"
#include "uapi/bailiff.h"

#define BYTES 1024
#define GUARD 16 /* bytes behind the buffer that nobody may write to */

struct bench {
	struct bailiff_ring ring;
	union {
		struct bailiff_event event;
		char bytes[2 * BYTES];
	} in, out;
	char data[BYTES + GUARD];
};

static struct bench *make_bench(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->ring.data = b->data;
	b->ring.size = BYTES;
	memset(b->data + BYTES, 'g', GUARD);
	return b;
}

/* A record of len bytes that all say `fill`. */
static bool put(struct bench *b, u32 len, char fill)
{
	memset(&b->in, fill, sizeof(b->in));
	b->in.event.len = len;
	return bailiff_ring_put(&b->ring, &b->in.event);
}

/* Is the oldest record the one that put() made of len and fill? Takes it. */
static bool take(struct bench *b, u32 len, char fill)
{
	memset(&b->out, 0, sizeof(b->out));
	bailiff_ring_peek(&b->ring, &b->out, sizeof(b->out.event));
	if (b->out.event.len != len)
		return false;
	bailiff_ring_peek(&b->ring, &b->out, len);
	bailiff_ring_drop(&b->ring, len);
	memset(&b->in, fill, sizeof(b->in));
	b->in.event.len = len;
	return !memcmp(&b->in, &b->out, len);
}

static bool is_guarded(const struct bench *b)
{
	return !memchr_inv(b->data + BYTES, 'g', GUARD);
}

static void it_is_full_at_its_last_byte(struct kunit *test)
{
	static const struct {
		u32 len;
		bool fits;
	} lens[] = { { BYTES - 8, true },
		     { BYTES, true },
		     { BYTES + 8, false },
		     { 2 * BYTES, false } };

	for (u32 i = 0; i < ARRAY_SIZE(lens); i++) {
		struct bench *b = make_bench(test);

		/* and wherever it begins */
		b->ring.head = b->ring.tail = i * 264;
		KUNIT_EXPECT_EQ(test, put(b, lens[i].len, 'x'), lens[i].fits);
		KUNIT_EXPECT_EQ(test, bailiff_ring_is_empty(&b->ring),
				!lens[i].fits);
		if (lens[i].fits)
			KUNIT_EXPECT_TRUE(test, take(b, lens[i].len, 'x'));
		KUNIT_EXPECT_TRUE(test, is_guarded(b));
	}
}

static void what_is_there_leaves_the_rest(struct kunit *test)
{
	struct bench *b = make_bench(test);

	KUNIT_EXPECT_TRUE(test, put(b, 512, 'a'));
	KUNIT_EXPECT_FALSE(test, put(b, 520, 'b'));
	KUNIT_EXPECT_TRUE(test, put(b, 512, 'c'));
	KUNIT_EXPECT_FALSE(test, put(b, sizeof(struct bailiff_event), 'd'));
	KUNIT_EXPECT_TRUE(test, take(b, 512, 'a'));
	KUNIT_EXPECT_FALSE(test, put(b, 520, 'e'));
	KUNIT_EXPECT_TRUE(test, put(b, 504, 'f'));
	KUNIT_EXPECT_TRUE(test, take(b, 512, 'c'));
	KUNIT_EXPECT_TRUE(test, take(b, 504, 'f'));
	KUNIT_EXPECT_TRUE(test, bailiff_ring_is_empty(&b->ring));
	KUNIT_EXPECT_TRUE(test, is_guarded(b));
}

/* Some 4 GiB of records later. */
static void counting_goes_on_past_its_end(struct kunit *test)
{
	struct bench *b = make_bench(test);

	b->ring.head = b->ring.tail = -512;
	KUNIT_EXPECT_TRUE(test, put(b, 504, 'a'));
	KUNIT_EXPECT_TRUE(test, put(b, 520, 'b'));
	KUNIT_EXPECT_FALSE(test, put(b, sizeof(struct bailiff_event), 'c'));
	KUNIT_EXPECT_TRUE(test, take(b, 504, 'a'));
	KUNIT_EXPECT_TRUE(test, put(b, 504, 'd'));
	KUNIT_EXPECT_TRUE(test, take(b, 520, 'b'));
	KUNIT_EXPECT_TRUE(test, take(b, 504, 'd'));
	KUNIT_EXPECT_TRUE(test, bailiff_ring_is_empty(&b->ring));
	KUNIT_EXPECT_TRUE(test, is_guarded(b));
}

static void without_memory_it_takes_nothing(struct kunit *test)
{
	struct bench *b = make_bench(test);

	b->ring.data = NULL;
	KUNIT_EXPECT_FALSE(test, put(b, sizeof(struct bailiff_event), 'a'));
	KUNIT_EXPECT_TRUE(test, bailiff_ring_is_empty(&b->ring));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(it_is_full_at_its_last_byte),
	KUNIT_CASE(what_is_there_leaves_the_rest),
	KUNIT_CASE(counting_goes_on_past_its_end),
	KUNIT_CASE(without_memory_it_takes_nothing),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "bailiff-ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
