// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_net.c - creating and using sockets
 *
 * An address is read as the protocol will read it after us: which families it
 * takes for its own differs between them, and AF_UNSPEC means "disconnect" to
 * one and "as if AF_INET" to another. What none of them takes is denied.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <uapi/linux/sctp.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/sock_reuseport.h>

#include "address.h"
#include "aim.h"
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "early.h"
#include "known.h"
#include "sock.h"
#include "unix.h"
#include "use.h"

/*
 * Protocol 0 means the usual one of the type. The caller may give any number,
 * and families that are not of the Internet have large ones.
 */
static u32 resolve_protocol(int family, int type, int protocol)
{
	if (protocol || (family != AF_INET && family != AF_INET6))
		return min_t(u32, protocol, BVM_PROTOCOL_OTHER);
	switch (type & SOCK_TYPE_MASK) {
	case SOCK_STREAM:
		return IPPROTO_TCP;
	case SOCK_DGRAM:
		return IPPROTO_UDP;
	case SOCK_SEQPACKET:
		return IPPROTO_SCTP;
	}
	return 0;
}

void bailiff_address_socket(struct bailiff_request *rq, const struct sock *sk)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	net->family = sk->sk_family;
	net->type = sk->sk_type;
	/* Its parts speak TCP, and rules speak of the whole. */
	net->protocol = bailiff_sock_is_mptcp(sk) ?
				IPPROTO_MPTCP :
				min_t(u32, sk->sk_protocol, BVM_PROTOCOL_OTHER);
}

/* A request about an existing socket. */
static void init_request(struct bailiff_request *rq, const struct sock *sk,
			 const struct bailiff_set *set, u64 op)
{
	bailiff_request_init(rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq->ops = op;
	bailiff_address_socket(rq, sk);
}

/*
 * Read an IPv4 or IPv6 address as what `family` says. Return: enum bvm_reason,
 * BAD_ADDRESS where it is too short, FAMILY where it is none of the two.
 */
static u32 read_address(const struct sockaddr *address, int len, int family,
			struct bvm_addr *addr, u32 *port)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	switch (family) {
	case AF_INET:
		if (len < (int)sizeof(*in))
			return BVM_REASON_BAD_ADDRESS;
		bailiff_address_v4(addr, in->sin_addr.s_addr);
		*port = ntohs(in->sin_port);
		return BVM_REASON_NONE;
	case AF_INET6:
		if (len < SIN6_LEN_RFC2133)
			return BVM_REASON_BAD_ADDRESS;
		memcpy(addr, &in6->sin6_addr, sizeof(*addr));
		*port = ntohs(in6->sin6_port);
		return BVM_REASON_NONE;
	}
	return BVM_REASON_FAMILY;
}

static int family_of(const struct sockaddr *address, int len)
{
	if (len < (int)offsetofend(struct sockaddr, sa_family))
		return -1;
	return address->sa_family;
}

/* Can a socket of this family use an address of that one? */
static bool is_usable(const struct sock *sk, int family)
{
	/* Others that carry IP, as SMC and RDS do, take either. */
	if (!bailiff_is_inet(sk))
		return true;
	/* IPv6 datagram sockets take IPv4 addresses as they are. */
	return family == sk->sk_family ||
	       (sk->sk_family == AF_INET6 && family == AF_INET);
}

/* Fill addr and port, and say that there is one, or why there is none. */
static void set_address(struct bailiff_request *rq, const struct sock *sk,
			const struct sockaddr *address, int len, int family,
			struct bvm_addr *addr)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	if (family < 0)
		rq->reason = BVM_REASON_BAD_ADDRESS;
	else if (!is_usable(sk, family))
		rq->reason = BVM_REASON_FAMILY;
	else
		rq->reason =
			read_address(address, len, family, addr, &net->port);
	net->has_addr = !rq->reason;
}

/* Sockets of some other families reach IP addresses, too. */
static bool is_ip(const struct sock *sk, int family)
{
	return bailiff_is_inet(sk) || family == AF_INET || family == AF_INET6;
}

void bailiff_address_local(struct bailiff_request *rq, const struct sock *sk)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	if (!bailiff_is_inet(sk))
		return;
	net->has_addr = 1;
	net->port = inet_sk(sk)->inet_num;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(&net->local, &sk->sk_v6_rcv_saddr, sizeof(net->local));
		return;
	}
