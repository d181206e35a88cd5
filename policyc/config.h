/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - a flat file of settings, for a program that must not parse YAML
 *
 *	policyc config SPEC FILE
 *
 * SPEC is NAME:KIND[,NAME:KIND...], what FILE may set; KIND is path (an
 * absolute one), text, number, size or flag. What it sets is printed as lines
 * NAME=VALUE, in the order of the file.
 */
#ifndef POLICYC_CONFIG_H
#define POLICYC_CONFIG_H

#include "command.h"

int command_config(struct run *run);

#endif /* POLICYC_CONFIG_H */
