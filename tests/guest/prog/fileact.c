// SPDX-License-Identifier: GPL-2.0-only
/*
 * fileact.c - what can be done to files beyond opening and renaming them
 *
 *	fileact VERB [ARGUMENT...] [, VERB [ARGUMENT...]]...
 *
 * As act.c: one word a verb, "ok" or the name of an errno; opened descriptors
 * go to numbered slots.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "ring.h"
#include "strike.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_SLOTS 16
#define ACL "system.posix_acl_access"

static int slots[MAX_SLOTS];

static int fd_of(const char *text)
{
	return slots[(unsigned int)atoi(text) % MAX_SLOTS];
}

/* What was in the slot is closed, and with it go its locks. */
static int keep(const char *text, int fd)
{
	int *slot = &slots[(unsigned int)atoi(text) % MAX_SLOTS];

	if (fd < 0)
		return -1;
	if (*slot > 0)
		close(*slot);
	*slot = fd;
	return 0;
}

static int fine(long ret)
{
	return ret < 0 ? -1 : 0;
}

/* ---- descriptors ---- */

static int do_open(char **a)
{
	static const struct {
		char letter;
		int flag;
	} flags[] = {
		{ 'c', O_CREAT },    { 'a', O_APPEND },	  { 'p', O_PATH },
		{ 'l', O_NOFOLLOW }, { 'n', O_NONBLOCK }, { 'd', O_DIRECTORY },
		{ 'T', O_TMPFILE },
	};
	int how = strchr(a[0], 'w') ? O_RDWR : O_RDONLY;

	if (strchr(a[0], 'a'))
		how = O_WRONLY;
	for (size_t i = 0; i < LENGTH(flags); i++)
		if (strchr(a[0], flags[i].letter))
			how |= flags[i].flag;
	return keep(a[2], open(a[1], how | O_NOCTTY, 0644));
}

/* A descriptor that was opened before the program began */
static int do_given(char **a)
{
	return keep(a[1], dup(atoi(a[0])));
}

static int do_pipe(char **a)
{
	int fds[2];

	return pipe(fds) ? -1 : keep(a[0], fds[0]);
}

static int do_memfd(char **a)
{
	return keep(a[0], memfd_create("fileact", 0));
}

/* Until a file exists; asking that is nothing that a policy judges. */
static int do_waitfor(char **a)
{
	while (access(a[0], F_OK))
		usleep(10000);
	return 0;
}

static int do_unlink(char **a)
{
	return unlink(a[0]);
}

static int do_setuid(char **a)
{
	return setresuid(atoi(a[0]), atoi(a[0]), atoi(a[0]));
}

/* ---- attributes ---- */

static int do_stat(char **a)
{
	struct stat st;

	return stat(a[0], &st);
}

static int do_lstat(char **a)
{
	struct stat st;

	return lstat(a[0], &st);
}

static int do_fstat(char **a)
{
	struct stat st;

	return fstat(fd_of(a[0]), &st);
}

static int do_statx(char **a)
{
	struct statx st;

	return statx(AT_FDCWD, a[0], 0, STATX_ALL, &st);
}

static int do_statxfd(char **a)
{
	struct statx st;

	return statx(fd_of(a[0]), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st);
}

static int do_access(char **a)
{
	return access(a[0], F_OK);
}

static int do_readlink(char **a)
{
	char to[256];

	return fine(readlink(a[0], to, sizeof(to)));
}

static int do_readlinkfd(char **a)
{
	char to[256];

	return fine(readlinkat(fd_of(a[0]), "", to, sizeof(to)));
}

/* The attribute may be missing: to have looked for it is enough. */
static int found(long ret)
{
	return ret < 0 && errno != ENODATA ? -1 : 0;
}

static int do_getxattr(char **a)
{
	char value[256];

	return found(getxattr(a[0], a[1], value, sizeof(value)));
}

static int do_lgetxattr(char **a)
{
	char value[256];

	return found(lgetxattr(a[0], a[1], value, sizeof(value)));
}

static int do_fgetxattr(char **a)
{
	char value[256];

	return found(fgetxattr(fd_of(a[0]), a[1], value, sizeof(value)));
}

static int do_listxattr(char **a)
{
	char list[1024];

	return fine(listxattr(a[0], list, sizeof(list)));
}

static int do_flistxattr(char **a)
{
	char list[1024];

	return fine(flistxattr(fd_of(a[0]), list, sizeof(list)));
}

static int do_setxattr(char **a)
{
	return setxattr(a[0], a[1], "v", 1, 0);
}

