// SPDX-License-Identifier: GPL-2.0-only
/*
 * intruder.c - what somebody tries who has taken over a confined service
 *
 * Put in the place of the service's own executable, so that the policy takes
 * it for the service. Each line of output is
 *
 *	NAME: done            the attempt went through
 *	NAME: ERRNO           it was refused
 *
 * With arguments only the named attempts are made; they may be one word, behind
 * -g, as the service's own policy wants them. After `wait FILE` it goes
 * on when FILE exists, so that somebody outside can do something meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_close(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int read_shadow(void)
{
	return open_close("/etc/shadow", O_RDONLY);
}

static int write_etc(void)
{
	return open_close("/etc/intruder", O_WRONLY | O_CREAT);
}

static int change_config(void)
{
	return open_close("/etc/nginx/nginx.conf", O_WRONLY | O_APPEND);
}

/* To come back, should the container be started anew. */
static int plant_cron(void)
{
	return open_close("/var/spool/cron/crontabs/root", O_WRONLY | O_CREAT);
}

static int wait_child(pid_t pid)
{
	int status;

	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EFAULT;
}

/* The child's exit status is the errno of what it tried. */
static int run_shell(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
		_exit(errno);
	}
	return wait_child(pid);
}

static int inet_socket(void (*fill)(struct sockaddr_in *),
		       int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int ret;

	if (fd < 0)
		return -errno;
	fill(&sin);
	ret = use(fd, (struct sockaddr *)&sin, sizeof(sin)) ? -errno : 0;
	close(fd);
	return ret;
}

static void fill_outside(struct sockaddr_in *sin)
{
	sin->sin_port = htons(7000);
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static void fill_forbidden(struct sockaddr_in *sin)
{
	sin->sin_port = htons(2222);
}

static int connect_out(void)
{
	return inet_socket(fill_outside, connect);
}

static int bind_port(void)
{
	return inet_socket(fill_forbidden, bind);
}

static int raw_socket(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* CAP_SETPCAP, which nothing else here asks for. */
static int use_capability(void)
{
	return prctl(PR_CAPBSET_DROP, CAP_WAKE_ALARM) ? -errno : 0;
}

static int do_chroot(void)
{
	return chroot("/var/lib/nginx") ? -errno : 0;
}

static int do_mount(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) ? -errno : 0;
}

static int unshare_mnt(void)
{
	return unshare(CLONE_NEWNS) ? -errno : 0;
}

/* Each of these goes somewhere else and then asks for /etc/shadow again. */
static int shadow_after(int ret)
{
	return ret ? ret : read_shadow();
}

static int after_userns(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(-shadow_after(unshare(CLONE_NEWUSER) ? -errno : 0));
	return wait_child(pid);
}

static int after_double_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid_t second = fork();

		if (second == 0) {
			setsid();
			_exit(-read_shadow());
		}
		_exit(-wait_child(second));
	}
	return wait_child(pid);
}

/* With arguments that the policy allows: it is not about the exec itself. */
static int after_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/proc/self/exe", "nginx", "-g", "--errno read-shadow",
		      (char *)NULL);
		_exit(ENOEXEC);
	}
	return wait_child(pid);
}

/* A process like a worker, which is its own child here. */
static int trace_worker(void)
{
	pid_t pid = fork();
	int ret;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	ret = ptrace(PTRACE_SEIZE, pid, 0, 0) ? -errno : 0;
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return ret;
}

static int move_cgroup(void)
{
	int fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, "0", 1) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static const struct attempt {
	const char *name;
	int (*run)(void);
} attempts[] = {
	{ "read-shadow", read_shadow },
	{ "write-etc", write_etc },
	{ "change-config", change_config },
	{ "plant-cron", plant_cron },
	{ "trace-worker", trace_worker },
	{ "run-shell", run_shell },
	{ "connect-out", connect_out },
	{ "bind-port", bind_port },
	{ "raw-socket", raw_socket },
	{ "use-capability", use_capability },
	{ "mount", do_mount },
	{ "unshare-mnt", unshare_mnt },
	{ "shadow-after-userns", after_userns },
	{ "chroot", do_chroot },
	{ "move-cgroup", move_cgroup },
	{ "shadow-after-exec", after_exec },
	{ "shadow-after-double-fork", after_double_fork },
};

static int run_attempt(const struct attempt *attempt)
{
	int ret = attempt->run();

	if (ret)
		printf("%s: %s\n", attempt->name, strerrorname_np(-ret));
	else
		printf("%s: done\n", attempt->name);
	fflush(stdout);
	return ret;
}

static const struct attempt *find_attempt(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (!strcmp(attempts[i].name, name))
			return &attempts[i];
	fprintf(stderr, "intruder: no attempt '%s'\n", name);
	exit(2);
}

static void wait_for(const char *path)
{
	while (access(path, F_OK))
		usleep(20000);
}

/* The words of a text; returns how many. */
static int split(char *text, char **words, int max)
{
	int num = 0;

	for (char *word = strtok(text, " "); word && num < max;
	     word = strtok(NULL, " "))
		words[num++] = word;
	return num;
}

int main(int argc, char **argv)
{
	char *words[16] = { argv[0] };
	size_t i;
	int arg;

	if (argc == 3 && !strcmp(argv[1], "-g")) {
		argc = 1 + split(argv[2], words + 1, 15);
		argv = words;
	}
	if (argc == 3 && !strcmp(argv[1], "--errno"))
		return -find_attempt(argv[2])->run();
	if (argc == 1)
		for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
			run_attempt(&attempts[i]);
	for (arg = 1; arg < argc; arg++) {
		if (!strcmp(argv[arg], "wait") && arg + 1 < argc)
			wait_for(argv[++arg]);
		else
			run_attempt(find_attempt(argv[arg]));
	}
	return 0;
}
