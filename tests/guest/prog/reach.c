// SPDX-License-Identifier: GPL-2.0-only
/*
 * reach.c - what a task does to other tasks, to IPC objects, to the kernel
 *
 *	reach VERB [ARGUMENT] [, VERB [ARGUMENT]]...
 *
 * Prints one word a verb: "ok", or the name of the errno. Nothing is changed
 * for good: the clock is set to what it shows, descriptors are closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfmap.h"
#include "ring.h"
#include "strike.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define SYSLOG_ACTION_SIZE_BUFFER 10

static int close_fd(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

/* ---- other tasks ---- */

static int do_kill(char **a)
{
	return kill(atoi(a[0]), atoi(a[1]));
}

static int do_queue(char **a)
{
	return sigqueue(atoi(a[0]), atoi(a[1]),
			(union sigval){ .sival_int = 0 });
}

static int do_tgkill(char **a)
{
	return syscall(SYS_tgkill, atoi(a[0]), atoi(a[0]), atoi(a[1]));
}

static int do_pidfd(char **a)
{
	int fd = syscall(SYS_pidfd_open, atoi(a[0]), 0);
	int ret = syscall(SYS_pidfd_send_signal, fd, atoi(a[1]), NULL, 0);

	return fd < 0 ? -1 : ret;
}

static int do_raise(char **a)
{
	return raise(atoi(a[0]));
}

/* A byte for a socket whose owner is the other task, which gets SIGIO. */
static int do_sigio(char **a)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ||
	    fcntl(fds[0], F_SETOWN, atoi(a[0])) ||
	    fcntl(fds[0], F_SETFL, O_ASYNC) || write(fds[1], "x", 1) != 1)
		return -1;
	return 0;
}

/* By a packet: the owner is looked up in softirq. */
static int do_sigiopacket(char **a)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int from = socket(AF_INET, SOCK_DGRAM, 0);
	int to = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(to, (struct sockaddr *)&in, len) ||
	    getsockname(to, (struct sockaddr *)&in, &len) ||
	    fcntl(to, F_SETOWN, atoi(a[0])) || fcntl(to, F_SETFL, O_ASYNC) ||
	    sendto(from, "x", 1, 0, (struct sockaddr *)&in, len) != 1)
		return -1;
	return 0;
}

