/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sock.h - the domains of a socket
 *
 * Packets and connections come in when no task of the container runs: they
 * are judged by the domains of the socket. Those are the ones of the task that
 * created it; of the listening socket, for what comes of a connection; of the
 * first confined task that uses it, where it was created outside; and none for
 * sockets of the kernel's own.
 */
#ifndef BAILIFF_SOCK_H
#define BAILIFF_SOCK_H

#include <net/sock.h>

#include "set.h"
#include "setup.h"

/* The blob of a socket. */
struct bailiff_sock {
	struct bailiff_set *set; /* owned; NULL: none; never replaced by NULL */
	bool mptcp; /* a part of a socket of MPTCP, which owns the domains */
	/*
	 * It was made outside: what came to it before it had domains was judged
	 * by nobody. Set before its domains are, for ever.
	 */
	bool adopted;
	/*
	 * A packet made it, or may make of this listener a connection, that
	 * was let pass because the container waited (early.h). READ_ONCE,
	 * WRITE_ONCE.
	 */
	bool early;
};

#ifdef BAILIFF_HAVE_LBS_SOCK
static inline struct bailiff_sock *bailiff_sock(const struct sock *sk)
{
	return sk->sk_security + bailiff_blob_sizes.lbs_sock;
}

/*
 * The domains of sk; NULL: none. Borrowed: for as long as the caller keeps sk
 * alive, or for one RCU read section in which it found sk.
 */
static inline struct bailiff_set *bailiff_sock_set(const struct sock *sk)
{
	return smp_load_acquire(&bailiff_sock(sk)->set);
}

/* Is sk a part of a socket of MPTCP? */
static inline bool bailiff_sock_is_mptcp(const struct sock *sk)
{
	return bailiff_sock(sk)->mptcp;
}

/* Was sk made outside, and has its domains from its first confined user? */
static inline bool bailiff_sock_is_adopted(const struct sock *sk)
{
	return READ_ONCE(bailiff_sock(sk)->adopted);
}

/* Has it to be judged again as a connection that a packet asked for? */
static inline bool bailiff_sock_came_early(const struct sock *sk)
{
	return READ_ONCE(bailiff_sock(sk)->early);
}

static inline void bailiff_sock_set_early(const struct sock *sk, bool early)
{
	WRITE_ONCE(bailiff_sock(sk)->early, early);
}

/*
 * The caller, confined by set, uses sk: one without domains gets its own.
 * Sleeps.
 */
void bailiff_sock_adopt(struct sock *sk, struct bailiff_set *set);

/* sk, which nobody uses yet, is the kernel's own. */
void bailiff_sock_disown(struct sock *sk);

/* newsk, which nobody uses yet, gets the domains of sk. Any context. */
void bailiff_sock_copy(const struct sock *sk, struct sock *newsk);
#else
/* Where sockets have no blob, rules that need one are refused (load.c). */
static inline struct bailiff_set *bailiff_sock_set(const struct sock *sk)
{
	return NULL;
}

static inline bool bailiff_sock_is_mptcp(const struct sock *sk)
{
	return false;
}

static inline bool bailiff_sock_is_adopted(const struct sock *sk)
{
	return false;
}

static inline bool bailiff_sock_came_early(const struct sock *sk)
{
	return false;
}

static inline void bailiff_sock_set_early(const struct sock *sk, bool early)
{
}

static inline void bailiff_sock_adopt(struct sock *sk, struct bailiff_set *set)
{
}

static inline void bailiff_sock_disown(struct sock *sk)
{
}

static inline void bailiff_sock_copy(const struct sock *sk, struct sock *newsk)
{
}
#endif

#endif /* BAILIFF_SOCK_H */
