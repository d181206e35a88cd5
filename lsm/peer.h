/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peer.h - who is on the other side: of a signal, a trace, a socket
 *
 *	SELF	under all of our domains, for the same container
 *	HOST	under no domain at all
 *	OTHER	anybody else; known by the names of his policies, "/a/b"
 *
 * Two containers of one policy are OTHER to each other: a domain belongs to the
 * cgroup that was bound, or, if it was entered through `self`, to all who
 * entered the policy that way and have the same home root.
 */
#ifndef BAILIFF_PEER_H
#define BAILIFF_PEER_H

#include "request.h"

/* Who has the set theirs (NULL: none), seen by who has ours: a BVM_PEER_*. */
u32 bailiff_peer_of(const struct bailiff_set *ours,
		    const struct bailiff_set *theirs);

/*
 * The other side of the request, of class network or tasks, has the set theirs.
 * Any context; nothing is allocated and nothing locked. The names are borrowed
 * from theirs: the caller sees to it that it lives until the request was
 * decided, by a reference or by the RCU read section in which it got theirs
 * from somebody's credentials.
 */
void bailiff_peer_fill(struct bailiff_request *rq,
		       const struct bailiff_set *theirs);

#endif /* BAILIFF_PEER_H */
