/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reach.h - rules that deny by a name which is only a link in some system
 *
 * Rules see a path after its links were followed. A rule that denies /bin/sh
 * denies nothing where that leads to /usr/bin/dash, or to busybox.
 */
#ifndef POLICYC_REACH_H
#define POLICYC_REACH_H

#include "command.h"

#define REACH_MAX_NAMES 50000 /* of the system, that are looked at */
/* Of directories below the root; and those in /usr/local. */
#define REACH_DEPTH 2

/*
 * policyc reach --root DIR POLICY|IMAGE: a line for each rule that denies a
 * name below DIR which leads elsewhere, to what the policy does not deny. Names
 * that are not plain are quoted, control characters escaped.
 *
 * Return: EXIT_YES there is none; EXIT_NO there are; EXIT_BAD, EXIT_MACHINE.
 */
int command_reach(struct run *run);

#endif /* POLICYC_REACH_H */
