/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kfs.h - the kernel's files, as lsm/uapi/bailiff.h describes them
 *
 * One request is one write; its answer is read from the same open file. Tests
 * put their own operations in the place of the file system.
 */
#ifndef DAEMON_KFS_H
#define DAEMON_KFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "text.h"

struct kfs;

struct kfs_ops {
	/* open(2) below the directory; a file descriptor or -errno */
	int (*open)(struct kfs *kfs, const char *file, int flags);
	/* write(2) at offset 0, whole or not at all; 0 or -errno */
	int (*write)(struct kfs *kfs, int fd, const void *data, size_t len);
	/* the names in a directory, a line each, sorted; 0 or -errno */
	int (*list)(struct kfs *kfs, const char *dir, struct text *names);
};

struct kfs {
	const struct kfs_ops *ops;
	/*
	 * Must the files be the kernel's own? A plain one in the place of
	 * `self` takes any name, and confines nobody.
	 */
	bool genuine;
	char dir[PATH_MAX]; /* .../bailiff */
	char lsm_file[PATH_MAX]; /* the list of active modules */
};

#define KFS_REPLY 512 /* bytes that hold any answer to a request */

/*
 * Use the files below dir, whatever they are; if NULL those in BAILIFF_DIR, which
 * are not opened (-EMEDIUMTYPE) where another file system than securityfs is there.
 *
 * Return: 0, -ENAMETOOLONG.
 */
int kfs_init(struct kfs *kfs, const char *dir);

/*
 * Write data to file and read the answer (without its newline) into reply,
 * which has room for KFS_REPLY bytes.
 *
 * Return: 0 if the kernel said "ok"; else the errno of open or write, and
 * reply holds the kernel's words or ours.
 */
int kfs_request(struct kfs *kfs, const char *file, const void *data, size_t len,
		char *reply);

/* The whole of a file. Return: 0, -errno, -EFBIG past TEXT_MAX. */
int kfs_read(struct kfs *kfs, const char *file, struct text *text);

/* A file opened for reading, close-on-exec; or -errno. */
int kfs_open(struct kfs *kfs, const char *file, int flags);

/* Names in a directory, one a line. Return: 0 or -errno. */
int kfs_list(struct kfs *kfs, const char *dir, struct text *names);

/*
 * Is the module active?
 *
 * Return: 0; -ENODEV not in the list of active modules, and why holds a
 * sentence about what to do; -errno the list cannot be read.
 */
int kfs_check_lsm(struct kfs *kfs, char *why, size_t size);

/*
 * Do the kernel and this program speak of the same files and images?
 *
 * Return: 0; -EPROTO they do not, and why says what to do; -errno the kernel's
 * versions cannot be read.
 */
int kfs_check_abi(struct kfs *kfs, char *why, size_t size);

/*
 * Is the module's code in the running kernel, active or not? symbols is
 * /proc/kallsyms.
 */
bool kfs_is_compiled_in(const char *symbols);

/* "key value" out of a text of such lines. Return: 0 or -ENOENT. */
int kfs_value(const char *lines, const char *key, char *buf, size_t size);

#endif /* DAEMON_KFS_H */
