/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diag_command.h - policyc diag: what a message is about
 */
#ifndef POLICYC_DIAG_COMMAND_H
#define POLICYC_DIAG_COMMAND_H

#include "command.h"

/*
 * policyc diag [ID]: all messages, a line each, or when one comes and how to
 * mend it. Return: EXIT_YES; EXIT_BAD: there is no such message.
 */
int command_diag(struct run *run);

#endif /* POLICYC_DIAG_COMMAND_H */
