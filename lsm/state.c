// SPDX-License-Identifier: GPL-2.0-only
/*
 * state.c - the slots that a policy keeps for a container
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "policy.h"
#include "set.h"
#include "state.h"

/* What one version of the policy keeps. */
struct words {
	struct words __rcu *older; /* of an earlier version */
	u64 generation; /* constant */
	struct rcu_head rcu;
	bvm_atomic word[];
};

struct bailiff_state {
	struct list_head node; /* in the policy's slot */
	u64 cgroup;
	struct bailiff_home home; /* zeros, if it has a cgroup */
	u32 num_users; /* domains and bindings */
	/*
	 * Of its first task, by a clock that goes on in suspend; 0: none came.
	 * Constant from then on.
	 */
	u64 begun_ns;
	bool started; /* READ_ONCE, WRITE_ONCE; never cleared once begun */
	struct words __rcu *words; /* newest first */
};

/* Writers hold the lock of the policies. */
#define older_than(w) rcu_dereference_protected((w)->older, true)
#define newest(state) rcu_dereference_protected((state)->words, true)

/* Puts the words for policy in front, if it keeps any. */
static int add_words(struct bailiff_state *state,
		     const struct bailiff_policy *policy)
{
	u32 num = policy->image.meta->num_slots;
	struct words *words;

	if (!num)
		return 0;
	words = kzalloc(struct_size(words, word, num), GFP_KERNEL_ACCOUNT);
	if (!words)
		return -ENOMEM;
	words->generation = policy->generation;
	RCU_INIT_POINTER(words->older, newest(state));
	rcu_assign_pointer(state->words, words);
	return 0;
}

static void free_state(struct bailiff_state *state)
{
	struct words *words = newest(state);

	while (words) {
		struct words *older = older_than(words);

		kfree(words);
		words = older;
	}
	kfree(state);
}

static struct bailiff_state *make_state(u64 cgroup,
					const struct bailiff_home *home,
					const struct bailiff_policy *active)
{
	struct bailiff_state *state =
		kzalloc(sizeof(*state), GFP_KERNEL_ACCOUNT);

	if (!state)
		return NULL;
	state->cgroup = cgroup;
	state->home = *home;
	if (add_words(state, active)) {
		kfree(state);
		return NULL;
	}
	return state;
}

struct bailiff_state *bailiff_state_enter(struct list_head *states, u64 cgroup,
					  const struct bailiff_home *home,
					  const struct bailiff_policy *active)
{
	static const struct bailiff_home any;
	struct bailiff_state *state;

	/* A cgroup is a container, wherever its tasks live. */
	if (cgroup)
		home = &any;
	list_for_each_entry(state, states, node) {
		if (state->cgroup == cgroup &&
		    bailiff_home_same(&state->home, home)) {
			state->num_users++;
			return state;
		}
	}
	state = make_state(cgroup, home, active);
	if (!state)
		return ERR_PTR(-ENOMEM);
	state->num_users = 1;
	list_add(&state->node, states);
	return state;
}

void bailiff_state_leave(struct bailiff_state *state)
{
	/* No domain has it: nobody can be reading. */
	if (--state->num_users)
		return;
	list_del(&state->node);
	free_state(state);
}

/* Take back the words that a version was given. */
static void drop_newest(struct bailiff_state *state, u64 generation)
{
	struct words *words = newest(state);

	if (!words || words->generation != generation)
		return;
	rcu_assign_pointer(state->words, older_than(words));
	kfree_rcu(words, rcu);
}

int bailiff_state_prepare(struct list_head *states,
			  const struct bailiff_policy *policy)
{
	struct bailiff_state *state;

	list_for_each_entry(state, states, node) {
		if (!add_words(state, policy))
			continue;
		list_for_each_entry(state, states, node)
			drop_newest(state, policy->generation);
		return -ENOMEM;
	}
	return 0;
}

static void prune(struct bailiff_state *state, u64 generation)
{
	struct words __rcu **link = &state->words;
	struct words *words;

	while ((words = rcu_dereference_protected(*link, true))) {
		if (words->generation >= generation) {
			link = &words->older;
			continue;
		}
		rcu_assign_pointer(*link, older_than(words));
		kfree_rcu(words, rcu);
	}
}

void bailiff_state_prune(struct list_head *states, u64 generation)
{
	struct bailiff_state *state;

	list_for_each_entry(state, states, node)
		prune(state, generation);
}

void bailiff_state_start(struct bailiff_state *state)
{
	WRITE_ONCE(state->started, true);
}

void bailiff_state_begin(struct bailiff_state *state,
			 const struct bailiff_policy *active)
{
	if (state->begun_ns)
		return;
	state->begun_ns = ktime_get_boottime_ns();
	if (!active->image.start)
		bailiff_state_start(state);
}

bool bailiff_state_waits(struct bailiff_state *state,
			 const struct bailiff_policy *policy)
{
	const struct bvm_start *start = policy->image.start;

	if (likely(!start))
		return false;
	/*
	 * Whoever published a version that waits had marked the containers that
	 * were started before it (bailiff_state_settle). The reader came to the
	 * version by slot->active and to the state by its set, so no dependency
	 * orders the two: pairs with the rcu_replace_pointer() of policy.c.
	 */
	smp_rmb();
	if (READ_ONCE(state->started))
		return false;
	if (ktime_get_boottime_ns() - state->begun_ns <
	    (u64)start->timeout_s * NSEC_PER_SEC)
		return true;
	/* A version with more patience must not take it back. */
	bailiff_state_start(state);
	return false;
}

void bailiff_state_settle(struct list_head *states,
			  const struct bailiff_policy *before,
			  const struct bailiff_policy *next)
{
	struct bailiff_state *state;

	list_for_each_entry(state, states, node) {
		if (!state->begun_ns)
			continue;
		if (!next->image.start ||
		    (before && !bailiff_state_waits(state, before)))
			bailiff_state_start(state);
	}
}

u32 bailiff_state_count_waiting(const struct list_head *states,
				const struct bailiff_policy *active)
{
	struct bailiff_state *state;
	u32 num = 0;

	list_for_each_entry(state, states, node)
		num += state->begun_ns && bailiff_state_waits(state, active);
	return num;
}

bvm_atomic *bailiff_state_words(const struct bailiff_state *state,
				const struct bailiff_policy *policy)
{
	struct words *words;

	/*
	 * Whoever published the policy had put its words here before; see it
	 * in that order.
	 */
	smp_rmb();
	for (words = rcu_dereference(state->words); words;
	     words = rcu_dereference(words->older)) {
		if (words->generation == policy->generation)
			return words->word;
	}
	return NULL;
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "state_test.c"
#endif
