/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops.h - what rules and requests can name: classes, operations, groups
 */
#ifndef POLICYC_OPS_H
#define POLICYC_OPS_H

#include "command.h"

/* policyc ops [CLASS]. Return: EXIT_YES; EXIT_BAD: no such class. */
int command_ops(struct run *run);

#endif /* POLICYC_OPS_H */
