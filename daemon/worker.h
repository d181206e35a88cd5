/* SPDX-License-Identifier: GPL-2.0-only */
/* worker.h - the unprivileged process that does everything but write */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include <stdbool.h>

struct daemon_options;
struct names;

struct worker_fds {
	int parent; /* proto.h */
	int control; /* listening */
	int metrics; /* listening; -1: nobody wants them */
	int events; /* the kernel's records */
	int log;
	int journal; /* connected; -1: nobody wants it */
	struct names *names; /* no descriptor, but as inherited */
};

/*
 * Run until the parent goes away; sandbox first, unless a test says no.
 *
 * Return: 0, or -errno if it could not start.
 */
int worker_run(const struct daemon_options *options,
	       const struct worker_fds *fds, bool sandbox);

#endif /* DAEMON_WORKER_H */
