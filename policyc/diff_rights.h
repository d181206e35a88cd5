/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diff_rights.h - renames and links that one policy denies for what the new
 * name would give, and another does not
 *
 * Names are walked through the automata of RIGHTS of both images. Those that
 * have the same rights, and are asked about by the same lists, are one kind: a
 * move from one kind to another is decided alike, but for names that lead to
 * the very same state. Of each two kinds vm/rights.c decides, for a move of a
 * name and of a tree; where that differs, a request is sought for which the
 * programs of both images allow both names. So is a link of a file that never
 * had a name (O_TMPFILE), which the kernel judges as a create under "#NUMBER" in
 * the directory and under the new name; it is told where no rename or link is.
 */
#ifndef POLICYC_DIFF_RIGHTS_H
#define POLICYC_DIFF_RIGHTS_H

#include "space.h"

#define DIFF_RIGHTS_MAX_PAIRS (1u << 22) /* of kinds, and of names in them */

struct rights_change {
	u64 ops; /* files.rename, files.link; or create, of O_TMPFILE */
	bool wider; /* newly allowed; else newly denied */
	bool is_tree; /* a directory, with all below it */
	u64 extra; /* BVM_RIGHT_*: what is gained on the side that denies */
	const char *to; /* the new name; the old one is the path of the point */
	struct space_point point;
	u32 verdicts[SPACE_MAX_IMAGES]; /* of both names, and of RIGHTS */
};

struct rights_changes {
	struct rights_change *items;
	u32 num;
};

/*
 * One change, with a short request, for each set of rights that would be
 * gained. max_pairs: DIFF_RIGHTS_MAX_PAIRS, but for tests.
 *
 * Return: 0; as space_walk, -E2BIG also over max_pairs.
 */
int __must_check diff_rights(struct arena *arena, const struct bvm_image *old,
			     const struct bvm_image *new, u32 max_pairs,
			     struct rights_changes *changes);

#endif /* POLICYC_DIFF_RIGHTS_H */
