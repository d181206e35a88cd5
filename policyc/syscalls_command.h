/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscalls_command.h - policyc syscalls: the seccomp filter of a policy
 */
#ifndef POLICYC_SYSCALLS_COMMAND_H
#define POLICYC_SYSCALLS_COMMAND_H

#include "command.h"

int command_syscalls(struct run *run);

#endif /* POLICYC_SYSCALLS_COMMAND_H */