static int do_lsetxattr(char **a)
{
	return lsetxattr(a[0], a[1], "v", 1, 0);
}

static int do_fsetxattr(char **a)
{
	return fsetxattr(fd_of(a[0]), a[1], "v", 1, 0);
}

/* Capabilities as an attribute: the kernel asks for CAP_SETFCAP. */
static int do_setcap(char **a)
{
	static const unsigned int value[5] = { 0x02000001, 1 << 10 };

	return setxattr(a[0], "security.capability", value, sizeof(value), 0);
}

static int do_removexattr(char **a)
{
	return found(removexattr(a[0], a[1]));
}

static int do_fremovexattr(char **a)
{
	return found(fremovexattr(fd_of(a[0]), a[1]));
}

/* An ACL of version 2: owner, user 1, group, mask and others */
static int do_setacl(char **a)
{
	static const struct {
		unsigned int version;
		struct {
			unsigned short tag, perm;
			unsigned int id;
		} entries[5];
	} acl = { 2,
		  { { 0x01, 6, -1U },
		    { 0x02, 4, 1 },
		    { 0x04, 4, -1U },
		    { 0x10, 4, -1U },
		    { 0x20, 4, -1U } } };

	return setxattr(a[0], ACL, &acl, sizeof(acl), 0);
}

static int do_getacl(char **a)
{
	char value[256];

	return found(getxattr(a[0], ACL, value, sizeof(value)));
}

static int do_removeacl(char **a)
{
	return found(removexattr(a[0], ACL));
}

/* ---- time stamps ---- */

static int do_touch(char **a)
{
	return utimensat(AT_FDCWD, a[0], NULL, 0);
}

static int do_utimens(char **a)
{
	const struct timespec times[2] = { { 1, 0 }, { 2, 0 } };

	return utimensat(AT_FDCWD, a[0], times, 0);
}

/* The time of the last change alone */
static int do_mtime(char **a)
{
	const struct timespec times[2] = { { 0, UTIME_OMIT }, { 2, 0 } };

	return utimensat(AT_FDCWD, a[0], times, AT_SYMLINK_NOFOLLOW);
}

static int do_utime(char **a)
{
	return utime(a[0], NULL);
}

static int do_utimes(char **a)
{
	return utimes(a[0], NULL);
}

static int do_futimens(char **a)
{
	return futimens(fd_of(a[0]), NULL);
}

/* ---- locks ---- */

/* sh, ex, un */
static int do_flock(char **a)
{
	int how = a[0][0] == 's' ? LOCK_SH : a[0][0] == 'e' ? LOCK_EX : LOCK_UN;

	return flock(fd_of(a[1]), how | LOCK_NB);
}

/* r, w, u of the process; R, W, U of the open file */
static int do_setlk(char **a)
{
	struct flock lock = { .l_whence = SEEK_SET };
	int ofd = strchr("RWU", a[0][0]) != NULL;

	switch (a[0][0]) {
	case 'r':
	case 'R':
		lock.l_type = F_RDLCK;
		break;
	case 'w':
	case 'W':
		lock.l_type = F_WRLCK;
		break;
	default:
		lock.l_type = F_UNLCK;
	}
	return fcntl(fd_of(a[1]), ofd ? F_OFD_SETLK : F_SETLK, &lock);
}

static int do_lease(char **a)
{
	int type = a[0][0] == 'r' ? F_RDLCK :
		   a[0][0] == 'w' ? F_WRLCK :
				    F_UNLCK;

	return fcntl(fd_of(a[1]), F_SETLEASE, type);
}

/* ---- ioctl ---- */

static int do_ioctl(char **a)
{
	char arg[4096] = "";

	return fine(ioctl(fd_of(a[0]), strtoul(a[1], NULL, 16), arg));
}

static int do_nonblock(char **a)
{
	int on = 1;

	return ioctl(fd_of(a[0]), FIONBIO, &on);
}

static int do_isatty(char **a)
{
	if (isatty(fd_of(a[0])) || errno == ENOTTY)
		return 0;
	return -1;
}

static int do_getflags(char **a)
{
	int flags;

	return ioctl(fd_of(a[0]), FS_IOC_GETFLAGS, &flags);
}

static int do_setflags(char **a)
{
	int flags = FS_NODUMP_FL;

	return ioctl(fd_of(a[0]), FS_IOC_SETFLAGS, &flags);
}

static int do_fssetxattr(char **a)
{
	struct fsxattr attr = { .fsx_xflags = FS_XFLAG_NODUMP };

	/* not every kernel's tmpfs has these; Bailiff is asked before it */
	return ioctl(fd_of(a[0]), FS_IOC_FSSETXATTR, &attr) &&
	       errno != EOPNOTSUPP;
}

