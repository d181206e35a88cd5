/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump.h - what is in an image, as text
 */
#ifndef POLICYC_DUMP_H
#define POLICYC_DUMP_H

#include "command.h"

/* policyc dump IMAGE. Return: EXIT_YES or EXIT_BAD. */
int command_dump(struct run *run);

#endif /* POLICYC_DUMP_H */
