/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inherit.h - the descriptors that a task brings into a domain
 */
#ifndef BAILIFF_INHERIT_H
#define BAILIFF_INHERIT_H

struct cred;

/* Make the null device that replaces what is refused. 0 or -errno; at boot. */
int __must_check bailiff_inherit_init(void);

/*
 * Judge every descriptor of the caller by cred, which it is about to get or
 * has; what is not allowed becomes a null device, or is closed if there is no
 * memory for one. Nobody else may share the caller's table. Sleeps.
 */
void bailiff_inherit_sweep(const struct cred *cred);

#endif /* BAILIFF_INHERIT_H */
