// SPDX-License-Identifier: GPL-2.0-only
/*
 * act.c - do what the arguments say, system call by system call
 *
 *	act VERB [ARGUMENT...] [, VERB [ARGUMENT...]]...
 *
 * Prints one word a verb: "ok", a number, or the name of the errno. Opened
 * descriptors go to numbered slots, which later verbs name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passfd.h"
#include "sockuse.h"
#include "strike.h"

#define MAX_SLOTS 16
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static int slots[MAX_SLOTS];
static char *page; /* of the last mapping */

static int *slot(const char *text)
{
	return &slots[(unsigned int)atoi(text) % MAX_SLOTS];
}

static int keep(const char *text, int fd)
{
	if (fd >= 0)
		*slot(text) = fd;
	return fd < 0 ? -1 : 0;
}

static int open_flags(const char *letters)
{
	int flags = 0;
	int write = strpbrk(letters, "wa") != NULL;

	if (write)
		flags = strchr(letters, 'r') ? O_RDWR : O_WRONLY;
	if (strchr(letters, 'a'))
		flags |= O_APPEND;
	if (strchr(letters, 'c'))
		flags |= O_CREAT;
	if (strchr(letters, 't'))
		flags |= O_TRUNC;
	if (strchr(letters, 'T'))
		flags |= O_TMPFILE;
	if (strchr(letters, 'p'))
		flags |= O_PATH;
	if (strchr(letters, '3'))
		flags |= O_ACCMODE;
	return flags;
}

static int do_open(char **a)
{
	return keep(a[2], open(a[1], open_flags(a[0]), 0644));
}

static int do_openat(char **a)
{
	return keep(a[3], openat(*slot(a[1]), a[2], open_flags(a[0]), 0644));
}

static int do_reopen(char **a)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *slot(a[1]));
	return keep(a[2], open(path, open_flags(a[0])));
}

static int do_dup(char **a)
{
	return keep(a[1], dup(atoi(a[0])));
}

static int do_close(char **a)
{
	return close(*slot(a[0]));
}

static int do_read(char **a)
{
	char c[64];

	return read(*slot(a[0]), c, sizeof(c)) < 0 ? -1 : 0;
}

static int do_write(char **a)
{
	return write(*slot(a[0]), a[1], strlen(a[1])) < 0 ? -1 : 0;
}

/* F_SETFL with no flags at all */
static int do_setfl(char **a)
{
	return fcntl(*slot(a[0]), F_SETFL, 0);
}

static int prot_of(const char *letters)
{
	int prot = 0;

	if (strchr(letters, 'r'))
		prot |= PROT_READ;
	if (strchr(letters, 'w'))
		prot |= PROT_WRITE;
	if (strchr(letters, 'x'))
		prot |= PROT_EXEC;
	return prot;
}

static int do_mmap(char **a)
{
	int flags = strchr(a[0], 's') ? MAP_SHARED : MAP_PRIVATE;

	page = mmap(NULL, 4096, prot_of(a[0]), flags, *slot(a[1]), 0);
	return page == MAP_FAILED ? -1 : 0;
}

static int do_mprotect(char **a)
{
	return mprotect(page, 4096, prot_of(a[0]));
}

static int do_memfd(char **a)
{
	int fd = memfd_create("act", 0);

	if (fd >= 0 && ftruncate(fd, 4096))
		return -1;
	return keep(a[0], fd);
}

static int do_unlink(char **a)
{
	return unlink(a[0]);
}

static int do_rmdir(char **a)
{
	return rmdir(a[0]);
}

static int do_mkdir(char **a)
{
	return mkdir(a[0], 0755);
}

static int do_mknod(char **a)
{
	switch (a[0][0]) {
	case 'c':
		return mknod(a[1], S_IFCHR | 0644, makedev(1, 3));
	case 'p':
		return mknod(a[1], S_IFIFO | 0644, 0);
	}
	return mknod(a[1], S_IFREG | 0644, 0);
}

static int do_symlink(char **a)
{
	return symlink(a[0], a[1]);
}

static int do_link(char **a)
{
	return link(a[0], a[1]);
}

static int do_linkfd(char **a)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *slot(a[0]));
	return linkat(AT_FDCWD, path, AT_FDCWD, a[1], AT_SYMLINK_FOLLOW);
}