#endif
	bailiff_address_v4(&net->local, sk->sk_rcv_saddr);
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
			bailiff_address_v4(&net->remote,
					   htonl(INADDR_LOOPBACK));
		return;
	}
	if (!ipv6_addr_any(&remote))
		return;
	if (ipv6_addr_v4mapped(&local))
		bailiff_address_v4(&net->remote, htonl(INADDR_LOOPBACK));
	else
		net->remote.bytes[15] = 1;
}

/* The far side is address; the near side what the socket has taken. */
static void set_remote(struct bailiff_request *rq, const struct sock *sk,
		       const struct sockaddr *address, int len, int family)
{
	struct bvm_ctx_network *net = &rq->ctx.network;

	bailiff_address_local(rq, sk);
	net->peer_port = net->port;
	set_address(rq, sk, address, len, family, &net->remote);
	if (!rq->reason)
		resolve_any(net);
}

/*
 * A socket from outside is judged as every descriptor from outside; one that
 * was let pass before the start, as what it became then.
 */
static int use_socket(struct socket *sock)
{
	struct bailiff_set *set = bailiff_current_set();
	int err = sock->file ? bailiff_use(sock->file) : 0;

	if (err)
		return err;
	bailiff_sock_adopt(sock->sk, set);
	return bailiff_early_judge(sock, set);
}

static noinline int create_confined(int family, int type, int protocol)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_init(&rq, current_cred(), bailiff_current_set(),
			     BVM_CLASS_NETWORK);
	rq.ops = BVM_BIT(NETWORK, CREATE);
	rq.ctx.network.family = family;
	rq.ctx.network.type = type & SOCK_TYPE_MASK;
	rq.ctx.network.protocol = resolve_protocol(family, type, protocol);
	return bailiff_early_create(&rq);
}

static int hook_socket_create(int family, int type, int protocol, int kern)
{
	if (likely(!bailiff_current_set()) || kern)
		return 0;
	return create_confined(family, type, protocol);
}

/*
 * What the kernel makes for itself is not the task's that happens to run, and
 * packets that it gets are not judged.
 */
static int hook_socket_post_create(struct socket *sock, int family, int type,
				   int protocol, int kern)
{
	if (!kern && bailiff_current_set())
		bailiff_early_created(sock);
	else if (kern && sock->sk)
		bailiff_sock_disown(sock->sk);
	return 0;
}

static noinline int bind_confined(struct socket *sock, struct sockaddr *address,
				  int addrlen)
{
	const struct bailiff_set *set = bailiff_current_set();
	const struct sock *sk = sock->sk;
	struct bailiff_request rq BAILIFF_UNSET;
	int family;

	if (sk->sk_family == AF_UNIX)
		return use_socket(sock) ?:
					  bailiff_unix_bind(sk, address, addrlen);
	init_request(&rq, sk, set, BVM_BIT(NETWORK, BIND));
	family = family_of(address, addrlen);
	if (is_ip(sk, family)) {
		/* Old programs bind to INADDR_ANY with no family at all. */
		if (family == AF_UNSPEC)
			family = sk->sk_family;
		set_address(&rq, sk, address, addrlen, family,
			    &rq.ctx.network.local);
	}
	return use_socket(sock) ?: bailiff_early_decide(&rq, sock);
}

static int hook_socket_bind(struct socket *sock, struct sockaddr *address,
			    int addrlen)
{
	return likely(!bailiff_current_set()) ?
		       0 :
		       bind_confined(sock, address, addrlen);
}

/* An address to connect with or to send to, and what sk takes it for. */
struct remote {
	const struct sockaddr *address;
	int len;
	int family;
};

/* where: as in bailiff_early_decide, or NULL. */
static int judge_remote(const struct sock *sk, const struct bailiff_set *set,
			const struct remote *to, u32 op, struct socket *where)
{
	struct bailiff_request rq BAILIFF_UNSET;

	if (bailiff_aim_passes(sk, set, to->address, to->len, op))
		return 0;
	bailiff_request_begin(&rq, current_cred(), BVM_CLASS_NETWORK);
	bailiff_address_socket(&rq, sk);
	if (is_ip(sk, to->family))
		set_remote(&rq, sk, to->address, to->len, to->family);
	if (!rq.reason && bailiff_known(set, BVM_CLASS_NETWORK, op, &rq.ctx)) {
		bailiff_aim_keep(set, &rq.ctx.network, to->address, op);
		return 0;
	}
	bailiff_request_complete(&rq, current_cred(), set, BVM_CLASS_NETWORK);
	rq.ops = BIT_ULL(op);
	return where ? bailiff_early_decide(&rq, where) : bailiff_decide(&rq);
}

