/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_syscalls.h - what one filter of system calls lets through and another
 * does not
 */
#ifndef POLICYC_DIFF_SYSCALLS_H
#define POLICYC_DIFF_SYSCALLS_H

#include "buf.h"
#include "vm/image.h"

/* What one call does under both; SYSNAMES_MAX - 1: all that has no name. */
struct call_change {
	u32 number;
	bool wider;
	u32 actions[2]; /* of the old and the new, SYSFILTER_* */
};

struct call_changes {
	struct call_change *items;
	u32 num;
};

/*
 * Ask both about every number, those of no call too. No filter lets all
 * through, as one in audit mode does; whoever installs it, it is compared.
 */
void diff_syscalls(struct arena *arena, const struct bvm_image *old,
		   const struct bvm_image *new, struct call_changes *changes);

/* "newly allowed: system call ptrace" */
void diff_syscalls_print(struct arena *arena, const struct call_change *change);
void diff_syscalls_put_json(struct buf *buf, const struct call_change *change);

#endif /* POLICYC_DIFF_SYSCALLS_H */
