/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan.h - what lies in the policies directory, and whether it changed
 *
 *   DIR/NAME.yaml      a policy; a symbolic link is followed
 *   DIR/NAME.yml       meant as one and is none, as are a link to nowhere, a
 *                      directory of that name, ...: listed with what is wrong
 *   DIR/SUB/...        what policies include; a change there touches all
 */
#ifndef DAEMON_SCAN_H
#define DAEMON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto.h"

#define SCAN_MAX_FILES 4096
#define SCAN_MAX_DEPTH 4 /* of sub-directories */

struct scan_file {
	char name[PROTO_FILE];
	uint64_t stamp; /* another number whenever the file changed */
	const char *problem; /* why it cannot be a policy; NULL: it can */
};

struct scan {
	struct scan_file *files; /* owned; in the order of names */
	size_t num;
	uint64_t include_stamp; /* of everything in sub-directories */
	bool has_links; /* a symbolic link may lead anywhere: look again soon */
};

/*
 * Read the directory; with inotify_fd >= 0, watch it, its parent (for a
 * directory that is swapped as a whole) and its sub-directories first.
 *
 * Return: 0; -errno of the directory, or of one in it that we may not look
 * at; -E2BIG over SCAN_MAX_FILES policies.
 */
int scan_read(const char *dir, int inotify_fd, struct scan *scan);
void scan_free(struct scan *scan);

/* Is it the name of a policy file: not hidden, ends in .yaml? */
bool scan_is_policy(const char *name);

/*
 * Did whoever put it there mean it as a policy: not hidden, ends in .yaml or
 * .yml, in any case? To pass one over would be to allow what it denies.
 */
bool scan_is_meant(const char *name);

/* Why what is meant as a policy can be none, in words; NULL: it can be. */
const char *scan_problem(const char *name, mode_t mode);

#endif /* DAEMON_SCAN_H */
