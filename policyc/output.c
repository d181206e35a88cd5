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

/* As the file that it replaces, or as any new one. */
static int set_rights(int fd, const struct stat *old)
{
	mode_t mask;

	if (old) {
		/* who may not give files away makes his own of it */
		if (old->st_uid != geteuid() || old->st_gid != getegid())
			if (fchown(fd, old->st_uid, old->st_gid) &&
			    errno != EPERM)
				return -errno;
		return fchmod(fd, old->st_mode & 0777) ? -errno : 0;
	}
	mask = umask(0);
	(void)umask(mask);
	return fchmod(fd, 0666 & ~mask) ? -errno : 0;
}

/* Whole or not at all: under another name first. */
static int write_file(struct arena *arena, const char *path,
		      const struct stat *old, const struct buf *buf)
{
	char *temporary = arena_printf(arena, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, buf);
	if (!err)
		err = set_rights(fd, old);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		(void)unlink(temporary);
	return err;
}

/* The file itself: a link to it stays one. */
static int replace_file(struct arena *arena, const char *path,
			const struct stat *old, const struct buf *buf)
{
	char *real = realpath(path, NULL);
	int err;

	if (!real)
		return -errno;
	err = write_file(arena, real, old, buf);
	free(real);
	return err;
}

int output_write(struct arena *arena, const char *path, const struct buf *buf)
{
	struct stat st;
	int fd, err;

	if (!strcmp(path, "-"))
		return write_all(STDOUT_FILENO, buf);
	if (stat(path, &st))
		return write_file(arena, path, NULL, buf);
	if (S_ISREG(st.st_mode))
		return replace_file(arena, path, &st, buf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, buf);
	(void)close(fd);
	return err;
}
