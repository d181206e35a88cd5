// SPDX-License-Identifier: GPL-2.0-only
/*
 * detached.c - what is on a mount that is not attached: has it other names?
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/seqlock.h>

#include "../../fs/mount.h"
#include "detached.h"
#include "vm/rights.h"

/* Mounts of one file system that are looked at; beyond, it is denied. */
#define MAX_MOUNTS 256

/* What is asked of each mount of the file system. */
struct search {
	const struct path *path;
	const struct bailiff_view *view;
	u32 i;
	const struct bailiff_home *home;
	const struct bailiff_name *to;
	u32 reason; /* the best so far */
	bool seen; /* some mount is attached */
};

/* Under mount_lock, or the namespace may be freed meanwhile. */
static bool is_detached(const struct mount *mnt)
{
	struct mnt_namespace *ns = READ_ONCE(mnt->mnt_ns);

	return IS_ERR_OR_NULL(ns) || is_anon_ns(ns);
}

bool bailiff_path_is_detached(const struct path *path)
{
	bool detached;

	read_seqlock_excl(&mount_lock);
	detached = is_detached(real_mount(path->mnt));
	read_sequnlock_excl(&mount_lock);
	return detached;
}

static bool is_gain(const struct search *s, const struct bailiff_name *from)
{
	const struct bvm_image *image = &s->view->policy[s->i]->image;

	return bvm_rights_gained(image, from->fed[s->i].state,
				 s->to->fed[s->i].state) ||
	       bvm_rights_gained_below(image, from->fed[s->i].below,
				       s->to->fed[s->i].below);
}

/* The name that the tree has through another mount. True: that is enough. */
static bool look_at(struct search *s, struct mount *mnt)
{
	const struct path path = { .mnt = &mnt->mnt,
				   .dentry = s->path->dentry };
	struct bailiff_name name;

	if (is_detached(mnt))
		return false;
	s->seen = true;
	if (!is_subdir(path.dentry, mnt->mnt.mnt_root))
		return false;
	bailiff_path_walk(&path, BAILIFF_WALK_MOUNTED, s->view, &name);
	if (name.reason || !bailiff_home_same(&name.home, s->home))
		return false;
	s->reason = BVM_REASON_WIDENS;
	if (is_gain(s, &name))
		return false;
	s->reason = BVM_REASON_NONE;
	return true;
}

u32 bailiff_detached_reason(const struct path *path,
			    const struct bailiff_view *view, u32 i,
			    const struct bailiff_home *home,
			    const struct bailiff_name *to)
{
	struct super_block *sb = path->dentry->d_sb;
	struct search s = {
		.path = path,
		.view = view,
		.i = i,
		.home = home,
		.to = to,
		.reason = BVM_REASON_FOREIGN,
	};
	struct mount *mnt;
	u32 num = 0;

	/* keeps the list; a walk must not take it again */
	read_seqlock_excl(&mount_lock);
	list_for_each_entry(mnt, &sb->s_mounts, mnt_instance) {
		if (++num > MAX_MOUNTS || look_at(&s, mnt))
			break;
	}
	read_sequnlock_excl(&mount_lock);
	if (num > MAX_MOUNTS && s.reason)
		return BVM_REASON_DISCONNECTED;
	if (s.seen)
		return s.reason;
	/* A part of a tree is never new: somebody took its other mounts away. */
	return path->dentry == sb->s_root ? BVM_REASON_NONE :
					    BVM_REASON_DISCONNECTED;
}
