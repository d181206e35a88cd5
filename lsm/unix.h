/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unix.h - unix sockets: by path, by abstract name, by who is at the other end
 */
#ifndef BAILIFF_UNIX_H
#define BAILIFF_UNIX_H

#include <linux/path.h>
#include <linux/socket.h>
#include <linux/types.h>

struct sock;
struct socket;

/*
 * The caller, who is confined, wants to do op (connect or send) to the socket
 * of this address. It is judged when the kernel has found that socket. Sleeps.
 * 0, or the errno with which the address leads nowhere.
 */
int __must_check bailiff_unix_name(const struct sock *sk,
				   const struct sockaddr *address, int len,
				   u64 op);

/* The caller sends to where its socket is connected: that was judged. */
void bailiff_unix_name_nobody(void);

/*
 * The caller gives sk a name: an abstract one is judged now, a path when it is
 * made, by bailiff_unix_made().
 */
int __must_check bailiff_unix_bind(const struct sock *sk,
				   const struct sockaddr *address, int len);

/* The name of a socket is about to be made; does a bind() of the caller? */
int __must_check bailiff_unix_made(const struct path *path);

/*
 * The caller does op (listen or accept) to sk, by the name that it has; what
 * depends on that is newsock, which may be sk's own socket.
 */
int __must_check bailiff_unix_own(const struct sock *sk, u64 op,
				  struct socket *newsock);

/* The caller uses a socket to which op was done before the start (early.h). */
int __must_check bailiff_unix_again(const struct sock *sk, u64 op);

#endif /* BAILIFF_UNIX_H */
