/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover.h - a descriptor from outside for somebody who is confined
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "escape.h"
#include "passfd.h"

/* Send fd from outside to a child that has entered. Return: its answer. */
static int hand_over(int fd, int (*use)(int fd))
{
	int pair[2];
	pid_t pid;
	char byte;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 0;
	pid = fork();
	if (pid == 0) {
		int got;

		close(fd);
		enter();
		got = write(pair[1], "r", 1) == 1 ? receive_fd(pair[1]) : -1;
		leave(got >= 0 && use(got));
	}
	close(pair[1]);
	if (read(pair[0], &byte, 1) != 1 || !send_fd(pair[0], fd))
		kill(pid, SIGKILL);
	return answer_of(pid);
}

#endif /* HANDOVER_H */
