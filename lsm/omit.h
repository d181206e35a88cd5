/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * omit.h - a hook left out, to see whether the tests notice; for test builds
 */
#ifndef BAILIFF_OMIT_H
#define BAILIFF_OMIT_H

#include "fs.h"
#include "probe.h"

/* Calls that a key guards, as kernels have them that count their LSMs. */
#if defined(CONFIG_SECURITY_BAILIFF_TEST) && defined(BAILIFF_HAVE_LSM_COUNT)
#define BAILIFF_CAN_OMIT
#endif

/* bailiff.omit=1: may hooks be left out? Set at boot, false without. */
extern bool bailiff_omit;

/* "off HOOK", "on HOOK": -ENOENT where none of ours is called so. */
extern const struct bailiff_command bailiff_omit_command;

#endif /* BAILIFF_OMIT_H */
