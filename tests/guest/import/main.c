// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the same operations without a policy, under an AppArmor profile, and
 * under a policy of Bailiff
 *
 *	import PROFILE POLICY COUNT < OPERATIONS
 *
 * PROFILE and POLICY are loaded; - is for one that is not asked. Prints a line
 * for each operation that works when nothing confines it, until there are COUNT
 * of them: the verdict of each of the two, and the operation. A verdict is ok
 * or an errno; - of who was not asked. One that does not work anyhow says
 * nothing about a policy, and is passed over.
 *
 * All happens in a root of its own, a tmpfs with /proc and /sys in it, so that
 * any path can be made there and means the same on every machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "import.h"

#define TOOL "/.import/tool-%s"
#define RAN 42 /* the status of a program that was executed */
#define PENDING (-1) /* a result that is not there yet */

enum system { NOBODY, APPARMOR, BAILIFF };

struct operation {
	const struct verb *verb;
	char *owner, *args[MAX_ARGS + 1];
};

static const char *profile, *policy;
static struct around around;
static int *result; /* shared with the one who does the operation */

static void __attribute__((format(printf, 1, 2), noreturn))
die(const char *fmt, ...)
{
	const int err = errno;
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "import: ");
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(err));
	exit(1);
}

/* ---- the root ---- */

static void copy_tool(const char *owner)
{
	char path[64], block[65536];
	int from = open("/proc/self/exe", O_RDONLY), to;
	ssize_t len;

	snprintf(path, sizeof(path), TOOL, owner);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL, 0777);
	if (from < 0 || to < 0)
		die("%s", path);
	while ((len = read(from, block, sizeof(block))) > 0)
		if (write(to, block, (size_t)len) != len)
			die("%s", path);
	if (len || fchmod(to, 0777) ||
	    fchown(to, (uid_t)atoi(owner), (gid_t)atoi(owner)))
		die("%s", path);
	close(from);
	close(to);
}

static void make_root(void)
{
	umask(0);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/mnt", "tmpfs", 0, "mode=755") || chdir("/mnt") ||
	    mkdir("proc", 0755) || mkdir("sys", 0755) || mkdir("old", 0755) ||
	    mount("none", "proc", "proc", 0, NULL) ||
	    mount("none", "sys", "sysfs", 0, NULL) ||
	    mount("none", "sys/kernel/security", "securityfs", 0, NULL) ||
	    syscall(SYS_pivot_root, ".", "old") || chdir("/") ||
	    umount2("/old", MNT_DETACH) || rmdir("/old") ||
	    mkdir("/.import", 0755))
		die("cannot make a root");
	copy_tool("0");
	copy_tool("1000");
}

