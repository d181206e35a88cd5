/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * landlock.h - what a process that only reads gives up by Landlock
 *
 * A second wall behind seccomp: that judges calls, this what they act on.
 */
#ifndef DAEMON_LANDLOCK_H
#define DAEMON_LANDLOCK_H

/*
 * From now on no file is written, made, removed or cut by its path, whichever
 * call tries; what is open, and a file in memory, stays usable. As far as the
 * kernel can: no TCP either, and no signal to who is not started from here, nor
 * an abstract socket of theirs. Needs no_new_privs.
 *
 * Return: the kernel's version of Landlock; 0 it has none; -errno.
 */
int landlock_only_read(void);

#endif /* DAEMON_LANDLOCK_H */
