/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import.h - operations that one process does under AppArmor or under Bailiff
 *
 * An operation is a line "OWNER TAB VERB TAB ARGUMENT TAB ...". What it is
 * about is made before, by a process that nothing confines, in a root of its
 * own where nothing else is; the operation alone is done by the confined one.
 */
#ifndef TESTS_GUEST_IMPORT_H
#define TESTS_GUEST_IMPORT_H

#include <sys/types.h>

#define MAX_ARGS 4

/* What the confined process has from before, by descriptor or number. */
struct around {
	int memfd; /* an object without a path, root's */
	int strange_memfd; /* one of uid 1000 */
	pid_t outside; /* a process that nothing confines */
};

struct verb {
	const char *name;
	/* What its paths are: f file, d directory, x program, - nothing yet,
	 * m directory with a file system on it; . is no path */
	const char *paths;
	/* -1: errno says why. exec does not return when it is allowed. */
	int (*run)(char **args, const struct around *around);
};

/* NULL: there is no such verb. */
const struct verb *verb_find(const char *name);

/* The verbs of sockets, capabilities, tasks and mounts, for `verbs.c`. */
int other_socket(char **args, const struct around *around);
int other_capability(char **args, const struct around *around);
int other_signal(char **args, const struct around *around);
int other_ptrace(char **args, const struct around *around);

#endif