/* ---- watches ---- */

static int do_inotify(char **a)
{
	return fine(inotify_add_watch(inotify_init(), a[0], IN_ALL_EVENTS));
}

/* inode, mount, filesystem */
static int do_fanotify(char **a)
{
	unsigned int what = a[0][0] == 'm' ? FAN_MARK_MOUNT :
			    a[0][0] == 'f' ? FAN_MARK_FILESYSTEM :
					     0;

	return fanotify_mark(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY),
			     FAN_MARK_ADD | what, FAN_OPEN, AT_FDCWD, a[1]);
}

/* ---- contents ---- */

static int do_fallocate(char **a)
{
	return fallocate(fd_of(a[0]), 0, 0, 4096);
}

/* The same as an ioctl: FS_IOC_RESVSP64 */
static int do_reserve(char **a)
{
	struct {
		short type, whence;
		long long start, len;
		int sysid;
		unsigned int pid;
		int pad[4];
	} space = { .len = 4096 };

	return ioctl(fd_of(a[0]), _IOW('X', 42, space), &space);
}

/* Map, and gain rights: "r x" maps readable and makes it executable. */
static int do_gain(char **a)
{
	int before = PROT_READ, after = PROT_READ;
	void *page;

	if (strchr(a[0], 'x'))
		before |= PROT_EXEC;
	if (strchr(a[1], 'x'))
		after |= PROT_EXEC;
	page = mmap(NULL, 4096, before, MAP_PRIVATE, fd_of(a[2]), 0);
	if (page == MAP_FAILED)
		return -1;
	return mprotect(page, 4096, after);
}

/* ---- io_uring ---- */

static struct ring ring;

/* One request; an async one goes through a worker thread. */
static int run_ring(int async)
{
	int ret;

	if (async)
		ring.sqe->flags |= IOSQE_ASYNC;
	ret = submit(&ring, ring.fd, 0);
	errno = -ret;
	return found(ret);
}

static struct io_uring_sqe *request(int op)
{
	if (!ring.sqe && !make_ring(&ring, 0)) {
		perror("io_uring");
		exit(2);
	}
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = op;
	ring.sqe->fd = AT_FDCWD;
	return ring.sqe;
}

/* uring MODE VERB PATH [PATH]; MODE: now or async */
static int do_uring(char **a)
{
	static struct statx st;
	struct io_uring_sqe *sqe = request(IORING_OP_NOP);
	int async = a[0][0] == 'a';

	sqe->addr = (unsigned long)a[2];
	if (!strcmp(a[1], "statx")) {
		sqe->opcode = IORING_OP_STATX;
		sqe->len = STATX_BASIC_STATS;
		sqe->off = (unsigned long)&st;
	} else if (!strcmp(a[1], "open")) {
		sqe->opcode = IORING_OP_OPENAT;
		sqe->open_flags = O_RDONLY;
	} else if (!strcmp(a[1], "create")) {
		sqe->opcode = IORING_OP_OPENAT;
		sqe->open_flags = O_RDWR | O_CREAT;
		sqe->len = 0644;
	} else if (!strcmp(a[1], "unlink")) {
		sqe->opcode = IORING_OP_UNLINKAT;
	} else if (!strcmp(a[1], "mkdir")) {
		sqe->opcode = IORING_OP_MKDIRAT;
		sqe->len = 0755;
	} else if (!strcmp(a[1], "getxattr")) {
		static char value[64];

		sqe->opcode = IORING_OP_GETXATTR;
		sqe->fd = 0;
		sqe->addr = (unsigned long)"trusted.bailiff";
		sqe->addr2 = (unsigned long)value;
		sqe->len = sizeof(value);
		sqe->addr3 = (unsigned long)a[2];
	} else if (!strcmp(a[1], "setxattr")) {
		sqe->opcode = IORING_OP_SETXATTR;
		sqe->fd = 0;
		sqe->addr = (unsigned long)"trusted.bailiff";
		sqe->addr2 = (unsigned long)"v";
		sqe->len = 1;
		sqe->addr3 = (unsigned long)a[2];
	} else {
		fprintf(stderr, "fileact: no ring verb %s\n", a[1]);
		exit(2);
	}
	return run_ring(async);
}

