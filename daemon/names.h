/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - what people call a bound container, for the log
 *
 * Records of the kernel have the number of the bound cgroup, and a label that
 * is the first digits of another number where an engine made the container. A
 * cgroup has its number for itself until the next boot, so what is known stays
 * true when the container is gone.
 */
#ifndef DAEMON_NAMES_H
#define DAEMON_NAMES_H

#include <stdint.h>

struct names;

#define NAMES_MAX 4096 /* containers; of more the oldest are forgotten */
#define NAMES_TEXT 512 /* bytes with the NUL; what is longer is not kept */

struct names_entry {
	char name[NAMES_TEXT]; /* each "": not known */
	char image[NAMES_TEXT];
};

/* Return: owned names, NULL without memory. */
struct names *names_create(void);
void names_free(struct names *names);

/*
 * The container in cgroup is called so; what was known of that cgroup is
 * forgotten. Without memory nothing is known of it.
 */
void names_put(struct names *names, uint64_t cgroup, const char *name,
	       const char *image);

/* Return: what names_put said, valid until the next call; NULL: not known. */
const struct names_entry *names_find(const struct names *names,
				     uint64_t cgroup);

#endif /* DAEMON_NAMES_H */
