/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dpkg.h - which packages of Debian have which files
 *
 * Read from var/lib/dpkg/info/PACKAGE.list; no program is started.
 */
#ifndef POLICYC_DPKG_H
#define POLICYC_DPKG_H

#include "rootfs.h"

struct dpkg_package {
	const char *name; /* without the architecture */
	const struct source *list; /* a path a line */
};

struct dpkg {
	struct dpkg_package *items; /* by name */
	u32 num;
};

/* Nothing if there is no such database. */
struct dpkg dpkg_read(const struct rootfs *root);

const struct dpkg_package *dpkg_find(const struct dpkg *dpkg, const char *name);

/* Does the package have exactly that path? */
bool dpkg_has(const struct dpkg_package *package, const char *path);

/*
 * Who has that file, or one that /bin, /sbin or /lib would name, as packages
 * do that know of no merged /usr. NULL: nobody.
 */
const struct dpkg_package *dpkg_owner(const struct dpkg *dpkg,
				      struct arena *arena, const char *path);

/* How many packages have that path. */
u32 dpkg_count(const struct dpkg *dpkg, const char *path);

#endif /* POLICYC_DPKG_H */
