/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mediate.h - which operations the running kernel brings before us
 *
 * An operation is mediated when this version judges it (bvm_classes) and the
 * kernel has each hook that hooks.def says it needs. Stable releases differ in
 * their hooks, so this is known only when the kernel is built.
 */
#ifndef BAILIFF_MEDIATE_H
#define BAILIFF_MEDIATE_H

#include "vm/hooks.h"

/* The operations of a class that this kernel mediates, bit n: operation n. */
u64 bailiff_mediated(u32 class);

/* A hook that an operation needs and this kernel lacks, or NULL. */
const char *bailiff_missing_hook(u32 class, u32 op);

/*
 * Calls back for each hook that we use on other kernels and that this one
 * lacks; a non-zero answer ends it and is returned.
 */
int bailiff_for_each_missing(int (*visit)(const char *hook, void *arg),
			     void *arg);

#endif /* BAILIFF_MEDIATE_H */
