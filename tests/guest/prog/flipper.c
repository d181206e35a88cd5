// SPDX-License-Identifier: GPL-2.0-only
/*
 * flipper.c - load two images in turns, as fast as it goes
 *
 *	flipper IMAGE IMAGE SECONDS
 *
 * Prints how many loads went through; exits 1 at the first that does not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOAD "/sys/kernel/security/bailiff/load"

struct image {
	char bytes[1 << 20];
	ssize_t len;
};

static int read_image(const char *path, struct image *image)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	image->len = read(fd, image->bytes, sizeof(image->bytes));
	close(fd);
	return image->len > 0 ? 0 : -1;
}

static int load(const struct image *image)
{
	int fd = open(LOAD, O_WRONLY);
	ssize_t done;

	if (fd < 0)
		return -1;
	done = write(fd, image->bytes, image->len);
	close(fd);
	return done == image->len ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct image images[2];
	unsigned int num = 0;
	time_t end;

	if (argc != 4 || read_image(argv[1], &images[0]) ||
	    read_image(argv[2], &images[1]))
		return 2;
	end = time(NULL) + atoi(argv[3]);
	for (; time(NULL) < end; num++) {
		if (load(&images[num % 2])) {
			perror("flipper: " LOAD);
			return 1;
		}
	}
	printf("%u\n", num);
	return 0;
}
