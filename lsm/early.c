// SPDX-License-Identifier: GPL-2.0-only
/*
 * early.c - sockets that were let pass only because their container waited
 *
 * An operation is remembered after it was decided and before the kernel does
 * it, and it is looked for without a stamp at each use: so whoever finds
 * nothing uses a socket to which nothing was done yet.
 */
#include <linux/in.h>
#include <linux/sched.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "address.h"
#include "cred.h"
#include "decide.h"
#include "early.h"
#include "origin.h"
#include "sock.h"
#include "task.h"
#include "unix.h"

#define ACCEPT BVM_BIT(NETWORK, ACCEPT)
#define CONNECT BVM_BIT(NETWORK, CONNECT)
#define CREATE BVM_BIT(NETWORK, CREATE)
#define FRESH BIT(31) /* never judged so far: it is recorded */

static atomic_t *early_of(struct socket *sock)
{
	return &bailiff_inode(SOCK_INODE(sock))->early;
}

static void remember(struct socket *sock, u64 ops)
{
	BUILD_BUG_ON(BVM_OP_NETWORK_RECEIVE > 30);
	atomic_or(ops, early_of(sock));
}

int bailiff_early_decide(struct bailiff_request *rq, struct socket *where)
{
	bool waived = false;
	int err;

	rq->waived = &waived;
	err = bailiff_decide(rq);
	if (!err && waived)
		remember(where, rq->ops);
	return err;
}

void bailiff_early_accept(struct socket *sock)
{
	remember(sock, ACCEPT | FRESH);
}

int bailiff_early_create(struct bailiff_request *rq)
{
	struct bailiff_task *task = bailiff_task_of_current();
	bool waived = false;
	int err;

	rq->waived = &waived;
	err = bailiff_decide(rq);
	if (task)
		task->created_early = waived;
	else if (waived)
		return -EACCES; /* later nobody would know */
	return err;
}

void bailiff_early_created(struct socket *sock)
{
	struct bailiff_task *task = bailiff_task_of_current();

	if (!task || !task->created_early)
		return;
	task->created_early = false;
	remember(sock, CREATE);
}

void bailiff_early_copy(const struct sock *sk, const struct sock *newsk)
{
	if (sk->sk_socket && newsk->sk_socket)
		remember(newsk->sk_socket,
			 atomic_read(early_of(sk->sk_socket)));
}

/* The addresses of a connection as they are now. */
static void set_ends(struct bailiff_request *rq, const struct sock *sk, u64 op)
{
	struct bvm_ctx_network *net = &rq->ctx.network;
	bool none = !inet_sk(sk)->inet_daddr;

	net->peer_port = ntohs(inet_sk(sk)->inet_dport);
	if (op == CONNECT)
		swap(net->port, net->peer_port);
	bailiff_address_v4(&net->remote, inet_sk(sk)->inet_daddr);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		bailiff_address_v6(&net->remote, &sk->sk_v6_daddr);
		none = ipv6_addr_any(&sk->sk_v6_daddr);
	}
#endif
	/* To whom it was connected nobody knows, nor to whom it will be. */
	if (none)
		rq->reason = BVM_REASON_BAD_ADDRESS;
}

/* One operation, by cred or, if that is NULL, by a packet. */
static int judge(const struct sock *sk, const struct bailiff_set *set,
		 const struct cred *cred, u64 op, bool again)
{
	struct bailiff_request rq BAILIFF_UNSET;

	if (sk->sk_family == AF_UNIX && op != CREATE)
		return bailiff_unix_again(sk, op);
	bailiff_request_init(&rq, cred, set, BVM_CLASS_NETWORK);
	rq.ops = op;
	rq.again = again;
	bailiff_address_socket(&rq, sk);
	if (op == CREATE)
		return bailiff_decide(&rq);
	if (!bailiff_is_inet(sk) || sk->sk_protocol == IPPROTO_SCTP) {
		rq.reason = BVM_REASON_BAD_ADDRESS;
		return bailiff_decide(&rq);
	}
	bailiff_address_local(&rq, sk);
	if (op == CONNECT || op == ACCEPT)
		set_ends(&rq, sk, op);
	return bailiff_decide(&rq);
}

/* Was it let in by a packet that was let pass? A listener is not let in. */
static bool came_early(const struct sock *sk)
{
	if (!bailiff_sock_came_early(sk))
		return false;
	return sk->sk_state != TCP_LISTEN || sk->sk_type != SOCK_STREAM;
}

/*
 * A connection that came keeps its other end: once is enough, if nothing else
 * is to be judged and the one who took it asks.
 */
static void forget(struct socket *sock, const struct bailiff_set *set)
{
	if (bailiff_inode(SOCK_INODE(sock))->maker != set->id)
		return;
	if (atomic_cmpxchg(early_of(sock), ACCEPT, 0) & ~ACCEPT)
		return;
	bailiff_sock_set_early(sock->sk, false);
}

static noinline int judge_early(struct socket *sock,
				const struct bailiff_set *set)
{
	u32 early = atomic_read(early_of(sock));
	bool again = !(early & FRESH);
	const struct sock *sk = sock->sk;
	bool came = came_early(sk);
	bool waits = bailiff_set_waits(set);
	int err = 0;

	if (!early && !came)
		return 0; /* another thread was quicker */
	/* No accept says of an association what becomes of each use. */
	if (came)
		err = judge(sk, set, NULL, ACCEPT,
			    sk->sk_protocol != IPPROTO_SCTP ||
				    !bailiff_sock_is_adopted(sk));
	if (!again)
		atomic_andnot(FRESH, early_of(sock));
	early &= ~FRESH;
	for (u32 ops = early; ops && !err; ops &= ops - 1)
		err = judge(sk, set, current_cred(), ops & -ops, again);
	if (!err && !waits && !(early & ~ACCEPT))
		forget(sock, set);
	return err;
}

int bailiff_early_judge(struct socket *sock, const struct bailiff_set *set)
{
	if (likely(!atomic_read(early_of(sock)) && !came_early(sock->sk)))
		return 0;
	return judge_early(sock, set);
}
