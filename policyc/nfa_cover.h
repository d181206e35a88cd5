/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nfa_cover.h - nodes that add nothing once another one was come to
 *
 * Behind the word of "*word*" a pattern matches whatever the component goes on
 * with. What else it still waits for there need not be known, but of several
 * such words each subset would be a state of its own: {*a*,*b*,*c*} has eight.
 */
#ifndef POLICYC_NFA_COVER_H
#define POLICYC_NFA_COVER_H

#include "nfa.h"

struct nfa_cover {
	const struct nfa *nfa;
	u32 *only; /* per node: all that it may lead to accepts this, or NFA_NONE */
	bool *crosses; /* per node: on some way to accept it takes a '/' */
	bool *accepts; /* per node: itself, or behind epsilons */
	bool *covers; /* per node: it accepts `only` on what loops on it */
	u32 *keepers; /* per pattern: the node that covers, in the union below */
	u64 *unions; /* per pattern: the last union that had one */
	u64 num_unions;
};

/* Fill from an automaton to which nothing is added any more. */
void nfa_cover_init(struct nfa_cover *cover, struct arena *arena,
		    const struct nfa *nfa);

/*
 * Leave out of a set of nodes, closed under epsilons, what accepts only what
 * another one of it does. Return: how many are left, in their order.
 */
u32 nfa_cover_reduce(struct nfa_cover *cover, u32 *nodes, u32 num);

#endif /* POLICYC_NFA_COVER_H */
