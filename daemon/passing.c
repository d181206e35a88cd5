// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "passing.h"

void passing_put(struct msghdr *msg, union passing *passing, int fd)
{
	struct cmsghdr *cmsg;

	if (fd < 0)
		return;
	memset(passing, 0, sizeof(*passing));
	msg->msg_control = passing->room;
	msg->msg_controllen = CMSG_SPACE(sizeof(int));
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
}

void passing_expect(struct msghdr *msg, union passing *passing)
{
	memset(passing, 0, sizeof(*passing));
	msg->msg_control = passing->room;
	msg->msg_controllen = sizeof(passing->room);
}

int passing_take(struct msghdr *msg, bool *bad)
{
	struct cmsghdr *cmsg;
	int fd = -1, next;
	size_t i, num;

	*bad = msg->msg_flags & MSG_CTRUNC;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		num = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < num; i++) {
			memcpy(&next, CMSG_DATA(cmsg) + i * sizeof(int),
			       sizeof(int));
			if (fd >= 0) {
				*bad = true;
				close(next);
			} else {
				fd = next;
			}
		}
	}
	if (*bad && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}
