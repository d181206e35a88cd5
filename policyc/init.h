/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init.h - a starting policy for a service that is installed
 */
#ifndef POLICYC_INIT_H
#define POLICYC_INIT_H

#include "command.h"

/* Write a policy for the service --for names. */
int command_init(struct run *run);

#endif /* POLICYC_INIT_H */
