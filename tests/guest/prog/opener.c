// SPDX-License-Identifier: GPL-2.0-only
/*
 * opener.c - open one file in three ways, over and over, and count
 *
 *	opener FILE SECONDS
 *
 * Prints "read N write N both N": how often it could be opened for reading,
 * for writing, and for both at once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long try_open(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

int main(int argc, char **argv)
{
	long num_read = 0, num_write = 0, num_both = 0;
	time_t end;

	if (argc != 3)
		return 2;
	end = time(NULL) + atoi(argv[2]);
	while (time(NULL) < end) {
		num_read += try_open(argv[1], O_RDONLY);
		num_write += try_open(argv[1], O_WRONLY);
		for (int i = 0; i < 20; i++)
			num_both += try_open(argv[1], O_RDWR);
	}
	printf("read %ld write %ld both %ld\n", num_read, num_write, num_both);
	return 0;
}
