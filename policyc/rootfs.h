/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rootfs.h - the files of a system below some directory
 *
 * Paths are as that system sees them: absolute, and a symbolic link of it
 * leads nowhere else, whatever it says (RESOLVE_IN_ROOT of openat2).
 */
#ifndef POLICYC_ROOTFS_H
#define POLICYC_ROOTFS_H

#include "source.h"

struct rootfs {
	struct arena *arena;
	const char *name; /* as it was given */
	const char *real; /* its path here, "" if it is / */
	int fd; /* -1 when closed */
};

enum rootfs_kind { ROOTFS_NONE, ROOTFS_FILE, ROOTFS_DIR, ROOTFS_OTHER };

struct rootfs_names {
	const char **items;
	u32 num;
};

/*
 * Open dir as a root; close it by rootfs_close. Return: 0; -ENOSYS the kernel
 * has no openat2; or what open(2) says.
 */
int __must_check rootfs_open(struct arena *arena, const char *dir,
			     struct rootfs *root);
void rootfs_close(struct rootfs *root);

/* What path is, its links followed. */
enum rootfs_kind rootfs_kind(const struct rootfs *root, const char *path);

/* The path that it leads to, or NULL if there is nothing. */
const char *rootfs_resolve(const struct rootfs *root, const char *path);

/* The same for a path of which the end need not be there. */
const char *rootfs_follow(const struct rootfs *root, const char *path);

/*
 * The text of a regular file, named by its path there. NULL: there is none,
 * or it is over max bytes.
 */
const struct source *rootfs_read(const struct rootfs *root, const char *path,
				 size_t max);

/* The names in a directory, sorted; none if there is no such directory. */
struct rootfs_names rootfs_list(const struct rootfs *root, const char *path);

/*
 * At most max of them, whichever, of a system that nobody vouches for.
 *
 * Return: were these all?
 */
bool rootfs_list_some(const struct rootfs *root, const char *path, u32 max,
		      struct rootfs_names *names);

/*
 * The same for symbolic links and directories alone; dirs may be NULL. A name of
 * which the file system does not say what it is is among the links.
 */
bool rootfs_list_kinds(const struct rootfs *root, const char *path, u32 max,
		       struct rootfs_names *links, struct rootfs_names *dirs);

/* A regular file in memory, to be unmapped by munmap(2). NULL: there is none. */
const void *rootfs_map(const struct rootfs *root, const char *path,
		       size_t *len);

#endif /* POLICYC_ROOTFS_H */
