/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kind.h - what an object or a descriptor is, as BVM_KIND_*
 */
#ifndef BAILIFF_KIND_H
#define BAILIFF_KIND_H

#include <linux/types.h>

struct dentry;
struct file;
struct inode;

/* Kind of an object in a file system, by its mode. */
u32 bailiff_kind_of_mode(umode_t mode);

/*
 * Kind of an object on a mount of the kernel's own, sockets excepted: those
 * tell only by their file.
 */
u32 bailiff_kind_of_nameless(const struct dentry *dentry);

/* TTY or NULL for a terminal or null device, 0 for everything else. */
u32 bailiff_kind_of_device(const struct inode *inode);

/*
 * Kind of an open file. Where it lies in a file system and is no terminal and
 * no null device, that is the kind of its mode, and paths speak of it.
 */
u32 bailiff_kind_of_file(const struct file *file);

/* Do paths speak of files of this kind, also when opened outside? */
bool bailiff_kind_has_path(u32 kind);

#endif /* BAILIFF_KIND_H */