static int do_rename(char **a)
{
	return rename(a[0], a[1]);
}

static int do_exchange(char **a)
{
	return renameat2(AT_FDCWD, a[0], AT_FDCWD, a[1], RENAME_EXCHANGE);
}

static int do_whiteout(char **a)
{
	return renameat2(AT_FDCWD, a[0], AT_FDCWD, a[1], RENAME_WHITEOUT);
}

static int do_truncate(char **a)
{
	return truncate(a[0], 0);
}

static int do_ftruncate(char **a)
{
	return ftruncate(*slot(a[0]), 0);
}

static int do_chmod(char **a)
{
	return chmod(a[0], 0600);
}

static int do_fchmod(char **a)
{
	return fchmod(*slot(a[0]), 0600);
}

static int do_chown(char **a)
{
	return chown(a[0], 1, 1);
}

static int do_chroot(char **a)
{
	return chroot(a[0]);
}

static int do_chdir(char **a)
{
	return chdir(a[0]);
}

static int do_hostname(char **a)
{
	return sethostname(a[0], strlen(a[0]));
}

static int do_unshare(char **a)
{
	int flags = 0;

	if (strchr(a[0], 'm'))
		flags |= CLONE_NEWNS;
	if (strchr(a[0], 'U'))
		flags |= CLONE_NEWUSER;
	return unshare(flags);
}

static int do_mount(char **a)
{
	return mount(a[0], a[1], a[2], 0, NULL);
}

static int do_bindmount(char **a)
{
	return mount(a[0], a[1], NULL, MS_BIND, NULL);
}

static int do_umount(char **a)
{
	return umount2(a[0], MNT_DETACH);
}

static int do_pivot(char **a)
{
	return syscall(SYS_pivot_root, a[0], a[1]);
}

/* A copy of a mount, without a place. */
static int do_opentree(char **a)
{
	return keep(a[1], syscall(SYS_open_tree, AT_FDCWD, a[0],
				  1 /* OPEN_TREE_CLONE */));
}

/* A new file system of a type, with a key and its value if there is a '='. */
static int do_fsmount(char **a)
{
	char *value = strchr(a[1], '=');
	int ret, fd = syscall(SYS_fsopen, a[0], 0);

	if (fd < 0)
		return -1;
	if (value) {
		*value++ = '\0';
		if (syscall(SYS_fsconfig, fd, 1 /* SET_STRING */, a[1], value,
			    0))
			return -1;
	}
	if (syscall(SYS_fsconfig, fd, 6 /* CMD_CREATE */, NULL, NULL, 0))
		return -1;
	ret = syscall(SYS_fsmount, fd, 0, 0);
	close(fd);
	return keep(a[2], ret);
}

