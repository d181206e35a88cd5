/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * setup.h - is Bailiff on, and where its blobs lie
 */
#ifndef BAILIFF_SETUP_H
#define BAILIFF_SETUP_H

#include <linux/lsm_hooks.h>

#include "probe.h"

/* Set once at boot: registered with the LSM framework. */
extern bool bailiff_initialized;

/* Set once at boot: programs may use the kernel's JIT (bailiff.jit=0: not). */
extern bool bailiff_jit;

/* Offsets, once the framework has filled them in. */
extern struct lsm_blob_sizes bailiff_blob_sizes;

#ifdef BAILIFF_HAVE_LSM_ID
extern const struct lsm_id bailiff_lsmid;
#endif

#endif /* BAILIFF_SETUP_H */