static int judge_connect(const struct sock *sk, const struct bailiff_set *set,
			 const struct sockaddr *address, int addrlen)
{
	const struct remote to = {
		.address = address,
		.len = addrlen,
		.family = family_of(address, addrlen),
	};

	if (sk->sk_family == AF_UNIX)
		return bailiff_unix_name(sk, address, addrlen,
					 BVM_BIT(NETWORK, CONNECT));
	/* Taking a connection back gives nothing. */
	if (to.family == AF_UNSPEC && bailiff_is_inet(sk))
		return 0;
	return judge_remote(sk, set, &to, BVM_OP_NETWORK_CONNECT,
			    sk->sk_socket);
}

static noinline int connect_confined(struct socket *sock,
				     const struct sockaddr *address,
				     int addrlen)
{
	return use_socket(sock) ?:
		       judge_connect(sock->sk, bailiff_current_set(), address,
				     addrlen);
}

static int hook_socket_connect(struct socket *sock, struct sockaddr *address,
			       int addrlen)
{
	if (likely(!bailiff_current_set()))
		return 0;
	return connect_confined(sock, address, addrlen);
}

/* To listen, or to accept as newsock. */
static noinline int judge_local_confined(struct socket *sock, u64 op,
					 struct socket *newsock)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (sock->sk->sk_family == AF_UNIX)
		return use_socket(sock) ?:
					  bailiff_unix_own(sock->sk, op, newsock);
	init_request(&rq, sock->sk, set, op);
	bailiff_address_local(&rq, sock->sk);
	return use_socket(sock) ?: bailiff_early_decide(&rq, newsock);
}

static inline int judge_local(struct socket *sock, u64 op,
			      struct socket *newsock)
{
	if (likely(!bailiff_current_set()))
		return 0;
	return judge_local_confined(sock, op, newsock);
}

/*
 * What comes to MPTCP is judged by one of its parts, and the connection made of
 * another: before the start each is one that may have been let pass.
 */
static void expect_early(const struct sock *sk)
{
	const struct bailiff_set *set = bailiff_current_set();

	if (set && bailiff_is_inet(sk) && sk->sk_protocol == IPPROTO_MPTCP &&
	    bailiff_set_waits(set))
		bailiff_sock_set_early(sk, true);
}

static int hook_socket_listen(struct socket *sock, int backlog)
{
	int err = judge_local(sock, BVM_BIT(NETWORK, LISTEN), sock);

	if (!err)
		expect_early(sock->sk);
	return err;
}

/* Are the connections of sk judged by who asks for them (hooks_packet.c)? */
static bool is_judged_by_source(const struct sock *sk)
{
	if (!BAILIFF_SOCKETS_HAVE_DOMAINS || !bailiff_is_inet(sk))
		return false;
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_SCTP:
		return true;
	case IPPROTO_MPTCP:
		return BAILIFF_TELLS_MPTCP_SOURCE;
	}
	return false;
}

/*
 * May the kernel hand connections of a listener that closes to sk? They were
 * judged by the domains of the other one: net/core/sock_reuseport.c,
 * reuseport_migrate_sock().
 */
static bool may_be_handed(const struct sock *sk)
{
	/* Its first part is in the group, and it is not told. */
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return true;
	/*
	 * Whether they are handed over depends on a sysctl and on the group's
	 * program, and was decided then: both may be others by now. Who is in a
	 * group stays there; sk_reuseport he can clear.
	 */
	return sk->sk_protocol == IPPROTO_TCP &&
	       rcu_access_pointer(sk->sk_reuseport_cb);
}

