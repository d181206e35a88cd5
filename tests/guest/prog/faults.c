// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults.c - let allocations and copies fail, one after the other
 *
 *	faults load IMAGE POLICY FILE
 *	faults fresh IMAGE POLICY FILE
 *	faults message FILE TEXT [FILE TEXT]...
 *	faults read FILE...
 *	faults self POLICY FILE
 *	faults exec CGROUP FILE
 *	faults start CGROUP POLICY FILE PROGRAM
 *	faults deny POLICY FILE DIRECTORY
 *	faults check FILE [DESCRIPTOR]
 *
 * /proc/self/fail-nth makes the n-th allocation fail that the writer asks for
 * from then on. Each command does its work again and again, with n from 1 on,
 * until nothing failed any more. FILE is what POLICY denies with EACCES. Prints
 * "tries N failed N", where failed is how often an allocation did, and what went
 * wrong; exits 1 then.
 *
 * load      an image is active, or what was before it is
 * fresh     the same where no such policy is before
 * message   messages to files in securityfs are carried out or refused
 * read      files in securityfs
 * self      a task has entered POLICY, or has not
 * exec      a task that executes in CGROUP is confined, or the exec fails
 * start     a container that waits for PROGRAM, this one by another name, has
 *           started when it runs, in CGROUP-N each time; or the exec fails, and
 *           it has not
 * deny      whatever a confined task is denied stays denied
 * check     4: FILE can be opened, or DESCRIPTOR read; else 3, or 1: something failed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passfd.h"

#define FS "/sys/kernel/security/bailiff/"
#define MAX_TRIES 5000
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static unsigned long num_tries, num_failed, num_wrong;
static int nth_fd = -1; /* /proc/self/fail-nth */

static void wrong(const char *fmt, ...)
{
	va_list args;

	num_wrong++;
	printf("wrong: ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

/* ---- one allocation fails ---- */

static void open_nth(void)
{
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		perror("/proc/self/fail-nth");
		exit(2);
	}
}

static void set_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* Reading this number may be what fails, when others are to. */
	if (pwrite(nth_fd, text, len, 0) != len &&
	    pwrite(nth_fd, text, len, 0) != len)
		wrong("fail-nth cannot be set to %u: %s", n, strerror(errno));
}

/* End it. Return: did an allocation fail? Keeps errno. */
static int end_nth(void)
{
	int err = errno;
	char text[16] = "";
	int fired;

	/* At 0 nothing fails any more, so the first read may. */
	while (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		;
	fired = atoi(text) == 0;
	if (!fired)
		set_nth(0);
	num_tries++;
	num_failed += fired;
	errno = err;
	return fired;
}

/* ---- what is tried ---- */

static char image[1 << 20];
static ssize_t image_len;

static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, buf, size);

	if (fd >= 0)
		close(fd);
	return len;
}

static long generation_of(const char *policy)
{
	char path[256], text[1024];
	const char *at;
	ssize_t len;

	snprintf(path, sizeof(path), FS "policies/%s/info", policy);
	len = read_file(path, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = 0;
	at = strstr(text, "generation ");
	return at ? atol(at + 11) : 0;
}

static int can_open(const char *file)
{
	int fd = open(file, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t done = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return done < 0 ? -1 : 0;
}

static int write_self(const char *policy)
{
	return write_text(FS "self", policy);
}

static int enter_cgroup(const char *cgroup)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	return write_text(path, "0");
}

/* Is a task under the policy held by it? */
static void check_held(const char *policy, const char *file, unsigned int n)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(write_self(policy) ? 2 : can_open(file));
	if (waitpid(pid, &status, 0) != pid || status)
		wrong("after failure %u the policy does not hold: %x", n,
		      status);
}

/* The reply must say what the write did. */
static void check_reply(int fd, ssize_t done, const char *what, unsigned int n)
{
	char reply[1200];
	ssize_t len = pread(fd, reply, sizeof(reply) - 1, 0);

	reply[len > 0 ? len : 0] = 0;
	if (done < 0 && strncmp(reply, "ok", 2) == 0)
		wrong("%s, failure %u: refused (%s), but the reply is '%s'",
		      what, n, strerror(errno), reply);
	if (done >= 0 && strncmp(reply, "ok", 2) != 0)
		wrong("%s, failure %u: done, but the reply is '%s'", what, n,
		      reply);
}

