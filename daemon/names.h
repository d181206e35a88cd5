/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - what people call a bound container, for the log
 *
 * Records of the kernel have the number of the bound cgroup, and a label that
 * is the first digits of another number where an engine made the container. A
 * cgroup has its number for itself until the next boot, so what is known stays
 * true when the container is gone, and when the daemon starts anew: it is kept
 * in a file that is mapped, and that a killed daemon leaves as it is.
 */
#ifndef DAEMON_NAMES_H
#define DAEMON_NAMES_H

#include <stdint.h>

struct names;

#define NAMES_MAX 4096 /* the last ones; what was before is forgotten */
#define NAMES_TEXT 512 /* bytes with the NUL; what is longer is not kept */

struct names_entry {
	char name[NAMES_TEXT]; /* each "": not known */
	char image[NAMES_TEXT];
};

/*
 * What the file at path has, if it was written since boot, a word that no other
 * boot has; it is made where it is missing. A child goes on with the same.
 *
 * Return: owned names; NULL and errno. NULL is fine for all below: nothing is
 * known then, and nothing kept.
 */
struct names *names_open(const char *path, const char *boot);
void names_free(struct names *names);

/*
 * The container in cgroup, which is not 0, is called so; what was known of that
 * cgroup is forgotten.
 */
void names_put(struct names *names, uint64_t cgroup, const char *name,
	       const char *image);

/* Return: what names_put said, valid until the next call; NULL: not known. */
const struct names_entry *names_find(const struct names *names,
				     uint64_t cgroup);

#endif /* DAEMON_NAMES_H */
