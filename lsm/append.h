/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * append.h - is the caller only appending?
 */
#ifndef BAILIFF_APPEND_H
#define BAILIFF_APPEND_H

#include <linux/types.h>

struct file;

/* Was file opened so that writes go to its end? */
bool bailiff_append_only(const struct file *file);

/*
 * In file_permission, before a file opened for appending is changed: is it
 * certain that the change is an append? No hook is told of fallocate(2), nor of
 * the flag RWF_NOAPPEND; the system call that the task is in tells. Where it
 * does not (io_uring, AIO, ioctl(2), 32-bit system calls), false.
 */
bool bailiff_append_is_plain(void);

#endif /* BAILIFF_APPEND_H */
