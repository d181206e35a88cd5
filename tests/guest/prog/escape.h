/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - what the programs of attempts share, their main() included
 *
 *	PROGRAM POLICY NAME DIR [PID]
 *
 * Some attempts prepare something, then enter POLICY ("-": none, to see that
 * the attempt works at all), then try. DIR/vault is what the policy denies,
 * DIR/free what it allows; PID is a process outside that has DIR/vault/asset
 * open as descriptor 9, a memory file as 8, a pipe as 7 and a script in a
 * memory file as 6. Prints "out" if the attempt
 * went through, else "in" and the errno.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdarg.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define SELF "/sys/kernel/security/bailiff/self"

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20
#endif

static const char *policy;
static char vault[256], asset[300], free_dir[256], free_file[300];
static pid_t outsider;

static int write_file(const char *path, int flags, const char *text)
{
	int fd = open(path, flags, 0755);
	int done;

	if (fd < 0)
		return 0;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static void enter(void)
{
	if (strcmp(policy, "-") == 0)
		return;
	if (!write_file(SELF, O_WRONLY, policy)) {
		printf("not entered: %s\n", strerrorname_np(errno));
		exit(0);
	}
}

static int reads_fd(int fd)
{
	char text[16] = "";

	if (fd < 0 || pread(fd, text, sizeof(text), 0) < 0)
		return 0;
	return memcmp(text, "secret", 6) == 0;
}

static int reads_at(int dir, const char *path)
{
	return reads_fd(openat(dir, path, O_RDONLY));
}

static int reads(const char *path)
{
	return reads_at(AT_FDCWD, path);
}

__attribute__((unused)) static int reads_under(const char *format, ...)
{
	char path[600];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return reads(path);
}

/* What a child saw, as if the parent had seen it. */
__attribute__((unused)) static int answer_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return 0;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EFAULT;
	return errno == 0;
}

__attribute__((unused)) static void leave(int is_out)
{
	_exit(is_out ? 0 : errno ?: EIO);
}

struct attempt {
	const char *name;
	int (*run)(void); /* 1: out; 0: in, with errno */
};

#define ATTEMPT(name)             \
	{                         \
#name, try_##name \
	}

static int run_attempts(const struct attempt *attempts, int num, int argc,
			char **argv)
{
	if (argc < 4)
		return 2;
	policy = argv[1];
	snprintf(vault, sizeof(vault), "%s/vault", argv[3]);
	snprintf(asset, sizeof(asset), "%s/vault/asset", argv[3]);
	snprintf(free_dir, sizeof(free_dir), "%s/free", argv[3]);
	snprintf(free_file, sizeof(free_file), "%s/free/file", argv[3]);
	outsider = argc > 4 ? atoi(argv[4]) : 1;
	for (int i = 0; i < num; i++) {
		if (strcmp(attempts[i].name, argv[2]) != 0)
			continue;
		errno = 0;
		if (attempts[i].run())
			puts("out");
		else
			printf("in %s\n", strerrorname_np(errno));
		fflush(stdout);
		_exit(0);
	}
	return 2;
}

#endif /* ESCAPE_H */