static int hook_socket_accept(struct socket *sock, struct socket *newsock)
{
	const struct bailiff_set *set = bailiff_current_set();

	if (!set || !is_judged_by_source(sock->sk))
		return judge_local(sock, BVM_BIT(NETWORK, ACCEPT), newsock);
	/*
	 * Those that came before the socket had our domains were not, nor those
	 * that came to another one, and which they are nobody can tell: all are
	 * judged at their first use.
	 */
	if (bailiff_sock_set(sock->sk) != set ||
	    bailiff_sock_is_adopted(sock->sk) || may_be_handed(sock->sk))
		bailiff_early_accept(newsock);
	return use_socket(sock);
}

/*
 * What AF_UNSPEC means in an address to send to: UDP of IPv6 ignores the whole
 * address (udpv6_sendmsg); all others take it for one of their own family, as
 * l2tp_ip6_sendmsg does, or refuse it.
 */
static int resolve_unspec(const struct sock *sk)
{
	if (sk->sk_family == AF_INET6 && (sk->sk_protocol == IPPROTO_UDP ||
					  sk->sk_protocol == IPPROTO_UDPLITE))
		return AF_UNSPEC;
	return sk->sk_family;
}

static int judge_send(const struct sock *sk, const struct bailiff_set *set,
		      const struct msghdr *msg)
{
	struct remote to = {
		.address = msg->msg_name,
		.len = msg->msg_namelen,
		.family = family_of(msg->msg_name, msg->msg_namelen),
	};

	if (to.family == AF_UNSPEC && bailiff_is_inet(sk)) {
		to.family = resolve_unspec(sk);
		if (to.family == AF_UNSPEC)
			return 0;
	}
	if (sk->sk_family == AF_UNIX)
		return bailiff_unix_name(sk, msg->msg_name, msg->msg_namelen,
					 BVM_BIT(NETWORK, SEND));
	return judge_remote(sk, set, &to, BVM_OP_NETWORK_SEND, NULL);
}

/* The address in a control message of SCTP; its length, 0 if it has none. */
static int read_beside(struct cmsghdr *cmsg, __be16 port,
		       struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	size_t len = cmsg->cmsg_len - sizeof(*cmsg);

	memset(to, 0, sizeof(*to));
	if (cmsg->cmsg_level != IPPROTO_SCTP)
		return 0;
	switch (cmsg->cmsg_type) {
	case SCTP_DSTADDRV4:
		in->sin_family = AF_INET;
		in->sin_port = port;
		memcpy(&in->sin_addr, CMSG_DATA(cmsg),
		       min(len, sizeof(in->sin_addr)));
		return sizeof(*in);
	case SCTP_DSTADDRV6:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = port;
		memcpy(&in6->sin6_addr, CMSG_DATA(cmsg),
		       min(len, sizeof(in6->sin6_addr)));
		return sizeof(*in6);
	}
	return 0;
}

/*
 * SCTP connects to addresses that come beside a message, too, and asks nobody
 * (sctp_sendmsg_new_asoc). Their port is that of the message's address; where
 * the message has none, it goes to an association, and they mean nothing.
 */
static int judge_beside(const struct sock *sk, const struct bailiff_set *set,
			struct msghdr *msg)
{
	const struct sockaddr_in *name = msg->msg_name;
	struct sockaddr_storage to;
	struct cmsghdr *cmsg;
	__be16 port = 0;

	if (!name)
		return 0;
	if (msg->msg_namelen >= (int)sizeof(*name))
		port = name->sin_port;
	for_each_cmsghdr(cmsg, msg)
	{
		int len, err;

		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		len = read_beside(cmsg, port, &to);
		if (!len)
			continue;
		err = judge_connect(sk, set, (struct sockaddr *)&to, len);
		if (err)
			return err;
	}
	return 0;
}

static bool is_sctp(const struct sock *sk)
{
	return bailiff_is_inet(sk) && sk->sk_protocol == IPPROTO_SCTP;
}

/*
 * Only what names its receiver: the rest was judged when it connected, and by
 * use_socket() again if that was before the start.
 */
