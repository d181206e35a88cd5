/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fsm.h - deterministic automata over bytes, and what is done with them
 *
 * State 0 is dead: no string is accepted from it on. A state has one
 * transition for "every other byte" and edges for the classes of bytes that
 * lead elsewhere. Class 0 holds the bytes no pattern speaks of, if there are
 * such, and `def` is where it leads: so equal states have equal edges.
 */
#ifndef POLICYC_FSM_H
#define POLICYC_FSM_H

#include "intern.h"
#include "nfa.h"

/*
 * States before minimisation: so many, and more for each node of the NFA, for
 * large sets of literals need one for each; but never over the last figure. The
 * pool is the nodes in all the sets of nodes: a set of globs that multiplies has
 * several in each, and literals one. It is given up within a second, and what
 * is not takes no more in all that follows.
 */
#define FSM_FREE_STATES (1u << 18)
#define FSM_STATES_PER_NODE 2
#define FSM_MAX_STATES (4u << 20)
#define FSM_FREE_POOL (1u << 19)
#define FSM_POOL_PER_NODE 16
#define FSM_MAX_POOL (48u << 20)

struct fsm_edge {
	u32 class; /* 1 .. num_classes - 1, ascending in a state */
	u32 next;
};

struct fsm_state {
	u32 def; /* next state for all classes without an edge */
	u32 accept; /* a number of the caller's; see fsm_build */
	u32 first; /* first edge */
	u32 num; /* edges */
};

struct fsm {
	struct fsm_state *states;
	u32 num_states;
	struct fsm_edge *edges;
	u32 num_edges;
	u32 start;
	u32 num_classes; /* 1 .. 256 */
	u8 classmap[256];
};

/* Who is to blame for an automaton that is too large. */
struct fsm_blame {
	u32 patterns[2]; /* the most frequent ones in the last sets */
	u32 max_states; /* it has more, whichever limit it is over */
};

/*
 * Subset construction. accepts gets the distinct rows of patterns (ascending)
 * that states accept; `accept` of a state is the row's number, and row 0 is
 * the empty one.
 *
 * Return: 0; -E2BIG past the limits above, blame is filled.
 */
int __must_check fsm_build(struct arena *arena, const struct nfa *nfa,
			   struct intern *accepts, struct fsm *fsm,
			   struct fsm_blame *blame);

/*
 * Merge states that accept alike whatever follows, and number them in the
 * order of a breadth-first walk from the start; the dead state stays 0.
 * Unreachable states are dropped. Minimal: two states of the result differ
 * on some string.
 */
void fsm_minimise(struct arena *arena, struct fsm *fsm);

/* State after one byte. */
u32 fsm_step(const struct fsm *fsm, u32 state, u8 byte);

#endif /* POLICYC_FSM_H */
