/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * match.h - globs by backtracking: the dumb twin of policyc's automaton
 */
#ifndef ORACLE_MATCH_H
#define ORACLE_MATCH_H

#include <stdbool.h>

/*
 * Does the glob, which pattern_check accepts and which holds no byte 1, match
 * the whole path?
 */
bool oracle_match(const char *pattern, const char *path);

/* The same of an argument, in which '/' is a byte as any other. */
bool oracle_match_arg(const char *pattern, const char *text);

#endif /* ORACLE_MATCH_H */
