/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - what a command of ioctl(2) does, as operations of class files
 */
#ifndef BAILIFF_IOCTL_H
#define BAILIFF_IOCTL_H

#include <linux/types.h>

/*
 * Operations that cmd stands for on an object of this mode: IOCTL, or STAT or
 * SETATTR for what has a name of its own; 0 where no rule is needed.
 */
u64 bailiff_ioctl_ops(umode_t mode, unsigned int cmd);

/* Does cmd put input into a terminal, as if somebody typed it? */
bool bailiff_ioctl_types(unsigned int cmd);

#endif /* BAILIFF_IOCTL_H */
