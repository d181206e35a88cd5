// SPDX-License-Identifier: GPL-2.0-only
/*
 * peer.c - who is on the other side: of a signal, a trace, a socket
 */
#include "peer.h"

u32 bailiff_peer_of(const struct bailiff_set *ours,
		    const struct bailiff_set *theirs)
{
	if (!theirs)
		return BVM_PEER_HOST;
	return bailiff_set_is_under(theirs, ours) ? BVM_PEER_SELF :
						    BVM_PEER_OTHER;
}

void bailiff_peer_fill(struct bailiff_request *rq,
		       const struct bailiff_set *theirs)
{
	u32 peer = bailiff_peer_of(rq->set, theirs);
	u64 name = 0;

	if (peer == BVM_PEER_OTHER) {
		rq->peer_name.bytes = theirs->names;
		rq->peer_name.len = theirs->names_len;
		name = BVM_STR_PEER;
	}
	switch (rq->class) {
	case BVM_CLASS_NETWORK:
		rq->ctx.network.peer = peer;
		rq->ctx.network.peer_name = name;
		break;
	case BVM_CLASS_TASKS:
		rq->ctx.tasks.peer = peer;
		rq->ctx.tasks.peer_name = name;
		break;
	}
}