static void unload(const char *policy)
{
	int err = EBUSY;

	/* A task that was under it may be going still. */
	for (int i = 0; i < 1000 && err == EBUSY; i++) {
		int fd = open(FS "unload", O_WRONLY);

		err = write(fd, policy, strlen(policy)) < 0 ? errno : 0;
		close(fd);
		if (err)
			usleep(10000);
	}
	if (err)
		wrong("unload: %s", strerror(err));
}

static void load_image(char **a, int is_fresh)
{
	int fired = 1;

	image_len = read_file(a[0], image, sizeof(image));
	for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
		long before = generation_of(a[1]), after;
		int fd = open(FS "load", O_RDWR);
		ssize_t done;

		set_nth(n);
		done = write(fd, image, image_len);
		fired = end_nth();
		check_reply(fd, done, "load", n);
		close(fd);
		after = generation_of(a[1]);
		if (done < 0 && after != before)
			wrong("load: failure %u: refused, but active", n);
		if (done >= 0 && after == before)
			wrong("load: failure %u: done, but not active", n);
		if (done < 0 && !fired)
			wrong("load: refused for no reason: %s",
			      strerror(errno));
		if (after)
			check_held(a[1], a[2], n);
		if (after && is_fresh)
			unload(a[1]);
	}
}

static void load(char **a)
{
	load_image(a, 0);
}

static void fresh(char **a)
{
	load_image(a, 1);
}

/* Each message until it goes through unharmed, then the next. */
static void message(char **a)
{
	char path[256];

	for (; a[0] && a[1]; a += 2) {
		int fired = 1;

		snprintf(path, sizeof(path), FS "%s", a[0]);
		for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
			int fd = open(path, O_RDWR);
			ssize_t done;

			set_nth(n);
			done = write(fd, a[1], strlen(a[1]));
			fired = end_nth();
			check_reply(fd, done, a[0], n);
			close(fd);
		}
	}
}

static void read_files(char **a)
{
	static char buf[1 << 16];
	char path[256];

	for (; a[0]; a++) {
		int fired = 1;

		snprintf(path, sizeof(path), FS "%s", a[0]);
		for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
			int fd;

			set_nth(n);
			fd = open(path, O_RDONLY | O_NONBLOCK);
			if (fd >= 0) {
				(void)!read(fd, buf, sizeof(buf));
				close(fd);
			}
			fired = end_nth();
		}
	}
}

/* In a child: 0 or 1 as end_nth(), 2 if something was wrong. */
static int self_once(const char *policy, const char *file, unsigned int n)
{
	int fd = open(FS "self", O_RDWR), outside = open(file, O_RDONLY);
	ssize_t done;
	int fired, opened;
	char c;

	open_nth();
	set_nth(n);
	done = write(fd, policy, strlen(policy));
	fired = end_nth();
	opened = can_open(file);
	if (done >= 0 && opened)
		wrong("self: failure %u: entered, but not confined", n);
	if (done >= 0 && read(outside, &c, 1) > 0)
		wrong("self: failure %u: a descriptor came along", n);
	if (done < 0 && !opened)
		wrong("self: failure %u: refused, but confined", n);
	return num_wrong ? 2 : fired;
}

/* Runs once() in a child for n from 1 on, while an allocation fails. */
static void in_children(int (*once)(const char *, const char *, unsigned int),
			const char *one, const char *two)
{
	int fired = 1, status;

	for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(once(one, two, n));
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    WEXITSTATUS(status) > 1) {
			wrong("failure %u: status %x", n, status);
			continue;
		}
		fired = WEXITSTATUS(status);
		num_tries++;
		num_failed += fired;
	}
}

static void self(char **a)
{
	in_children(self_once, a[0], a[1]);
}

