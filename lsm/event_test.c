// SPDX-License-Identifier: GPL-2.0-only
/*
 * event_test.c - the buffers of records; included by event.c
 */
#include <kunit/test.h>

/* A buffer of its own, and a record of len bytes to put there. */
struct bench {
	struct ring ring;
	struct bailiff_event *event;
	char out[512];
};

static struct bench *make_bench(struct kunit *test, u32 bytes)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->ring.bytes.size = bytes;
	b->ring.bytes.data = kunit_kzalloc(test, bytes, GFP_KERNEL);
	b->event = kunit_kzalloc(test, BAILIFF_MAX_RECORD, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b->ring.bytes.data);
	KUNIT_ASSERT_NOT_NULL(test, b->event);
	spin_lock_init(&b->ring.lock);
	return b;
}

static bool put(struct bench *b, u32 reason, u32 len, u64 seq)
{
	b->event->outcome = BAILIFF_EVENT_ENFORCED;
	b->event->reason = reason;
	b->event->len = len;
	b->event->seq = seq;
	return store(&b->ring, b->event);
}

static u32 fill(struct bench *b, u32 reason, u32 len)
{
	u32 num = 0;

	while (put(b, reason, len, num))
		num++;
	return num;
}

static void noise_leaves_room_for_every_reason(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_TASK]);

	fill(b, BVM_REASON_RULE, 256);
	fill(b, BVM_REASON_DEFAULT, 256);
	for (u32 reason = BVM_REASON_DEFAULT + 1; reason < BVM_NUM_REASONS;
	     reason++)
		KUNIT_EXPECT_TRUE(test, put(b, reason, 256, reason));
	b->event->outcome = BAILIFF_EVENT_LIFECYCLE;
	KUNIT_EXPECT_TRUE(test, store(&b->ring, b->event));
}

static void no_reason_takes_more_than_its_part(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_TASK]);

	fill(b, BVM_REASON_FOREIGN, 256);
	KUNIT_EXPECT_EQ(test, b->ring.used[BVM_REASON_FOREIGN],
			b->ring.bytes.size / 16);
	KUNIT_EXPECT_EQ(test, b->ring.num, b->ring.bytes.size / 16 / 256);
}

static void the_first_record_of_a_reason_may_be_large(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_TASK]);

	fill(b, BVM_REASON_RULE, 256);
	KUNIT_EXPECT_TRUE(test,
			  put(b, BVM_REASON_FOREIGN, BAILIFF_MAX_RECORD, 1));
	KUNIT_EXPECT_FALSE(test, put(b, BVM_REASON_FOREIGN, 256, 2));
}

static void nothing_is_written_past_the_buffer(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_SOFTIRQ]);

	KUNIT_EXPECT_TRUE(test, put(b, BVM_REASON_RULE, BAILIFF_MAX_RECORD, 1));
	KUNIT_EXPECT_FALSE(test,
			   put(b, BVM_REASON_DEFAULT, BAILIFF_MAX_RECORD, 2));
	KUNIT_EXPECT_EQ(test, b->ring.num, 1u);
}

/* What a reader does, without a user. */
static u64 take(struct bench *b)
{
	struct bailiff_event *out = (struct bailiff_event *)b->out;

	bailiff_ring_peek(&b->ring.bytes, out, sizeof(*out));
	bailiff_ring_peek(&b->ring.bytes, out, out->len);
	forget(&b->ring, out);
	return out->seq;
}

static void records_come_out_as_they_went_in(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_SOFTIRQ]);
	u64 in = 0, out = 0;

	/* Sizes that divide nothing, often round the end of the buffer. */
	for (u32 i = 0; i < 2000; i++) {
		u32 len = 120 + i % 40 * 8;

		memset((char *)b->event + sizeof(*b->event), i,
		       len - sizeof(*b->event));
		if (put(b, BVM_REASON_RULE, len, in))
			in++;
		if (i % 3 == 0)
			continue;
		KUNIT_ASSERT_EQ(test, take(b), out);
		for (u32 at = sizeof(*b->event) + 1; at < b->event->len; at++) {
			if (b->out[at] != b->out[sizeof(*b->event)])
				KUNIT_ASSERT_TRUE_MSG(test, false,
						      "record %llu", out);
			if (at + 1 == ((struct bailiff_event *)b->out)->len)
				break;
		}
		out++;
	}
	KUNIT_EXPECT_GT(test, b->ring.bytes.head, 4 * b->ring.bytes.size);
}

static void a_full_record_takes_no_more_strings(struct kunit *test)
{
	struct bench *b = make_bench(test, ring_bytes[RING_TASK]);
	char *text = kunit_kzalloc(test, 2 * BVM_MAX_PATH, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'x', 2 * BVM_MAX_PATH - 1);
	b->event->len = sizeof(*b->event);
	for (u32 i = 0; i < 8; i++) {
		u16 off = add_string(b->event, text);

		KUNIT_ASSERT_LE(test, b->event->len, (u32)BAILIFF_MAX_RECORD);
		if (off)
			KUNIT_EXPECT_LT(test,
					off + strlen((char *)b->event + off),
					(size_t)b->event->len);
	}
	KUNIT_EXPECT_EQ(test, b->event->len, (u32)BAILIFF_MAX_RECORD);
	KUNIT_EXPECT_EQ(test, add_string(b->event, "y"), 0);
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(noise_leaves_room_for_every_reason),
	KUNIT_CASE(no_reason_takes_more_than_its_part),
	KUNIT_CASE(the_first_record_of_a_reason_may_be_large),
	KUNIT_CASE(nothing_is_written_past_the_buffer),
	KUNIT_CASE(records_come_out_as_they_went_in),
	KUNIT_CASE(a_full_record_takes_no_more_strings),
	{}
};

static struct kunit_suite event_suite = {
	.name = "bailiff-event",
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);
