/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - what globs say, by simulation
 *
 * A second way from globs to the texts they match, to hold the automaton
 * against. It shares the reading of their syntax (pattern.h) with the first
 * one, and nothing else: each glob is a small program, and a text is judged
 * by the set of places at which the programs are.
 */
#ifndef POLICYC_READER_H
#define POLICYC_READER_H

#include "intern.h"
#include "pattern.h"

struct reader;

/* mode: PATTERN_PATH or PATTERN_TEXT; PATTERN_ARG: for command lines. */
struct reader *reader_create(struct arena *arena, enum pattern_mode mode);

/*
 * Add a glob or, if num is not 1 or the mode is PATTERN_ARG, a command line
 * of num globs, each followed by a NUL, and any more behind them if rest is
 * set. texts are borrowed. Patterns are numbered from 0 as they come.
 */
void reader_add(struct reader *r, const char *const *texts, u32 num, bool rest);

/* After the last pattern. Return: 0; -EINVAL: one is no pattern. */
int __must_check reader_begin(struct reader *r);

/* The sets after each byte: of those bytes, ascending, and of all others. */
struct reader_steps {
	u32 others;
	u32 num;
	u8 bytes[256];
	u32 sets[256];
};

/* Sets of places have numbers; the first one is that before any byte. */
u32 reader_start(const struct reader *r);
void reader_steps(struct reader *r, u32 set, struct reader_steps *next);

/* The patterns, ascending, that match a text which ends in a set. */
const u32 *reader_matches(struct reader *r, u32 set, u32 *num);

/* Places in all sets so far: what the simulation has cost. */
size_t reader_cost(const struct reader *r);

#endif /* POLICYC_READER_H */