/*
 * The program that is executed keeps fail-nth, so that it also strikes while
 * the program starts; what kills it there is as good as a failed exec.
 */
static int exec_once(const char *cgroup, const char *file, unsigned int n)
{
	if (enter_cgroup(cgroup))
		return 2;
	open_nth();
	set_nth(n);
	execl("/proc/self/exe", "faults", "check", file, NULL);
	(void)end_nth();
	return 1;
}

static void exec_in(char **a)
{
	int fired = 1, status;

	for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(exec_once(a[0], a[1], n));
		if (waitpid(pid, &status, 0) != pid)
			break;
		num_tries++;
		/* 3: the program began, and no allocation had failed. */
		fired = !WIFEXITED(status) || WEXITSTATUS(status) != 3;
		num_failed += fired;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
			wrong("exec: failure %u: not confined", n);
	}
}

/* In a container that waits: its start is struck. */
static int trigger(char **a)
{
	int fd = open(a[0], O_RDONLY);
	char number[16];

	if (fd < 0)
		return 2;
	snprintf(number, sizeof(number), "%d", fd);
	open_nth();
	set_nth(atoi(a[2]));
	execl(a[1], "faults", "check", a[0], number, NULL);
	(void)end_nth();
	return can_open(a[0]) ? 1 : 5;
}

static int start_once(const char *cgroup, const char *file, const char *program,
		      unsigned int n)
{
	char number[16];

	if (enter_cgroup(cgroup))
		return 2;
	snprintf(number, sizeof(number), "%u", n);
	execl("/proc/self/exe", "faults", "trigger", file, program, number,
	      NULL);
	return 2;
}

/* Each start is one of a container of its own: nobody starts twice. */
static int start_in(const char *cgroup, char **a, unsigned int n)
{
	char text[256];
	struct stat st;
	int status;
	pid_t pid;

	if (mkdir(cgroup, 0755) || stat(cgroup, &st))
		return 2;
	snprintf(text, sizeof(text), "cgroup=%lu policy=%s", st.st_ino, a[1]);
	if (write_text(FS "bind", text))
		return 2;
	pid = fork();
	if (pid == 0)
		_exit(start_once(cgroup, a[2], a[3], n));
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	snprintf(text, sizeof(text), "cgroup=%lu", st.st_ino);
	if (write_text(FS "unbind", text) || rmdir(cgroup))
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void start(char **a)
{
	char cgroup[256];
	int how = 1;

	for (unsigned int n = 1; how != 3 && n < MAX_TRIES; n++) {
		snprintf(cgroup, sizeof(cgroup), "%s-%u", a[0], n);
		how = start_in(cgroup, a, n);
		num_tries++;
		num_failed += how != 3;
		if (how == 2 || how == 5 || how == 4)
			wrong("start: failure %u: %s", n,
			      how == 2 ?
				      "nothing could be tried" :
			      how == 4 ?
				      "the program runs, and nothing is enforced" :
				      "no program, and it has started");
		if (how == 2)
			break;
	}
}

/*
 * Executed with fail-nth still counting; not at its exit, which allocates, too:
 * a 9p client that cannot say that a file is closed loses its number, and after
 * that no name is found any more.
 */
static int check(const char *file, int fd)
{
	char c;

	/* The first of two may be what fails. */
	if (can_open(file) || can_open(file))
		return 4;
	if (fd >= 0 && (read(fd, &c, 1) > 0 || read(fd, &c, 1) > 0))
		return 4;
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		open_nth();
	return end_nth() ? 1 : 3;
}

/* ---- what a confined task is denied ---- */

static const char *denied_file, *denied_dir;
static char inside[256], other[256];
static int channel; /* where descriptors from outside arrive */

static int try_open(void)
{
	return open(denied_file, O_RDONLY);
}

static int try_write(void)
{
	return open(denied_file, O_WRONLY | O_TRUNC);
}

static int try_create(void)
{
	return open(inside, O_WRONLY | O_CREAT, 0644);
}

static int try_mkdir(void)
{
	return mkdir(inside, 0755);
}

static int try_unlink(void)
{
	return unlink(denied_file);
}

static int try_rename(void)
{
	return rename(denied_file, other);
}

static int try_link(void)
{
	return link(denied_file, other);
}

static int try_chmod(void)
{
	return chmod(denied_file, 0777);
}

static int try_truncate(void)
{
	return truncate(denied_file, 0);
}

static int try_tmpfile(void)
{
	return open(denied_dir, O_TMPFILE | O_RDWR, 0644);
}

static int try_receive(void)
{
	return receive_fd(channel);
}

static int try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int ret;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	ret = connect(fd, (struct sockaddr *)&to, sizeof(to));
	if (ret && errno == ECONNREFUSED)
		ret = 0;
	close(fd);
	return ret;
}