static noinline int send_confined(struct socket *sock, struct msghdr *msg)
{
	const struct bailiff_set *set = bailiff_current_set();
	const struct sock *sk = sock->sk;
	int err = use_socket(sock);

	if (!err && is_sctp(sk))
		err = judge_beside(sk, set, msg);
	if (err)
		return err;
	/* Unix streams take no name, and sequenced packets ignore it. */
	if (sk->sk_family == AF_UNIX && sk->sk_type != SOCK_DGRAM)
		return 0;
	if (!msg->msg_name || msg->msg_namelen <= 0) {
		if (sk->sk_family == AF_UNIX)
			bailiff_unix_name_nobody();
		return 0;
	}
	if (sk->sk_type != SOCK_STREAM || !bailiff_is_inet(sk) || is_sctp(sk))
		return judge_send(sk, set, msg);
	/* TCP connects by sending, if told so; else it ignores the name. */
	if (msg->msg_flags & MSG_FASTOPEN)
		return judge_connect(sk, set, msg->msg_name, msg->msg_namelen);
	return 0;
}

static int hook_socket_sendmsg(struct socket *sock, struct msghdr *msg,
			       int size)
{
	return likely(!bailiff_current_set()) ? 0 : send_confined(sock, msg);
}

static int hook_socket_recvmsg(struct socket *sock, struct msghdr *msg,
			       int size, int flags)
{
	return bailiff_current_set() ? use_socket(sock) : 0;
}

/*
 * Options, names and shutdown act on a socket that its rules let exist: there
 * is no operation for them, but a descriptor from outside is judged first.
 */
static int hook_socket_option(struct socket *sock, int level, int optname)
{
	return bailiff_current_set() ? use_socket(sock) : 0;
}

static int hook_socket_shutdown(struct socket *sock, int how)
{
	return bailiff_current_set() ? use_socket(sock) : 0;
}

static int hook_socket_getname(struct socket *sock)
{
	return bailiff_current_set() ? use_socket(sock) : 0;
}

static int judge_sctp(const struct sock *sk, const struct bailiff_set *set,
		      const struct sockaddr *address, int len, bool binds)
{
	int family = family_of(address, len);
	struct bailiff_request rq BAILIFF_UNSET;

	if (!binds)
		return judge_connect(sk, set, address, len);
	init_request(&rq, sk, set, BVM_BIT(NETWORK, BIND));
	set_address(&rq, sk, address, len, family, &rq.ctx.network.local);
	return bailiff_early_decide(&rq, sk->sk_socket);
}

/*
 * SCTP binds and connects to lists of addresses. Its other options choose
 * among those; some are set by packets, whose task is not the current one.
 */
static int hook_sctp_bind_connect(struct sock *sk, int optname,
				  struct sockaddr *address, int len)
{
	const struct bailiff_set *set = bailiff_current_set();
	bool binds = optname == SCTP_SOCKOPT_BINDX_ADD;
	int err = 0;

	if (likely(!set) || !in_task())
		return 0;
	if (!binds && optname != SCTP_SOCKOPT_CONNECTX &&
	    optname != SCTP_SENDMSG_CONNECT)
		return 0;
	while (len > 0 && !err) {
		int step = family_of(address, len) == AF_INET6 ?
				   sizeof(struct sockaddr_in6) :
				   sizeof(struct sockaddr_in);

		err = judge_sctp(sk, set, address, min(step, len), binds);
		address = (void *)address + step;
		len -= step;
	}
	return err;
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(socket_create, hook_socket_create),
	LSM_HOOK_INIT(socket_post_create, hook_socket_post_create),
	LSM_HOOK_INIT(socket_bind, hook_socket_bind),
	LSM_HOOK_INIT(socket_connect, hook_socket_connect),
	LSM_HOOK_INIT(socket_listen, hook_socket_listen),
	LSM_HOOK_INIT(socket_accept, hook_socket_accept),
	LSM_HOOK_INIT(socket_sendmsg, hook_socket_sendmsg),
	LSM_HOOK_INIT(socket_recvmsg, hook_socket_recvmsg),
	LSM_HOOK_INIT(socket_getsockopt, hook_socket_option),
	LSM_HOOK_INIT(socket_setsockopt, hook_socket_option),
	LSM_HOOK_INIT(socket_shutdown, hook_socket_shutdown),
	LSM_HOOK_INIT(socket_getsockname, hook_socket_getname),
	LSM_HOOK_INIT(socket_getpeername, hook_socket_getname),
	LSM_HOOK_INIT(sctp_bind_connect, hook_sctp_bind_connect),
};

void __init bailiff_net_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
