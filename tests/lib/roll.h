/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * roll.h - numbers that look random and are the same in every run
 *
 * The seed is the caller's, so that tests do not disturb each other.
 */
#ifndef TESTS_ROLL_H
#define TESTS_ROLL_H

#include "vm/port.h"

/* All 64 bits (Marsaglia's xorshift). The seed must not be 0 and never is. */
static inline u64 roll_word(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* 0 to n - 1 (Knuth's MMIX). Any seed does. */
static inline u32 roll_below(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33) % n;
}

#endif /* TESTS_ROLL_H */