static int do_movetree(char **a)
{
	return syscall(SYS_move_mount, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

static int do_oldmove(char **a)
{
	return mount(a[0], a[1], NULL, MS_MOVE, NULL);
}

static int do_remount(char **a)
{
	return mount("none", a[0], NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

static int do_overlay(char **a)
{
	return mount("none", a[1], "overlay", 0, a[0]);
}

static int do_movemount(char **a)
{
	return syscall(SYS_move_mount, *slot(a[0]), "", AT_FDCWD, a[1],
		       4 /* MOVE_MOUNT_F_EMPTY_PATH */);
}

/* Exit status of a program, as one of its own would see it. */
static int do_exec(char **a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv(a[0], a);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status)) {
		printf("signal %d\n", WTERMSIG(status));
		return 1;
	}
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static int do_execfd(char **a)
{
	char path[64];
	char *argv[] = { path, NULL };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *slot(a[0]));
	return do_exec(argv);
}

/* Until a file exists; asking that is nothing that a policy judges. */
static int do_waitfor(char **a)
{
	while (access(a[0], F_OK))
		usleep(10000);
	return 0;
}

static int do_nnp(char **a)
{
	(void)a;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int do_setuid(char **a)
{
	return setresuid(atoi(a[0]), atoi(a[0]), atoi(a[0]));
}

/* ---- sockets ---- */

/* "stream", "dgram", "raw"; "stream:6" with the number of a protocol */
static int do_socket(char **a)
{
	const char *number = strchr(a[1], ':');
	int type = SOCK_STREAM;
	int protocol;

	if (strncmp(a[1], "dgram", 5) == 0)
		type = SOCK_DGRAM;
	else if (strncmp(a[1], "raw", 3) == 0)
		type = SOCK_RAW;
	protocol = type == SOCK_RAW ? IPPROTO_ICMP : 0;
	if (number)
		protocol = atoi(number + 1);
	return keep(a[2], socket(atoi(a[0]), type, protocol));
}

/* "4:1.2.3.4:80", "6:[::1]:80", "0:..." is AF_UNSPEC with an IPv4 address */
static socklen_t read_address(const char *text, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	char host[64];
	int port = 0;

	memset(to, 0, sizeof(*to));
	if (text[0] == '6') {
		sscanf(text + 2, "[%63[^]]]:%d", host, &port);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, host, &in6->sin6_addr);
		return sizeof(*in6);
	}
	sscanf(text + 2, "%63[^:]:%d", host, &port);
	in->sin_family = text[0] == '4' ? AF_INET : AF_UNSPEC;
	in->sin_port = htons(port);
	inet_pton(AF_INET, host, &in->sin_addr);
	return sizeof(*in);
}

static int do_bind(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);

	return bind(*slot(a[0]), (struct sockaddr *)&addr, len);
}

static int do_connect(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);

	return connect(*slot(a[0]), (struct sockaddr *)&addr, len);
}

/* An address cut after its family */
static int do_shortconnect(char **a)
{
	struct sockaddr_storage addr;

	(void)read_address(a[1], &addr);
	return connect(*slot(a[0]), (struct sockaddr *)&addr, 4);
}

static int do_listen(char **a)
{
	return listen(*slot(a[0]), 1);
}

static int do_sendto(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);

	return sendto(*slot(a[0]), "x", 1, 0, (struct sockaddr *)&addr, len) <
			       0 ?
		       -1 :
		       0;
}

static int do_fastopen(char **a)
{
	struct sockaddr_storage addr;
	socklen_t len = read_address(a[1], &addr);

	return sendto(*slot(a[0]), "x", 1, MSG_FASTOPEN,
		      (struct sockaddr *)&addr, len) < 0 ?
		       -1 :
		       0;
}

static int do_send(char **a)
{
	return send(*slot(a[0]), "x", 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int do_sock(char **a)
{
	return use_socket(*slot(a[0]), a[1]);
}

static int do_socketpair(char **a)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -1;
	keep(a[0], fds[0]);
	return keep(a[1], fds[1]);
}

/* Send a descriptor through one end, receive it from the other. */
static int do_sendfd(char **a)
{
	return send_fd(*slot(a[0]), *slot(a[1])) ? 0 : -1;
}

static int do_recvfd(char **a)
{
	return keep(a[1], receive_fd(*slot(a[0])));
}

/* ---- descriptors of other kinds ---- */

static int do_pipe(char **a)
{
	int fds[2];

	if (pipe(fds))
		return -1;
	keep(a[0], fds[0]);
	return keep(a[1], fds[1]);
}

static int do_eventfd(char **a)
{
	return keep(a[0], eventfd(1, 0));
}

static int do_uring(char **a)
{
	struct io_uring_params params = { 0 };

	return keep(a[0], syscall(SYS_io_uring_setup, 2, &params));
}

/* What a slot has become: "null", "closed", or the kernel's name for it. */
static int do_kind(char **a)
{
	char path[64], to[256];
	struct stat st;
	ssize_t len;

	if (fstat(*slot(a[0]), &st)) {
		puts("closed");
		return 1;
	}
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)) {
		puts("null");
		return 1;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *slot(a[0]));
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return -1;
	to[len] = 0;
	puts(to);
	return 1;
}

/* Write a policy's name to `self`; the reply comes from the same file. */
static int do_enter(char **a)
{
	char reply[256];
	int fd = open("/sys/kernel/security/bailiff/self", O_RDWR);
	ssize_t len;

	if (fd < 0)
		return -1;
	if (write(fd, a[0], strlen(a[0])) < 0)
		return -1;
	len = read(fd, reply, sizeof(reply));
	close(fd);
	if (len < 2 || memcmp(reply, "ok", 2) != 0) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}

