// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_ops.c - the operations themselves
 *
 * Whatever they use is opened after the process was confined, and each call
 * has the result that it should have: a sample of failures is no sample.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"

/* Paths of 2, 5, 10 and 20 components; cost-guest.sh makes the files. */
/* Below a directory of level 2 */
#define TO4 "/dir3/dir4"
#define TO9 TO4 "/dir5/dir6/dir7/dir8/dir9"
#define TO14 TO9 "/dir10/dir11/dir12/dir13/dir14"
#define TO19 TO14 "/dir15/dir16/dir17/dir18/dir19"
#define D4 "/ok" TO4
#define FILE2 COST_DIR "/file"
#define FILE5 COST_DIR D4 "/file"
#define FILE10 COST_DIR "/ok" TO9 "/file"
#define FILE20 COST_DIR "/ok" TO19 "/file"
#define NAMED COST_DIR "/by/dir3/dir4/file" /* by a rule for it alone */
#define DENIED2 COST_DIR "/no-file"
#define DENIED5 COST_DIR "/no" TO4 "/file"
#define DENIED10 COST_DIR "/no" TO9 "/file"
#define DENIED20 COST_DIR "/no" TO19 "/file"
#define MISSING2 COST_DIR "/missing"
#define MISSING5 COST_DIR D4 "/missing"
#define MISSING10 COST_DIR "/ok" TO9 "/missing"
#define MISSING20 COST_DIR "/ok" TO19 "/missing"
#define NEW_A COST_DIR D4 "/a"
#define NEW_B COST_DIR D4 "/b"
#define SOCKET COST_DIR D4 "/socket"

static int fd_of_file, fd_out, fd_in, fd_listen;
static pid_t child;
static char byte;
static struct sockaddr_in address;
static struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = SOCKET };

void cost_fail(const char *what)
{
	perror(what);
	exit(1);
}

static void want(bool holds, const char *what)
{
	if (!holds)
		cost_fail(what);
}

static void run_getppid(u32 reps)
{
	while (reps--)
		(void)syscall(SYS_getppid);
}

static void stat_of(const char *path, u32 reps)
{
	struct stat st;

	while (reps--)
		want(!stat(path, &st), path);
}

static void open_of(const char *path, u32 reps)
{
	while (reps--) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		want(fd >= 0, path);
		close(fd);
	}
}

/* Without confinement the same path opens: it is closed again. */
static void denied_of(const char *path, u32 reps)
{
	while (reps--) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		want(cost_denies ? fd < 0 && errno == EACCES : fd >= 0, path);
		if (fd >= 0)
			close(fd);
	}
}

/* Landlock does not judge it. */
static void run_stat_denied(u32 reps)
{
	struct stat st;

	while (reps--) {
		int ret = stat(DENIED5, &st);

		want(!ret || (cost_denies && errno == EACCES), DENIED5);
	}
}

static void missing_of(const char *path, u32 reps)
{
	while (reps--)
		want(open(path, O_RDONLY) < 0 && errno == ENOENT, path);
}

