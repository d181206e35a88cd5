// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bailiffd.h"
#include "logfile.h"

void logfile_make_parent(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	(void)mkdir(dir, 0755);
}

int logfile_open(const char *log)
{
	int fd;

	if (!strcmp(log, "-"))
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	return fd < 0 ? -errno : fd;
}

/* LOG.i, or LOG for 0. Return: does it fit? */
static bool name_of(char name[PATH_MAX], const char *log, unsigned int i)
{
	int len;

	if (i)
		len = snprintf(name, PATH_MAX, "%s.%u", log, i);
	else
		len = snprintf(name, PATH_MAX, "%s", log);
	return len < PATH_MAX;
}

static int move(const char *log, unsigned int keep)
{
	char from[PATH_MAX], to[PATH_MAX];
	unsigned int i;

	if (!keep)
		return unlink(log) ? -errno : 0;
	for (i = keep; i; i--) {
		if (!name_of(from, log, i - 1) || !name_of(to, log, i))
			return -ENAMETOOLONG;
		/* there may be fewer than we keep */
		if (rename(from, to) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

int logfile_rotate(const struct daemon_options *options)
{
	struct stat stat_buf;

	if (!strcmp(options->log, "-"))
		return -EINVAL;
	logfile_make_parent(options->log);
	if (!options->log_size || stat(options->log, &stat_buf) ||
	    !S_ISREG(stat_buf.st_mode) ||
	    (uint64_t)stat_buf.st_size < options->log_size)
		return 0;
	return move(options->log, options->log_keep);
}
