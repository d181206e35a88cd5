// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "landlock.h"
#include "sandbox.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* To look at files, and to hand on what they say: the worker and the reader. */
static const int reading_calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(getdents64),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	/* time, memory, and ending */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* What the worker's loop and its logs need besides. */
static const int worker_calls[] = {
	/* descriptors that it already has */
	SCMP_SYS(fcntl),
	SCMP_SYS(dup),
	SCMP_SYS(fsync),
	SCMP_SYS(ioctl),
	/* the control socket and the parent */
	SCMP_SYS(accept4),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockopt),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	/* waiting */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(eventfd2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	/* the policies directory */
	SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
};

/*
 * What neither the parent needs, which starts compilers and writes to securityfs
 * and to its own directories, nor a compiler.
 */
static const int refused[] = {
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(migrate_pages),
	SCMP_SYS(move_pages),
	SCMP_SYS(kcmp),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(open_tree),
	SCMP_SYS(move_mount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fspick),
	SCMP_SYS(fsmount),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(reboot),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(syslog),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
};

/* What a compiler does not need besides; it may use anything else. */
static const int compiler_refused[] = {
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(process_mrelease),
	SCMP_SYS(setpriority),
	SCMP_SYS(ioprio_set),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_setattr),
	SCMP_SYS(sched_setparam),
	SCMP_SYS(sched_setscheduler),
	SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(shmget),
};

int sandbox_user(uid_t *uid, gid_t *gid)
{
	const struct passwd *user = getpwnam("bailiff");

	if (!user)
		user = getpwnam("nobody");
	if (!user || !user->pw_uid)
		return -ENOENT;
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return 0;
}

static bool is_kept(cap_value_t cap, const cap_value_t *keep, int num)
{
	int i;

	for (i = 0; i < num; i++)
		if (keep[i] == cap)
			return true;
	return false;
}

/* What no exec can give back. Needs CAP_SETPCAP. */
static int limit_bounding(const cap_value_t *keep, int num)
{
	cap_value_t cap;

	for (cap = 0; cap_get_bound(cap) >= 0; cap++)
		if (!is_kept(cap, keep, num) && cap_get_bound(cap) == 1 &&
		    cap_drop_bound(cap))
			return -errno;
	return 0;
}

static int set_capabilities(const cap_value_t *keep, int num)
{
	cap_t caps = cap_init();
	int err = 0;

	if (!caps)
		return -ENOMEM;
	if ((num && (cap_set_flag(caps, CAP_PERMITTED, num, keep, CAP_SET) ||
		     cap_set_flag(caps, CAP_EFFECTIVE, num, keep, CAP_SET))) ||
	    cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

/* However it was started; without CAP_SYS_NICE it stays so. */
static void take_precedence(void)
{
	errno = 0;
	if (!getpriority(PRIO_PROCESS, 0) && !errno)
		(void)setpriority(PRIO_PROCESS, 0, SANDBOX_PARENT_NICE);
}

static int add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls,
		     size_t num)
{
	size_t i;
	int err;

	for (i = 0; i < num; i++) {
		err = seccomp_rule_add(filter, action, calls[i], 0);
		if (err)
			return err;
	}
	return 0;
}

/* Opening for reading, and memory that is not code. */
static int add_reading_conditions(scmp_filter_ctx filter)
{
	const uint64_t changing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND |
				  (O_TMPFILE & ~O_DIRECTORY);
	int err;

	err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, changing, 0));
	if (!err)
		err = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, changing, 0));
	if (!err)
		err = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return err;
}

static int load_filter(scmp_filter_ctx filter, int err)
{
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

/* What reading takes, and what add_more adds; nothing else. */
static int allow(int (*add_more)(scmp_filter_ctx filter))
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err;

	if (!filter)
		return -ENOMEM;
	err = add_calls(filter, SCMP_ACT_ALLOW, reading_calls,
			ARRAY_SIZE(reading_calls));
	if (!err)
		err = add_reading_conditions(filter);
	if (!err)
		err = add_more(filter);
	return load_filter(filter, err);
}

static int add_worker_calls(scmp_filter_ctx filter)
{
	return add_calls(filter, SCMP_ACT_ALLOW, worker_calls,
			 ARRAY_SIZE(worker_calls));
}

/*
 * The reader is root, and who is has a signal sent to anybody for a descriptor
 * (fcntl(2), F_SETOWN), without any capability.
 */
static int add_reader_calls(scmp_filter_ctx filter)
{
	static const int commands[] = { F_GETFD, F_SETFD, F_GETFL,
					F_DUPFD_CLOEXEC };
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
				       1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX,
					       (uint64_t)commands[i]));
	return err;
}

/* All but `refused`, and what add_more adds, if that is not NULL. */
static int refuse(int (*add_more)(scmp_filter_ctx filter))
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int err;

	if (!filter)
		return -ENOMEM;
	err = add_calls(filter, SCMP_ACT_ERRNO(EPERM), refused,
			ARRAY_SIZE(refused));
	if (!err && add_more)
		err = add_more(filter);
	return load_filter(filter, err);
}

int sandbox_parent(void)
{
	static const cap_value_t keep[] = { CAP_MAC_ADMIN, CAP_SETUID,
					    CAP_SETGID, CAP_KILL };
	int err;

	take_precedence();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	err = limit_bounding(keep, ARRAY_SIZE(keep));
	if (!err)
		err = set_capabilities(keep, ARRAY_SIZE(keep));
	return err ? err : refuse(NULL);
}

int sandbox_worker(uid_t uid, gid_t gid)
{
	int err;

	err = limit_bounding(NULL, 0);
	if (err)
		return err;
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	err = set_capabilities(NULL, 0);
	if (err)
		return err;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	err = landlock_only_read();
	return err < 0 ? err : allow(add_worker_calls);
}

/*
 * The worker has the same user: a compiler may signal and limit itself alone,
 * and have no signal sent for a descriptor.
 */
static int add_compiler_rules(scmp_filter_ctx filter)
{
	static const int owner_commands[] = { F_SETOWN, F_SETOWN_EX, F_SETSIG };
	static const unsigned long owner_requests[] = { FIOSETOWN, SIOCSPGRP };
	const uint32_t action = SCMP_ACT_ERRNO(EPERM);
	size_t i;
	int err;

	err = add_calls(filter, action, compiler_refused,
			ARRAY_SIZE(compiler_refused));
	if (!err)
		err = seccomp_rule_add(filter, action, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_NE, (uint64_t)getpid(),
					       0));
	if (!err)
		err = seccomp_rule_add(filter, action, SCMP_SYS(prlimit64), 1,
				       SCMP_A0(SCMP_CMP_NE, 0, 0));
	for (i = 0; i < ARRAY_SIZE(owner_commands) && !err; i++)
		err = seccomp_rule_add(filter, action, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX,
					       (uint64_t)owner_commands[i]));
	for (i = 0; i < ARRAY_SIZE(owner_requests) && !err; i++)
		err = seccomp_rule_add(filter, action, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX,
					       owner_requests[i]));
	return err;
}

int sandbox_compiler(void)
{
	int err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	err = landlock_only_read();
	return err < 0 ? err : refuse(add_compiler_rules);
}

int sandbox_reader(void)
{
	int err = set_capabilities(NULL, 0);

	if (!err && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		     prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
		err = -errno;
	if (!err)
		err = landlock_only_read();
	return err < 0 ? err : allow(add_reader_calls);
}
