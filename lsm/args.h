/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * args.h - the arguments of a program that is about to run
 *
 * They lie in the memory that the program will get, which nobody else sees
 * before it runs: what was read once does not change.
 */
#ifndef BAILIFF_ARGS_H
#define BAILIFF_ARGS_H

#include <linux/types.h>

struct linux_binprm;

struct bailiff_args {
	char *bytes; /* argv[1] and on, each with its NUL; owned */
	u32 len; /* up to BVM_MAX_ARGV */
	u32 reason; /* enum bvm_reason: why there are none to judge; NONE */
};

/* Copy them. Sleeps. The caller must drop args, whatever its reason is. */
void bailiff_args_copy(const struct linux_binprm *bprm,
		       struct bailiff_args *args);
void bailiff_args_drop(struct bailiff_args *args);

#endif /* BAILIFF_ARGS_H */