static int do_trace(char **a)
{
	pid_t pid = atoi(a[0]);

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return -1;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, NULL, __WALL) < 0)
		return -1;
	return ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static int do_traceme(char **a)
{
	int status;
	pid_t pid = fork();

	(void)a;
	if (!pid)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

/* By the one who began this one, now */
static int do_traced(char **a)
{
	(void)a;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

/* Reads from an address that is nobody's: EFAULT is as good as yes. */
static int do_vmread(char **a)
{
	char byte;
	struct iovec own = { &byte, 1 }, theirs = { (void *)8, 1 };
	int ret = process_vm_readv(atoi(a[0]), &own, 1, &theirs, 1, 0);

	return ret < 0 && errno != EFAULT ? -1 : 0;
}

static int do_getfd(char **a)
{
	int fd = syscall(SYS_pidfd_open, atoi(a[0]), 0);

	return fd < 0 ? -1 : close_fd(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

static int open_of(const char *pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	return close_fd(open(path, flags));
}

static int do_mem(char **a)
{
	return open_of(a[0], "mem", O_RDWR);
}

static int do_environ(char **a)
{
	return open_of(a[0], "environ", O_RDONLY);
}

static int do_kcmp(char **a)
{
	return syscall(SYS_kcmp, getpid(), atoi(a[0]), 1 /* KCMP_VM */, 0, 0) <
			       0 ?
		       -1 :
		       0;
}

static int do_prlimit(char **a)
{
	struct rlimit limit;

	return prlimit(atoi(a[0]), RLIMIT_NOFILE, NULL, &limit);
}

static int do_setrlimit(char **a)
{
	struct rlimit limit;

	(void)a;
	if (getrlimit(RLIMIT_CORE, &limit))
		return -1;
	return setrlimit(RLIMIT_CORE, &limit);
}

static int do_nice(char **a)
{
	return setpriority(PRIO_PROCESS, atoi(a[0]), 0);
}

static int do_setscheduler(char **a)
{
	struct sched_param param = { 0 };

	return sched_setscheduler(atoi(a[0]), SCHED_OTHER, &param);
}

static int do_getscheduler(char **a)
{
	return sched_getscheduler(atoi(a[0])) < 0 ? -1 : 0;
}

static int do_ioprio(char **a)
{
	return syscall(SYS_ioprio_set, 1, atoi(a[0]), 2 << 13 | 4);
}

static int do_getioprio(char **a)
{
	return syscall(SYS_ioprio_get, 1, atoi(a[0])) < 0 ? -1 : 0;
}

static int do_getpgid(char **a)
{
	return getpgid(atoi(a[0])) < 0 ? -1 : 0;
}

static int do_getsid(char **a)
{
	return getsid(atoi(a[0])) < 0 ? -1 : 0;
}

static int do_setpgid(char **a)
{
	return setpgid(atoi(a[0]), 0);
}

/* ---- namespaces, IPC ---- */

static int do_userns(char **a)
{
	(void)a;
	return unshare(CLONE_NEWUSER);
}

static int do_shm(char **a)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	void *at;

	(void)a;
	if (id < 0)
		return -1;
	at = shmat(id, NULL, 0);
	return shmctl(id, IPC_RMID, NULL) || at == (void *)-1 ? -1 : 0;
}

/* Finds what somebody made. */
static int do_shmget(char **a)
{
	return shmget(atoi(a[0]), 0, 0) < 0 ? -1 : 0;
}

static int do_shmctl(char **a)
{
	struct shmid_ds info;

	return shmctl(atoi(a[0]), IPC_STAT, &info);
}

static int do_shmat(char **a)
{
	return shmat(atoi(a[0]), NULL, 0) == (void *)-1 ? -1 : 0;
}

static int do_sem(char **a)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	struct sembuf up = { 0, 1, 0 };

	(void)a;
	if (id < 0 || semop(id, &up, 1))
		return -1;
	return semctl(id, 0, IPC_RMID);
}

static int do_semget(char **a)
{
	return semget(atoi(a[0]), 0, 0) < 0 ? -1 : 0;
}

static int do_semctl(char **a)
{
	return semctl(atoi(a[0]), 0, GETVAL) < 0 ? -1 : 0;
}

static int do_semop(char **a)
{
	struct sembuf up = { 0, 1, IPC_NOWAIT };

	return semop(atoi(a[0]), &up, 1);
}

struct text {
	long type;
	char byte;
};

static int do_msg(char **a)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct text text = { 1, 'x' };

	(void)a;
	if (id < 0 || msgsnd(id, &text, 1, 0) ||
	    msgrcv(id, &text, 1, 0, 0) != 1)
		return -1;
	return msgctl(id, IPC_RMID, NULL);
}

static int do_msgget(char **a)
{
	return msgget(atoi(a[0]), 0) < 0 ? -1 : 0;
}

static int do_msgctl(char **a)
{
	struct msqid_ds info;

	return msgctl(atoi(a[0]), IPC_STAT, &info);
}

static int do_msgrcv(char **a)
{
	struct text text;

	return msgrcv(atoi(a[0]), &text, 1, 0, IPC_NOWAIT) < 0 ? -1 : 0;
}

static int do_msgsnd(char **a)
{
	struct text text = { 1, 'x' };

	return msgsnd(atoi(a[0]), &text, 1, IPC_NOWAIT);
}

/* The system calls take the name without its slash. */
static int do_mqueue(char **a)
{
	return close_fd(
		syscall(SYS_mq_open, a[0] + 1, O_CREAT | O_RDWR, 0600, NULL));
}

static int do_mqopen(char **a)
{
	return close_fd(syscall(SYS_mq_open, a[0] + 1, O_RDWR, 0, NULL));
}

static int do_mqunlink(char **a)
{
	return syscall(SYS_mq_unlink, a[0] + 1);
}

/* ---- the kernel ---- */

/* What is no module is no module only to who may load one; long enough, it is
 * looked at. */
static int do_module(char **a)
{
	static char bytes[256];

	(void)a;
	if (!syscall(SYS_init_module, bytes, sizeof(bytes), ""))
		return 0;
	return errno == ENOEXEC ? 0 : -1;
}

static int do_modulefile(char **a)
{
	int fd = open(a[0], O_RDONLY);

	if (fd < 0 || !syscall(SYS_finit_module, fd, "", 0))
		return fd < 0 ? -1 : 0;
	return errno == ENOEXEC ? 0 : -1;
}

static int do_bpf(char **a)
{
	(void)a;
	return close_fd(make_map());
}

static int do_perf(char **a)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	(void)a;
	return close_fd(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int do_addkey(char **a)
{
	return syscall(SYS_add_key, a[0], "reach:key", "x", 1,
		       KEY_SPEC_PROCESS_KEYRING) < 0 ?
		       -1 :
		       0;
}

static int do_session(char **a)
{
	(void)a;
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ? -1 :
									    0;
}

static int do_syslog(char **a)
{
	(void)a;
	return klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0) < 0 ? -1 : 0;
}

static int do_time(char **a)
{
	struct timeval now;

	(void)a;
	if (gettimeofday(&now, NULL))
		return -1;
	return settimeofday(&now, NULL);
}

/* A ring with a thread that polls. */
static int do_poller(char **a)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL };

	(void)a;
	return close_fd(syscall(SYS_io_uring_setup, 4, &params));
}

