/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - a shortest word for each answer that several automata give at once
 *
 * A word is walked through all of them together, breadth first, so the first
 * one that makes a vector of rows is one of the shortest that do.
 */
#ifndef POLICYC_WORDS_H
#define POLICYC_WORDS_H

#include "fsm.h"
#include "vm/image.h"

#define WORDS_MAX_AUTOMATA 4
#define WORDS_MAX_STATES (8u << 20) /* of the product, that are reached */

enum words_kind {
	WORDS_PATH, /* absolute, without "//", ".", ".."; "/" too */
	WORDS_BELOW, /* the same, and not "/" */
	WORDS_TEXT, /* any bytes but NUL, at least one */
	WORDS_ABSTRACT, /* a text that begins with '@' */
	WORDS_ARGV, /* arguments, each with its NUL; none is a word as well */
};

/* One or the other: of an image, or of the compiler. */
struct words_automaton {
	const struct bvm_table *table; /* DFA or ARGV */
	const struct fsm *fsm;
	bool must_accept; /* words whose row is 0 are left out */
	bool below; /* the row is the state behind the word and a '/' */
};

struct word {
	const char *text; /* with a NUL behind it */
	u32 len;
	u32 rows[WORDS_MAX_AUTOMATA];
};

struct words {
	struct word *items; /* by length */
	u32 num;
};

/*
 * Find a word for each vector of rows. Words are shorter than BVM_MAX_PATH.
 * max_states: WORDS_MAX_STATES, but for tests.
 *
 * Return: 0; -E2BIG over max_states.
 */
int __must_check words_find(struct arena *arena, enum words_kind kind,
			    const struct words_automaton *automata, u32 num,
			    u32 max_states, struct words *words);

#endif /* POLICYC_WORDS_H */
