/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy_text.h - random policies as people write them
 *
 * Rules of every class, in brackets and in lines, with quotes of both kinds
 * and without, comments and empty lines wherever YAML takes them.
 */
#ifndef TESTS_POLICY_TEXT_H
#define TESTS_POLICY_TEXT_H

#include "policyc/arena.h"

/* The text of a policy that parse_text takes; *seed moves on. */
const char *policy_text(struct arena *arena, u64 *seed);

#endif /* TESTS_POLICY_TEXT_H */
