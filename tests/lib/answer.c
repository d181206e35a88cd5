// SPDX-License-Identifier: GPL-2.0-only
/*
 * answer.c - a daemon that gives one answer
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer.h"
#include "daemon/bailiffd.h"

pid_t answer_once(const char *dir, const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
	char line[512];
	pid_t pid;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", dir,
		 CONTROL_SOCKET);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	client = accept(fd, NULL, NULL);
	if (read(client, line, sizeof(line)) <= 0)
		_exit(1);
	_exit(write(client, answer, strlen(answer)) < 0);
}
