/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - what each process of the daemon can still do
 *
 *   parent    CAP_MAC_ADMIN, CAP_SETUID, CAP_SETGID, CAP_KILL and no other; no
 *             tracing, mounts, namespaces, bpf, rings, keys, and the like
 *   worker    another user, no capability, a list of allowed system calls:
 *             it opens files for reading only, makes no socket, no process
 *   policyc   the worker's user, no capability, rlimits (compile.c): no
 *             sockets, processes, tracing, mounts, bpf
 *   reader    the parent's child for bundles.c: root, whose files it reads, but
 *             without a capability; a list of allowed system calls, fewer than
 *             the worker has (no signals, no sockets, no waiting), and rlimits
 *
 * All but the parent are under Landlock as well, where the kernel has it.
 *
 * All set no_new_privs, so none of it can be undone by an exec.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include <sys/types.h>

/*
 * The parent's nice value, and that of the compilers it starts, unless it was
 * started with another one than 0: on a busy machine a change of policy, and a
 * container that waits for its own, do not come last.
 */
#define SANDBOX_PARENT_NICE (-5)

/* Whom the worker becomes: user `bailiff` if there is one, else `nobody`. */
int sandbox_user(uid_t *uid, gid_t *gid);

/*
 * Each applies to the calling process and everything it starts.
 *
 * Return: 0 or -errno; on an error the process must end.
 */
int sandbox_parent(void);
int sandbox_worker(uid_t uid, gid_t gid);
int sandbox_compiler(void);
int sandbox_reader(void);

#endif /* DAEMON_SANDBOX_H */
