// SPDX-License-Identifier: GPL-2.0-only
/*
 * mountrace.c - bind a directory while it changes places with a symbolic link
 *
 * usage: mountrace POLICY|- DIRECTORY LINK TARGET FILE
 *
 * A child exchanges DIRECTORY and LINK all the time. The parent binds what is
 * called DIRECTORY to TARGET, and looks for FILE there. Prints how many mounts
 * were made and how often the file was found: "mounts=N found=N".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 6

static void enter(const char *policy)
{
	int fd = open("/sys/kernel/security/bailiff/self", O_WRONLY);

	if (fd < 0 || write(fd, policy, strlen(policy)) < 0) {
		perror("self");
		exit(2);
	}
	close(fd);
}

static void flip(const char *a, const char *b)
{
	for (;;)
		if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b,
			    RENAME_EXCHANGE) &&
		    errno != EBUSY)
			exit(2);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + SECONDS;
	unsigned int mounts = 0, found = 0;
	char file[4096];
	pid_t child;

	if (argc != 6)
		return 2;
	if (strcmp(argv[1], "-"))
		enter(argv[1]);
	child = fork();
	if (child == 0)
		flip(argv[2], argv[3]);
	snprintf(file, sizeof(file), "%s/%s", argv[4], argv[5]);
	while (time(NULL) < end) {
		if (mount(argv[2], argv[4], NULL, MS_BIND, NULL))
			continue;
		mounts++;
		found += access(file, F_OK) == 0;
		if (umount2(argv[4], MNT_DETACH))
			break;
	}
	kill(child, SIGKILL);
	if (waitpid(child, NULL, 0) != child)
		return 2;
	printf("mounts=%u found=%u\n", mounts, found);
	return 0;
}
