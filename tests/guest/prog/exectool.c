// SPDX-License-Identifier: GPL-2.0-only
/*
 * exectool.c - run a program in ways that hide or change what it is
 *
 *	exectool memfd PROGRAM ARG...	from a memory file
 *	exectool deleted PROGRAM ARG...	from a file that has no name any more
 *	exectool pretend EXE PROGRAM	say by prctl(2) that this runs EXE, show
 *					/proc/self/exe, and open PROGRAM
 *	exectool none PROGRAM		with no argument at all, not even argv[0]
 *	exectool many NUM LEN PROGRAM	with NUM arguments of LEN bytes
 *	exectool named LEN PROGRAM ARG...	with an argv[0] of LEN bytes
 *	exectool fd PROGRAM ARG...	by a descriptor and no path (AT_EMPTY_PATH)
 *
 * What an exec or open says is printed as the name of its errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "exectool: %s: %s\n", what, strerror(errno));
	return 2;
}

static int say(void)
{
	puts(strerrorname_np(errno));
	return 1;
}

static int copy(const char *path, int to)
{
	char buf[65536];
	int from = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t num;

	if (from < 0)
		return -1;
	while ((num = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, num) != num)
			return -1;
	close(from);
	return num < 0 ? -1 : 0;
}

static int run_memfd(char **argv)
{
	int fd = memfd_create("program", MFD_CLOEXEC);

	if (fd < 0 || copy(argv[0], fd))
		return fail("memfd");
	(void)syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return say();
}

static int run_deleted(char **argv)
{
	char path[] = "/run/exectool.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC), again;

	if (fd < 0 || copy(argv[0], fd) || fchmod(fd, 0700))
		return fail(path);
	/* what is open for writing is not run */
	again = open(path, O_RDONLY | O_CLOEXEC);
	if (again < 0 || close(fd) || unlink(path))
		return fail(path);
	(void)syscall(SYS_execveat, again, "", argv, environ, AT_EMPTY_PATH);
	return say();
}

static int replace(char *from, size_t len, int prot)
{
	char *copy = mmap(NULL, len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -1;
	memcpy(copy, from, len);
	if (mprotect(copy, len, prot))
		return -1;
	return mremap(copy, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, from) ==
			       MAP_FAILED ?
		       -1 :
		       0;
}

/* The kernel wants nothing of the old file mapped: so put copies there. */
static int leave_file(void)
{
	static char maps[65536];
	char own[PATH_MAX] = "";
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	ssize_t num = read(fd, maps, sizeof(maps) - 1);

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) < 0 || num <= 0)
		return -1;
	for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long from, to;
		char r, w, x;
		int prot;

		if (!strstr(line, own) ||
		    sscanf(line, "%lx-%lx %c%c%c", &from, &to, &r, &w, &x) != 5)
			continue;
		prot = (r == 'r' ? PROT_READ : 0) |
		       (w == 'w' ? PROT_WRITE : 0) | (x == 'x' ? PROT_EXEC : 0);
		if (replace((char *)from, to - from, prot))
			return -1;
	}
	return 0;
}

static int run_pretend(char **argv)
{
	char seen[PATH_MAX] = "";
	int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || leave_file() ||
	    prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0))
		return fail(argv[0]);
	if (readlink("/proc/self/exe", seen, sizeof(seen) - 1) < 0)
		return fail("/proc/self/exe");
	puts(seen);
	if (open(argv[1], O_RDONLY | O_CLOEXEC) < 0)
		return say();
	puts("ok");
	return 0;
}

static int run_none(char **argv)
{
	char *none[] = { NULL };

	execv(argv[0], none);
	return say();
}

static int run_many(char **argv)
{
	int num = atoi(argv[0]), len = atoi(argv[1]);
	char **args = calloc(num + 2, sizeof(*args));
	char *text = malloc(len + 1);

	memset(text, 'x', len);
	text[len] = '\0';
	args[0] = argv[2];
	for (int i = 1; i <= num; i++)
		args[i] = text;
	execv(argv[2], args);
	return say();
}

static int run_named(char **argv)
{
	const char *program = argv[1];
	int len = atoi(argv[0]);

	argv[1] = calloc(1, len + 1);
	memset(argv[1], 'n', len);
	execv(program, argv + 1);
	return say();
}

static int run_fd(char **argv)
{
	int fd = open(argv[0], O_PATH | O_CLOEXEC);

	if (fd < 0)
		return fail(argv[0]);
	(void)syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return say();
}

static const struct {
	const char *name;
	int num_args;
	int (*run)(char **argv);
} commands[] = {
	{ "memfd", 1, run_memfd },     { "deleted", 1, run_deleted },
	{ "pretend", 2, run_pretend }, { "none", 1, run_none },
	{ "many", 3, run_many },       { "named", 2, run_named },
	{ "fd", 1, run_fd },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 + commands[i].num_args &&
		    !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	fprintf(stderr, "exectool: bad command\n");
	return 2;
}
