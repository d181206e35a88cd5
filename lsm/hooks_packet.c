// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_packet.c - what comes in: connections and packets
 *
 * All of this runs in softirq, where `current` is whoever was interrupted: the
 * subject is the socket, and the request has no credentials. A connection is
 * judged once, when it is asked for; its segments are not looked at.
 */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/sctp/structs.h>
#include <net/tcp_states.h>

#include "address.h"
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "decide.h"
#include "sock.h"

#ifdef BAILIFF_HAVE_LBS_SOCK
static void init_request(struct bailiff_request *rq, const struct sock *sk,
			 const struct bailiff_set *set, u64 op)
{
	bailiff_request_init(rq, NULL, set, BVM_CLASS_NETWORK);
	rq->ops = op;
	bailiff_address_socket(rq, sk);
	rq->ctx.network.has_addr = 1;
}

/* What is let pass only because the domains wait is remembered of the socket. */
static int decide_accept(struct bailiff_request *rq, const struct sock *sk)
{
	bool waived = false;
	int err;

	rq->waived = &waived;
	err = bailiff_decide(rq);
	if (!err && waived)
		bailiff_sock_set_early(sk, true);
	return err;
}

/* A TCP connection is asked for, or an answered SYN cookie comes back. */
static int hook_inet_conn_request(const struct sock *sk, struct sk_buff *skb,
				  struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct bailiff_set *set = bailiff_sock_set(sk);
	struct bailiff_request rq BAILIFF_UNSET;
	struct bvm_ctx_network *net = &rq.ctx.network;

	if (likely(!set))
		return 0;
	init_request(&rq, sk, set, BVM_BIT(NETWORK, ACCEPT));
	net->port = ireq->ir_num;
	net->peer_port = ntohs(ireq->ir_rmt_port);
#if IS_ENABLED(CONFIG_IPV6)
	if (ireq->ireq_family == AF_INET6) {
		bailiff_address_v6(&net->remote, &ireq->ir_v6_rmt_addr);
		bailiff_address_v6(&net->local, &ireq->ir_v6_loc_addr);
		return decide_accept(&rq, sk);
	}
#endif
	bailiff_address_v4(&net->remote, ireq->ir_rmt_addr);
	bailiff_address_v4(&net->local, ireq->ir_loc_addr);
	return decide_accept(&rq, sk);
}

/* Both addresses, from the IP header. */
static void read_addresses(struct bailiff_request *rq,
			   const struct sk_buff *skb)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		bailiff_address_v4(&net->remote, ip_hdr(skb)->saddr);
		bailiff_address_v4(&net->local, ip_hdr(skb)->daddr);
		return;
	case htons(ETH_P_IPV6):
		bailiff_address_v6(&net->remote, &ipv6_hdr(skb)->saddr);
		bailiff_address_v6(&net->local, &ipv6_hdr(skb)->daddr);
		return;
	}
	rq->reason = BVM_REASON_FAMILY;
}

/* An association of SCTP is asked for, or its cookie comes back. */
static int hook_sctp_assoc_request(struct sctp_association *asoc,
				   struct sk_buff *skb)
{
	const struct sock *sk = asoc->base.sk;
	const struct bailiff_set *set = bailiff_sock_set(sk);
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	init_request(&rq, sk, set, BVM_BIT(NETWORK, ACCEPT));
	rq.ctx.network.port = inet_sk(sk)->inet_num;
	rq.ctx.network.peer_port = ntohs(sctp_hdr(skb)->source);
	read_addresses(&rq, skb);
	return decide_accept(&rq, sk);
}

/* Does this socket take packets from anybody, each for itself? */
static bool is_open_to_all(const struct sock *sk)
{
	if (!bailiff_is_inet(sk))
		return false;
	if (sk->sk_type != SOCK_DGRAM && sk->sk_type != SOCK_RAW)
		return false;
	/*
	 * connect() was judged, and only its other end reaches the socket. What
	 * that sent to one that connected before the start lies there until the
	 * socket is used, which is judged.
	 */
	return sk->sk_state != TCP_ESTABLISHED;
}

static noinline int receive_confined(const struct sock *sk,
				     const struct bailiff_set *set,
				     const struct sk_buff *skb)
{
	struct bailiff_request rq BAILIFF_UNSET;

	if (!is_open_to_all(sk))
		return 0;
	init_request(&rq, sk, set, BVM_BIT(NETWORK, RECEIVE));
	rq.ctx.network.port = inet_sk(sk)->inet_num;
	if (sk->sk_protocol == IPPROTO_UDP ||
	    sk->sk_protocol == IPPROTO_UDPLITE)
		rq.ctx.network.peer_port = ntohs(udp_hdr(skb)->source);
	read_addresses(&rq, skb);
	return bailiff_decide(&rq);
}

static int hook_socket_sock_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	const struct bailiff_set *set = bailiff_sock_set(sk);

	return likely(!set) ? 0 : receive_confined(sk, set, skb);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(inet_conn_request, hook_inet_conn_request),
	LSM_HOOK_INIT(sctp_assoc_request, hook_sctp_assoc_request),
	LSM_HOOK_INIT(socket_sock_rcv_skb, hook_socket_sock_rcv_skb),
};

void __init bailiff_packet_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
#else
void __init bailiff_packet_add_hooks(void)
{
}
#endif
