// SPDX-License-Identifier: GPL-2.0-only
/*
 * inside.c - the workers of the storm that are judged
 *
 * Version A of the policy lets DIR/file be read and DIR/left be changed, B lets
 * the file be written and DIR/right be changed. What A denies ends with ENODEV,
 * what B denies with EROFS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storm.h"

static void name(char *path, size_t size, const char *tail)
{
	snprintf(path, size, "%s/%s", storm->dir, tail);
}

/* Something that each version denies: only a mixture lets it pass. */
static void never(const char *what, int ret)
{
	if (ret >= 0) {
		errno = 0;
		storm_complain(COUNT_MIXTURES, "%s passed", what);
	} else if (errno == ENODEV || errno == EROFS) {
		storm_count(COUNT_DENIED);
	} else {
		storm_complain(COUNT_WRONG, "%s", what);
	}
}

/* Something that one version denies by err, and the other allows. */
static void sometimes(const char *what, int ret, int err)
{
	if (ret >= 0)
		storm_count(COUNT_ALLOWED);
	else if (errno == err)
		storm_count(COUNT_DENIED);
	else
		storm_complain(COUNT_WRONG, "%s", what);
}

static int open_and_close(const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* In a directory that is renamed all the while, by whichever name. */
static void open_moving(int dir)
{
	int fd = openat(dir, "file", O_RDONLY);

	if (fd < 0)
		storm_complain(COUNT_WRONG, "a file that may be read");
	else
		close(fd);
	fd = openat(dir, "never", O_RDONLY);
	never("a file that nobody may read", fd);
	if (fd >= 0)
		close(fd);
}

void storm_open(void)
{
	char file[256], moving[256];
	int dir;

	name(file, sizeof(file), "file");
	name(moving, sizeof(moving), "moving");
	do
		dir = open(moving, O_PATH);
	while (dir < 0 && storm_goes_on());
	while (storm_goes_on()) {
		sometimes("reading", open_and_close(file, O_RDONLY), EROFS);
		sometimes("writing", open_and_close(file, O_WRONLY), ENODEV);
		if (dir >= 0)
			open_moving(dir);
		for (int i = 0; i < 20; i++)
			never("reading and writing",
			      open_and_close(file, O_RDWR));
	}
}

/* Two names, each allowed by one version alone. */
void storm_rename(void)
{
	char left[256], right[256], new_left[256], new_right[256];

	name(left, sizeof(left), "left/file");
	name(right, sizeof(right), "right/file");
	name(new_left, sizeof(new_left), "left/new");
	name(new_right, sizeof(new_right), "right/new");
	while (storm_goes_on()) {
		never("a move to the right", rename(left, new_right));
		never("a move to the left", rename(right, new_left));
		never("a link to the right", link(left, new_right));
		never("a link to the left", link(right, new_left));
		never("an exchange", renameat2(AT_FDCWD, left, AT_FDCWD, right,
					       RENAME_EXCHANGE));
	}
}

static int execute(const char *dir)
{
	char path[256];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(path, sizeof(path), "%s/storm", dir);
		execl(path, path, "child", dir, NULL);
		_exit(errno == EACCES ? 126 : 127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

void storm_exec(void)
{
	while (storm_goes_on()) {
		int status = execute(storm->dir);

		if (status == 0)
			storm_count(COUNT_EXECS);
		else
			storm_complain(status == 10 ? COUNT_MIXTURES :
						      COUNT_WRONG,
				       "a program ended with %d", status);
	}
}

void storm_connect(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	while (storm_goes_on()) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int ret;

		if (fd < 0) {
			storm_complain(COUNT_WRONG, "a socket");
			continue;
		}
		ret = connect(fd, (struct sockaddr *)&to, sizeof(to));
		/* Nobody listens; in audit mode it comes as far as that. */
		if (ret && errno == ECONNREFUSED)
			storm_count(COUNT_ALLOWED);
		else
			never("connecting", ret);
		close(fd);
	}
}

/*
 * Return: 0 denied by one version; 10 let pass though confined by "flip"; 11
 * by "spare", which allows it; 12 by nothing; 13 anything else.
 */
int storm_child(const char *dir)
{
	char path[256], names[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/file", dir);
	if (open_and_close(path, O_RDWR) < 0)
		return errno == ENODEV || errno == EROFS ? 0 : 13;
	fd = open(STORM_FS "self", O_RDONLY);
	len = fd < 0 ? -1 : read(fd, names, sizeof(names) - 1);
	if (len < 0)
		return 13;
	names[len] = 0;
	if (strstr(names, "flip"))
		return 10;
	return len ? 11 : 12;
}

/* Unconfined, but in the cgroup whose execs join whatever is bound to it. */
void storm_join(void)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", storm->cgroup);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) < 0)
		storm_complain(COUNT_WRONG, "%s", path);
	close(fd);
	while (storm_goes_on()) {
		int status = execute(storm->dir);

		switch (status) {
		case 0:
			storm_count(COUNT_JOINS);
			break;
		case 11:
		case 12:
		case 126:
			storm_count(COUNT_EXECS);
			break;
		default:
			storm_complain(
				status == 10 ? COUNT_MIXTURES : COUNT_WRONG,
				"a joining program ended with %d", status);
		}
	}
}
