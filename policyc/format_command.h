/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format_command.h - policyc fmt
 */
#ifndef POLICYC_FORMAT_COMMAND_H
#define POLICYC_FORMAT_COMMAND_H

#include "command.h"

/*
 * policyc fmt FILE...: replace each by its formatted text; "-" goes to the
 * standard output. With --check nothing is written, and differences are shown.
 *
 * Return: EXIT_YES; EXIT_NO: a file would change; EXIT_BAD: one is no policy;
 * EXIT_MACHINE: one cannot be written.
 */
int command_fmt(struct run *run);

#endif /* POLICYC_FORMAT_COMMAND_H */
