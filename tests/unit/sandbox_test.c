// SPDX-License-Identifier: GPL-2.0-only
/* sandbox_test.c - what a sandboxed process tries and must not get */
#include <check.h>
#include <errno.h>
#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/landlock.h"
#include "daemon/sandbox.h"
#include "tests/lib/suite.h"

#define NOBODY 65534

/* Each attempt returns -1 and an errno, as a system call does. */
static long make_socket(void)
{
	return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static long make_pair(void)
{
	int fds[2];

	return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds);
}

static long do_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static long do_exec(void)
{
	char *argv[] = { "true", NULL };

	return syscall(SYS_execve, "/bin/true", argv, NULL);
}

static long do_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
}

static long read_memory(void)
{
	char from = 1, to;
	struct iovec ours = { &to, 1 }, theirs = { &from, 1 };

	return syscall(SYS_process_vm_readv, getpid(), &ours, 1, &theirs, 1, 0);
}

static long use_keys(void)
{
	return syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -3, 0);
}

static long do_accept(void)
{
	return syscall(SYS_accept4, -1, NULL, NULL, 0);
}

static long do_kill(void)
{
	return syscall(SYS_kill, getppid(), 0);
}

static long signal_thread(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static long limit_other(void)
{
	return syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, NULL, NULL);
}

static long own_signals(void)
{
	return syscall(SYS_fcntl, 0, F_SETOWN, getppid());
}

/* The kernel looks at 32 bits of the command alone. */
static long own_signals_wide(void)
{
	return syscall(SYS_fcntl, 0, F_SETOWN | 1ull << 32, getppid());
}

static long choose_signal(void)
{
	return syscall(SYS_fcntl, 0, F_SETSIG, SIGKILL);
}

static long own_by_ioctl(void)
{
	int pid = getppid();

	return syscall(SYS_ioctl, 0, FIOSETOWN, &pid);
}

static long slow_other(void)
{
	return syscall(SYS_setpriority, PRIO_PROCESS, getppid(), 19);
}

static long do_mount(void)
{
	return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
}

static long open_write(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
}

static long open_create(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/tmp/sandbox-test",
		       O_RDONLY | O_CREAT, 0600);
}

static long open_truncate(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_TRUNC,
		       0);
}

static long open_nameless(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600);
}

static long open_by_how(void)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = { .flags = O_WRONLY };

	return syscall(SYS_openat2, AT_FDCWD, "/dev/null", &how, sizeof(how));
}

static long do_unlink(void)
{
	return syscall(SYS_unlinkat, AT_FDCWD, "/tmp/no-such-file", 0);
}

static long do_rename(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, "/tmp/a", AT_FDCWD, "/tmp/b",
		       0);
}

static long map_code(void)
{
	return syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long set_user(void)
{
	return syscall(SYS_setresuid, 0, 0, 0);
}

static long new_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */);
}

static long use_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long use_ring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

struct attempt {
	const char *name;
	long (*try)(void);
};

#define ATTEMPT(name)       \
	{                   \
#name, name \
	}

static const struct attempt worker_attempts[] = {
	ATTEMPT(make_socket),	ATTEMPT(make_pair),	ATTEMPT(do_fork),
	ATTEMPT(do_exec),	ATTEMPT(do_ptrace),	ATTEMPT(do_kill),
	ATTEMPT(do_mount),	ATTEMPT(open_write),	ATTEMPT(open_create),
	ATTEMPT(open_truncate), ATTEMPT(open_nameless), ATTEMPT(open_by_how),
	ATTEMPT(do_unlink),	ATTEMPT(do_rename),	ATTEMPT(map_code),
	ATTEMPT(set_user),	ATTEMPT(new_namespace), ATTEMPT(use_bpf),
	ATTEMPT(use_ring),
};

/* Besides: who is root signals anybody so. */
static const struct attempt reader_attempts[] = {
	ATTEMPT(own_signals),
	ATTEMPT(own_signals_wide),
	ATTEMPT(choose_signal),
	ATTEMPT(own_by_ioctl),
};

static const struct attempt compiler_attempts[] = {
	ATTEMPT(make_socket),  ATTEMPT(make_pair),   ATTEMPT(do_fork),
	ATTEMPT(do_ptrace),    ATTEMPT(do_kill),     ATTEMPT(do_mount),
	ATTEMPT(do_unlink),    ATTEMPT(do_rename),   ATTEMPT(new_namespace),
	ATTEMPT(use_bpf),      ATTEMPT(use_ring),    ATTEMPT(signal_thread),
	ATTEMPT(limit_other),  ATTEMPT(own_signals), ATTEMPT(choose_signal),
	ATTEMPT(own_by_ioctl), ATTEMPT(slow_other),  ATTEMPT(own_signals_wide),
};

/* Those that no capability is needed for. */
static const struct attempt parent_attempts[] = {
	ATTEMPT(do_ptrace),   ATTEMPT(new_namespace), ATTEMPT(use_ring),
	ATTEMPT(read_memory), ATTEMPT(use_keys),      ATTEMPT(do_accept),
};

