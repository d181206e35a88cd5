// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_net.c - sockets: create, bind, connect, listen, accept, send
 *
 * Addresses of IPv4 and IPv6 are judged in one 128-bit space; of the other
 * families only the family, type and protocol. What the kernel takes for an
 * address decides what is judged, which is not always what its family says:
 * each special case names the function that makes it one.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"

static void map_v4(struct bvm_addr *to, __be32 addr)
{
	struct in6_addr mapped;

	ipv6_addr_set_v4mapped(addr, &mapped);
	memcpy(to, &mapped, sizeof(*to));
}

static bool is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/* What inet_create and inet6_create take 0 for, where there is one answer. */
static int resolve_protocol(int family, int type, int protocol)
{
	if (protocol || !is_inet(family))
		return protocol;
	switch (type) {
	case SOCK_STREAM:
		return IPPROTO_TCP;
	case SOCK_DGRAM:
		return IPPROTO_UDP;
	}
	return 0;
}

static void fill_socket(struct bailiff_request *rq, int family, int type,
			int protocol)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	net->family = family;
	net->type = type;
	net->protocol = resolve_protocol(family, type, protocol);
}

/* The request's socket, and the local address that it has by now. */
static void init_request(struct bailiff_request *rq, struct socket *sock,
			 struct bailiff_set *set, u32 op)
{
	struct bvm_ctx_network *net = &rq->ctx.network;
	const struct sock *sk = sock->sk;

	bailiff_request_init(rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq->ops = 1ull << op;
	net->op = op;
	fill_socket(rq, sk->sk_family, sock->type, sk->sk_protocol);
	if (!is_inet(sk->sk_family))
		return;
	net->has_addr = 1;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		memcpy(&net->local, &sk->sk_v6_rcv_saddr, sizeof(net->local));
	else
#endif
		map_v4(&net->local, inet_sk(sk)->inet_rcv_saddr);
	map_v4(&net->remote, 0);
}

/*
 * An address given by the caller. AF_UNSPEC has been replaced by what the
 * kernel takes it for. False: rq->reason says why it cannot be judged.
 */
static bool read_address(struct bailiff_request *rq,
			 const struct sockaddr *address, int len, int family,
			 struct bvm_addr *to, u32 *port)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *sin = (const struct sockaddr_in *)address;

	switch (family) {
	case AF_INET:
		if (len < (int)sizeof(*sin))
			break;
		map_v4(to, sin->sin_addr.s_addr);
		*port = ntohs(sin->sin_port);
		return true;
	case AF_INET6:
		if (len < SIN6_LEN_RFC2133)
			break;
		memcpy(to, &sin6->sin6_addr, sizeof(*to));
		*port = ntohs(sin6->sin6_port);
		return true;
	default:
		rq->reason = BVM_REASON_FAMILY;
		return false;
	}
	rq->reason = BVM_REASON_BAD_ADDRESS;
	return false;
}

static int family_of(const struct sockaddr *address, int len)
{
	return len < (int)sizeof(address->sa_family) ? -1 : address->sa_family;
}

/*
 * The unspecified address as a destination means this host: the socket's own
 * address, or loopback (ip_route_connect, tcp_v6_connect, udpv6_sendmsg).
 */
static void resolve_any(struct bvm_ctx_network *net)
{
	struct in6_addr remote, local;

	memcpy(&remote, &net->remote, sizeof(remote));
	memcpy(&local, &net->local, sizeof(local));
	if (ipv6_addr_v4mapped(&remote)) {
		if (remote.s6_addr32[3])
			return;
		if (ipv6_addr_v4mapped(&local) && local.s6_addr32[3])
			net->remote = net->local;
		else
			map_v4(&net->remote, htonl(INADDR_LOOPBACK));
		return;
	}
	if (!ipv6_addr_any(&remote))
		return;
	if (ipv6_addr_v4mapped(&local))
		map_v4(&net->remote, htonl(INADDR_LOOPBACK));
	else
		net->remote.bytes[15] = 1;
}

static int decide_remote(struct bailiff_request *rq,
			 const struct sockaddr *address, int len, int family)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	if (net->has_addr &&
	    read_address(rq, address, len, family, &net->remote, &net->port))
		resolve_any(net);
	return bailiff_decide(rq);
}

