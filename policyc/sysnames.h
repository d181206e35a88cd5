/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysnames.h - the system calls of x86_64 and groups of them, by name
 */
#ifndef POLICYC_SYSNAMES_H
#define POLICYC_SYSNAMES_H

#include "suggest.h"

#define SYSNAMES_MAX 1024 /* numbers are below; Linux 6.12 has 467 */

struct sysgroup {
	const char *name; /* with its '@' */
	const char *doc;
	const char *members; /* with spaces between; '@' begins a group */
};

extern const struct sysgroup sysgroups[];
extern const u32 sysgroups_num;

/*
 * The number of a system call. Return: -ENOENT if libseccomp does not know the
 * name; -ENOSYS if other architectures have it, and x86_64 has not.
 */
int sysnames_find(const char *name);

/* The name of a number, to be freed with free(); NULL if it has none. */
char *sysnames_name(u32 number);

/* The group of that name (with its '@'), or NULL. */
const struct sysgroup *sysnames_group(const char *name);

/* Call visit for each system call of a group and of the groups in it. */
void sysnames_visit(const struct sysgroup *group,
		    void (*visit)(void *arg, u32 number), void *arg);

/* The nearest name of a call or group into near, of size bytes; "" if none. */
void sysnames_suggest(const char *name, char *near, size_t size);

#endif /* POLICYC_SYSNAMES_H */