/* The same by a descriptor from elsewhere */
static int do_enterfd(char **a)
{
	return write(*slot(a[0]), a[1], strlen(a[1])) < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int num_args;
	int (*run)(char **args); /* -1: errno; 0: ok; 1: has printed */
} verbs[] = {
	{ "open", 3, do_open },
	{ "openat", 4, do_openat },
	{ "reopen", 3, do_reopen },
	{ "dup", 2, do_dup },
	{ "close", 1, do_close },
	{ "read", 1, do_read },
	{ "write", 2, do_write },
	{ "setfl", 1, do_setfl },
	{ "mmap", 2, do_mmap },
	{ "mprotect", 1, do_mprotect },
	{ "memfd", 1, do_memfd },
	{ "unlink", 1, do_unlink },
	{ "rmdir", 1, do_rmdir },
	{ "mkdir", 1, do_mkdir },
	{ "mknod", 2, do_mknod },
	{ "symlink", 2, do_symlink },
	{ "link", 2, do_link },
	{ "linkfd", 2, do_linkfd },
	{ "rename", 2, do_rename },
	{ "exchange", 2, do_exchange },
	{ "whiteout", 2, do_whiteout },
	{ "truncate", 1, do_truncate },
	{ "ftruncate", 1, do_ftruncate },
	{ "chmod", 1, do_chmod },
	{ "fchmod", 1, do_fchmod },
	{ "chown", 1, do_chown },
	{ "chroot", 1, do_chroot },
	{ "chdir", 1, do_chdir },
	{ "hostname", 1, do_hostname },
	{ "unshare", 1, do_unshare },
	{ "mount", 3, do_mount },
	{ "bindmount", 2, do_bindmount },
	{ "umount", 1, do_umount },
	{ "pivot", 2, do_pivot },
	{ "opentree", 2, do_opentree },
	{ "movemount", 2, do_movemount },
	{ "fsmount", 3, do_fsmount },
	{ "movetree", 2, do_movetree },
	{ "oldmove", 2, do_oldmove },
	{ "remount", 1, do_remount },
	{ "overlay", 2, do_overlay },
	{ "exec", 1, do_exec },
	{ "become", 1, become },
	{ "execfd", 1, do_execfd },
	{ "waitfor", 1, do_waitfor },
	{ "nnp", 0, do_nnp },
	{ "setuid", 1, do_setuid },
	{ "socket", 3, do_socket },
	{ "bind", 2, do_bind },
	{ "connect", 2, do_connect },
	{ "shortconnect", 2, do_shortconnect },
	{ "listen", 1, do_listen },
	{ "sendto", 2, do_sendto },
	{ "fastopen", 2, do_fastopen },
	{ "send", 1, do_send },
	{ "sock", 2, do_sock },
	{ "socketpair", 2, do_socketpair },
	{ "sendfd", 2, do_sendfd },
	{ "recvfd", 2, do_recvfd },
	{ "pipe", 2, do_pipe },
	{ "eventfd", 1, do_eventfd },
	{ "uring", 1, do_uring },
	{ "kind", 1, do_kind },
	{ "enter", 1, do_enter },
	{ "enterfd", 2, do_enterfd },
};

/* Run the verb at args[0]; its arguments end with NULL. */
static void act(char **args, int num_args)
{
	const char prefix = strike_prefix(args);

	for (size_t i = 0; i < LENGTH(verbs); i++) {
		int ret;

		if (strcmp(verbs[i].name, args[0]) != 0)
			continue;
		if (num_args - 1 < verbs[i].num_args)
			break;
		if (run_struck(prefix, verbs[i].run, args + 1))
			return;
		errno = 0;
		ret = verbs[i].run(args + 1);
		if (ret <= 0)
			puts(ret ? strerrorname_np(errno) : "ok");
		return;
	}
	fprintf(stderr, "act: bad verb or arguments: %s\n", args[0]);
	exit(2);
}

int main(int argc, char **argv)
{
	int first = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], ",") != 0)
			continue;
		argv[i] = NULL;
		if (i > first)
			act(&argv[first], i - first);
		first = i + 1;
	}
	return 0;
}