/* Run try in a child under enter: 0 refused with EPERM, 1 not. */
static int run(int (*enter)(void), long (*try)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (enter())
			_exit(2);
		errno = 0;
		_exit(try() == -1 && errno == EPERM ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static int enter_worker(void)
{
	return sandbox_worker(NOBODY, NOBODY);
}

static int enter_compiler(void)
{
	return sandbox_compiler();
}

START_TEST(the_worker_is_refused)
{
	ck_assert_msg(run(enter_worker, worker_attempts[_i].try) == 0, "%s",
		      worker_attempts[_i].name);
}
END_TEST

/* It is root, as whom it reads, and may call less than the worker. */
START_TEST(the_reader_is_refused)
{
	ck_assert_msg(run(sandbox_reader, worker_attempts[_i].try) == 0, "%s",
		      worker_attempts[_i].name);
}
END_TEST

START_TEST(the_reader_has_no_signal_sent)
{
	ck_assert_msg(run(sandbox_reader, reader_attempts[_i].try) == 0, "%s",
		      reader_attempts[_i].name);
}
END_TEST

START_TEST(the_parent_is_refused)
{
	ck_assert_msg(run(sandbox_parent, parent_attempts[_i].try) == 0, "%s",
		      parent_attempts[_i].name);
}
END_TEST

START_TEST(the_compiler_is_refused)
{
	ck_assert_msg(run(enter_compiler, compiler_attempts[_i].try) == 0, "%s",
		      compiler_attempts[_i].name);
}
END_TEST

/* ---- Landlock alone, without the filter of system calls ---- */

static char scratch[] = "/tmp/sandbox_test.XXXXXX";

static long write_there(void)
{
	return open(scratch, O_WRONLY | O_CLOEXEC);
}

static long cut_there(void)
{
	return truncate(scratch, 0);
}

static long make_there(void)
{
	return open("/tmp/sandbox_test.new", O_WRONLY | O_CREAT | O_CLOEXEC,
		    0600);
}

static long make_directory(void)
{
	return mkdir("/tmp/sandbox_test.dir", 0700);
}

static long remove_there(void)
{
	return unlink(scratch);
}

static const struct attempt landlock_attempts[] = {
	ATTEMPT(write_there),  ATTEMPT(make_there), ATTEMPT(make_directory),
	ATTEMPT(remove_there), ATTEMPT(cut_there), /* from version 3 on */
};

/* Exit status: 0 refused, 1 not, 2 the kernel has no such Landlock. */
static void try_landlock(const struct attempt *attempt)
{
	int version = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ?
			      -1 :
			      landlock_only_read();

	if (version < 0)
		_exit(3);
	if (!version || (attempt->try == cut_there && version < 3))
		_exit(2);
	_exit(attempt->try() == -1 && errno == EACCES ? 0 : 1);
}

START_TEST(landlock_refuses_what_writes)
{
	int fd = mkstemp(scratch), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
	pid = fork();
	if (!pid)
		try_landlock(&landlock_attempts[_i]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	unlink(scratch);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		printf("%s: this kernel has no Landlock for it\n",
		       landlock_attempts[_i].name);
	else
		ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "%s",
			      landlock_attempts[_i].name);
}
END_TEST

/* What policyc writes by the name of a descriptor is in memory. */
START_TEST(under_landlock_memory_is_written_and_files_are_read)
{
	char path[64];
	int status, fd;
	pid_t pid = fork();

	if (!pid) {
		fd = memfd_create("deps", 0);
		snprintf(path, sizeof(path), "/dev/fd/%d", fd);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    landlock_only_read() < 0)
			_exit(3);
		_exit(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) < 0 ||
		      open("/etc/passwd", O_RDONLY) < 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* The reader's list has nothing that Landlock could refuse besides. */
static int (*const under_landlock[])(void) = { enter_worker, enter_compiler };

/* Which no filter of ours refuses, and Landlock does from version 5 on. */
static long ask_device(void)
{
	char termios[256];
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	long ret = ioctl(fd, TCGETS, termios);

	if (ret == -1 && errno == EACCES)
		errno = EPERM;
	return ret;
}

START_TEST(all_but_the_parent_are_under_landlock)
{
	ck_assert_int_eq(run(under_landlock[_i], ask_device), 0);
}
END_TEST

/* The other side: what they live on must not be refused. */
static long read_file(void)
{
	char byte;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &byte, 1) != 1)
		return 0;
	errno = EPERM;
	return -1;
}

static long read_and_wait(void)
{
	int epoll = (int)syscall(SYS_epoll_create1, 0);

	if (read_file() != -1)
		return 0;
	if (epoll < 0 || syscall(SYS_inotify_init1, 0) < 0)
		return 0;
	errno = EPERM;
	return -1;
}

START_TEST(the_worker_still_reads)
{
	ck_assert_int_eq(run(enter_worker, read_and_wait), 0);
	ck_assert_int_eq(run(sandbox_reader, read_file), 0);
}
END_TEST

static unsigned long long status_hex(const char *key)
{
	unsigned long long value = ~0ull;
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) &&
		    line[strlen(key)] == ':')
			value = strtoull(line + strlen(key) + 1, NULL, 16);
	if (file)
		fclose(file);
	return value;
}

