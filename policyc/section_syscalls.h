/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * section_syscalls.h - `syscalls` of a policy, as it was written
 */
#ifndef POLICYC_SECTION_SYSCALLS_H
#define POLICYC_SECTION_SYSCALLS_H

#include "value.h"

void section_read_syscalls(struct parse *parse, const struct node *node);

/* What the filter does with a system call, audit mode aside. */
bool syscalls_allow(const struct ast_syscalls *syscalls, u32 number);
/* Is what it denies only recorded? */
bool syscalls_audit(const struct ast_policy *policy);

/* What a filter must allow, and what it does for that. */
struct section_syscalls_needed {
	const char *name;
	const char *why;
};

#define SECTION_SYSCALLS_NUM_NEEDED 2
extern const struct section_syscalls_needed
	section_syscalls_needed[SECTION_SYSCALLS_NUM_NEEDED];

#endif /* POLICYC_SECTION_SYSCALLS_H */
