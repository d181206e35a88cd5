/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learn_path.h - a recorded path as a pattern that fits the next run, too
 */
#ifndef POLICYC_LEARN_PATH_H
#define POLICYC_LEARN_PATH_H

#include "arena.h"

/*
 * The pattern for a path. Rules, each a guess that the caller marks:
 *
 *   thread     /proc/self/task/123/  the number becomes '*'
 *   version    1.2, 3.11.4 in a name: [0-9]*
 *   number     3 or more digits in a name below a directory of temporary or
 *              run-time files (/tmp, /var/tmp, /run, /dev/shm, /var/cache,
 *              /var/spool): [0-9]*
 *   temporary  the last 6 or more letters and digits of a name there, if they
 *              are of two kinds (small, large, digits): as many '?'
 *
 * A name is every part of the path, a directory's, too; but the number of
 * /run/user/1000 is a user.
 *
 * Paths of secret.def are kept as they are.
 *
 * Return: the pattern, in the arena, its special characters quoted; *guess is
 * the rule that was used, the last of several, or NULL.
 */
const char *learn_path_pattern(struct arena *arena, const char *path,
			       const char **guess);

/* A pattern that matches the text alone, in the arena. */
const char *learn_path_quoted(struct arena *arena, const char *text);

/* What a row of secret.def says the path is, or NULL. */
const char *learn_path_secret(const char *path);

/* May names in this directory become one '*'? dir without its last '/'. */
bool learn_path_may_widen(const char *dir);

/*
 * What of secret.def may lie in a directory, as the end of a pattern: the names
 * "{*.pem,.netrc,...}". dir as it is, without its last '/'. Return: in the arena;
 * NULL: any name there may be one.
 */
const char *learn_path_secret_names(struct arena *arena, const char *dir);

/* Can a policy name it: UTF-8 without control characters or line ends? */
bool learn_path_is_text(const char *path);

#endif /* POLICYC_LEARN_PATH_H */