#define AT_DEPTH(n)                           \
	static void run_stat##n(u32 reps)     \
	{                                     \
		stat_of(FILE##n, reps);       \
	}                                     \
	static void run_open##n(u32 reps)     \
	{                                     \
		open_of(FILE##n, reps);       \
	}                                     \
	static void run_denied##n(u32 reps)   \
	{                                     \
		denied_of(DENIED##n, reps);   \
	}                                     \
	static void run_missing##n(u32 reps)  \
	{                                     \
		missing_of(MISSING##n, reps); \
	}

AT_DEPTH(2)
AT_DEPTH(5)
AT_DEPTH(10)
AT_DEPTH(20)

static void run_stat_named(u32 reps)
{
	stat_of(NAMED, reps);
}

static void run_open_named(u32 reps)
{
	open_of(NAMED, reps);
}

/* More files than anybody remembers, one after the other. */
#define NUM_TURNS 512

static char turns[NUM_TURNS][sizeof(COST_DIR D4) + 8];

static const char *next_turn(void)
{
	static u32 turn;

	return turns[turn++ % NUM_TURNS];
}

static void prepare_turns(void)
{
	for (u32 i = 0; i < NUM_TURNS; i++) {
		sprintf(turns[i], COST_DIR D4 "/%03u", i);
		close(open(turns[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
}

static void run_stat_turns(u32 reps)
{
	while (reps--)
		stat_of(next_turn(), 1);
}

static void run_open_turns(u32 reps)
{
	while (reps--)
		open_of(next_turn(), 1);
}

static void run_create(u32 reps)
{
	while (reps--) {
		int fd = open(NEW_A, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		want(fd >= 0, NEW_A);
		close(fd);
		want(!unlink(NEW_A), NEW_A);
	}
}

static void prepare_rename(void)
{
	close(open(NEW_A, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static void run_rename(u32 reps)
{
	while (reps--) {
		want(!rename(NEW_A, NEW_B), "rename");
		want(!rename(NEW_B, NEW_A), "rename back");
	}
}

static void prepare_file(void)
{
	fd_of_file = open(FILE5, O_RDWR | O_CLOEXEC);
	want(fd_of_file >= 0, FILE5);
}

static void run_read(u32 reps)
{
	while (reps--)
		want(pread(fd_of_file, &byte, 1, 0) == 1, "read");
}

static void run_write(u32 reps)
{
	while (reps--)
		want(pwrite(fd_of_file, &byte, 1, 0) == 1, "write");
}

static void run_mmap(u32 reps)
{
	while (reps--) {
		void *at =
			mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd_of_file, 0);

		want(at != MAP_FAILED, "mmap");
		munmap(at, 4096);
	}
}

static void wait_for(pid_t pid)
{
	int status;

	want(waitpid(pid, &status, 0) == pid && !status, "child");
}

static void run_fork(u32 reps)
{
	while (reps--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		wait_for(pid);
	}
}

/* The same without its memory, whose pages make a fork vary. */
static void run_vfork(u32 reps)
{
	while (reps--) {
		pid_t pid = vfork();

		if (!pid)
			_exit(0);
		wait_for(pid);
	}
}

static void exec_of(const char *program, u32 reps)
{
	char *const argv[] = { "program", "end", NULL };
	char *const envp[] = { NULL };

	while (reps--) {
		pid_t pid = vfork();

		if (!pid) {
			execve(program, argv, envp);
			_exit(1);
		}
		wait_for(pid);
	}
}

static void run_exec(u32 reps)
{
	exec_of(COST_PROGRAM, reps);
}

static void run_exec_libc(u32 reps)
{
	exec_of(COST_LIBC_PROGRAM, reps);
}

static int make_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	want(fd >= 0, "socket");
	return fd;
}

static void prepare_address(void)
{
	address.sin_family = AF_INET;
	address.sin_port = htons(COST_PORT);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static int listen_at(int type)
{
	int fd = make_socket(AF_INET, type), one = 1;

	prepare_address();
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	want(!bind(fd, (void *)&address, sizeof(address)), "bind");
	return fd;
}

static void prepare_udp(void)
{
	const struct timeval patience = { .tv_sec = 1 };

	fd_in = listen_at(SOCK_DGRAM);
	setsockopt(fd_in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	fd_out = make_socket(AF_INET, SOCK_DGRAM);
}

static void run_connect(u32 reps)
{
	while (reps--)
		want(!connect(fd_out, (void *)&address, sizeof(address)),
		     "connect");
}

static void run_sendto(u32 reps)
{
	while (reps--)
		want(sendto(fd_out, &byte, 1, 0, (void *)&address,
			    sizeof(address)) == 1,
		     "sendto");
}

/* Some packets may still be ksoftirqd's. */
static void drain(u32 reps)
{
	while (reps--)
		want(recv(fd_in, &byte, 1, 0) == 1, "recv");
}

static void run_packet(u32 reps)
{
	while (reps--)
		want(send(fd_out, &byte, 1, 0) == 1, "send");
}

static void prepare_tcp(void)
{
	fd_listen = listen_at(SOCK_STREAM);
	want(!listen(fd_listen, 64), "listen");
}

/* Closed without a linger, so that nothing of it is left for later. */
static void meet(int family, const void *at, u32 len)
{
	const struct linger now = { .l_onoff = 1 };
	int out = make_socket(family, SOCK_STREAM), in;

	want(!connect(out, at, len), "connect");
	in = accept(fd_listen, NULL, NULL);
	want(in >= 0, "accept");
	setsockopt(out, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(out);
	close(in);
}

static void run_tcp(u32 reps)
{
	while (reps--)
		meet(AF_INET, &address, sizeof(address));
}

static void prepare_unix(void)
{
	(void)unlink(SOCKET); /* of a run before */
	close(fd_listen); /* of TCP, if that was measured */
	fd_listen = make_socket(AF_UNIX, SOCK_STREAM);
	want(!bind(fd_listen, (void *)&name, sizeof(name)), "bind");
	want(!listen(fd_listen, 64), "listen");
}

static void run_unix(u32 reps)
{
	while (reps--)
		meet(AF_UNIX, &name, sizeof(name));
}

/* Asks for CAP_SYS_ADMIN, and does next to nothing. */
static void run_capable(u32 reps)
{
	while (reps--)
		want(!setdomainname("bench", 5), "setdomainname");
}

static void prepare_child(void)
{
	child = fork();
	want(child >= 0, "fork");
	if (child)
		return;
	/* it ends with its parent, and keeps no port until then */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(fd_in);
	close(fd_listen);
	for (;;)
		pause();
}

static void run_kill(u32 reps)
{
	while (reps--)
		want(!kill(child, 0), "kill");
}

const struct cost_op cost_ops[] = {
	{ "getppid", 256, NULL, run_getppid, NULL, false, false },
	{ "stat, depth 2", 64, NULL, run_stat2, NULL, false, false },
	{ "stat, depth 5", 64, NULL, run_stat5, NULL, true, false },
	{ "stat, depth 10", 64, NULL, run_stat10, NULL, false, false },
	{ "stat, depth 20", 64, NULL, run_stat20, NULL, false, false },
	{ "open+close, depth 2", 64, NULL, run_open2, NULL, false, false },
	{ "open+close, depth 5", 64, NULL, run_open5, NULL, true, false },
	{ "open+close, depth 10", 64, NULL, run_open10, NULL, false, false },
	{ "open+close, depth 20", 64, NULL, run_open20, NULL, false, false },
	{ "stat, depth 5, by name", 64, NULL, run_stat_named, NULL, false,
	  false },
	{ "open+close, depth 5, by name", 64, NULL, run_open_named, NULL, true,
	  false },
	{ "stat, depth 5, in turns", 64, prepare_turns, run_stat_turns, NULL,
	  true, false },
	{ "open+close, depth 5, in turns", 64, NULL, run_open_turns, NULL, true,
	  false },
	{ "stat denied, depth 5", 64, NULL, run_stat_denied, NULL, false,
	  false },
	{ "open denied, depth 2", 64, NULL, run_denied2, NULL, false, false },
	{ "open denied, depth 5", 64, NULL, run_denied5, NULL, false, false },
	{ "open denied, depth 10", 64, NULL, run_denied10, NULL, false, false },
	{ "open denied, depth 20", 64, NULL, run_denied20, NULL, false, false },
	{ "open missing, depth 2", 64, NULL, run_missing2, NULL, false, false },
	{ "open missing, depth 5", 64, NULL, run_missing5, NULL, false, false },
	{ "open missing, depth 10", 64, NULL, run_missing10, NULL, false,
	  false },
	{ "open missing, depth 20", 64, NULL, run_missing20, NULL, false,
	  false },
	{ "create+unlink", 32, NULL, run_create, NULL, true, false },
	{ "rename twice", 32, prepare_rename, run_rename, NULL, true, false },
	{ "read 1 byte", 256, prepare_file, run_read, NULL, false, false },
	{ "write 1 byte", 256, NULL, run_write, NULL, false, false },
	{ "mmap+munmap", 64, NULL, run_mmap, NULL, false, false },
	{ .name = "fork+exit+wait",
	  .reps = 2,
	  .run = run_fork,
	  .processes = true },
	{ .name = "vfork+exit+wait",
	  .reps = 8,
	  .run = run_vfork,
	  .processes = true },
	{ .name = "exec+exit+wait",
	  .reps = 2,
	  .run = run_exec,
	  .by_rules = true,
	  .processes = true },
	{ .name = "exec+exit+wait, libc",
	  .reps = 2,
	  .run = run_exec_libc,
	  .by_rules = true,
	  .processes = true },
	{ "connect, UDP", 64, prepare_udp, run_connect, NULL, false, false },
	{ "sendto, UDP", 64, NULL, run_sendto, drain, false, false },
	{ "packet received, UDP", 64, NULL, run_packet, drain, false, false },
	{ "connect+accept, TCP", 8, prepare_tcp, run_tcp, NULL, false, false },
	{ "connect+accept, unix", 32, prepare_unix, run_unix, NULL, false,
	  false },
	{ "capability check", 128, NULL, run_capable, NULL, false, false },
	{ "signal", 128, prepare_child, run_kill, NULL, false, false },
};

const u32 cost_num_ops = ARRAY_SIZE(cost_ops);
