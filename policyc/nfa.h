/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nfa.h - many globs as one nondeterministic automaton
 *
 * Patterns that begin alike share their nodes, so the automaton is a trie
 * with loops for the stars and epsilon edges out of braces:
 *
 *	/a/{b,c}/d   [1]-/->[2]-a->[3]-/->[4]-b->[5]--eps-->[7]-/-> ...
 *	                                  \--c->[6]--eps--^
 */
#ifndef POLICYC_NFA_H
#define POLICYC_NFA_H

#include "arena.h"
#include "pattern.h"

#define NFA_NONE U32_MAX

enum nfa_label {
	NFA_BYTE, /* that byte */
	NFA_NAME, /* any byte but '/' */
	NFA_SET, /* one of a set */
	NFA_STAR, /* epsilon, to a node with a loop over all but '/' */
	NFA_GLOBSTAR, /* epsilon, to a node with a loop over every byte */
	NFA_EPSILON, /* out of braces */
};

struct nfa_edge {
	u8 label; /* enum nfa_label */
	u8 byte; /* NFA_BYTE */
	u32 set; /* NFA_SET: index of sets */
	u32 target;
	u32 next; /* edge of the same node, or NFA_NONE */
};

/* A pattern that ends in a node. */
struct nfa_final {
	u32 pattern;
	u32 next; /* or NFA_NONE */
};

struct nfa_node {
	u32 edges; /* list, or NFA_NONE */
	u32 finals; /* list, or NFA_NONE */
	u32 pattern; /* the first that needed the node, for messages */
	bool loop_name; /* stays here on any byte but '/' */
	bool loop_all; /* stays here on any byte */
};

struct nfa {
	struct arena *arena;
	struct nfa_node *nodes; /* 0 is the start */
	u32 num_nodes;
	struct nfa_edge *edges;
	u32 num_edges;
	struct nfa_final *finals;
	u32 num_finals;
	struct byteset *sets; /* distinct */
	u32 num_sets;
	u32 root; /* node after the first '/', or NFA_NONE */
	bool text_only; /* pattern_begin_text; set before the first pattern */
	bool no_classes; /* fsm_build: one for each byte, to compare with */
	u32 max_states, max_pool; /* fsm_build: so many; 0: as fsm.h says */
};

struct ast_patterns;

/* Returns an automaton that matches nothing; it lives in the arena. */
struct nfa *nfa_create(struct arena *arena);

/*
 * Add a glob; strings that it matches will be accepted with its number.
 *
 * Return: 0; -EINVAL and *err if text is no pattern (what was added of it
 * accepts nothing).
 */
int __must_check nfa_add(struct nfa *nfa, const char *text, u32 pattern,
			 struct pattern_error *err);

/*
 * Add each of some globs, with the numbers from first on.
 *
 * Return: false if one is no pattern.
 */
bool __must_check nfa_add_all(struct nfa *nfa,
			      const struct ast_patterns *patterns, u32 first);

/*
 * Add a command line: arguments, each a pattern_begin_arg, and if rest is set
 * any others behind them. Strings are those of the ARGV table, with NUL and '/'
 * for each other; they are swapped back in the automaton (argvmatch.h). Not to
 * be mixed with nfa_add. Return: as nfa_add.
 */
int __must_check nfa_add_args(struct nfa *nfa, const char *const *args, u32 num,
			      bool rest, u32 pattern,
			      struct pattern_error *err);

#endif /* POLICYC_NFA_H */
