// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "scan.h"

#define WATCHED                                                   \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | \
	 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)

/* The end of a visible name, if it has more than that; "" if not. */
static const char *end_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && name[0] != '.' ? dot : "";
}

bool scan_is_policy(const char *name)
{
	return strlen(name) < PROTO_FILE && !strcmp(end_of(name), ".yaml");
}

bool scan_is_meant(const char *name)
{
	const char *end = end_of(name);

	return !strcasecmp(end, ".yaml") || !strcasecmp(end, ".yml");
}

const char *scan_problem(const char *name, mode_t mode)
{
	if (!scan_is_meant(name))
		return NULL;
	if (strlen(name) >= PROTO_FILE)
		return "its name is too long";
	if (!scan_is_policy(name))
		return "the name of a policy file ends in .yaml: rename it";
	if (!S_ISREG(mode))
		return "it is not a regular file";
	return NULL;
}

static const char *problem_of_link(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return "it is a symbolic link that leads nowhere";
	case EACCES:
		return "it is a symbolic link to where bailiffd's "
		       "unprivileged user may not look";
	case ELOOP:
		return "it is a symbolic link that leads in a circle";
	}
	return "it is a symbolic link that cannot be followed";
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len--)
		hash = (hash ^ *at++) * 0x100000001b3ull; /* FNV-1a */
	return hash;
}

static uint64_t stamp_of(const char *name, const struct stat *stat)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	hash = mix(hash, name, strlen(name));
	hash = mix(hash, &stat->st_dev, sizeof(stat->st_dev));
	hash = mix(hash, &stat->st_ino, sizeof(stat->st_ino));
	hash = mix(hash, &stat->st_size, sizeof(stat->st_size));
	hash = mix(hash, &stat->st_mtim, sizeof(stat->st_mtim));
	return mix(hash, &stat->st_ctim, sizeof(stat->st_ctim));
}

static void watch(int inotify_fd, const char *dir)
{
	/* one that cannot be watched is seen when something else changes */
	if (inotify_fd >= 0)
		(void)inotify_add_watch(inotify_fd, dir, WATCHED);
}

static void watch_parent(int inotify_fd, const char *dir)
{
	char parent[PATH_MAX];
	char *slash;

	snprintf(parent, sizeof(parent), "%s", dir);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return;
	*slash = '\0';
	watch(inotify_fd, parent);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* What policies include: only whether something changed matters. */
static void read_includes(const char *dir, int inotify_fd, int depth,
			  struct scan *scan)
{
	struct dirent **entries;
	char path[PATH_MAX];
	struct stat stat_buf;
	uint64_t stamp;
	int num, i;

	watch(inotify_fd, dir);
	num = scandir(dir, &entries, is_visible, by_name);
	for (i = 0; i < num; i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir,
				     entries[i]->d_name) < sizeof(path) &&
		    !stat(path, &stat_buf)) {
			if (S_ISDIR(stat_buf.st_mode) && depth)
				read_includes(path, inotify_fd, depth - 1,
					      scan);
			stamp = stamp_of(path, &stat_buf);
			scan->include_stamp =
				mix(scan->include_stamp, &stamp, sizeof(stamp));
		}
		free(entries[i]);
	}
	if (num >= 0)
		free(entries);
}

static int add_file(struct scan *scan, const char *name,
		    const struct stat *stat, const char *problem)
{
	struct scan_file *files, *file;

	if (scan->num == SCAN_MAX_FILES)
		return -E2BIG;
	/* twice as many each time: a directory of thousands is read often */
	if (!(scan->num & (scan->num - 1))) {
		files = realloc(scan->files, (scan->num ? 2 * scan->num : 1) *
						     sizeof(*files));
		if (!files)
			return -ENOMEM;
		scan->files = files;
	}
	file = &scan->files[scan->num++];
	/* one that does not fit has a problem, and only its name is shown */
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->stamp = stamp_of(name, stat);
	file->problem = problem;
	return 0;
}

static int read_entry(const char *dir, const char *name, int inotify_fd,
		      struct scan *scan)
{
	const char *problem = NULL;
	char path[PATH_MAX];
	struct stat stat_buf = {}, target;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path))
		return !scan_is_meant(name) ? 0 :
					      add_file(scan, name, &stat_buf,
						       "its path is too long");
	if (lstat(path, &stat_buf))
		/* did it go away meanwhile, or may we not look? */
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(stat_buf.st_mode)) {
		scan->has_links = true;
		/* one that leads nowhere is a file in error, not no file */
		if (stat(path, &target))
			problem = problem_of_link(errno);
		else
			stat_buf = target;
	}
	if (S_ISDIR(stat_buf.st_mode))
		read_includes(path, inotify_fd, SCAN_MAX_DEPTH, scan);
	if (!scan_is_meant(name))
		return 0;
	return add_file(scan, name, &stat_buf,
			problem ?: scan_problem(name, stat_buf.st_mode));
}

int scan_read(const char *dir, int inotify_fd, struct scan *scan)
{
	struct dirent **entries;
	struct stat stat_buf;
	int num, i, err = 0;

	memset(scan, 0, sizeof(*scan));
	watch_parent(inotify_fd, dir);
	watch(inotify_fd, dir);
	if (!lstat(dir, &stat_buf) && S_ISLNK(stat_buf.st_mode))
		scan->has_links = true;
	num = scandir(dir, &entries, is_visible, by_name);
	if (num < 0)
		return -errno;
	for (i = 0; i < num; i++) {
		if (!err)
			err = read_entry(dir, entries[i]->d_name, inotify_fd,
					 scan);
		free(entries[i]);
	}
	free(entries);
	if (err)
		scan_free(scan);
	return err;
}

void scan_free(struct scan *scan)
{
	free(scan->files);
	memset(scan, 0, sizeof(*scan));
}
