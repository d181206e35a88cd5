/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * answer.h - a daemon that gives one answer
 */
#ifndef TESTS_ANSWER_H
#define TESTS_ANSWER_H

#include <sys/types.h>

/*
 * Listen at the control socket in dir, and say answer to the first client.
 * Return: its process, for the caller to end and to wait for.
 */
pid_t answer_once(const char *dir, const char *answer);

#endif /* TESTS_ANSWER_H */