static int do_ring(char **a)
{
	struct io_uring_params params = { 0 };

	(void)a;
	return close_fd(syscall(SYS_io_uring_setup, 4, &params));
}

/* What a request came to. */
static int answer_of(struct ring *ring)
{
	int ret = submit(ring, ring->fd, 0);

	close(ring->fd);
	errno = -ret;
	return ret < 0 ? -1 : 0;
}

/* A request by other credentials: those of the task itself. */
static int do_personality(char **a)
{
	struct ring ring;
	int who;

	(void)a;
	if (!make_ring(&ring, 0))
		return -1;
	who = syscall(SYS_io_uring_register, ring.fd,
		      IORING_REGISTER_PERSONALITY, NULL, 0);
	if (who < 0)
		return -1;
	ring.sqe->opcode = IORING_OP_NOP;
	ring.sqe->personality = who;
	return answer_of(&ring);
}

/* A command for a driver: the null device takes any. */
static int do_uringcmd(char **a)
{
	struct ring ring;

	(void)a;
	if (!make_ring(&ring, 0))
		return -1;
	ring.sqe->opcode = IORING_OP_URING_CMD;
	ring.sqe->fd = open("/dev/null", O_RDWR);
	return answer_of(&ring);
}

/* Reads the keyring that the task possesses. */
static int do_readkey(char **a)
{
	char keys[64];

	(void)a;
	return syscall(SYS_keyctl, KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, keys,
		       sizeof(keys)) < 0 ?
		       -1 :
		       0;
}

/* The policy whose name is given judges from here on. */
static int do_enter(char **a)
{
	int fd = open("/sys/kernel/security/bailiff/self", O_WRONLY);

	return write(fd, a[0], strlen(a[0])) < 0 ? -1 : close_fd(fd);
}

/* A file system made read-only, through a context. */
static int do_reconfigure(char **a)
{
	int fd = syscall(SYS_fspick, AT_FDCWD, a[0], 0);

	if (fd < 0 ||
	    syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, "ro", NULL, 0))
		return -1;
	return syscall(SYS_fsconfig, fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL,
		       0);
}

static int do_open(char **a)
{
	return close_fd(open(a[0], O_RDONLY));
}

/* A family that this kernel would have to load. */
static int do_family(char **a)
{
	return close_fd(socket(atoi(a[0]), SOCK_DGRAM, 0));
}

/* The same, and somebody notes in a file which one he is asked for. */
static int do_request(char **a)
{
	struct stat before, after;

	if (stat(a[1], &before))
		return -1;
	close_fd(socket(atoi(a[0]), SOCK_DGRAM, 0));
	if (stat(a[1], &after))
		return -1;
	errno = EPERM;
	return after.st_size > before.st_size ? 0 : -1;
}

