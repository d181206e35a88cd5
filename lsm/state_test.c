// SPDX-License-Identifier: GPL-2.0-only
/*
 * state_test.c - the slots that a policy keeps for a container; included by
 * state.c
 */
#include <kunit/test.h>

/* As much of a version as its state looks at. */
static struct bailiff_policy *make_version(struct kunit *test, u64 generation,
					   u32 num_slots)
{
	struct bailiff_policy *policy =
		kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	struct bvm_meta *meta = kunit_kzalloc(test, sizeof(*meta), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, policy);
	KUNIT_ASSERT_NOT_NULL(test, meta);
	meta->num_slots = num_slots;
	policy->image.meta = meta;
	policy->generation = generation;
	return policy;
}

static bvm_atomic *words_of(const struct bailiff_state *state,
			    const struct bailiff_policy *policy)
{
	bvm_atomic *found;

	rcu_read_lock();
	found = bailiff_state_words(state, policy);
	rcu_read_unlock();
	return found;
}

static void a_cgroup_has_one_state(struct kunit *test)
{
	struct bailiff_policy *policy = make_version(test, 1, 4);
	struct bailiff_state *one, *same, *other;
	LIST_HEAD(states);

	one = bailiff_state_enter(&states, 7, NULL, policy);
	same = bailiff_state_enter(&states, 7, NULL, policy);
	other = bailiff_state_enter(&states, 8, NULL, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one) || IS_ERR(other));
	KUNIT_EXPECT_PTR_EQ(test, one, same);
	KUNIT_EXPECT_PTR_NE(test, one, other);
	KUNIT_EXPECT_PTR_NE(test, words_of(one, policy),
			    words_of(other, policy));
	bailiff_state_leave(one);
	KUNIT_EXPECT_FALSE(test, list_empty(&states));
	bailiff_state_leave(same);
	bailiff_state_leave(other);
	KUNIT_EXPECT_TRUE(test, list_empty(&states));
}

static void who_enters_by_himself_shares_with_his_root(struct kunit *test)
{
	static const struct bailiff_home here = { .ino = 2, .dev = 8 };
	static const struct bailiff_home there = { .ino = 2, .dev = 9 };
	struct bailiff_policy *policy = make_version(test, 1, 4);
	struct bailiff_state *one, *same, *other, *bound, *again;
	LIST_HEAD(states);

	one = bailiff_state_enter(&states, 0, &here, policy);
	same = bailiff_state_enter(&states, 0, &here, policy);
	other = bailiff_state_enter(&states, 0, &there, policy);
	bound = bailiff_state_enter(&states, 7, &here, policy);
	again = bailiff_state_enter(&states, 7, &there, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one) || IS_ERR(other) || IS_ERR(bound));
	KUNIT_EXPECT_PTR_EQ(test, one, same);
	KUNIT_EXPECT_PTR_NE(test, one, other);
	KUNIT_EXPECT_PTR_NE(test, one, bound);
	KUNIT_EXPECT_PTR_EQ(test, bound, again);
	bailiff_state_leave(one);
	bailiff_state_leave(same);
	bailiff_state_leave(other);
	bailiff_state_leave(bound);
	bailiff_state_leave(again);
	KUNIT_EXPECT_TRUE(test, list_empty(&states));
}

static void a_version_begins_with_empty_words(struct kunit *test)
{
	struct bailiff_policy *first = make_version(test, 1, 2);
	struct bailiff_policy *second = make_version(test, 2, 3);
	struct bailiff_state *state;
	LIST_HEAD(states);

	state = bailiff_state_enter(&states, 7, NULL, first);
	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	atomic64_set(&words_of(state, first)[1], 42);
	KUNIT_ASSERT_EQ(test, bailiff_state_prepare(&states, second), 0);
	/* Who decides by the first still has what it kept. */
	KUNIT_EXPECT_EQ(test, atomic64_read(&words_of(state, first)[1]), 42);
	for (u32 i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test,
				atomic64_read(&words_of(state, second)[i]), 0);
	bailiff_state_prune(&states, 2);
	KUNIT_EXPECT_NULL(test, words_of(state, first));
	KUNIT_EXPECT_NOT_NULL(test, words_of(state, second));
	bailiff_state_leave(state);
}

static void a_version_without_slots_has_no_words(struct kunit *test)
{
	struct bailiff_policy *first = make_version(test, 1, 2);
	struct bailiff_policy *second = make_version(test, 2, 0);
	struct bailiff_state *state;
	LIST_HEAD(states);

	state = bailiff_state_enter(&states, 7, NULL, first);
	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	KUNIT_ASSERT_EQ(test, bailiff_state_prepare(&states, second), 0);
	KUNIT_EXPECT_NULL(test, words_of(state, second));
	KUNIT_EXPECT_NOT_NULL(test, words_of(state, first));
	bailiff_state_prune(&states, 2);
	KUNIT_EXPECT_NULL(test, words_of(state, first));
	bailiff_state_leave(state);
}