static long worker_has_nothing(void)
{
	bool nothing =
		!status_hex("CapEff") && !status_hex("CapPrm") &&
		!status_hex("CapBnd") && !status_hex("CapInh") &&
		status_hex("Uid") == 0x65534 && status_hex("Gid") == 0x65534 &&
		status_hex("NoNewPrivs") == 1 && status_hex("Seccomp") == 2;

	errno = EPERM;
	return nothing ? -1 : 0;
}

START_TEST(the_worker_has_no_capability_and_no_way_to_one)
{
	ck_assert_int_eq(run(enter_worker, worker_has_nothing), 0);
}
END_TEST

static long parent_has_four(void)
{
	const unsigned long long four = 1ull << CAP_SETUID |
					1ull << CAP_SETGID | 1ull << CAP_KILL |
					1ull << CAP_MAC_ADMIN;
	bool right = status_hex("CapEff") == four &&
		     status_hex("CapPrm") == four &&
		     (status_hex("CapBnd") & ~four) == 0 &&
		     status_hex("NoNewPrivs") == 1;

	errno = EPERM;
	return right ? -1 : 0;
}

START_TEST(the_parent_keeps_four_capabilities)
{
	ck_assert_int_eq(run(sandbox_parent, parent_has_four), 0);
}
END_TEST

static long comes_first(void)
{
	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) != SANDBOX_PARENT_NICE)
		return 0;
	errno = EPERM;
	return -1;
}

START_TEST(the_parent_comes_before_others)
{
	ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, 0), 0);
	ck_assert_int_eq(run(sandbox_parent, comes_first), 0);
}
END_TEST

static long is_still_last(void)
{
	errno = EPERM;
	return getpriority(PRIO_PROCESS, 0) == 19 ? -1 : 0;
}

START_TEST(who_was_started_to_come_last_does)
{
	ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, 19), 0);
	ck_assert_int_eq(run(sandbox_parent, is_still_last), 0);
}
END_TEST

/* Landlock is under the filter, too: it lets a file be opened that is written. */
static long writes_a_file(void)
{
	if (write_there() >= 0 || errno != EACCES)
		return 0;
	errno = EPERM;
	return -1;
}

START_TEST(the_compiler_writes_no_file)
{
	int fd = mkstemp(scratch), ret;

	ck_assert_int_ge(fd, 0);
	close(fd);
	ret = run(enter_compiler, writes_a_file);
	unlink(scratch);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0)
		puts("this kernel has no Landlock");
	else
		ck_assert_int_eq(ret, 0);
}
END_TEST

/* What takes root is no test for anybody else. */
static void add_of_root(TCase *tcase)
{
	tcase_add_loop_test(tcase, the_worker_is_refused, 0,
			    sizeof(worker_attempts) /
				    sizeof(worker_attempts[0]));
	tcase_add_loop_test(tcase, the_reader_is_refused, 0,
			    sizeof(worker_attempts) /
				    sizeof(worker_attempts[0]));
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 5)
		puts("without Landlock 5, who is under it is left out");
	else
		tcase_add_loop_test(
			tcase, all_but_the_parent_are_under_landlock, 0,
			sizeof(under_landlock) / sizeof(under_landlock[0]));
	tcase_add_loop_test(tcase, the_reader_has_no_signal_sent, 0,
			    sizeof(reader_attempts) /
				    sizeof(reader_attempts[0]));
	tcase_add_loop_test(tcase, the_parent_is_refused, 0,
			    sizeof(parent_attempts) /
				    sizeof(parent_attempts[0]));
	tcase_add_test(tcase, the_worker_still_reads);
	tcase_add_test(tcase, the_worker_has_no_capability_and_no_way_to_one);
	tcase_add_test(tcase, the_parent_keeps_four_capabilities);
	tcase_add_test(tcase, the_parent_comes_before_others);
	tcase_add_test(tcase, who_was_started_to_come_last_does);
}

int main(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");

	tcase_set_timeout(tcase, 60);
	if (geteuid())
		puts("not root: the worker's and the parent's cases are left out");
	else
		add_of_root(tcase);
	tcase_add_loop_test(tcase, the_compiler_is_refused, 0,
			    sizeof(compiler_attempts) /
				    sizeof(compiler_attempts[0]));
	tcase_add_test(tcase, the_compiler_writes_no_file);
	tcase_add_loop_test(tcase, landlock_refuses_what_writes, 0,
			    sizeof(landlock_attempts) /
				    sizeof(landlock_attempts[0]));
	tcase_add_test(tcase,
		       under_landlock_memory_is_written_and_files_are_read);
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}
