/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aim.h - to which addresses each CPU has just let sockets reach
 *
 * Who connects, or sends a datagram, does so again and again. Of a socket of
 * IPv4 all that a request consists of is a few words: the address as it was
 * given, the address and port that the socket has, its type and protocol, who
 * asks, and for what. So the question need not be put into a request and that
 * compared (memo.h), when the words are the same:
 *
 *	the question	the words, which are all that the request is made of
 *	the answer	number of the policy's version; allowed by which rule
 *
 * An entry is made of a request that the memo has the answer to, and of the words
 * that the request holds, not of what the socket holds by then: another thread
 * may have bound it meanwhile. No object is remembered, so nothing can be
 * exchanged behind it, and no answer outlives its policy.
 *
 * Neither denials are remembered nor what is recorded. While anybody traces
 * nothing passes; nor does it in an interrupt, which has no part in the entries.
 */
#ifndef BAILIFF_AIM_H
#define BAILIFF_AIM_H

#include <net/sock.h>

#include "request.h"

struct sockaddr;

/*
 * Would set let the current task do op, an operation of class network, by sk to
 * an address? True is a decision, and counted as a hit of its rule; false says
 * nothing. Whether sk may be used at all was asked before. Any context.
 */
bool bailiff_aim_passes(const struct sock *sk, const struct bailiff_set *set,
			const struct sockaddr *address, int len, u32 op);

/*
 * What bailiff_known() said yes to: net is the ctx of the request, which
 * is by the current task and has no reason to be denied, and address where it
 * has its remote end from. Any context.
 */
void bailiff_aim_keep(const struct bailiff_set *set,
		      const struct bvm_ctx_network *net,
		      const struct sockaddr *address, u32 op);

#endif /* BAILIFF_AIM_H */
