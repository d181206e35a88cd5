/* SPDX-License-Identifier: GPL-2.0-only */
/* passing.h - a descriptor that goes along with bytes over a unix socket */
#ifndef DAEMON_PASSING_H
#define DAEMON_PASSING_H

#include <stdbool.h>
#include <sys/socket.h>

/* Room for more than the one, so that they are seen, and closed. */
union passing {
	struct cmsghdr align;
	char room[CMSG_SPACE(4 * sizeof(int))];
};

/* Have msg carry fd, which stays the caller's; -1: none. passing is its own. */
void passing_put(struct msghdr *msg, union passing *passing, int fd);

/* Have msg take what comes along. */
void passing_expect(struct msghdr *msg, union passing *passing);

/*
 * The one descriptor that came with a received msg, to be closed, or -1.
 * If there were more, or may have been, none is left, and *bad is set.
 */
int passing_take(struct msghdr *msg, bool *bad);

#endif /* DAEMON_PASSING_H */
