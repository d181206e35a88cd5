// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape_fd.c - ways out of a policy: by descriptors, rings, programs,
 * addresses, and files that the kernel acts upon
 *
 * See escape.h for the arguments.
 */
#include "escape.h"
#include "handover.h"
#include "ring.h"

#include <sys/ioctl.h>

/* ---- rings ---- */

static void prepare_open(struct ring *ring, int personality)
{
	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sqe->opcode = IORING_OP_OPENAT;
	ring->sqe->fd = AT_FDCWD;
	ring->sqe->addr = (uintptr_t)asset;
	ring->sqe->open_flags = O_RDONLY;
	ring->sqe->personality = personality;
}

static int answer(int res)
{
	if (res < 0)
		errno = -res;
	return res >= 0;
}

/* What was opened by others is judged once more at the read. */
static int opened(int fd)
{
	return answer(fd) && reads_fd(fd);
}

static int try_ring(void)
{
	struct ring ring;

	enter();
	if (!make_ring(&ring, 0))
		return 0;
	prepare_open(&ring, 0);
	return opened(submit(&ring, ring.fd, 0));
}

static int try_ring_poller(void)
{
	struct ring ring;

	enter();
	if (!make_ring(&ring, IORING_SETUP_SQPOLL))
		return 0;
	prepare_open(&ring, 0);
	return opened(submit(&ring, ring.fd, IORING_ENTER_SQ_WAKEUP));
}

static int register_personality(const struct ring *ring)
{
	return syscall(SYS_io_uring_register, ring->fd,
		       IORING_REGISTER_PERSONALITY, NULL, 0);
}

static int try_ring_personality(void)
{
	struct ring ring;
	int who;

	enter();
	if (!make_ring(&ring, 0))
		return 0;
	who = register_personality(&ring);
	prepare_open(&ring, who);
	return who > 0 && opened(submit(&ring, ring.fd, 0));
}

/*
 * A ring from before, with a personality from before. To link a name needs
 * no second look at a descriptor.
 */
static int link_by_ring(struct ring *ring, int fd, unsigned int flags, int who)
{
	char other[400];
	int res;

	snprintf(other, sizeof(other), "%s/ring", free_dir);
	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sqe->opcode = IORING_OP_LINKAT;
	ring->sqe->fd = AT_FDCWD;
	ring->sqe->len = AT_FDCWD;
	ring->sqe->addr = (uintptr_t)asset;
	ring->sqe->addr2 = (uintptr_t)other;
	ring->sqe->personality = who;
	res = submit(ring, fd, flags);
	unlink(other);
	return answer(res);
}

static int try_ring_from_before(void)
{
	struct ring ring;
	int who;

	if (!make_ring(&ring, 0))
		return 0;
	who = register_personality(&ring);
	enter();
	return link_by_ring(&ring, ring.fd, 0, who);
}

/* Its descriptor is registered, so that it is not in the table. */
static int try_ring_registered(void)
{
	struct io_uring_rsrc_update update = { .offset = -1U };
	struct ring ring;
	int who;

	if (!make_ring(&ring, 0))
		return 0;
	who = register_personality(&ring);
	update.data = ring.fd;
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_RING_FDS,
		    &update, 1) != 1)
		return 0;
	enter();
	return link_by_ring(&ring, update.offset, IORING_ENTER_REGISTERED_RING,
			    who);
}

static int try_ring_poller_from_before(void)
{
	struct ring ring;
	int who;

	if (!make_ring(&ring, IORING_SETUP_SQPOLL))
		return 0;
	who = register_personality(&ring);
	enter();
	return link_by_ring(&ring, ring.fd, IORING_ENTER_SQ_WAKEUP, who);
}

static int try_ring_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct ring ring;
	int res;

	to.sin_addr.s_addr = htonl(0x7f000002);
	enter();
	if (!make_ring(&ring, 0))
		return 0;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_CONNECT;
	ring.sqe->fd = socket(AF_INET, SOCK_STREAM, 0);
	ring.sqe->addr = (uintptr_t)&to;
	ring.sqe->off = sizeof(to);
	res = submit(&ring, ring.fd, 0);
	return answer(res) || errno == ECONNREFUSED;
}