static u32 local_port(const struct sock *sk)
{
	return is_inet(sk->sk_family) ? inet_sk(sk)->inet_num : 0;
}

static int hook_socket_create(int family, int type, int protocol, int kern)
{
	struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;

	if (!set || kern)
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq.ops = BVM_BIT(NETWORK, CREATE);
	rq.ctx.network.op = BVM_OP_NETWORK_CREATE;
	fill_socket(&rq, family, type, protocol);
	return bailiff_decide(&rq);
}

static int hook_socket_bind(struct socket *sock, struct sockaddr *address,
			    int len)
{
	struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;
	struct bvm_ctx_network *net = &rq.ctx.network;
	int family;

	if (!set)
		return 0;
	init_request(&rq, sock, set, BVM_OP_NETWORK_BIND);
	family = family_of(address, len);
	/* __inet_bind takes AF_UNSPEC for AF_INET. */
	if (family == AF_UNSPEC && sock->sk->sk_family == AF_INET)
		family = AF_INET;
	if (net->has_addr)
		(void)read_address(&rq, address, len, family, &net->local,
				   &net->port);
	return bailiff_decide(&rq);
}

static int hook_socket_connect(struct socket *sock, struct sockaddr *address,
			       int len)
{
	struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;
	int family;

	if (!set)
		return 0;
	family = family_of(address, len);
	/* Dissolves an association and reaches nobody. */
	if (family == AF_UNSPEC)
		return 0;
	init_request(&rq, sock, set, BVM_OP_NETWORK_CONNECT);
	rq.ctx.network.peer_port = local_port(sock->sk);
	return decide_remote(&rq, address, len, family);
}

/* listen and accept are judged by the address that the socket is bound to. */
static int decide_local(struct socket *sock, u32 op)
{
	struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;

	if (!set)
		return 0;
	init_request(&rq, sock, set, op);
	rq.ctx.network.port = local_port(sock->sk);
	return bailiff_decide(&rq);
}

static int hook_socket_listen(struct socket *sock, int backlog)
{
	return decide_local(sock, BVM_OP_NETWORK_LISTEN);
}

static int hook_socket_accept(struct socket *sock, struct socket *newsock)
{
	return decide_local(sock, BVM_OP_NETWORK_ACCEPT);
}

static int hook_socket_sendmsg(struct socket *sock, struct msghdr *msg,
			       int size)
{
	struct bailiff_set *set = bailiff_current_set();
	const struct sockaddr *address = msg->msg_name;
	u32 op = BVM_OP_NETWORK_SEND;
	struct bailiff_request rq;
	int family;

	if (!set || !address)
		return 0;
	/*
	 * A stream has been judged when it was connected, and ignores the
	 * address, but for TCP Fast Open, which connects (tcp_sendmsg_fastopen).
	 */
	if (sock->type == SOCK_STREAM && is_inet(sock->sk->sk_family)) {
		if (!(msg->msg_flags & MSG_FASTOPEN))
			return 0;
		op = BVM_OP_NETWORK_CONNECT;
	}
	family = family_of(address, msg->msg_namelen);
	if (family == AF_UNSPEC && sock->sk->sk_family == AF_INET) {
		/* udp_sendmsg and raw_sendmsg take it for AF_INET. */
		family = AF_INET;
	} else if (family == AF_UNSPEC && sock->sk->sk_family == AF_INET6) {
		/* rawv6_sendmsg reads it, udpv6_sendmsg drops the address. */
		if (sock->type == SOCK_DGRAM)
			return 0;
		family = AF_INET6;
	}
	init_request(&rq, sock, set, op);
	rq.ctx.network.peer_port = local_port(sock->sk);
	return decide_remote(&rq, address, msg->msg_namelen, family);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(socket_create, hook_socket_create),
	LSM_HOOK_INIT(socket_bind, hook_socket_bind),
	LSM_HOOK_INIT(socket_connect, hook_socket_connect),
	LSM_HOOK_INIT(socket_listen, hook_socket_listen),
	LSM_HOOK_INIT(socket_accept, hook_socket_accept),
	LSM_HOOK_INIT(socket_sendmsg, hook_socket_sendmsg),
};

void __init bailiff_net_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