static void what_has_started_does_not_wait_again(struct kunit *test)
{
	static const struct bvm_start patient = { .timeout_s = 86400 };
	static const struct bvm_start over = { .timeout_s = 0 };
	struct bailiff_policy *waits = make_version(test, 1, 0);
	struct bailiff_policy *ends = make_version(test, 2, 0);
	struct bailiff_policy *eager = make_version(test, 3, 0);
	struct bailiff_state *one, *two;
	LIST_HEAD(states);

	waits->image.start = &patient;
	ends->image.start = &over;
	one = bailiff_state_enter(&states, 7, NULL, waits);
	two = bailiff_state_enter(&states, 8, NULL, waits);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one) || IS_ERR(two));
	bailiff_state_begin(one, waits);
	bailiff_state_begin(two, waits);
	KUNIT_EXPECT_EQ(test, bailiff_state_count_waiting(&states, waits), 2);
	bailiff_state_start(one);
	KUNIT_EXPECT_FALSE(test, bailiff_state_waits(one, waits));
	KUNIT_EXPECT_TRUE(test, bailiff_state_waits(two, waits));
	/* Its time under one version is over, though nobody looked. */
	bailiff_state_settle(&states, ends, waits);
	KUNIT_EXPECT_FALSE(test, bailiff_state_waits(two, waits));
	bailiff_state_leave(two);
	/* One that no task was in yet has nothing to lose. */
	two = bailiff_state_enter(&states, 8, NULL, eager);
	KUNIT_ASSERT_FALSE(test, IS_ERR(two));
	bailiff_state_settle(&states, eager, waits);
	bailiff_state_begin(two, waits);
	KUNIT_EXPECT_TRUE(test, bailiff_state_waits(two, waits));
	bailiff_state_settle(&states, waits, eager);
	KUNIT_EXPECT_FALSE(test, bailiff_state_waits(two, waits));
	bailiff_state_leave(one);
	bailiff_state_leave(two);
}

/* As if the clock had gone on by so much, in suspend, say. */
static void let_pass(struct bailiff_state *state, u64 seconds)
{
	state->begun_ns -= seconds * NSEC_PER_SEC;
}

static void what_waits_starts_when_its_time_is_over(struct kunit *test)
{
	static const struct bvm_start start = { .timeout_s = 3600 };
	struct bailiff_policy *policy = make_version(test, 1, 0);
	struct bailiff_state *state;
	LIST_HEAD(states);

	policy->image.start = &start;
	state = bailiff_state_enter(&states, 7, NULL, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	bailiff_state_begin(state, policy);
	/* The guest may be slow, but not by half an hour. */
	let_pass(state, 1800);
	KUNIT_EXPECT_TRUE(test, bailiff_state_waits(state, policy));
	let_pass(state, 1800);
	KUNIT_EXPECT_FALSE(test, bailiff_state_waits(state, policy));
	/* A clock that is set back does not take it back. */
	state->begun_ns += 3600ull * NSEC_PER_SEC;
	KUNIT_EXPECT_FALSE(test, bailiff_state_waits(state, policy));
	bailiff_state_leave(state);
}

/*
 * Nobody suspends the test's machine, so this tells the clock from those that
 * are set or begin elsewhere; that it goes on in suspend is the kernel's word.
 */
static void the_clock_is_that_of_boot(struct kunit *test)
{
	static const struct bvm_start start = { .timeout_s = 3600 };
	struct bailiff_policy *policy = make_version(test, 1, 0);
	u64 before = ktime_get_boottime_ns();
	struct bailiff_state *state;
	LIST_HEAD(states);

	policy->image.start = &start;
	state = bailiff_state_enter(&states, 7, NULL, policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(state));
	bailiff_state_begin(state, policy);
	KUNIT_EXPECT_GE(test, state->begun_ns, before);
	KUNIT_EXPECT_LE(test, state->begun_ns, ktime_get_boottime_ns());
	bailiff_state_leave(state);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(the_clock_is_that_of_boot),
	KUNIT_CASE(a_cgroup_has_one_state),
	KUNIT_CASE(who_enters_by_himself_shares_with_his_root),
	KUNIT_CASE(a_version_begins_with_empty_words),
	KUNIT_CASE(a_version_without_slots_has_no_words),
	KUNIT_CASE(what_has_started_does_not_wait_again),
	KUNIT_CASE(what_waits_starts_when_its_time_is_over),
	{}
};

static struct kunit_suite state_suite = {
	.name = "bailiff-state",
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