/* At these places is what the kernel has put there. */
static bool is_kernels(const char *path)
{
	return !strncmp(path, "/proc/", 6) || !strncmp(path, "/sys/", 5);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(const char *path)
{
	(void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_parents(char *path)
{
	struct stat st;

	for (char *end = strchr(path + 1, '/'); end;
	     end = strchr(end + 1, '/')) {
		*end = '\0';
		if (!lstat(path, &st) && !S_ISDIR(st.st_mode))
			remove_all(path);
		(void)mkdir(path, 0777);
		*end = '/';
	}
}

/* What cannot be made is missed by the operation, which is passed over. */
static void prepare(char *path, char kind, const char *owner)
{
	char tool[64];
	int fd;

	if (kind == '.' || *path != '/' || is_kernels(path))
		return;
	make_parents(path);
	remove_all(path);
	if (kind == 'd' || kind == 'm')
		(void)mkdir(path, 0777);
	if (kind == 'm')
		(void)mount("none", path, "tmpfs", 0, "mode=777");
	if (kind == 'f') {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0777);
		if (fd >= 0)
			close(fd);
	}
	snprintf(tool, sizeof(tool), TOOL, owner);
	if (kind == 'x' && link(tool, path))
		return;
	if (kind != '-' && kind != 'x' &&
	    lchown(path, (uid_t)atoi(owner), (gid_t)atoi(owner)))
		return;
}

/* ---- the confined one ---- */

static int enter(enum system system)
{
	const char *file = system == BAILIFF ?
				   "/sys/kernel/security/bailiff/self" :
				   "/proc/self/attr/apparmor/current";
	char text[512];
	int fd, len;

	if (system == NOBODY)
		return 0;
	len = snprintf(text, sizeof(text), "%s%s",
		       system == BAILIFF ? "" : "changeprofile ",
		       system == BAILIFF ? policy : profile);
	fd = open(file, O_RDWR);
	return fd < 0 || write(fd, text, (size_t)len) != len ? -1 : 0;
}

static bool is_about_mounts(const struct verb *verb)
{
	return strchr(verb->paths, 'm') || !strcmp(verb->paths, ".d") ||
	       !strcmp(verb->paths, "dd");
}

static void act(const struct operation *op, enum system system)
{
	const struct rlimit none = { 0, 0 };

	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_MEMLOCK, &none);
	if (is_about_mounts(op->verb) && unshare(CLONE_NEWNS))
		_exit(1);
	if (enter(system)) {
		perror("import: cannot enter");
		_exit(1);
	}
	close_range(0, (unsigned int)around.memfd - 1, 0);
	close_range((unsigned int)around.strange_memfd + 1, ~0u, 0);
	*result = op->verb->run((char **)op->args, &around) ? errno : 0;
	_exit(0);
}

static pid_t start_outside(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* The pid of who acts, where an argument says so. */
static void put_own_pid(struct operation *op)
{
	static char paths[MAX_ARGS][4096];

	for (unsigned int i = 0; op->args[i]; i++) {
		char *at = strstr(op->args[i], "%self%");

		if (!at)
			continue;
		snprintf(paths[i], sizeof(paths[i]), "%.*s%d%s",
			 (int)(at - op->args[i]), op->args[i], getpid(),
			 at + strlen("%self%"));
		op->args[i] = paths[i];
	}
}

static void end_all(pid_t pid)
{
	(void)kill(-pid, SIGKILL);
	if (around.outside > 0)
		kill(around.outside, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static const char *try(struct operation *op, enum system system)
{
	int status;
	pid_t pid;

	around.memfd = memfd_create("x", MFD_CLOEXEC);
	around.strange_memfd = memfd_create("x", MFD_CLOEXEC);
	if (fchown(around.strange_memfd, 1000, 1000))
		die("fchown");
	for (unsigned int i = 0; op->verb->paths[i]; i++)
		prepare(op->args[i], op->verb->paths[i], op->owner);
	around.outside = op->args[1] && !strcmp(op->args[1], "outside") ?
				 start_outside() :
				 0;
	*result = PENDING;
	pid = fork();
	if (pid == 0) {
		put_own_pid(op);
		act(op, system);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	end_all(pid);
	for (unsigned int i = 0; op->verb->paths[i]; i++)
		if (op->verb->paths[i] != '.' && !is_kernels(op->args[i]))
			remove_all(op->args[i]);
	close(around.memfd);
	close(around.strange_memfd);
	if (*result > 0)
		return strerrorname_np(*result);
	if (*result == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == RAN))
		return "ok";
	if (WIFSIGNALED(status))
		return "killed";
	errno = EPROTO;
	die("an operation did not begin");
}

/* ---- all of them ---- */

static void read_operation(char *line, struct operation *op)
{
	const char *verb;
	unsigned int num = 0;

	op->owner = strtok(line, "\t\n");
	verb = strtok(NULL, "\t\n");
	while (num < MAX_ARGS && (op->args[num] = strtok(NULL, "\t\n")))
		num++;
	op->args[MAX_ARGS] = NULL;
	op->verb = verb ? verb_find(verb) : NULL;
	errno = EINVAL;
	if (!op->verb || num < strlen(op->verb->paths))
		die("no operation: %s", verb ? verb : "");
}

static void print(const struct operation *op, const char *first,
		  const char *second)
{
	printf("%s\t%s\t%s\t%s", first, second, op->owner, op->verb->name);
	for (unsigned int i = 0; op->args[i]; i++)
		printf("\t%s", op->args[i]);
	putchar('\n');
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct operation op;
	static char line[8192];
	int num = 0;

	if (argc < 4) /* executed as an operation */
		return RAN;
	profile = strcmp(argv[1], "-") ? argv[1] : NULL;
	policy = strcmp(argv[2], "-") ? argv[2] : NULL;
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("mmap, prctl");
	make_root();
	while (num < atoi(argv[3]) && fgets(line, sizeof(line), stdin)) {
		read_operation(line, &op);
		if (strcmp(try(&op, NOBODY), "ok"))
			continue;
		print(&op, profile ? try(&op, APPARMOR) : "-",
		      policy ? try(&op, BAILIFF) : "-");
		num++;
	}
	return 0;
}
