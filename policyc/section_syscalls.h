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

#endif /* POLICYC_SECTION_SYSCALLS_H */
