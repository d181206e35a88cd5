/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * listing_command.h - policyc show
 */
#ifndef POLICYC_LISTING_COMMAND_H
#define POLICYC_LISTING_COMMAND_H

#include "command.h"

/* policyc show POLICY. Return: EXIT_YES; EXIT_BAD: it is no good policy. */
int command_show(struct run *run);

#endif /* POLICYC_LISTING_COMMAND_H */
