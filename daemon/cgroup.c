// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "text.h"

const char *cgroup_proc = "/proc";

/* A short file of /proc/PID; NUL-terminated. */
static int read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	char file[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(file, sizeof(file), "%s/%d/%s", cgroup_proc, (int)pid, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ESRCH;
	len = read(fd, buf, size - 1);
	close(fd);
	if (len < 0)
		return -ESRCH;
	buf[len] = '\0';
	return 0;
}

int cgroup_of_pid(pid_t pid, char path[PATH_MAX])
{
	char lines[2 * PATH_MAX];
	char *line = lines;
	size_t len;
	int err;

	err = read_proc(pid, "cgroup", lines, sizeof(lines));
	if (err)
		return err;
	while (line && strncmp(line, "0::", 3)) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return -ENOTSUP;
	line += 3;
	len = strcspn(line, "\n");
	if (len >= PATH_MAX || line[len] != '\n')
		return -ENAMETOOLONG;
	memcpy(path, line, len);
	path[len] = '\0';
	return 0;
}

/* A handle's bytes are the number; an inode number is only 32 bits on some. */
static int handle_id(int dir, const char *path, uint64_t *id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u;
	int mount;

	u.handle.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(dir, path, &u.handle, &mount,
			      *path ? 0 : AT_EMPTY_PATH))
		return errno == ENOENT ? -ENOENT : -ENOTSUP;
	if (u.handle.handle_bytes != sizeof(*id))
		return -ENOTSUP;
	memcpy(id, u.handle.f_handle, sizeof(*id));
	return 0;
}

const char *cgroup_mount = CGROUP_MOUNT;

/*
 * A mixed setup mounts the unified hierarchy on a sub-directory; the kernel
 * binds nothing there, so neither do we look for it.
 */
static int find_directory(const char *path, char full[PATH_MAX])
{
	const size_t len = strlen(cgroup_mount);
	const char *mount = cgroup_mount;
	struct statfs fs;

	if (!strncmp(path, mount, len) && (!path[len] || path[len] == '/'))
		mount = "";
	if ((size_t)snprintf(full, PATH_MAX, "%s%s", mount, path) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (statfs(full, &fs))
		return -ENOENT;
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOTSUP;
	return 0;
}

int cgroup_id(const char *path, uint64_t *id)
{
	char full[PATH_MAX];
	int err = find_directory(path, full);

	return err ? err : handle_id(AT_FDCWD, full, id);
}

int cgroup_owner(const char *path, uid_t *owner)
{
	struct stat stat_buf;
	char full[PATH_MAX];
	int err = find_directory(path, full);

	if (err)
		return err;
	if (stat(full, &stat_buf))
		return -errno;
	*owner = stat_buf.st_uid;
	return 0;
}

/* As the kernel's kernfs has it. */
#define HANDLE_OF_KERNFS 0xfe

/* Return: its directory, -ENOENT, -errno. */
static int open_id(uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} u;
	int mount = open(cgroup_mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, err;

	if (mount < 0)
		return -errno;
	u.handle.handle_bytes = sizeof(id);
	u.handle.handle_type = HANDLE_OF_KERNFS;
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount, &u.handle,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = errno == ESTALE ? -ENOENT : -errno;
	close(mount);
	return fd < 0 ? err : fd;
}

/* Its threads, at the end of the text. Return: 0; -ENOENT it is gone; -errno. */
static int add_threads(int dir, struct text *threads)
{
	int fd = openat(dir, "cgroup.threads", O_RDONLY | O_CLOEXEC), err = 0;
	char chunk[4096];
	ssize_t len;

	if (fd < 0)
		return errno == ENODEV ? -ENOENT : -errno;
	while ((len = read(fd, chunk, sizeof(chunk))) > 0)
		text_add_bytes(threads, chunk, (size_t)len);
	if (len < 0)
		err = errno == ENODEV ? -ENOENT : -errno;
	close(fd);
	/* one that is not valid, as the kernel calls it, holds nobody */
	if (err == -EOPNOTSUPP)
		return 0;
	return err ? err : threads->cut ? -EFBIG : 0;
}

/* One that is removed meanwhile had nobody in it. */
static int add_child(int dir, const char *name, const struct cgroup_walk *walk,
		     unsigned int depth, struct text *threads)
{
	int child = openat(dir, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err;

	if (child < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	err = walk->is_left_out(child, walk->arg);
	if (!err)
		err = cgroup_add_threads(child, walk, depth + 1, threads);
	close(child);
	return err == -ENOENT || err > 0 ? 0 : err;
}

static int add_below(int dir, const struct cgroup_walk *walk,
		     unsigned int depth, struct text *threads)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int err = 0;

	if (!list) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(list)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			err = add_child(dir, entry->d_name, walk, depth,
					threads);
	closedir(list);
	return err;
}

int cgroup_add_threads(int dir, const struct cgroup_walk *walk,
		       unsigned int depth, struct text *threads)
{
	int err;

	if (depth > CGROUP_MAX_DEPTH)
		return -ELOOP;
	err = add_threads(dir, threads);
	return err ? err : add_below(dir, walk, depth, threads);
}

struct others {
	const uint64_t *ids;
	size_t num;
};

static int is_other(int dir, void *arg)
{
	const struct others *others = arg;
	uint64_t id;
	size_t i;
	int err = handle_id(dir, "", &id);

	for (i = 0; !err && i < others->num; i++)
		if (others->ids[i] == id)
			return 1;
	return err;
}

int cgroup_threads(uint64_t id, const uint64_t *except, size_t num,
		   struct text *threads)
{
	struct others others = { .ids = except, .num = num };
	struct cgroup_walk walk = { .is_left_out = is_other, .arg = &others };
	int dir = open_id(id), err;

	text_reset(threads);
	if (dir < 0)
		return dir;
	err = cgroup_add_threads(dir, &walk, 0, threads);
	close(dir);
	return err;
}

#define SERVICE ".service"
#define USER "user@"

const char *cgroup_cut_to_service(char *path)
{
	const size_t end = sizeof(SERVICE) - 1;
	char *at = path, *name = NULL, *rest = NULL;
	size_t len;

	while (*at) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len > end && !strncmp(at + len - end, SERVICE, end)) {
			name = at;
			rest = at + len;
		}
		at += len;
	}
	if (rest)
		*rest = '\0';
	return name;
}

static bool ends_with(const char *word, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len > end_len && !strncmp(word + len - end_len, end, end_len);
}

void cgroup_unit(const char *path, char *unit, size_t size)
{
	const char *at = path;
	size_t len;

	unit[0] = '\0';
	while (*at) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len < size && (ends_with(at, len, SERVICE) ||
				   ends_with(at, len, ".scope"))) {
			memcpy(unit, at, len);
			unit[len] = '\0';
			return;
		}
		at += len;
	}
}

bool cgroup_contains(const char *outer, const char *inner)
{
	size_t len = strlen(outer);

	if (len && outer[len - 1] == '/')
		len--;
	return !strncmp(outer, inner, len) &&
	       (!inner[len] || inner[len] == '/');
}

int cgroup_parent_pid(pid_t pid, pid_t *parent)
{
	char status[4096];
	const char *line;
	int err;

	err = read_proc(pid, "status", status, sizeof(status));
	if (err)
		return err;
	line = strstr(status, "\nPPid:");
	if (!line)
		return -ESRCH;
	*parent = (pid_t)strtol(line + 6, NULL, 10);
	return *parent > 0 ? 0 : -ESRCH;
}
