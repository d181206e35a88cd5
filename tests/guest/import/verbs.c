// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs.c - what is done with files, programs and mounts
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "import.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* 0 or -1, with the errno of what failed */
static int closed(int fd)
{
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int do_read(char **args, const struct around *around)
{
	(void)around;
	return closed(open(args[0], O_RDONLY | O_NONBLOCK));
}

static int do_write(char **args, const struct around *around)
{
	(void)around;
	return closed(open(args[0], O_WRONLY | O_NONBLOCK));
}

static int do_append(char **args, const struct around *around)
{
	(void)around;
	return closed(open(args[0], O_WRONLY | O_APPEND | O_NONBLOCK));
}

static int do_rdwr(char **args, const struct around *around)
{
	(void)around;
	return closed(open(args[0], O_RDWR | O_NONBLOCK));
}

static int do_create(char **args, const struct around *around)
{
	(void)around;
	return closed(open(args[0], O_WRONLY | O_CREAT | O_EXCL, 0666));
}

static int do_list(char **args, const struct around *around)
{
	char entries[1024];
	int fd = open(args[0], O_RDONLY | O_DIRECTORY);
	int ret;

	(void)around;
	if (fd < 0)
		return -1;
	ret = syscall(SYS_getdents64, fd, entries, sizeof(entries)) < 0 ? -1 :
									  0;
	return ret ? ret : closed(fd);
}

static int do_delete(char **args, const struct around *around)
{
	(void)around;
	return unlink(args[0]);
}

static int do_mkdir(char **args, const struct around *around)
{
	(void)around;
	return mkdir(args[0], 0755);
}

static int do_rmdir(char **args, const struct around *around)
{
	(void)around;
	return rmdir(args[0]);
}

static int do_symlink(char **args, const struct around *around)
{
	(void)around;
	return symlink("nowhere", args[0]);
}

static int do_mknod(char **args, const struct around *around)
{
	(void)around;
	return mknod(args[0], S_IFIFO | 0666, 0);
}

static int do_chmod(char **args, const struct around *around)
{
	(void)around;
	return chmod(args[0], 0755);
}

static int do_chown(char **args, const struct around *around)
{
	(void)around;
	return chown(args[0], 0, 0);
}

static int do_truncate(char **args, const struct around *around)
{
	(void)around;
	return truncate(args[0], 0);
}

static int do_rename(char **args, const struct around *around)
{
	(void)around;
	return rename(args[0], args[1]);
}

static int do_link(char **args, const struct around *around)
{
	(void)around;
	return link(args[0], args[1]);
}

static int lock(const char *path, int how)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	return fd < 0 || flock(fd, how | LOCK_NB) ? -1 : closed(fd);
}

static int do_lock_shared(char **args, const struct around *around)
{
	(void)around;
	return lock(args[0], LOCK_SH);
}

static int do_lock(char **args, const struct around *around)
{
	(void)around;
	return lock(args[0], LOCK_EX);
}

static int do_map_exec(char **args, const struct around *around)
{
	int fd = open(args[0], O_RDONLY | O_NONBLOCK);

	(void)around;
	if (fd < 0 || mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
			   0) == MAP_FAILED)
		return -1;
	return closed(fd);
}

static int do_exec(char **args, const struct around *around)
{
	char *argv[] = { "tool", NULL };
	char *envp[] = { NULL };

	(void)around;
	return execve(args[0], argv, envp);
}

static int do_stat(char **args, const struct around *around)
{
	struct stat st;

	(void)around;
	return stat(args[0], &st);
}

static int do_getxattr(char **args, const struct around *around)
{
	char value[16];

	(void)around;
	return getxattr(args[0], "user.x", value, sizeof(value)) < 0 &&
			       errno != ENODATA && errno != EOPNOTSUPP ?
		       -1 :
		       0;
}

static int do_mount(char **args, const struct around *around)
{
	(void)around;
	return mount("none", args[1], args[0], 0, "");
}

static int do_bind(char **args, const struct around *around)
{
	(void)around;
	return mount(args[0], args[1], NULL, MS_BIND, NULL);
}

static int do_remount(char **args, const struct around *around)
{
	(void)around;
	return mount(NULL, args[0], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
		     NULL);
}

static int do_umount(char **args, const struct around *around)
{
	(void)around;
	return umount(args[0]);
}

const struct verb *verb_find(const char *name)
{
	static const struct verb verbs[] = {
		{ "read", "f", do_read },
		{ "write", "f", do_write },
		{ "append", "f", do_append },
		{ "rdwr", "f", do_rdwr },
		{ "create", "-", do_create },
		{ "list", "d", do_list },
		{ "delete", "f", do_delete },
		{ "mkdir", "-", do_mkdir },
		{ "rmdir", "d", do_rmdir },
		{ "symlink", "-", do_symlink },
		{ "mknod", "-", do_mknod },
		{ "chmod", "f", do_chmod },
		{ "chown", "f", do_chown },
		{ "truncate", "f", do_truncate },
		{ "rename", "f-", do_rename },
		{ "link", "f-", do_link },
		{ "lock-shared", "f", do_lock_shared },
		{ "lock", "f", do_lock },
		{ "map-exec", "x", do_map_exec },
		{ "exec", "x", do_exec },
		{ "stat", "f", do_stat },
		{ "getxattr", "f", do_getxattr },
		{ "mount", ".d", do_mount },
		{ "bind", "dd", do_bind },
		{ "remount", "m", do_remount },
		{ "umount", "m", do_umount },
		{ "socket", "", other_socket },
		{ "capability", "", other_capability },
		{ "signal", "", other_signal },
		{ "ptrace", "", other_ptrace },
	};

	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}
