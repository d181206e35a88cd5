/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - every name of an object of which only the dentry is known
 *
 * Some hooks get a dentry and no mount. What the task reached it by cannot be
 * told; so each place counts at which a mount shows the object in the home root
 * of the task's domains.
 */
#ifndef BAILIFF_NAMES_H
#define BAILIFF_NAMES_H

#include <linux/types.h>

struct bailiff_set;
struct dentry;
struct vfsmount;

#define BAILIFF_MAX_NAMES 64

struct bailiff_names {
	u32 num;
	bool many; /* there are more than fit; do not believe num then */
	struct vfsmount *mnt[BAILIFF_MAX_NAMES]; /* valid under RCU only */
};

/*
 * Find the mounts that show dentry in a home root of set. Mounts that give the
 * same name, as the copies in other mount namespaces do, are one. To be called
 * under rcu_read_lock; does not sleep.
 */
void bailiff_names_find(struct dentry *dentry, const struct bailiff_set *set,
			struct bailiff_names *names);

/* Like bailiff_path_is_nowhere(): no user can have a name for it. */
bool bailiff_names_are_none(const struct dentry *dentry);

#endif /* BAILIFF_NAMES_H */