/* rename, link, symlink */
static int do_uringpair(char **a)
{
	struct io_uring_sqe *sqe = request(IORING_OP_RENAMEAT);

	sqe->len = (unsigned int)AT_FDCWD;
	if (!strcmp(a[1], "link")) {
		sqe->opcode = IORING_OP_LINKAT;
	} else if (!strcmp(a[1], "symlink")) {
		sqe->opcode = IORING_OP_SYMLINKAT;
		sqe->len = 0;
	}
	sqe->addr = (unsigned long)a[2];
	sqe->addr2 = (unsigned long)a[3];
	return run_ring(a[0][0] == 'a');
}

/* fsetxattr, fallocate of a slot */
static int do_uringfd(char **a)
{
	struct io_uring_sqe *sqe = request(IORING_OP_FALLOCATE);

	sqe->fd = fd_of(a[2]);
	if (!strcmp(a[1], "fsetxattr")) {
		sqe->opcode = IORING_OP_FSETXATTR;
		sqe->addr = (unsigned long)"trusted.bailiff";
		sqe->addr2 = (unsigned long)"v";
		sqe->len = 1;
	} else {
		sqe->addr = 4096;
	}
	return run_ring(a[0][0] == 'a');
}

static int do_enter(char **a)
{
	int fd = open("/sys/kernel/security/bailiff/self", O_RDWR);
	ssize_t len = fd < 0 ? -1 : write(fd, a[0], strlen(a[0]));

	close(fd);
	return fine(len);
}

static const struct {
	const char *name;
	int num_args;
	int (*run)(char **args); /* -1: errno; 0: ok */
} verbs[] = {
	{ "open", 3, do_open },
	{ "given", 2, do_given },
	{ "pipe", 1, do_pipe },
	{ "memfd", 1, do_memfd },
	{ "waitfor", 1, do_waitfor },
	{ "unlink", 1, do_unlink },
	{ "setuid", 1, do_setuid },
	{ "stat", 1, do_stat },
	{ "lstat", 1, do_lstat },
	{ "fstat", 1, do_fstat },
	{ "statx", 1, do_statx },
	{ "statxfd", 1, do_statxfd },
	{ "access", 1, do_access },
	{ "readlink", 1, do_readlink },
	{ "readlinkfd", 1, do_readlinkfd },
	{ "getxattr", 2, do_getxattr },
	{ "lgetxattr", 2, do_lgetxattr },
	{ "fgetxattr", 2, do_fgetxattr },
	{ "listxattr", 1, do_listxattr },
	{ "flistxattr", 1, do_flistxattr },
	{ "setxattr", 2, do_setxattr },
	{ "lsetxattr", 2, do_lsetxattr },
	{ "fsetxattr", 2, do_fsetxattr },
	{ "setcap", 1, do_setcap },
	{ "removexattr", 2, do_removexattr },
	{ "fremovexattr", 2, do_fremovexattr },
	{ "setacl", 1, do_setacl },
	{ "getacl", 1, do_getacl },
	{ "removeacl", 1, do_removeacl },
	{ "touch", 1, do_touch },
	{ "utimens", 1, do_utimens },
	{ "mtime", 1, do_mtime },
	{ "utime", 1, do_utime },
	{ "utimes", 1, do_utimes },
	{ "futimens", 1, do_futimens },
	{ "flock", 2, do_flock },
	{ "setlk", 2, do_setlk },
	{ "lease", 2, do_lease },
	{ "ioctl", 2, do_ioctl },
	{ "nonblock", 1, do_nonblock },
	{ "isatty", 1, do_isatty },
	{ "getflags", 1, do_getflags },
	{ "setflags", 1, do_setflags },
	{ "fssetxattr", 1, do_fssetxattr },
	{ "inotify", 1, do_inotify },
	{ "fanotify", 2, do_fanotify },
	{ "fallocate", 1, do_fallocate },
	{ "reserve", 1, do_reserve },
	{ "gain", 3, do_gain },
	{ "uring", 3, do_uring },
	{ "uringpair", 4, do_uringpair },
	{ "uringfd", 3, do_uringfd },
	{ "enter", 1, do_enter },
};

/* Run the verb at args[0]; its arguments end with NULL. */
static void act(char **args, int num_args)
{
	const char prefix = strike_prefix(args);

	for (size_t i = 0; i < LENGTH(verbs); i++) {
		if (strcmp(verbs[i].name, args[0]) != 0)
			continue;
		if (num_args - 1 != verbs[i].num_args)
			break;
		if (run_struck(prefix, verbs[i].run, args + 1))
			return;
		errno = 0;
		puts(verbs[i].run(args + 1) ? strerrorname_np(errno) : "ok");
		return;
	}
	fprintf(stderr, "fileact: bad verb or arguments: %s\n", args[0]);
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
