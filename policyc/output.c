// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

static int write_all(int fd, const struct buf *buf)
{
	size_t done = 0;

	while (done < buf->len) {
		ssize_t got = write(fd, buf->data + done, buf->len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		done += (size_t)got;
	}
	return 0;
}

/* Whole or not at all: under another name first. */
static int write_file(struct arena *arena, const char *path,
		      const struct buf *buf)
{
	char *temporary = arena_printf(arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	mode_t mask;
	int err;

	if (fd < 0)
		return -errno;
	mask = umask(0);
	(void)umask(mask);
	err = write_all(fd, buf);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		(void)unlink(temporary);
	return err;
}

int output_write(struct arena *arena, const char *path, const struct buf *buf)
{
	struct stat st;
	int fd, err;

	if (!strcmp(path, "-"))
		return write_all(STDOUT_FILENO, buf);
	if (stat(path, &st) || S_ISREG(st.st_mode))
		return write_file(arena, path, buf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, buf);
	(void)close(fd);
	return err;
}
