// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape_host.c - ways out of a policy: by cgroups, mounts, descriptors that
 * act with their maker's rights, and what the host or Bailiff itself obeys
 *
 * See escape.h for the arguments. DIR/misc is binfmt_misc.
 */
#include "bpfmap.h"
#include "escape.h"
#include "handover.h"
#include "ring.h"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

/* ---- cgroups ---- */

#define CGROUP "/sys/fs/cgroup/escape"

static int try_cgroup_move(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	enter();
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return 0;
	if (!write_file(CGROUP "/cgroup.procs", O_WRONLY, pid))
		return 0;
	return reads(asset);
}

static int try_cgroup_clone(void)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP,
				   .exit_signal = SIGCHLD };
	pid_t pid;

	enter();
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return 0;
	args.cgroup = open(CGROUP, O_RDONLY | O_DIRECTORY);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		leave(reads(asset));
	return answer_of(pid);
}

/* ---- mounts and roots ---- */

static int reads_in_free_dir(void)
{
	return reads_under("%s/asset", free_dir);
}

static int try_userns_mount(void)
{
	enter();
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
	    mount(vault, free_dir, NULL, MS_BIND, NULL))
		return 0;
	return reads_in_free_dir();
}

static int try_userns_chroot(void)
{
	enter();
	return unshare(CLONE_NEWUSER) == 0 && chroot(vault) == 0 &&
	       reads("/asset");
}

static int try_overlay(void)
{
	char options[600];

	snprintf(options, sizeof(options), "lowerdir=%s:%s", vault, free_dir);
	enter();
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", free_dir, "overlay", 0, options))
		return 0;
	return reads_in_free_dir();
}

static int try_pivot_root(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(vault, vault, NULL, MS_BIND, NULL) || chdir(vault))
		return 0;
	enter();
	return syscall(SYS_pivot_root, ".", ".") == 0 && reads("/asset");
}

/* In a mount tree from before, where the vault lies elsewhere, too */
static int try_mounted_before(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(vault, free_dir, NULL, MS_BIND, NULL))
		return 0;
	enter();
	return reads(asset);
}

static int try_magic_path(void)
{
	enter();
	return reads_under("/proc/self/fd/%d", open(asset, O_PATH)) ||
	       reads_under("/proc/thread-self/fd/%d", open(asset, O_PATH));
}

/* ---- programs ---- */

static int run_program(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(path, path, NULL);
		_exit(errno);
	}
	return answer_of(pid);
}

/* A script whose interpreter is a script */
static int try_exec_chain(void)
{
	char outer[300], inner[300], line[400];

	snprintf(outer, sizeof(outer), "%s/script", free_dir);
	snprintf(inner, sizeof(inner), "%s/copy", free_dir);
	enter();
	snprintf(line, sizeof(line), "#!%s/tool\n", vault);
	if (!write_file(inner, O_WRONLY | O_CREAT, line))
		return 0;
	snprintf(line, sizeof(line), "#!%s\n", inner);
	return write_file(outer, O_WRONLY | O_CREAT, line) &&
	       run_program(outer);
}

/* The program of somebody outside, kept by a path, written when it ended */
static int try_their_exe(void)
{
	char path[300], byte;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "%s/tool", vault);
	pid = fork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl(path, path, NULL);
		_exit(1);
	}
	if (waitpid(pid, NULL, 0) != pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_PATH);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	enter();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDWR);
	return fd >= 0 && pread(fd, &byte, 1, 0) == 1 &&
	       pwrite(fd, &byte, 1, 0) == 1;
}

/* ---- descriptors that act with the rights of their maker ---- */

static int use_pidfd(int fd)
{
	return reads_fd(syscall(SYS_pidfd_getfd, fd, 9, 0));
}

static int try_sent_pidfd(void)
{
	return hand_over(syscall(SYS_pidfd_open, outsider, 0), use_pidfd);
}

static int use_userfaultfd(int fd)
{
	struct uffdio_api api = { .api = UFFD_API };

	return ioctl(fd, UFFDIO_API, &api) == 0;
}

static int try_sent_userfaultfd(void)
{
	return hand_over(syscall(SYS_userfaultfd, O_CLOEXEC), use_userfaultfd);
}

static int try_sent_bpf(void)
{
	return hand_over(make_map(), use_map);
}

