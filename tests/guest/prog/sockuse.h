/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sockuse.h - what can be done with a socket that read and write cannot
 */
#ifndef SOCKUSE_H
#define SOCKUSE_H

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The call that what names, on fd. Return: 0, or -1 and errno. */
static int use_socket(int fd, const char *what)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr), size = sizeof(int);
	int number = 0;
	char byte;

	if (strcmp(what, "recv") == 0)
		return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 ? -1 : 0;
	if (strcmp(what, "getopt") == 0)
		return getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &number, &size);
	if (strcmp(what, "setopt") == 0)
		return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &number, size);
	if (strcmp(what, "name") == 0)
		return getsockname(fd, (struct sockaddr *)&addr, &len);
	if (strcmp(what, "peer") == 0)
		return getpeername(fd, (struct sockaddr *)&addr, &len);
	if (strcmp(what, "shut") == 0)
		return shutdown(fd, SHUT_WR);
	errno = ENOSYS;
	return -1;
}

#endif /* SOCKUSE_H */