/* ---- descriptors that somebody outside sends ---- */

static int use_dir(int fd)
{
	return reads_at(fd, "asset");
}

static int use_tree(int fd)
{
	return reads_at(fd, "asset") ||
	       syscall(SYS_move_mount, fd, "", AT_FDCWD, free_dir,
		       MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

static int try_sent_file(void)
{
	return hand_over(open(asset, O_RDONLY), reads_fd);
}

static int try_sent_dir(void)
{
	return hand_over(open(vault, O_RDONLY), use_dir);
}

static int try_sent_path(void)
{
	return hand_over(open(vault, O_PATH), use_dir);
}

static int try_sent_memfd(void)
{
	int fd = memfd_create("secret", 0);

	return write(fd, "secret", 6) == 6 && hand_over(fd, reads_fd);
}

static int try_sent_tree(void)
{
	return hand_over(syscall(SYS_open_tree, AT_FDCWD, vault,
				 OPEN_TREE_CLONE),
			 use_tree);
}

/* A mount without a place, which the kernel's own mounts are, too */
static int try_sent_tree_path(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, vault, OPEN_TREE_CLONE);

	return hand_over(openat(tree, ".", O_PATH), use_dir);
}

/* ---- what others have that has no name ---- */

static int run_program(const char *path, char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(path, argv);
		_exit(errno);
	}
	return answer_of(pid);
}

static const char *theirs(int fd)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", outsider, fd);
	return path;
}

static int try_proc_memfd(void)
{
	enter();
	return reads(theirs(8));
}

static int try_proc_memfd_write(void)
{
	enter();
	return write_file(theirs(8), O_WRONLY, "secret");
}

static int try_proc_memfd_truncate(void)
{
	enter();
	return truncate(theirs(8), 6) == 0;
}

static int try_proc_memfd_chmod(void)
{
	enter();
	return chmod(theirs(8), 0777) == 0;
}

/* O_PATH opens nothing; what is opened through it is. */
static int try_proc_memfd_path(void)
{
	char path[64];

	enter();
	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 open(theirs(8), O_PATH));
	return reads(path);
}

static int try_proc_memfd_exec(void)
{
	enter();
	return run_program(theirs(6), (char *[]){ "tool", NULL });
}

static int try_proc_pipe(void)
{
	enter();
	return write_file(theirs(7), O_WRONLY | O_NONBLOCK, "secret");
}

/* One's own from before, whose descriptor the sweep took */
static int try_parent_memfd(void)
{
	int fd = memfd_create("secret", 0);
	pid_t pid;

	if (write(fd, "secret", 6) != 6)
		return 0;
	outsider = getpid();
	pid = fork();
	if (pid == 0) {
		enter();
		leave(reads(theirs(fd)));
	}
	return answer_of(pid);
}

static int try_inherited_file(void)
{
	int fd = open(asset, O_RDONLY);

	enter();
	return reads_fd(fd);
}

static int try_inherited_dir(void)
{
	int fd = open(vault, O_RDONLY | O_DIRECTORY);

	enter();
	return use_dir(fd);
}

static int try_inherited_cwd(void)
{
	if (chdir(vault))
		return 0;
	enter();
	return reads("asset");
}

static int try_inherited_map(void)
{
	int fd = open(asset, O_RDWR);
	char *map = mmap(NULL, 4096, PROT_NONE, MAP_SHARED, fd, 0);

	enter();
	if (mprotect(map, 4096, PROT_READ | PROT_WRITE))
		return 0;
	return memcmp(map, "secret", 6) == 0;
}

/* ---- programs ---- */

static void tool_path(char *path, size_t size)
{
	snprintf(path, size, "%s/tool", vault);
}

static int copy_to(int to)
{
	char path[300], bytes[4096];
	int from;
	ssize_t len;

	tool_path(path, sizeof(path));
	from = open(path, O_RDONLY);
	if (from < 0)
		return 0;
	while ((len = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, len) != len)
			return 0;
	close(from);
	return len == 0;
}

