/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dirs.h - where the names of the directories last walked end, on each CPU
 *
 * Who looks at many files of a directory has the same names walked above each of
 * them. In which state a policy's automaton is after a directory and the '/' behind
 * it is remembered for a moment (place.h), so that the next file of it takes one
 * component more and no walk. No verdict is remembered, and nothing about a file.
 */
#ifndef BAILIFF_DIRS_H
#define BAILIFF_DIRS_H

#include <linux/path.h>
#include <linux/types.h>

#include "place.h"
#include "set.h"

/* What lies above an object, of a name that lasts. */
struct bailiff_dir {
	u32 below; /* state of the policy's rights DFA after that name and a '/' */
	u32 len; /* bytes of it; 0: the root of the tree */
	u32 depth; /* its components */
	struct bailiff_home home;
};

/*
 * Was dir, which the caller holds, walked just now, for the version of a policy that
 * generation says, and has nothing moved since? Not in softirq or irq.
 */
bool bailiff_dirs_find(const struct path *dir, u64 generation,
		       struct bailiff_moves moves, struct bailiff_dir *found);

/* It was, and found to have a lasting name: name says when. The same context. */
void bailiff_dirs_keep(const struct path *dir, u64 generation,
		       const struct bailiff_name *name,
		       const struct bailiff_dir *found);

#endif /* BAILIFF_DIRS_H */
