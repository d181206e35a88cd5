/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compile.h - policyc as a child: bounded, and without a way to do harm
 *
 * The image and the diagnostics go into memory files, so that nothing of the
 * child's is trusted but bytes. The child is asynchronous: pidfd becomes
 * readable when it has ended.
 */
#ifndef DAEMON_COMPILE_H
#define DAEMON_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct text;

#define COMPILE_SECONDS 30 /* deadline, and the most processor time */
#define COMPILE_DIGEST_HEX 65 /* SHA-256 in hexadecimal, with its NUL */

#define COMPILE_MAX_DEFINES 64

struct compile_request {
	const char *policyc; /* path, or a name to be found in PATH */
	const char *dir; /* working directory of the child; or NULL */
	const char *include; /* -I: where includes are too; or NULL */
	const char *file; /* the policy, relative to dir */
	/*
	 * It is no policy: policyc/config.h; or NULL. What is wrong in it is in the
	 * diagnostics, and the rest is the "image": that is no failure.
	 */
	const char *spec;
	const char *const *defines; /* -D: "name=value"; or NULL */
	unsigned int num_defines; /* at most COMPILE_MAX_DEFINES */
	bool template; /* policyc build --template */
	bool instance; /* policyc build --instance */
	/*
	 * policyc reach instead: the image of a policy, and the directory that is
	 * its --root: a descriptor, or if that is -1, the path, which the child opens
	 * while it is root. What it prints is the "image" then.
	 */
	bool in_root;
	const char *root;
	int root_fd;
	int policy_fd;
	/*
	 * No policyc at all, but this in the child, which stays the user that we
	 * are. It prints to out, which is the "image" then, and what is wrong to
	 * diag. Return: 0 or -1.
	 */
	int (*instead)(const char *arg, int out, int diag);
	const char *arg;
	unsigned int seconds; /* after which it is ended; 0: COMPILE_SECONDS */
	uid_t uid; /* whom to become; 0: nobody else, and no sandbox */
	gid_t gid;
};

/* Address space of `instead`, bytes: 512 MiB, but under a sanitizer. */
extern unsigned long long compile_instead_max;

/* A running child. All zero but the descriptors, -1, when there is none. */
struct compile {
	pid_t pid; /* 0: none */
	int pidfd;
	int image_fd;
	int diag_fd;
	int deps_fd; /* what it read: policyc/deps.h */
	bool in_root; /* as it was asked, and the next four */
	bool spec;
	bool template;
	bool instead;
	unsigned int seconds;
	bool dying; /* finished, killed, and still there: compile_reap */
};

/*
 * Where policyc is: beside this program, else in PATH.
 */
const char *compile_find_policyc(char *buf, size_t size);

/* The compiler to run: a descriptor as of O_PATH, or -1. */
int compile_open_program(const char *policyc);

/* Return: 0, the child runs and must be finished; -errno. */
int compile_start(const struct compile_request *request,
		  struct compile *compile);

/*
 * Collect the child; one that still runs is killed first. Nothing ends one that
 * waits for a file system that hangs: it is dying then, with pid and pidfd.
 *
 * diag takes what it wrote on standard error, or our own sentence; deps what
 * the image was made of, and may be NULL.
 *
 * Return: 0, and compile->image_fd is a sealed memory file that the caller
 * must close; -EINVAL it found errors; -ETIMEDOUT; -ENOENT no policyc, or no
 * root; -EIO it died; -E2BIG a template is made of so much that deps cannot say
 * so. Every other descriptor is closed, but for the pidfd of a dying one. With in_root, rules that cannot match
 * are no error but what image_fd holds.
 */
int compile_finish(struct compile *compile, struct text *diag,
		   struct text *deps);

/* Of a dying child, as pidfd is readable: it is none. Return: has it gone? */
bool compile_reap(struct compile *compile);

/* Forget a dying child: when this process ends, it is somebody else's. */
void compile_leave(struct compile *compile);

/* Start, wait at most as long as it may take, finish. */
int compile_run(const struct compile_request *request, struct text *diag,
		int *image_fd);

/* SHA-256 of a whole file as hexadecimal. Return: 0 or -errno. */
int compile_digest(int fd, char hex[COMPILE_DIGEST_HEX]);

/* A file in memory, to be unmapped. Return: 0, -EFBIG, -errno. */
int compile_map(int fd, const void **bytes, size_t *len);

#endif /* DAEMON_COMPILE_H */
