/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * detached.h - what is on a mount that is not attached: has it other names?
 */
#ifndef BAILIFF_DETACHED_H
#define BAILIFF_DETACHED_H

#include <linux/path.h>

#include "path.h"

/* Is path on a mount of open_tree(2) or fsmount(2) that was never attached? */
bool bailiff_path_is_detached(const struct path *path);

/*
 * May the tree at path, which is detached, get the name `to`, says the i-th
 * policy of view, whose home is `home`? It may if it is new: no mount of its
 * file system is attached. If it was copied from mounts that are, then one of
 * its names there must give all that the new one would. Not in softirq; under
 * rcu_read_lock, does not sleep. Return: enum bvm_reason.
 */
u32 bailiff_detached_reason(const struct path *path,
			    const struct bailiff_view *view, u32 i,
			    const struct bailiff_home *home,
			    const struct bailiff_name *to);

#endif /* BAILIFF_DETACHED_H */