static int try_exec(void)
{
	char path[300];

	tool_path(path, sizeof(path));
	enter();
	return run_program(path, (char *[]){ "tool", NULL });
}

static int run_fd(int fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		fexecve(fd, (char *[]){ "tool", NULL }, (char *[]){ NULL });
		_exit(errno);
	}
	return answer_of(pid);
}

/* Known by a descriptor alone, from before, that cannot even be read */
static int try_exec_inherited(void)
{
	char path[300];
	int fd;

	tool_path(path, sizeof(path));
	fd = open(path, O_PATH);
	enter();
	return run_fd(fd);
}

static int try_link_inherited(void)
{
	char path[400];
	int fd = open(asset, O_PATH), out;

	snprintf(path, sizeof(path), "%s/linked", free_dir);
	enter();
	out = linkat(fd, "", AT_FDCWD, path, AT_EMPTY_PATH) == 0;
	if (out)
		unlink(path);
	return out;
}

static int try_exec_memfd(void)
{
	int fd;

	enter();
	fd = memfd_create("tool", 0);
	return write(fd, "#!/bin/true\n", 12) == 12 && run_fd(fd);
}

static int try_exec_deleted(void)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/copy", free_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	if (!copy_to(fd) || close(fd))
		return 0;
	enter();
	fd = open(path, O_RDONLY);
	unlink(path);
	return run_fd(fd);
}

static int try_exec_script(void)
{
	char path[400], line[400];

	snprintf(path, sizeof(path), "%s/script", free_dir);
	snprintf(line, sizeof(line), "#!%s/tool\n", vault);
	enter();
	unlink(path);
	return write_file(path, O_WRONLY | O_CREAT, line) &&
	       run_program(path, (char *[]){ "script", NULL });
}

static int try_exec_loader(void)
{
	char path[300];

	tool_path(path, sizeof(path));
	enter();
	return run_program("/lib64/ld-linux-x86-64.so.2",
			   (char *[]){ "ld.so", path, NULL });
}

/* ---- addresses: 127.0.0.2 is denied ---- */

static int reached(int ret)
{
	return ret >= 0 || errno == ECONNREFUSED;
}

static int connect4(int family, uint32_t addr)
{
	struct sockaddr_in to = { .sin_family = family, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(addr);
	return reached(connect(socket(AF_INET, SOCK_STREAM, 0),
			       (struct sockaddr *)&to, sizeof(to)));
}

static int try_connect(void)
{
	enter();
	return connect4(AF_INET, 0x7f000002);
}

static int try_connect_mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(9) };

	inet_pton(AF_INET6, "::ffff:127.0.0.2", &to.sin6_addr);
	enter();
	return reached(connect(socket(AF_INET6, SOCK_STREAM, 0),
			       (struct sockaddr *)&to, sizeof(to)));
}

/* To nowhere, from the denied address: that is the denied address. */
static int try_connect_any(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = from;
	int fd;

	from.sin_addr.s_addr = htonl(0x7f000002);
	to.sin_port = htons(9);
	enter();
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)))
		return 0;
	return reached(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int send_to(int sock_family, int type, int family, int flags)
{
	struct sockaddr_in to = { .sin_family = family, .sin_port = htons(9) };
	int fd = socket(sock_family, type, 0);

	to.sin_addr.s_addr = htonl(0x7f000002);
	return reached(
		sendto(fd, "x", 1, flags, (struct sockaddr *)&to, sizeof(to)));
}

static int try_send(void)
{
	enter();
	return send_to(AF_INET, SOCK_DGRAM, AF_INET, 0);
}

static int try_send_unspec(void)
{
	enter();
	return send_to(AF_INET, SOCK_DGRAM, AF_UNSPEC, 0);
}

static int try_send_v6(void)
{
	enter();
	return send_to(AF_INET6, SOCK_DGRAM, AF_INET, 0);
}

static int try_send_fastopen(void)
{
	enter();
	return send_to(AF_INET, SOCK_STREAM, AF_INET, MSG_FASTOPEN);
}

/* ---- files that the kernel acts upon ---- */

#define FS "/sys/kernel/security/bailiff/"

static int try_unload(void)
{
	enter();
	return write_file(FS "unload", O_WRONLY, "nothing") || errno == ENOENT;
}

static int inherited_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	struct stat st;

	enter();
	if (fstat(fd, &st) || S_ISCHR(st.st_mode))
		return 0; /* became the null device */
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ||
	       errno == ENOENT;
}

