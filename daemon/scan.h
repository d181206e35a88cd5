/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan.h - what lies in the policies directory, and whether it changed
 *
 *   DIR/NAME.yaml      a policy; a symbolic link is followed
 *   DIR/NAME.yml       looks like one and is not: listed with what is wrong
 *   DIR/SUB/...        what policies include; a change there touches all
 */
#ifndef DAEMON_SCAN_H
#define DAEMON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
 * Return: 0; -errno of the directory; -E2BIG over SCAN_MAX_FILES policies.
 */
int scan_read(const char *dir, int inotify_fd, struct scan *scan);
void scan_free(struct scan *scan);

/* Is it the name of a policy file: not hidden, ends in .yaml? */
bool scan_is_policy(const char *name);

#endif /* DAEMON_SCAN_H */
