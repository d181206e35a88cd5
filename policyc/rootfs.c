// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rootfs.h"

#define MAX_TRIES 8 /* openat2 gives up when a directory moves meanwhile */

/* What openat2(2) takes; the C library has neither it nor this. */
struct open_how {
	u64 flags, mode, resolve;
};
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_IN_ROOT 0x10

static int open_in(const struct rootfs *root, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (u64)(u32)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < MAX_TRIES; i++) {
		fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

/* Where a descriptor leads, as this system names it; NULL: nowhere. */
static const char *path_of(struct arena *arena, int fd)
{
	char *link = arena_printf(arena, "/proc/self/fd/%d", fd);
	char path[PATH_MAX];
	ssize_t len = readlink(link, path, sizeof(path));

	if (len <= 0 || len == sizeof(path) || *path != '/')
		return NULL;
	return arena_strndup(arena, path, (size_t)len);
}

int rootfs_open(struct arena *arena, const char *dir, struct rootfs *root)
{
	int fd, err;

	*root = (struct rootfs){ .arena = arena, .name = dir };
	root->fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		return -errno;
	root->real = path_of(arena, root->fd);
	fd = open_in(root, "/", O_PATH);
	err = fd < 0 ? -errno : root->real ? 0 : -ENOENT;
	if (fd >= 0)
		(void)close(fd);
	if (err)
		rootfs_close(root);
	else if (!strcmp(root->real, "/"))
		root->real = "";
	return err;
}

void rootfs_close(struct rootfs *root)
{
	if (root->fd >= 0)
		(void)close(root->fd);
	root->fd = -1;
}

enum rootfs_kind rootfs_kind(const struct rootfs *root, const char *path)
{
	const int fd = open_in(root, path, O_PATH);
	enum rootfs_kind kind = ROOTFS_OTHER;
	struct stat st;

	if (fd < 0)
		return ROOTFS_NONE;
	if (fstat(fd, &st))
		kind = ROOTFS_NONE;
	else if (S_ISREG(st.st_mode))
		kind = ROOTFS_FILE;
	else if (S_ISDIR(st.st_mode))
		kind = ROOTFS_DIR;
	(void)close(fd);
	return kind;
}

const char *rootfs_resolve(const struct rootfs *root, const char *path)
{
	const int fd = open_in(root, path, O_PATH);
	const size_t len = strlen(root->real);
	const char *real;

	if (fd < 0)
		return NULL;
	real = path_of(root->arena, fd);
	(void)close(fd);
	if (!real || strncmp(real, root->real, len))
		return NULL;
	return real[len] ? real + len : "/";
}

const char *rootfs_follow(const struct rootfs *root, const char *path)
{
	for (size_t len = strlen(path); len > 1; len--) {
		const char *real;

		if (path[len] != '/' && path[len])
			continue;
		real = rootfs_resolve(root,
				      arena_strndup(root->arena, path, len));
		if (real)
			return arena_printf(root->arena, "%s%s",
					    strcmp(real, "/") ? real : "",
					    path + len);
	}
	return path;
}

/* A regular file, opened for reading, and its length; or -1. */
static int open_file(const struct rootfs *root, const char *path, size_t *len)
{
	/* not to wait for the other end of a pipe */
	const int fd = open_in(root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return -1;
	}
	*len = (size_t)st.st_size;
	return fd;
}

const struct source *rootfs_read(const struct rootfs *root, const char *path,
				 size_t max)
{
	size_t len, done = 0;
	const int fd = open_file(root, path, &len);
	char *text;

	if (fd < 0)
		return NULL;
	if (len > max) {
		(void)close(fd);
		return NULL;
	}
	text = arena_alloc(root->arena, len + 1);
	while (done < len) {
		const ssize_t got = read(fd, text + done, len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	(void)close(fd);
	return source_create(root->arena, path, text, done);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(const struct rootfs *root, struct rootfs_names *names,
		     const char *name)
{
	names->items = arena_grow(root->arena, (void *)names->items, names->num,
				  sizeof(*names->items));
	names->items[names->num++] = arena_strdup(root->arena, name);
}

static void sort(struct rootfs_names *names)
{
	if (names->num)
		qsort(names->items, names->num, sizeof(*names->items), by_name);
}

/* Where each kind goes: two may be one, and NULL is nowhere. */
struct kinds {
	struct rootfs_names *links, *dirs, *files;
};

static struct rootfs_names *place(const struct kinds *kinds,
				  const struct dirent *entry)
{
	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
		return NULL;
	if (entry->d_type == DT_DIR)
		return kinds->dirs;
	if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
		return kinds->links;
	return kinds->files;
}

/* Return: were these all? */
static bool list(const struct rootfs *root, const char *path, u32 max,
		 const struct kinds *kinds)
{
	const int fd = open_in(root, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	u32 num = 0;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return true;
	}
	while (num <= max && (entry = readdir(dir))) {
		struct rootfs_names *names = place(kinds, entry);

		if (names && num++ < max)
			add_name(root, names, entry->d_name);
	}
	(void)closedir(dir);
	return num <= max;
}

bool rootfs_list_some(const struct rootfs *root, const char *path, u32 max,
		      struct rootfs_names *names)
{
	const struct kinds all = { names, names, names };
	bool whole;

	*names = (struct rootfs_names){ 0 };
	whole = list(root, path, max, &all);
	sort(names);
	return whole;
}

struct rootfs_names rootfs_list(const struct rootfs *root, const char *path)
{
	struct rootfs_names names;

	(void)rootfs_list_some(root, path, UINT32_MAX, &names);
	return names;
}

bool rootfs_list_kinds(const struct rootfs *root, const char *path, u32 max,
		       struct rootfs_names *links, struct rootfs_names *dirs)
{
	const struct kinds kinds = { .links = links, .dirs = dirs };
	bool whole;

	*links = (struct rootfs_names){ 0 };
	if (dirs)
		*dirs = (struct rootfs_names){ 0 };
	whole = list(root, path, max, &kinds);
	sort(links);
	if (dirs)
		sort(dirs);
	return whole;
}

const void *rootfs_map(const struct rootfs *root, const char *path, size_t *len)
{
	const int fd = open_file(root, path, len);
	void *map = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (*len)
		map = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	return map == MAP_FAILED ? NULL : map;
}
