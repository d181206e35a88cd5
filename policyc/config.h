/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - a flat file of settings, for a program that must not parse YAML
 *
 *	policyc config SPEC FILE
 *
 * SPEC is NAME:KIND[,NAME:KIND...], what FILE may set; KIND is path (an
 * absolute one), text, number, size or flag, and number<=MAX and size<=MAX in
 * bytes. What it sets is printed in the order of the file, each as four lines, so
 * that who finds fault with a value can show its place as policyc does:
 *
 *	NAME=VALUE
 *	LINE:COL
 *	   12 | name: value
 *	      |       ^~~~~
 *
 * So it is with a file that has errors, too: what is right in it is printed.
 */
#ifndef POLICYC_CONFIG_H
#define POLICYC_CONFIG_H

#include "command.h"

int command_config(struct run *run);

#endif /* POLICYC_CONFIG_H */
