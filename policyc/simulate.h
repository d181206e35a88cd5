/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * simulate.h - what another policy would have made of what was recorded
 */
#ifndef POLICYC_SIMULATE_H
#define POLICYC_SIMULATE_H

#include "command.h"

/*
 * policyc simulate POLICY LOG. Return: EXIT_YES; EXIT_NO: something that was
 * allowed would be denied; EXIT_BAD.
 */
int command_simulate(struct run *run);

#endif /* POLICYC_SIMULATE_H */
