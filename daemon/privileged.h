/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * privileged.h - the parent: the one process that writes to the kernel
 *
 *   bailiffd (root, four capabilities)
 *    |- worker (bailiff or nobody; seccomp)   messages of proto.def
 *    `- policyc (same user; rlimits, seccomp) one at a time, on request
 *
 * It believes nothing that the worker says of a container: it looks up the
 * cgroup and the runtime itself. It ends when the worker ends.
 */
#ifndef DAEMON_PRIVILEGED_H
#define DAEMON_PRIVILEGED_H

#include <sys/types.h>

struct daemon_options;
struct sdnotify;

/*
 * Serve the worker until it ends or a signal says stop.
 *
 * Takes over worker_sock and images, of images_open. SIGTERM, SIGINT and SIGHUP
 * must be blocked; SIGHUP opens the log anew.
 *
 * Return: 0 stopped by a signal; -errno.
 */
int privileged_run(struct daemon_options *options, int worker_sock,
		   pid_t worker, int images, struct sdnotify *notify);

#endif /* DAEMON_PRIVILEGED_H */
