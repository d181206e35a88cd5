/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - one program of an image on one request
 */
#ifndef POLICYC_RUN_H
#define POLICYC_RUN_H

#include "command.h"

/*
 * policyc run POLICY|IMAGE CLASS REQUEST: the verdict of the class's program,
 * with --trace what each instruction did. --trace and --json may also stand
 * behind a request of one word.
 *
 * Return: EXIT_YES allowed; EXIT_NO denied; EXIT_BAD if the request is none,
 * of another class, or does not say enough to be decided.
 */
int command_run(struct run *run);

#endif /* POLICYC_RUN_H */