static const struct verb {
	const char *name;
	int num_args;
	int (*run)(char **args);
} verbs[] = {
	{ "kill", 2, do_kill },
	{ "queue", 2, do_queue },
	{ "tgkill", 2, do_tgkill },
	{ "pidfd", 2, do_pidfd },
	{ "raise", 1, do_raise },
	{ "sigio", 1, do_sigio },
	{ "sigiopacket", 1, do_sigiopacket },
	{ "trace", 1, do_trace },
	{ "traceme", 0, do_traceme },
	{ "traced", 0, do_traced },
	{ "vmread", 1, do_vmread },
	{ "getfd", 1, do_getfd },
	{ "mem", 1, do_mem },
	{ "environ", 1, do_environ },
	{ "kcmp", 1, do_kcmp },
	{ "prlimit", 1, do_prlimit },
	{ "setrlimit", 0, do_setrlimit },
	{ "nice", 1, do_nice },
	{ "setscheduler", 1, do_setscheduler },
	{ "getscheduler", 1, do_getscheduler },
	{ "ioprio", 1, do_ioprio },
	{ "getioprio", 1, do_getioprio },
	{ "getpgid", 1, do_getpgid },
	{ "getsid", 1, do_getsid },
	{ "setpgid", 1, do_setpgid },
	{ "userns", 0, do_userns },
	{ "shm", 0, do_shm },
	{ "shmget", 1, do_shmget },
	{ "shmctl", 1, do_shmctl },
	{ "shmat", 1, do_shmat },
	{ "sem", 0, do_sem },
	{ "semget", 1, do_semget },
	{ "semctl", 1, do_semctl },
	{ "semop", 1, do_semop },
	{ "msg", 0, do_msg },
	{ "msgget", 1, do_msgget },
	{ "msgctl", 1, do_msgctl },
	{ "msgsnd", 1, do_msgsnd },
	{ "msgrcv", 1, do_msgrcv },
	{ "mqueue", 1, do_mqueue },
	{ "mqopen", 1, do_mqopen },
	{ "mqunlink", 1, do_mqunlink },
	{ "module", 0, do_module },
	{ "modulefile", 1, do_modulefile },
	{ "bpf", 0, do_bpf },
	{ "perf", 0, do_perf },
	{ "addkey", 1, do_addkey },
	{ "session", 0, do_session },
	{ "syslog", 0, do_syslog },
	{ "time", 0, do_time },
	{ "poller", 0, do_poller },
	{ "ring", 0, do_ring },
	{ "personality", 0, do_personality },
	{ "uringcmd", 0, do_uringcmd },
	{ "readkey", 0, do_readkey },
	{ "enter", 1, do_enter },
	{ "reconfigure", 1, do_reconfigure },
	{ "open", 1, do_open },
	{ "family", 1, do_family },
	{ "request", 2, do_request },
};

/* Run the verb at args[0]; its arguments end with NULL. */
static void reach(char **args, int num_args)
{
	const char prefix = strike_prefix(args);

	for (size_t i = 0; i < LENGTH(verbs); i++) {
		int ret;

		if (strcmp(verbs[i].name, args[0]) != 0)
			continue;
		if (num_args - 1 != verbs[i].num_args)
			break;
		if (run_struck(prefix, verbs[i].run, args + 1))
			return;
		errno = 0;
		ret = verbs[i].run(args + 1);
		puts(ret < 0 ? strerrorname_np(errno) : "ok");
		return;
	}
	fprintf(stderr, "reach: bad verb or arguments: %s\n", args[0]);
	exit(2);
}

int main(int argc, char **argv)
{
	int first = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGWINCH, SIG_DFL);
	for (int i = 1; i <= argc; i++) {
		if (i < argc && strcmp(argv[i], ",") != 0)
			continue;
		argv[i] = NULL;
		if (i > first)
			reach(&argv[first], i - first);
		first = i + 1;
	}
	return 0;
}
