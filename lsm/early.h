/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * early.h - sockets that were let pass only because their container waited,
 * and connections that came to a listener from outside
 *
 * Before the start of a container what its policy denies is let pass, and a
 * socket outlives that: it was made, got an address, listens, is connected.
 * Those operations are remembered with its inode, and judged again at each
 * later use of it, as they would be now: the local address is the one that it
 * has, the remote one that of its other end. What cannot be told any more is
 * denied: the associations of SCTP, the addresses of other families.
 *
 * A connection that came to a listener before that was the container's was
 * judged by nobody, and is judged at its first use, too.
 *
 * Nothing is remembered of what was allowed, so other sockets pay nothing.
 */
#ifndef BAILIFF_EARLY_H
#define BAILIFF_EARLY_H

#include <linux/net.h>

#include "request.h"

/*
 * Decide rq, an operation of class network by the caller or by a packet. What
 * is let pass only because a domain waits is remembered with `where`, whose
 * user depends on it. Any context in which `where` cannot go. 0 or -errno.
 */
int __must_check bailiff_early_decide(struct bailiff_request *rq,
				      struct socket *where);

/* sock, which nobody uses yet, will be a connection that nobody has judged. */
void bailiff_early_accept(struct socket *sock);

/* The caller, confined by set, uses the socket. May sleep. 0 or -errno. */
int __must_check bailiff_early_judge(struct socket *sock,
				     const struct bailiff_set *set);

/*
 * A socket is created before it is there: what is decided about that is kept
 * with the task until the socket has an inode.
 */
int __must_check bailiff_early_create(struct bailiff_request *rq);
void bailiff_early_created(struct socket *sock);

/* An association of sk is made a socket of its own, newsk. */
void bailiff_early_copy(const struct sock *sk, const struct sock *newsk);

#endif /* BAILIFF_EARLY_H */
