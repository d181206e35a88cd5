/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shortcut_kunit.h - a caller under one policy, for tests of what is let pass
 * without asking it again
 *
 * The includer has passes(s) and is_kept(s): is what was kept just now known?
 */
#ifndef BAILIFF_SHORTCUT_KUNIT_H
#define BAILIFF_SHORTCUT_KUNIT_H

#include <kunit/test.h>

#include "hits.h"
#include "policy.h"
#include "set.h"

/* Number of the rule that allows. */
#define RULE 3

struct judge {
	struct bailiff_policy policy;
	struct bailiff_slot slot;
	struct bailiff_set *set;
};

/* Answers of this class can be remembered. */
static inline void judge_init(struct kunit *test, struct judge *j, u32 class)
{
	/* no policy of this boot has it, and nothing of the case before passes */
	static u64 generation = 1ull << 61;

	j->set =
		kunit_kzalloc(test, struct_size(j->set, domain, 1), GFP_KERNEL);
	j->policy.hits = bailiff_hits_alloc(8);
	KUNIT_ASSERT_NOT_NULL(test, j->set);
	KUNIT_ASSERT_NOT_NULL(test, j->policy.hits);
	j->policy.generation = generation += 10;
	j->policy.memo_classes = BIT(class);
	j->policy.image.num_rules = RULE;
	rcu_assign_pointer(j->slot.active, &j->policy);
	j->set->num = 1;
	j->set->domain[0].slot = &j->slot;
}

static inline void judge_fini(struct judge *j)
{
	bailiff_hits_free(j->policy.hits);
}

/* Once kept, the change is told: what was kept is not about that. */
#define TOLD(change, back)                           \
	do {                                         \
		KUNIT_ASSERT_TRUE(test, is_kept(s)); \
		change;                              \
		KUNIT_EXPECT_FALSE(test, passes(s)); \
		back;                                \
	} while (0)

/* What is kept is about another question, whatever is changed back after. */
#define NEVER(change, back)                           \
	do {                                          \
		change;                               \
		KUNIT_EXPECT_FALSE(test, is_kept(s)); \
		back;                                 \
	} while (0)

#endif /* BAILIFF_SHORTCUT_KUNIT_H */
