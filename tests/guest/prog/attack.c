// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack.c - what a service does once it is somebody else's
 *
 * Put in the place of a service's own program, so that the policy takes it for
 * the service, whose arguments it does not read. What to try is in the variable
 * ATTACK of the environment: attempts with a ';' behind each, as in
 *
 *	ATTACK='read /etc/shadow;exec /bin/sh;connect 127.0.0.1 7000;ptrace;'
 *
 * Each line of output is an attempt, ": ", and "done" or the errno.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_WORDS 4

static int result(int ret)
{
	return ret < 0 ? -errno : 0;
}

static int open_close(const char *path, int flags)
{
	int fd = open(path, flags, 0700);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int do_read(char **words)
{
	return open_close(words[1], O_RDONLY);
}

static int do_write(char **words)
{
	return open_close(words[1], O_WRONLY);
}

static int do_append(char **words)
{
	return open_close(words[1], O_WRONLY | O_APPEND);
}

static int do_create(char **words)
{
	return open_close(words[1], O_WRONLY | O_CREAT | O_EXCL);
}

static int do_delete(char **words)
{
	return result(unlink(words[1]));
}

/* The child's exit status is the errno of what it tried. */
static int wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EFAULT;
}

static int do_exec(char **words)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(words[1], words[1], "-c", "exit 0", (char *)NULL);
		_exit(errno);
	}
	return wait_child(pid);
}

/* A program of one's own: made where the service may write, then run. */
static int do_drop(char **words)
{
	int fd = open(words[1], O_WRONLY | O_CREAT | O_EXCL, 0700);

	if (fd < 0)
		return -EIO;
	if (write(fd, "#!/bin/sh\n", 10) != 10)
		return -EIO;
	close(fd);
	return do_exec(words);
}

static int do_memfd(char **words)
{
	int fd = memfd_create("x", 0);
	char *argv[] = { words[0], NULL };
	pid_t pid;

	if (fd < 0 || write(fd, "#!/bin/sh\n", 10) != 10)
		return -EIO;
	pid = fork();
	if (pid == 0) {
		fexecve(fd, argv, argv + 1);
		_exit(errno);
	}
	return wait_child(pid);
}

static int with_address(char **words,
			int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int ret;

	if (fd < 0)
		return -errno;
	sin.sin_addr.s_addr = inet_addr(words[1]);
	sin.sin_port = htons((uint16_t)atoi(words[2]));
	ret = result(use(fd, (struct sockaddr *)&sin, sizeof(sin)));
	close(fd);
	return ret;
}

static int do_connect(char **words)
{
	return with_address(words, connect);
}

static int do_bind(char **words)
{
	return with_address(words, bind);
}

/* Its own child, since it sees nobody else: that is enough to take a worker. */
static int do_ptrace(char **words)
{
	pid_t pid = fork();
	int ret;

	(void)words;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	ret = result((int)ptrace(PTRACE_SEIZE, pid, 0, 0));
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return ret;
}

static int do_mount(char **words)
{
	return result(mount("none", words[1], "tmpfs", 0, NULL));
}

static int do_hostname(char **words)
{
	(void)words;
	return result(sethostname("taken", 5));
}

static int do_userns(char **words)
{
	(void)words;
	return result(unshare(CLONE_NEWUSER));
}

static int do_setuid(char **words)
{
	const uid_t uid = (uid_t)atoi(words[1]);

	return result(setresuid(uid, uid, uid));
}

static const struct attempt {
	const char *name;
	int num_words;
	int (*run)(char **words);
} attempts[] = {
	{ "read", 2, do_read },		{ "write", 2, do_write },
	{ "append", 2, do_append },	{ "create", 2, do_create },
	{ "delete", 2, do_delete },	{ "exec", 2, do_exec },
	{ "drop", 2, do_drop },		{ "memfd", 1, do_memfd },
	{ "connect", 3, do_connect },	{ "bind", 3, do_bind },
	{ "ptrace", 1, do_ptrace },	{ "mount", 2, do_mount },
	{ "hostname", 1, do_hostname }, { "userns", 1, do_userns },
	{ "setuid", 2, do_setuid },
};

static const struct attempt *find_attempt(const char *name, int num_words)
{
	for (size_t i = 0; i < LENGTH(attempts); i++)
		if (!strcmp(attempts[i].name, name) &&
		    attempts[i].num_words == num_words)
			return &attempts[i];
	fprintf(stderr, "attack: no attempt '%s' of %d words\n", name,
		num_words);
	exit(2);
}

static void try_it(const char *text)
{
	char *copy = strdup(text), *words[MAX_WORDS + 1] = { 0 };
	int num = 0, ret;

	for (char *word = strtok(copy, " "); word && num < MAX_WORDS;
	     word = strtok(NULL, " "))
		words[num++] = word;
	ret = find_attempt(words[0] ? words[0] : "", num)->run(words);
	printf("%s: %s\n", text, ret ? strerrorname_np(-ret) : "done");
	fflush(stdout);
	free(copy);
}

int main(void)
{
	char *text = getenv("ATTACK");

	if (!text) {
		fprintf(stderr, "attack: ATTACK says what to try\n");
		return 2;
	}
	for (char *end; (end = strchr(text, ';')); text = end + 1) {
		*end = 0;
		try_it(text);
	}
	return 0;
}
