/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * path.h - the name of an object, from its mount and dentry upwards
 *
 * The walk needs no buffer: it collects dentries from the object to the root
 * of its mount tree and feeds their names, root first, to the automata of the
 * policies. It is read under RCU and checked by the sequence counts of renames
 * and mounts; when they changed, the second try excludes them.
 *
 * A name is canonical: /proc/NUMBER of the caller is /proc/self.
 */
#ifndef BAILIFF_PATH_H
#define BAILIFF_PATH_H

#include <linux/path.h>

#include "policy.h"
#include "set.h"

/* The policies of a set at one moment, for one RCU read section. */
struct bailiff_view {
	u32 num;
	const struct bailiff_policy *policy[BVM_MAX_STACKED];
};

/* What the walk found. */
struct bailiff_name {
	u32 reason; /* enum bvm_reason: why there is no name, or NONE */
	/*
	 * The name is the same as long as rename_lock and mount_lock have these
	 * counts, and dentry and mount live; false: that is not known.
	 */
	bool lasting;
	u32 renames;
	u32 mounts;
	struct bailiff_home home; /* of the name */
	struct {
		u32 state; /* of the policy's rights DFA, after the name */
		u32 below; /* ... after the '/' that names below it have next */
		u32 accept; /* its row; 0 if the policy has no such DFA */
	} fed[BVM_MAX_STACKED];
};

/* The name that an unlinked object had last counts as its name. */
#define BAILIFF_WALK_UNLINKED (1u << 0)
/* The object is about to be made under this name. */
#define BAILIFF_WALK_NEW (1u << 1)
/* Feed the automata of `start`, not those of the rules; `below` means nothing. */
#define BAILIFF_WALK_START (1u << 2)
/* The caller has excluded changes of mounts: mount_lock is his. */
#define BAILIFF_WALK_MOUNTED (1u << 3)

/*
 * Find the name of path for every policy of the view. Not in softirq or irq.
 * Needs rcu_read_lock for the view's sake; does not sleep.
 */
void bailiff_path_walk(const struct path *path, u32 flags,
		       const struct bailiff_view *view,
		       struct bailiff_name *name);

/*
 * The name in buf, always terminated, and what the walk found (but for the
 * automata: nothing is fed). Return: bytes without the NUL. As bailiff_path_walk
 * otherwise; buf is some name where name->reason says there is none.
 */
u32 bailiff_path_name(const struct path *path, char *buf, u32 len,
		      struct bailiff_name *name);

/*
 * Print the name into buf, always terminated. Return: bytes without the NUL;
 * 0 where there is no name (buf is then ""). Not in softirq or irq.
 */
u32 bailiff_path_print(const struct path *path, u32 flags, char *buf, u32 len);

/*
 * Objects that have no place in a mount tree: pipes, sockets, memfds,
 * anonymous inodes, message queues, whatever lies on a mount of the kernel's
 * own. File rules do not speak of them.
 */
bool bailiff_path_is_nowhere(const struct path *path);

#endif /* BAILIFF_PATH_H */
