/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address.h - addresses and sockets as programs see them
 */
#ifndef BAILIFF_ADDRESS_H
#define BAILIFF_ADDRESS_H

#include <net/ipv6.h>
#include <net/sock.h>

#include "request.h"

/* Is sk of a family whose addresses rules can name? */
static inline bool bailiff_is_inet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

/* IPv4 is ::ffff:a.b.c.d. */
static inline void bailiff_address_v4(struct bvm_addr *addr, __be32 v4)
{
	const __be32 words[4] = { 0, 0, htonl(0xffff), v4 };

	BUILD_BUG_ON(sizeof(words) != sizeof(*addr));
	memcpy(addr, words, sizeof(*addr));
}

static inline void bailiff_address_v6(struct bvm_addr *addr,
				      const struct in6_addr *v6)
{
	memcpy(addr, v6, sizeof(*addr));
}

/* Family, type and protocol of the request are those of sk. */
void bailiff_address_socket(struct bailiff_request *rq, const struct sock *sk);

/* The address that a socket has taken, if it is of a family as above. */
void bailiff_address_local(struct bailiff_request *rq, const struct sock *sk);

#endif /* BAILIFF_ADDRESS_H */