static int use_perf(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

static int try_sent_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return hand_over(syscall(SYS_perf_event_open, &attr, outsider, -1, -1,
				 0),
			 use_perf);
}

static int use_nsfs(int fd)
{
	return setns(fd, CLONE_NEWNET) == 0;
}

static int try_sent_nsfs(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", outsider);
	return hand_over(open(path, O_RDONLY), use_nsfs);
}

static int use_context(int fd)
{
	return syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ==
		       0 &&
	       syscall(SYS_fsmount, fd, 0, 0) >= 0;
}

static int try_sent_context(void)
{
	return hand_over(syscall(SYS_fsopen, "tmpfs", 0), use_context);
}

static int use_fanotify(int fd)
{
	return fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, free_dir) ==
	       0;
}

static int try_sent_fanotify(void)
{
	return hand_over(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY),
			 use_fanotify);
}

static int use_seccomp(int fd)
{
	uint64_t id = 0;

	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0 ||
	       errno == ENOENT;
}

static int try_sent_seccomp(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { .len = 1, .filter = &allow };

	return hand_over(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				 SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog),
			 use_seccomp);
}

/* ---- a file that a ring puts into another ring ---- */

static int read_fixed(struct ring *ring)
{
	char text[16] = "";

	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sqe->opcode = IORING_OP_READ;
	ring->sqe->flags = IOSQE_FIXED_FILE;
	ring->sqe->addr = (uintptr_t)text;
	ring->sqe->len = sizeof(text);
	errno = -submit(ring, ring->fd, 0);
	return memcmp(text, "secret", 6) == 0;
}

/* Makes a ring inside, says its number, waits for the file, reads it. */
static void take_by_ring(int sock)
{
	int slot = -1, ready = 0;
	struct ring ring;

	enter();
	if (make_ring(&ring, 0) &&
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		    &slot, 1) == 0)
		ready = write(sock, &ring.fd, sizeof(int)) == sizeof(int) &&
			read(sock, &slot, sizeof(int)) == sizeof(int);
	leave(ready && read_fixed(&ring));
}

static int put_by_ring(pid_t pid, int number)
{
	int file = open(asset, O_RDONLY);
	int theirs = syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0),
			     number, 0);
	struct ring ring;

	if (theirs < 0 || !make_ring(&ring, 0) ||
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		    &file, 1))
		return 0;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_MSG_RING;
	ring.sqe->fd = theirs;
	ring.sqe->addr = IORING_MSG_SEND_FD;
	ring.sqe->file_index = 1;
	ring.sqe->msg_ring_flags = IORING_MSG_RING_CQE_SKIP;
	return submit(&ring, ring.fd, 0) >= 0;
}

/* One of another container puts it there, or, without a policy, one outside. */
static int put_by_other(const char *other, pid_t pid, int number)
{
	pid_t putter = fork();

	if (putter == 0) {
		if (other && strcmp(policy, "-") != 0 &&
		    !write_file(SELF, O_WRONLY, other))
			leave(0);
		leave(put_by_ring(pid, number));
	}
	return answer_of(putter);
}

static int pass_by_rings(const char *other)
{
	int pair[2], number;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 0;
	pid = fork();
	if (pid == 0)
		take_by_ring(pair[1]);
	close(pair[1]);
	if (read(pair[0], &number, sizeof(int)) != sizeof(int) ||
	    !put_by_other(other, pid, number) ||
	    write(pair[0], &number, sizeof(int)) != sizeof(int))
		kill(pid, SIGKILL);
	return answer_of(pid);
}

static int try_ring_message(void)
{
	return pass_by_rings(NULL);
}

static int try_ring_message_between(void)
{
	return pass_by_rings("neighbour");
}

/* ---- sockets of other families ---- */

static int try_packet(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL) };

	enter();
	at.sll_ifindex = if_nametoindex("lo");
	return bind(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)),
		    (struct sockaddr *)&at, sizeof(at)) == 0;
}

static int try_netlink(void)
{
	enter();
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0;
}

/* ---- what the kernel runs ---- */

static int rewrite(const char *path)
{
	char text[256];
	int fd = open(path, O_RDWR);
	ssize_t len = read(fd, text, sizeof(text));

	return len > 0 && pwrite(fd, text, len, 0) == len;
}

