// SPDX-License-Identifier: GPL-2.0-only
/*
 * feed_test.c - names through automata: quickly is the same as byte by byte
 */
#include <linux/prandom.h>
#include <linux/slab.h>

#include <kunit/test.h>

#include "feed.h"

#define STATES 12
#define CLASSES 8
#define CELLS (STATES * CLASSES)
#define TAILS 40
#define ROUNDS 200

/* An automaton of random cells, whose tails are text of "a" to "h". */
struct automaton {
	struct bvm_table table;
	struct bvm_dfa_head head;
	struct bvm_dfa_state states[STATES];
	struct bvm_dfa_cell cells[CELLS];
	u8 tails[TAILS];
};

static u32 below(struct rnd_state *rnd, u32 num)
{
	return prandom_u32_state(rnd) % num;
}

/* Two tails of eight bytes, and where each leads. */
static void make_tails(struct automaton *a, struct rnd_state *rnd)
{
	for (u32 i = 0; i < 24; i++) {
		u32 end = i % 12 - 8;

		if (i % 12 < 8)
			a->tails[i] = 'a' + below(rnd, 8);
		else
			a->tails[i] = 0x80 | (end ? 0 : below(rnd, STATES));
	}
	a->head.tail_len = 24;
	a->head.tail_def = below(rnd, STATES);
}

/* Where a cell leads: more often than not, back. */
static u32 make_target(struct rnd_state *rnd, u32 from)
{
	switch (below(rnd, 8)) {
	case 0:
		return below(rnd, STATES);
	case 1: /* into a tail */
		return STATES + 12 * below(rnd, 2) + below(rnd, 8);
	}
	return from;
}

static void make(struct automaton *a, struct rnd_state *rnd)
{
	memset(a, 0, sizeof(*a));
	for (u32 i = 0; i < 256; i++)
		a->head.classmap[i] = i % CLASSES;
	a->head.num_classes = CLASSES;
	a->table.count = STATES;
	a->table.aux = CELLS;
	a->table.dfa.head = &a->head;
	a->table.dfa.states = a->states;
	a->table.dfa.cells = a->cells;
	a->table.dfa.tails = a->tails;
	make_tails(a, rnd);
	for (u32 i = 0; i < STATES; i++) {
		a->states[i].base = i * CLASSES;
		a->states[i].def = below(rnd, 3) ? i : below(rnd, STATES);
	}
	for (u32 i = 0; i < CELLS; i++) {
		a->cells[i].check = below(rnd, 3) ? U32_MAX : i / CLASSES;
		a->cells[i].next = make_target(rnd, i / CLASSES);
	}
}

static u32 feed_slowly(const struct bvm_table *dfa, u32 state, const char *name)
{
	while (*name)
		state = bvm_dfa_step(dfa, state, *name++);
	return state;
}

static u32 any_state(const struct automaton *a, struct rnd_state *rnd)
{
	u32 tail = 12 * below(rnd, 2) + below(rnd, 8);

	return below(rnd, 2) ? below(rnd, STATES) : STATES + tail;
}

/* Names follow a tail for a while, so that its end is reached, too. */
static void make_name(const struct automaton *a, u32 state, char *name,
		      struct rnd_state *rnd)
{
	u32 len = below(rnd, 14);

	for (u32 i = 0; i < len; i++) {
		bool follow = state >= STATES && below(rnd, 8);

		name[i] = follow ? a->tails[state - STATES] :
				   'a' + below(rnd, 8);
		state = bvm_dfa_step(&a->table, state, name[i]);
	}
	name[len] = 0;
}

static void a_name_leads_where_its_bytes_lead(struct kunit *test)
{
	struct automaton *a = kunit_kmalloc(test, sizeof(*a), GFP_KERNEL);
	struct rnd_state rnd;
	char name[16];

	KUNIT_ASSERT_NOT_NULL(test, a);
	prandom_seed_state(&rnd, 1);
	for (u32 round = 0; round < ROUNDS; round++) {
		make(a, &rnd);
		for (u32 i = 0; i < 50; i++) {
			u32 state = any_state(a, &rnd);

			make_name(a, state, name, &rnd);
			KUNIT_EXPECT_EQ(test,
					bailiff_feed(&a->table, state, name),
					feed_slowly(&a->table, state, name));
		}
	}
}

static bool stays(const struct bvm_table *dfa, u32 state)
{
	for (u32 byte = 0; byte < 256; byte++) {
		if (bvm_dfa_step(dfa, state, byte) != state)
			return false;
	}
	return true;
}

static void a_final_state_is_one_that_no_byte_leaves(struct kunit *test)
{
	struct automaton *a = kunit_kmalloc(test, sizeof(*a), GFP_KERNEL);
	u32 num_final = 0, num_others = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, a);
	prandom_seed_state(&rnd, 2);
	for (u32 round = 0; round < ROUNDS; round++) {
		unsigned long *final;

		make(a, &rnd);
		final = bailiff_feed_find_final(&a->table);
		KUNIT_ASSERT_NOT_NULL(test, final);
		for (u32 i = 0; i < STATES + a->head.tail_len; i++) {
			bool is = bailiff_feed_is_final(&a->table, final, i);

			if (is)
				KUNIT_EXPECT_TRUE(test, stays(&a->table, i));
			else if (i < STATES)
				KUNIT_EXPECT_FALSE(test, stays(&a->table, i));
			num_final += is;
			num_others += !is;
		}
		kvfree(final);
	}
	KUNIT_EXPECT_GT(test, num_final, 0);
	KUNIT_EXPECT_GT(test, num_others, 0);
}

static void without_the_map_nothing_is_final(struct kunit *test)
{
	const struct bvm_table dfa = { .count = 1 };

	KUNIT_EXPECT_FALSE(test, bailiff_feed_is_final(&dfa, NULL, 0));
}

static struct kunit_case feed_cases[] = {
	KUNIT_CASE(a_name_leads_where_its_bytes_lead),
	KUNIT_CASE(a_final_state_is_one_that_no_byte_leaves),
	KUNIT_CASE(without_the_map_nothing_is_final),
	{}
};

static struct kunit_suite feed_suite = {
	.name = "bailiff-feed",
	.test_cases = feed_cases,
};

kunit_test_suite(feed_suite);
