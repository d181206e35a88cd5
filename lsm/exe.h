/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exe.h - the program that a task runs, as its credentials remember it
 *
 * It is named once, when the program starts, and goes wherever the credentials
 * go. mm->exe_file would not do: a task can change it (PR_SET_MM_MAP).
 *
 * It is the file that the kernel runs, that of /proc/PID/exe: of a script the
 * interpreter. While an exec goes on it is the program that asked for it.
 */
#ifndef BAILIFF_EXE_H
#define BAILIFF_EXE_H

#include <linux/refcount.h>

#include "set.h"
#include "vm/exec.h"

struct file;

/* Constant while it lives. */
struct bailiff_exe {
	refcount_t ref;
	u32 reason; /* enum bvm_reason: the name cannot be told; NONE */
	struct bailiff_home home; /* in which the name has a meaning */
	u32 len; /* bytes of path without its NUL */
	char path[];
};

/*
 * Name a program that is about to run. Sleeps. Return: 0 and *exe, which the
 * caller must put and which is NULL if the program has no name (a memfd, a
 * deleted file, one that is not in a mount tree); -ENOMEM.
 */
int __must_check bailiff_exe_find(const struct file *file,
				  struct bailiff_exe **exe);

/*
 * A program of which it is not known which it is: what asks for it is denied.
 * Return: owned; NULL no memory. Sleeps.
 */
struct bailiff_exe *bailiff_exe_unknown(void);

/* Returns exe, counted once more. NULL is fine. Any context. */
static inline struct bailiff_exe *bailiff_exe_get(struct bailiff_exe *exe)
{
	if (exe)
		refcount_inc(&exe->ref);
	return exe;
}

/* Nobody has it any more: for bailiff_exe_put. */
void bailiff_exe_end(struct bailiff_exe *exe);

/* NULL is fine. Any context. */
static inline void bailiff_exe_put(struct bailiff_exe *exe)
{
	if (exe && refcount_dec_and_test(&exe->ref))
		bailiff_exe_end(exe);
}

/* Does the program of a class ask for it? */
bool bailiff_exe_is_asked(const struct bvm_image *image, u32 class);

/*
 * Let the program of a class see the name in a run, if it means something in
 * home. Else the request has no such text, and no pattern matches.
 */
void bailiff_exe_give(const struct bailiff_exe *exe,
		      const struct bailiff_home *home, u32 class,
		      struct bvm_run *run);

#endif /* BAILIFF_EXE_H */