static int try_unload_inherited(void)
{
	return inherited_write(FS "unload", "nothing");
}

static int try_events_inherited(void)
{
	char bytes[65536];
	int fd = open(FS "events", O_RDONLY | O_NONBLOCK);

	enter();
	return read(fd, bytes, sizeof(bytes)) >= 0 || errno == EAGAIN;
}

static int try_core_pattern(void)
{
	enter();
	return write_file("/proc/sys/kernel/core_pattern", O_WRONLY, "core");
}

static int try_core_pattern_inherited(void)
{
	return inherited_write("/proc/sys/kernel/core_pattern", "core");
}

static int try_release_agent(void)
{
	enter();
	return mount("none", free_dir, "cgroup", 0,
		     "none,name=escape,release_agent=/bin/true") == 0 &&
	       umount2(free_dir, MNT_DETACH) == 0;
}

static int try_release_agent_context(void)
{
	int fd;

	enter();
	fd = syscall(SYS_fsopen, "cgroup", 0);
	if (fd < 0 || syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING,
			      "release_agent", "/bin/true", 0))
		return 0;
	return 1;
}

static int try_terminal_input(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlocked = 0;
	int tty;

	ioctl(fd, TIOCSPTLCK, &unlocked);
	tty = ioctl(fd, TIOCGPTPEER, O_RDWR);
	enter();
	return ioctl(tty, TIOCSTI, "x") == 0;
}

static const struct attempt attempts[] = {
	ATTEMPT(ring),
	ATTEMPT(ring_poller),
	ATTEMPT(ring_personality),
	ATTEMPT(ring_from_before),
	ATTEMPT(ring_registered),
	ATTEMPT(ring_poller_from_before),
	ATTEMPT(ring_connect),
	ATTEMPT(sent_file),
	ATTEMPT(sent_dir),
	ATTEMPT(sent_path),
	ATTEMPT(sent_memfd),
	ATTEMPT(sent_tree),
	ATTEMPT(sent_tree_path),
	ATTEMPT(proc_memfd),
	ATTEMPT(proc_memfd_write),
	ATTEMPT(proc_memfd_truncate),
	ATTEMPT(proc_memfd_chmod),
	ATTEMPT(proc_memfd_path),
	ATTEMPT(proc_memfd_exec),
	ATTEMPT(proc_pipe),
	ATTEMPT(parent_memfd),
	ATTEMPT(inherited_file),
	ATTEMPT(inherited_dir),
	ATTEMPT(inherited_cwd),
	ATTEMPT(inherited_map),
	ATTEMPT(exec),
	ATTEMPT(exec_inherited),
	ATTEMPT(link_inherited),
	ATTEMPT(exec_memfd),
	ATTEMPT(exec_deleted),
	ATTEMPT(exec_script),
	ATTEMPT(exec_loader),
	ATTEMPT(connect),
	ATTEMPT(connect_mapped),
	ATTEMPT(connect_any),
	ATTEMPT(send),
	ATTEMPT(send_unspec),
	ATTEMPT(send_v6),
	ATTEMPT(send_fastopen),
	ATTEMPT(unload),
	ATTEMPT(unload_inherited),
	ATTEMPT(events_inherited),
	ATTEMPT(core_pattern),
	ATTEMPT(core_pattern_inherited),
	ATTEMPT(release_agent),
	ATTEMPT(release_agent_context),
	ATTEMPT(terminal_input),
};

int main(int argc, char **argv)
{
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