static int try_mount(void)
{
	return mount("tmpfs", denied_dir, "tmpfs", 0, NULL);
}

static int try_hostname(void)
{
	return sethostname("faults", 6);
}

static int try_load(void)
{
	return open(FS "load", O_WRONLY);
}

static const struct {
	const char *name;
	int (*run)(void);
} attempts[] = {
	{ "open", try_open },
	{ "write", try_write },
	{ "create", try_create },
	{ "mkdir", try_mkdir },
	{ "unlink", try_unlink },
	{ "rename", try_rename },
	{ "link", try_link },
	{ "chmod", try_chmod },
	{ "truncate", try_truncate },
	{ "make a file without a name", try_tmpfile },
	{ "receive what was opened outside", try_receive },
	{ "connect", try_connect },
	{ "mount", try_mount },
	{ "use a capability", try_hostname },
	{ "open load", try_load },
};

/* Confined: each attempt until no allocation fails in it. */
static int deny_all(const char *policy)
{
	if (write_self(policy)) {
		perror("faults: self");
		return 2;
	}
	open_nth();
	for (size_t i = 0; i < LENGTH(attempts); i++) {
		int fired = 1;

		for (unsigned int n = 1; fired && n < MAX_TRIES; n++) {
			int ret;

			set_nth(n);
			ret = attempts[i].run();
			fired = end_nth();
			if (ret >= 0)
				wrong("%s passed at failure %u",
				      attempts[i].name, n);
		}
	}
	printf("tries %lu failed %lu\n", num_tries, num_failed);
	return num_wrong != 0;
}

/* Confined, one receives from it what was opened before. */
static int make_channel(void)
{
	int fd = open(denied_file, O_RDONLY);
	int pair[2];

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		return -1;
	for (int i = 0; i < 100; i++) {
		if (!send_fd(pair[0], fd))
			return -1;
	}
	close(fd);
	channel = pair[1];
	return 0;
}

static int deny(char **a)
{
	denied_file = a[1];
	denied_dir = a[2];
	snprintf(inside, sizeof(inside), "%s/inside", denied_dir);
	snprintf(other, sizeof(other), "%s/other", denied_dir);
	if (make_channel()) {
		perror("faults: a channel");
		return 2;
	}
	return deny_all(a[0]);
}

static const struct {
	const char *name;
	int num_args; /* at least */
	void (*run)(char **args);
} commands[] = {
	{ "load", 3, load },	   { "fresh", 3, fresh },
	{ "message", 2, message }, { "read", 1, read_files },
	{ "self", 2, self },	   { "exec", 2, exec_in },
	{ "start", 4, start },
};

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "check") == 0)
		return check(argv[2], argc > 3 ? atoi(argv[3]) : -1);
	if (argc == 5 && strcmp(argv[1], "trigger") == 0)
		return trigger(argv + 2);
	if (argc == 5 && strcmp(argv[1], "deny") == 0)
		return deny(argv + 2);
	for (size_t i = 0; i < LENGTH(commands); i++) {
		if (argc < 2 || strcmp(argv[1], commands[i].name) != 0 ||
		    argc - 2 < commands[i].num_args)
			continue;
		open_nth();
		commands[i].run(argv + 2);
		printf("tries %lu failed %lu\n", num_tries, num_failed);
		return num_wrong != 0;
	}
	return 2;
}
