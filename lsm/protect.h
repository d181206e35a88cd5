/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * protect.h - files that no rule of a policy can open to the confined
 */
#ifndef BAILIFF_PROTECT_H
#define BAILIFF_PROTECT_H

#include <linux/path.h>
#include <linux/types.h>

/*
 * May a confined task change this object? Return: BVM_REASON_NONE; SELF_PROTECT:
 * it is Bailiff's own; HELPER: writing it makes the kernel run a program
 * outside every domain.
 */
u32 bailiff_protect_reason(const struct path *path);

/* Set at boot by fs.c: Bailiff's directory, and the file all may write. */
void bailiff_protect_set_dir(struct dentry *dir, struct dentry *self);

#endif /* BAILIFF_PROTECT_H */
