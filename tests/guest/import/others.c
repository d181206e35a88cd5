// SPDX-License-Identifier: GPL-2.0-only
/*
 * others.c - what is done with sockets, capabilities and tasks
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "import.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct word {
	const char *name;
	int value;
};

/* -1: it is none of them, a mistake in the list of operations */
static int value_of(const struct word *words, const char *name)
{
	for (; words->name; words++)
		if (!strcmp(words->name, name))
			return words->value;
	errno = EINVAL;
	return -1;
}

/* ---- sockets ---- */

static socklen_t address_of(int family, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (void *)to;
	struct sockaddr_in6 *in6 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = (sa_family_t)family;
	if (family == AF_INET6) {
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(4711);
		return sizeof(*in6);
	}
	if (family == AF_UNIX) /* an abstract name that the kernel chooses */
		return sizeof(sa_family_t);
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons(4711);
	return sizeof(*in);
}

/* `socket FAMILY TYPE WHAT` */
int other_socket(char **args, const struct around *around)
{
	static const struct word families[] = {
		{ "unix", AF_UNIX },	 { "inet", AF_INET },
		{ "inet6", AF_INET6 },	 { "netlink", AF_NETLINK },
		{ "packet", AF_PACKET }, { NULL, 0 },
	};
	static const struct word types[] = {
		{ "stream", SOCK_STREAM },
		{ "dgram", SOCK_DGRAM },
		{ "raw", SOCK_RAW },
		{ "seqpacket", SOCK_SEQPACKET },
		{ NULL, 0 },
	};
	const int family = value_of(families, args[0]);
	const int type = value_of(types, args[1]);
	const int raw = family == AF_INET || family == AF_INET6 ? IPPROTO_UDP :
								  0;
	const char *what = args[2];
	struct sockaddr_storage to;
	const socklen_t len = address_of(family, &to);
	const int one = 1;
	int fd;

	(void)around;
	fd = socket(family, type, type == SOCK_RAW ? raw : 0);
	if (fd < 0)
		return -1;
	if (!strcmp(what, "bind") || !strcmp(what, "listen"))
		if (bind(fd, (struct sockaddr *)&to, len))
			return -1;
	if (!strcmp(what, "listen"))
		return listen(fd, 1);
	if (!strcmp(what, "connect"))
		return connect(fd, (struct sockaddr *)&to, len);
	if (!strcmp(what, "send"))
		return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, len) < 0 ?
			       -1 :
			       0;
	if (!strcmp(what, "option"))
		return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
				  sizeof(one));
	return 0;
}

/* ---- capabilities, each by a call that needs it alone ---- */

static int cap_chown(const struct around *around)
{
	return fchown(around->memfd, 1000, 1000);
}

static int cap_fowner(const struct around *around)
{
	return fchmod(around->strange_memfd, 0600);
}

static int cap_setuid(const struct around *around)
{
	(void)around;
	return (int)syscall(SYS_setresuid, 1, 1, 1);
}

static int cap_setgid(const struct around *around)
{
	(void)around;
	return (int)syscall(SYS_setresgid, 1, 1, 1);
}

static int cap_setpcap(const struct around *around)
{
	(void)around;
	return prctl(PR_CAPBSET_DROP, 35 /* wake_alarm */);
}

static int cap_ipc_lock(const struct around *around)
{
	/* no place is left by the one who has set this limit */
	(void)around;
	return mlock(&errno, 1);
}

static int cap_sys_chroot(const struct around *around)
{
	(void)around;
	return chroot("/");
}

static int cap_sys_admin(const struct around *around)
{
	(void)around;
	return sethostname("import", strlen("import"));
}

static int cap_sys_boot(const struct around *around)
{
	(void)around;
	return reboot(RB_DISABLE_CAD);
}

static int cap_sys_nice(const struct around *around)
{
	(void)around;
	return setpriority(PRIO_PROCESS, 0, -5);
}

static int cap_sys_resource(const struct around *around)
{
	const struct rlimit more = { 1000, 1000 };

	(void)around;
	return setrlimit(RLIMIT_CORE, &more);
}

static int cap_sys_time(const struct around *around)
{
	struct timespec now;

	(void)around;
	return clock_gettime(CLOCK_REALTIME, &now) ||
			       clock_settime(CLOCK_REALTIME, &now) ?
		       -1 :
		       0;
}

static int cap_sys_tty_config(const struct around *around)
{
	(void)around;
	return vhangup();
}

static int cap_lease(const struct around *around)
{
	return fcntl(around->strange_memfd, F_SETLEASE, F_WRLCK);
}

static int cap_syslog(const struct around *around)
{
	(void)around;
	return klogctl(5 /* clear */, NULL, 0);
}

static int cap_wake_alarm(const struct around *around)
{
	(void)around;
	return timerfd_create(CLOCK_BOOTTIME_ALARM, 0) < 0 ? -1 : 0;
}

static int cap_unshare(const struct around *around)
{
	(void)around;
	return unshare(CLONE_NEWNET);
}

int other_capability(char **args, const struct around *around)
{
	static const struct {
		const char *name;
		int (*run)(const struct around *around);
	} caps[] = {
		{ "chown", cap_chown },
		{ "fowner", cap_fowner },
		{ "setuid", cap_setuid },
		{ "setgid", cap_setgid },
		{ "setpcap", cap_setpcap },
		{ "ipc_lock", cap_ipc_lock },
		{ "sys_chroot", cap_sys_chroot },
		{ "sys_admin", cap_sys_admin },
		{ "sys_boot", cap_sys_boot },
		{ "sys_nice", cap_sys_nice },
		{ "sys_resource", cap_sys_resource },
		{ "sys_time", cap_sys_time },
		{ "sys_tty_config", cap_sys_tty_config },
		{ "lease", cap_lease },
		{ "syslog", cap_syslog },
		{ "wake_alarm", cap_wake_alarm },
		{ "sys_admin.ns", cap_unshare },
	};

	for (size_t i = 0; i < LENGTH(caps); i++)
		if (!strcmp(caps[i].name, args[0]))
			return caps[i].run(around);
	errno = EINVAL;
	return -1;
}

/* ---- tasks ---- */

/* Whom `self` and `outside` mean: a child, which is as confined as we are. */
static pid_t whom(const char *name, const struct around *around)
{
	pid_t pid;

	if (!strcmp(name, "outside"))
		return around->outside;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* `signal NAME WHOM` */
int other_signal(char **args, const struct around *around)
{
	static const struct word signals[] = {
		{ "exists", 0 },       { "hup", SIGHUP },   { "int", SIGINT },
		{ "quit", SIGQUIT },   { "kill", SIGKILL }, { "term", SIGTERM },
		{ "usr1", SIGUSR1 },   { "stop", SIGSTOP }, { "cont", SIGCONT },
		{ "winch", SIGWINCH }, { NULL, 0 },
	};
	const int sig = value_of(signals, args[0]);

	return sig < 0 ? -1 : kill(whom(args[1], around), sig);
}

/* `ptrace read|trace WHOM` */
int other_ptrace(char **args, const struct around *around)
{
	const pid_t pid = whom(args[1], around);

	if (!strcmp(args[0], "trace"))
		return (int)ptrace(PTRACE_SEIZE, pid, 0, 0);
	return syscall(SYS_kcmp, getpid(), pid, KCMP_VM, 0, 0) < 0 ? -1 : 0;
}