static int try_modprobe(void)
{
	enter();
	return rewrite("/proc/sys/kernel/modprobe");
}

/* By a ring, and below the root of somebody else */
static int try_core_pattern_ring(void)
{
	static const char path[] = "/proc/sys/kernel/core_pattern";
	struct ring ring;

	enter();
	if (!make_ring(&ring, 0))
		return 0;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_OPENAT;
	ring.sqe->fd = AT_FDCWD;
	ring.sqe->addr = (uintptr_t)path;
	ring.sqe->open_flags = O_WRONLY;
	errno = -submit(&ring, ring.fd, 0);
	return errno <= 0;
}

static int try_core_pattern_root(void)
{
	char path[96];

	snprintf(path, sizeof(path),
		 "/proc/%d/root/proc/sys/kernel/core_pattern", outsider);
	enter();
	return rewrite(path);
}

static int try_binfmt_misc(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/../misc/register", free_dir);
	enter();
	if (!write_file(path, O_WRONLY, ":escape:E::escape::/bin/true:"))
		return 0;
	snprintf(path, sizeof(path), "%s/../misc/escape", free_dir);
	return write_file(path, O_WRONLY, "-1");
}

/* ---- Bailiff's own files, with all capabilities ---- */

#define FS "/sys/kernel/security/bailiff/"

static int is_heard(const char *path, const char *text)
{
	return write_file(path, O_WRONLY, text) || errno == EINVAL ||
	       errno == ENOENT || errno == EMSGSIZE || errno == EBUSY;
}

static int try_load(void)
{
	enter();
	return is_heard(FS "load", "BAILIFF");
}

static int try_bind(void)
{
	enter();
	return is_heard(FS "bind", "cgroup=1 policy=nothing");
}

static int try_unbind(void)
{
	enter();
	return is_heard(FS "unbind", "cgroup=1");
}

static int try_mode(void)
{
	enter();
	return is_heard(FS "policies/logger/mode", "enforce");
}

/* By another mount of the same file system, as privileged containers get it. */
static int try_mounted_load(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/mine", free_dir);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    (mkdir(path, 0700) && errno != EEXIST) ||
	    mount("securityfs", path, "securityfs", 0, NULL))
		return 0;
	enter();
	snprintf(path, sizeof(path), "%s/mine/bailiff/load", free_dir);
	return is_heard(path, "BAILIFF");
}

/* By the one file, under another name. */
static int try_bound_load(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/file", free_dir);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(FS "load", path, NULL, MS_BIND, NULL))
		return 0;
	enter();
	return is_heard(path, "BAILIFF");
}

static int use_load(int fd)
{
	return write(fd, "BAILIFF", 7) == 7 || errno == EINVAL ||
	       errno == EMSGSIZE;
}

static int try_sent_load(void)
{
	return hand_over(open(FS "load", O_RDWR), use_load);
}

static const struct attempt attempts[] = {
	ATTEMPT(cgroup_move),
	ATTEMPT(cgroup_clone),
	ATTEMPT(userns_mount),
	ATTEMPT(userns_chroot),
	ATTEMPT(overlay),
	ATTEMPT(pivot_root),
	ATTEMPT(mounted_before),
	ATTEMPT(magic_path),
	ATTEMPT(exec_chain),
	ATTEMPT(their_exe),
	ATTEMPT(sent_pidfd),
	ATTEMPT(sent_userfaultfd),
	ATTEMPT(sent_bpf),
	ATTEMPT(sent_perf),
	ATTEMPT(sent_nsfs),
	ATTEMPT(sent_context),
	ATTEMPT(sent_fanotify),
	ATTEMPT(sent_seccomp),
	ATTEMPT(ring_message),
	ATTEMPT(ring_message_between),
	ATTEMPT(packet),
	ATTEMPT(netlink),
	ATTEMPT(modprobe),
	ATTEMPT(core_pattern_ring),
	ATTEMPT(core_pattern_root),
	ATTEMPT(binfmt_misc),
	ATTEMPT(load),
	ATTEMPT(bind),
	ATTEMPT(unbind),
	ATTEMPT(mode),
	ATTEMPT(sent_load),
	ATTEMPT(mounted_load),
	ATTEMPT(bound_load),
};

int main(int argc, char **argv)
{
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
