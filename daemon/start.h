/* SPDX-License-Identifier: GPL-2.0-only */
/* start.h - open what needs root, start the worker, serve it */
#ifndef DAEMON_START_H
#define DAEMON_START_H

#include "sdnotify.h"
#include "worker.h"

enum start_exit {
	EXIT_NO = 1, /* the answer is no */
	EXIT_USAGE = 2, /* wrong use */
	EXIT_LACKS = 3, /* kernel, permission or a resource is missing */
	EXIT_BUG = 4,
};

struct start {
	struct daemon_options *options;
	struct worker_fds fds; /* filled by start_open, as the next */
	int lock; /* held while the parent lives */
	int images; /* images_open: the parent's alone */
	struct sdnotify notify; /* the parent's alone, too */
};

/*
 * Take the run directory's lock, open log, events and control socket, and
 * block the signals that privileged_run takes.
 *
 * Return: 0, or an exit code after a complaint.
 */
int start_open(struct start *start);

/*
 * Fork the worker, drop what the parent does not need, and run.
 *
 * Return: the exit code of the program.
 */
int start_serve(struct start *start);

#endif /* DAEMON_START_H */
