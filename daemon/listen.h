/* SPDX-License-Identifier: GPL-2.0-only */
/* listen.h - sockets that listen, and what is in their way */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <sys/types.h>

/*
 * A non-blocking unix socket at path that those may connect to whom mode
 * lets. A socket there that nobody listens on, left by one who died, makes
 * room.
 *
 * Return: a descriptor; -ENAMETOOLONG; -EEXIST something that is no socket is
 * there; -EADDRINUSE another program listens on it; -errno.
 */
int listen_unix(const char *path, mode_t mode);

/*
 * A socket at where: "PORT", "127.0.0.1:PORT" or "[::1]:PORT" of this machine
 * alone, or a path: listen_unix, for root and its group.
 *
 * Return: as listen_unix; -EINVAL it is none of these.
 */
int listen_at(const char *where);

/* Could where be such a place? Return: 0, -EINVAL, -ENAMETOOLONG. */
int listen_check(const char *where);

/*
 * Is it free now? Nothing stays of it: a path is only looked at, a port is bound
 * and let go.
 *
 * Return: 0 or as listen_at.
 */
int listen_try(const char *where);

/* Why listening failed, in words. */
const char *listen_problem(int err);

#endif /* DAEMON_LISTEN_H */
