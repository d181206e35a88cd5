/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place.h - where an object was found, to be known again for a moment
 *
 * An object has the name that it had while it is the same dentry by the same
 * mount, nothing was renamed, and nothing mounted. (And the name is not gone,
 * which the caller looks at.)
 *
 * A dentry, or a mount, is freed a grace period of RCU after its last user, and
 * its memory may then be another's. Nothing is held here; so nothing is believed
 * that is older than a grace period, and until then an address means what it
 * meant. It is the full state that is looked at: the other one may miss a grace
 * period beside which an expedited one runs.
 */
#ifndef BAILIFF_PLACE_H
#define BAILIFF_PLACE_H

#include <linux/dcache.h>
#include <linux/rcupdate.h>

#include "mount_tree.h"
#include "path.h"

struct bailiff_place {
	const struct dentry *dentry; /* NULL: nothing; compared, not followed */
	const struct vfsmount *mnt; /* compared, not followed */
	struct rcu_gp_oldstate since;
	u32 renames; /* rename_lock */
	u32 mounts; /* mount_lock */
};

/* How often names and mounts have changed. */
struct bailiff_moves {
	u32 renames;
	u32 mounts;
};

/* To be read first: what is read after them is at least as new. */
static inline struct bailiff_moves bailiff_moves_read(void)
{
	return (struct bailiff_moves){
		.renames = raw_read_seqcount(&rename_lock.seqcount),
		.mounts = raw_read_seqcount(&mount_lock.seqcount),
	};
}

/* Does path, which the caller holds, lead to where it was found? */
static inline bool bailiff_place_is(struct bailiff_place *place,
				    const struct path *path,
				    struct bailiff_moves moves)
{
	return path->dentry == place->dentry && path->mnt == place->mnt &&
	       moves.renames == place->renames &&
	       moves.mounts == place->mounts &&
	       !poll_state_synchronize_rcu_full(&place->since);
}

/* path, which the caller holds, was walked and found to have a lasting name. */
static inline void bailiff_place_keep(struct bailiff_place *place,
				      const struct path *path,
				      const struct bailiff_name *name)
{
	place->dentry = path->dentry;
	place->mnt = path->mnt;
	place->renames = name->renames;
	place->mounts = name->mounts;
	/* The caller holds the dentry and the mount: they live now. */
	get_state_synchronize_rcu_full(&place->since);
}

#endif /* BAILIFF_PLACE_H */
