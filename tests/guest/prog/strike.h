/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * strike.h - verbs in which each allocation and each copy fails once
 *
 *	!VERB	prints "EACCES 12": it was never done, is denied with that where
 *		nothing fails, and in 12 tries something did; else "done at 3" or
 *		"killed at 3"
 *	=VERB	once, and nothing fails: "ok" or the errno
 *
 * Each try is made in a child, in a mount namespace of its own for those with
 * =, so that what is done is gone after it.
 */
#ifndef STRIKE_H
#define STRIKE_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child ends; a program that it becomes ends with 0. */
enum { STRIKE_DONE, STRIKE_STRUCK = 2, STRIKE_ERRNO = 3 };

#define MAX_STRIKES 1000

/* For verbs that are an exec: argv at a. */
__attribute__((unused)) static int become(char **a)
{
	return execv(a[0], a);
}

/* Return: was there an n-th, which failed? */
static int end_strike(int nth)
{
	char text[16] = "";

	/* What fails here did not fail before. */
	return pread(nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
}

static void strike_child(unsigned int n, int (*run)(char **), char **a)
{
	int nth = open("/proc/self/fail-nth", O_RDWR), ret, err;
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (nth < 0)
		_exit(STRIKE_DONE);
	alarm(60);
	/* First without: its pages are its own then, and are not what fails. */
	if (run(a) >= 0)
		_exit(STRIKE_DONE);
	if (pwrite(nth, text, len, 0) != len)
		_exit(STRIKE_DONE);
	errno = 0;
	ret = run(a);
	err = errno;
	if (end_strike(nth))
		_exit(ret >= 0 ? STRIKE_DONE : STRIKE_STRUCK);
	(void)!pwrite(nth, "0", 1, 0);
	_exit(ret >= 0 ? STRIKE_DONE : STRIKE_ERRNO + err);
}

/* Return: how the child ended, or -1. */
static int strike_once(unsigned int n, int (*run)(char **), char **a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		strike_child(n, run, a);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void strike(int (*run)(char **), char **a)
{
	int how = STRIKE_STRUCK;
	unsigned int n = 0;

	while (how == STRIKE_STRUCK && n < MAX_STRIKES)
		how = strike_once(++n, run, a);
	if (how >= STRIKE_ERRNO)
		printf("%s %u\n", strerrorname_np(how - STRIKE_ERRNO), n - 1);
	else
		printf("%s at %u\n", how < 0 ? "killed" : "done", n);
}

static void run_apart(int (*run)(char **), char **a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
			_exit(STRIKE_ERRNO + errno);
		_exit(run(a) >= 0 ? STRIKE_DONE : STRIKE_ERRNO + errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		puts("killed");
	else if (WEXITSTATUS(status) == STRIKE_DONE)
		puts("ok");
	else
		puts(strerrorname_np(WEXITSTATUS(status) - STRIKE_ERRNO));
}

/* Takes it away from the verb. Return: '!', '=' or 0. */
static char strike_prefix(char **args)
{
	return **args == '!' || **args == '=' ? *(*args)++ : 0;
}

/* Return: was it run, as the prefix says? */
static int run_struck(char prefix, int (*run)(char **), char **a)
{
	if (prefix == '!')
		strike(run, a);
	else if (prefix == '=')
		run_apart(run, a);
	return prefix != 0;
}

#endif /* STRIKE_H */
