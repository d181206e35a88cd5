// SPDX-License-Identifier: GPL-2.0-only
/*
 * sock.c - the domains of a socket, from its creation to its end
 */
#include <linux/net.h>
#include <linux/preempt.h>
#include <net/sctp/structs.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#ifdef CONFIG_MPTCP
#include "../../net/mptcp/protocol.h"
#endif
#include "address.h"
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "early.h"
#include "sock.h"

#ifdef BAILIFF_HAVE_LBS_SOCK
/* Only while nobody else uses sk. Takes over the reference. */
static void replace(struct sock *sk, struct bailiff_set *set)
{
	struct bailiff_set *old = bailiff_sock(sk)->set;

	smp_store_release(&bailiff_sock(sk)->set, set);
	bailiff_set_put(old);
}

static void give(struct sock *sk, struct bailiff_set *set)
{
	bailiff_set_get(set);
	/* Another task may be the first as well. */
	if (cmpxchg(&bailiff_sock(sk)->set, NULL, set))
		bailiff_set_put(set);
}

/*
 * Packets come to the parts of a socket of MPTCP. Those that are made from now
 * on have its domains (mptcp_add_subflow).
 */
static void give_parts(struct sock *sk, struct bailiff_set *set)
{
#if defined(BAILIFF_HAVE_MPTCP_ADD_SUBFLOW) && IS_ENABLED(CONFIG_MPTCP)
	struct mptcp_subflow_context *part;

	lock_sock(sk);
	mptcp_for_each_subflow(mptcp_sk(sk), part)
		give(mptcp_subflow_tcp_sock(part), set);
	release_sock(sk);
#endif
}

void bailiff_sock_adopt(struct sock *sk, struct bailiff_set *set)
{
	if (likely(bailiff_sock_set(sk)) || sk->sk_kern_sock)
		return;
	WRITE_ONCE(bailiff_sock(sk)->adopted, true);
	/* Whose its associations are nobody will know. */
	if (bailiff_is_inet(sk) && sk->sk_protocol == IPPROTO_SCTP &&
	    sk->sk_state == TCP_LISTEN)
		bailiff_sock_set_early(sk, true);
	give(sk, set);
	if (bailiff_is_inet(sk) && sk->sk_protocol == IPPROTO_MPTCP)
		give_parts(sk, set);
}

void bailiff_sock_disown(struct sock *sk)
{
	replace(sk, NULL);
}

void bailiff_sock_copy(const struct sock *sk, struct sock *newsk)
{
	if (bailiff_sock(newsk)->set != bailiff_sock_set(sk))
		replace(newsk, bailiff_set_get(bailiff_sock_set(sk)));
	bailiff_sock(newsk)->mptcp = bailiff_sock(sk)->mptcp;
	bailiff_sock(newsk)->adopted = bailiff_sock_is_adopted(sk);
	bailiff_sock_set_early(newsk, bailiff_sock_came_early(sk));
}

/*
 * Sockets that come of a connection are made in softirq, or by the task that
 * connects; who makes them says afterwards whose they are.
 */
static int hook_sk_alloc_security(struct sock *sk, int family, gfp_t gfp)
{
	if (in_task())
		bailiff_sock(sk)->set = bailiff_set_get(bailiff_current_set());
	return 0;
}

/* May run in softirq and after a grace period, and on a blob of zeros. */
static void hook_sk_free_security(struct sock *sk)
{
	if (sk->sk_security)
		replace(sk, NULL);
}

static void hook_sk_clone_security(const struct sock *sk, struct sock *newsk)
{
	bailiff_sock_copy(sk, newsk);
}

#ifdef BAILIFF_HAVE_MPTCP_ADD_SUBFLOW
/*
 * One more part of a connection: the path manager is about to connect it, and
 * no hook says to where. The caller may be a worker of the kernel.
 */
static int judge_later_subflow(const struct sock *sk)
{
	const struct bailiff_set *set = bailiff_sock_set(sk);
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, NULL, set, BVM_CLASS_NETWORK);
	rq.ops = BVM_BIT(NETWORK, CONNECT);
	bailiff_address_socket(&rq, sk);
	rq.reason = BVM_REASON_BAD_ADDRESS;
	return bailiff_decide(&rq);
}

static int hook_mptcp_add_subflow(struct sock *sk, struct sock *ssk)
{
	bailiff_sock_copy(sk, ssk);
	bailiff_sock(ssk)->mptcp = true;
	/*
	 * Before there is a connection it is the first part, for which connect(2),
	 * a send that connects, and listen(2) are judged.
	 */
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return 0;
	return judge_later_subflow(sk);
}
#endif

static void hook_sctp_sk_clone(struct sctp_association *asoc, struct sock *sk,
			       struct sock *newsk)
{
	bailiff_sock_copy(sk, newsk);
	/* In accept(2) the new one has no user yet. */
	if (in_task())
		bailiff_early_copy(sk, newsk);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(sk_alloc_security, hook_sk_alloc_security),
	LSM_HOOK_INIT(sk_free_security, hook_sk_free_security),
	LSM_HOOK_INIT(sk_clone_security, hook_sk_clone_security),
#ifdef BAILIFF_HAVE_MPTCP_ADD_SUBFLOW
	LSM_HOOK_INIT(mptcp_add_subflow, hook_mptcp_add_subflow),
#endif
	LSM_HOOK_INIT(sctp_sk_clone, hook_sctp_sk_clone),
};

void __init bailiff_sock_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
#else
void __init bailiff_sock_add_hooks(void)
{
}
#endif
