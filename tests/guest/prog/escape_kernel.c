// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape_kernel.c - ways out of a policy: by keys, watches, what a task says
 * of itself, descriptors from before, services of the host
 *
 * See escape.h for the arguments.
 */
#include "bpfmap.h"
#include "escape.h"
#include "ring.h"

#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <linux/vm_sockets.h>
#include <stddef.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/un.h>

/* ---- keys of others ---- */

static long keyctl(int command, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, command, a, b, c, d);
}

/* A key of the host's, in the keyring of the user that all share */
static int make_key(void)
{
	return syscall(SYS_add_key, "user", "escape", "secret", 6,
		       KEY_SPEC_USER_KEYRING);
}

static int reads_key(long key)
{
	char text[16] = "";

	if (key < 0 ||
	    keyctl(KEYCTL_READ, key, (long)text, sizeof(text), 0) < 0)
		return 0;
	return memcmp(text, "secret", 6) == 0;
}

static int try_key_read(void)
{
	int key = make_key();

	enter();
	return reads_key(key);
}

static int try_key_search(void)
{
	make_key();
	enter();
	return reads_key(keyctl(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING,
				(long)"user", (long)"escape", 0));
}

static int try_key_request(void)
{
	make_key();
	/* The session's keyring, where it is looked for */
	keyctl(KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING, 0,
	       0);
	enter();
	return reads_key(syscall(SYS_request_key, "user", "escape", NULL, 0));
}

static int try_key_update(void)
{
	int key = make_key();

	enter();
	return keyctl(KEYCTL_UPDATE, key, (long)"changed", 7, 0) == 0;
}

static int try_key_link(void)
{
	int key = make_key();

	enter();
	return keyctl(KEYCTL_LINK, key, KEY_SPEC_PROCESS_KEYRING, 0, 0) == 0;
}

static int try_key_persistent(void)
{
	enter();
	return keyctl(KEYCTL_GET_PERSISTENT, 0, KEY_SPEC_PROCESS_KEYRING, 0,
		      0) >= 0;
}

/* A child gives its parent new credentials, with a session keyring of its own. */
static int try_session_to_parent(void)
{
	pid_t pid;

	enter();
	pid = fork();
	if (pid == 0) {
		keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
		_exit(keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0, 0, 0) ? 1 : 0);
	}
	if (!answer_of(pid))
		return 0;
	/* they come with the way back from the kernel */
	getppid();
	return reads(asset);
}

/* ---- watching what may not be read ---- */

static int try_watch_inotify(void)
{
	enter();
	return inotify_add_watch(inotify_init(), vault, IN_OPEN) >= 0;
}

static int mark(unsigned int flags, const char *path)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);

	return fd >= 0 && fanotify_mark(fd, FAN_MARK_ADD | flags, FAN_OPEN,
					AT_FDCWD, path) == 0;
}

static int try_watch_fanotify(void)
{
	enter();
	return mark(0, vault);
}

/* By something allowed that lies on the same file system, the same mount */
static int try_watch_filesystem(void)
{
	enter();
	return mark(FAN_MARK_FILESYSTEM, free_dir);
}

static int try_watch_mount(void)
{
	enter();
	return mark(FAN_MARK_MOUNT, free_dir);
}

/* ---- descriptors from before, which act with the rights of their maker ---- */

static int try_inherited_userfaultfd(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };

	enter();
	return ioctl(fd, UFFDIO_API, &api) == 0;
}

static int try_inherited_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };
	int fd = syscall(SYS_perf_event_open, &attr, outsider, -1, -1, 0);

	enter();
	return ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0;
}

static int try_inherited_bpf(void)
{
	const int fd = make_map();

	enter();
	return use_map(fd);
}

static int try_inherited_tree(void)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, vault, OPEN_TREE_CLONE);

	enter();
	return reads_at(tree, "asset");
}

static int try_inherited_fanotify(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);

	enter();
	return fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, free_dir) ==
	       0;
}

/* The new interfaces, from inside */
static int try_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	enter();
	return syscall(SYS_perf_event_open, &attr, outsider, -1, -1, 0) >= 0;
}

static int try_bpf(void)
{
	enter();
	return make_map() >= 0;
}

/* ---- services of the host ---- */

static socklen_t name_socket(struct sockaddr_un *at, const char *path)
{
	at->sun_family = AF_UNIX;
	snprintf(at->sun_path + (*path == '@'), sizeof(at->sun_path) - 1, "%s",
		 path + (*path == '@'));
	return offsetof(struct sockaddr_un, sun_path) + strlen(path) +
	       (*path != '@');
}

/* Somebody outside serves this name until the caller ends. */
static void serve(int type, const char *path)
{
	struct sockaddr_un at = { 0 };
	socklen_t len = name_socket(&at, path);
	int fd = socket(AF_UNIX, type, 0), ready[2];
	char byte;

	unlink(path);
	if (pipe(ready))
		exit(3);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (bind(fd, (struct sockaddr *)&at, len) ||
		    (type == SOCK_STREAM && listen(fd, 1)) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fd);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		exit(3);
	close(ready[0]);
}

static int connects(const char *path)
{
	struct sockaddr_un at = { 0 };
	socklen_t len = name_socket(&at, path);

	return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&at,
		       len) == 0;
}

static int try_abstract_connect(void)
{
	serve(SOCK_STREAM, "@host/service");
	enter();
	return connects("@host/service");
}

static int try_abstract_send(void)
{
	struct sockaddr_un at = { 0 };
	socklen_t len = name_socket(&at, "@host/log");

	serve(SOCK_DGRAM, "@host/log");
	enter();
	return sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0,
		      (struct sockaddr *)&at, len) == 1;
}

static int try_abstract_ring(void)
{
	struct sockaddr_un at = { 0 };
	socklen_t len = name_socket(&at, "@host/ring");
	struct ring ring;

	serve(SOCK_STREAM, "@host/ring");
	enter();
	if (!make_ring(&ring, 0))
		return 0;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_CONNECT;
	ring.sqe->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ring.sqe->addr = (uintptr_t)&at;
	ring.sqe->off = len;
	errno = -submit(&ring, ring.fd, 0);
	return errno <= 0;
}

/* A socket of the host's, by its path and by others */
static int try_unix_path(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/s", vault);
	serve(SOCK_STREAM, path);
	enter();
	return connects(path);
}

static int try_unix_symlink(void)
{
	char path[300], other[300];

	snprintf(path, sizeof(path), "%s/s", vault);
	snprintf(other, sizeof(other), "%s/s", free_dir);
	serve(SOCK_STREAM, path);
	unlink(other);
	enter();
	return symlink(path, other) == 0 && connects(other);
}

static int try_unix_rename(void)
{
	char path[300], other[300];

	snprintf(path, sizeof(path), "%s/s", vault);
	snprintf(other, sizeof(other), "%s/s", free_dir);
	serve(SOCK_STREAM, path);
	unlink(other);
	enter();
	return rename(path, other) == 0 && connects(other);
}

static int try_vsock(void)
{
	struct sockaddr_vm at = { .svm_family = AF_VSOCK,
				  .svm_cid = VMADDR_CID_ANY,
				  .svm_port = 7777 };
	int server = socket(AF_VSOCK, SOCK_STREAM, 0);

	if (bind(server, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(server, 1))
		return 0;
	enter();
	at.svm_cid = VMADDR_CID_LOCAL;
	return connect(socket(AF_VSOCK, SOCK_STREAM, 0), (struct sockaddr *)&at,
		       sizeof(at)) == 0;
}

/* ---- what the kernel runs, what Bailiff hears ---- */

static int try_uevent_helper(void)
{
	enter();
	return write_file("/sys/kernel/uevent_helper", O_WRONLY, "\n");
}

static int try_hotplug(void)
{
	enter();
	return write_file("/proc/sys/kernel/hotplug", O_WRONLY, "\n");
}

/* What is there already, or what is said to be the default */
static int rewrite(const char *path)
{
	char text[256];
	int fd = open(path, O_RDWR);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));

	return len >= 0 && pwrite(fd, text, len, 0) == len;
}

static int try_poweroff_cmd(void)
{
	enter();
	return rewrite("/proc/sys/kernel/poweroff_cmd");
}

/* Of a hierarchy that is mounted already, in its file: CVE-2022-0492 */
static int try_release_agent_file(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/../v1/release_agent", free_dir);
	enter();
	return write_file(path, O_WRONLY, "/bin/true");
}

/* Found by the test: files of sysfs that only some kernels have */
static int try_sysfs_helper(void)
{
	enter();
	return rewrite(getenv("HELPER"));
}

/*
 * A ring that writes a policy's name to `self` with the credentials of a
 * personality: they are only lent. Says "in EBUSY" where all is well.
 */
static int try_self_by_ring(void)
{
	struct ring ring;
	int fd = open(SELF, O_WRONLY), who;

	if (fd < 0 || !make_ring(&ring, 0))
		return 0;
	who = syscall(SYS_io_uring_register, ring.fd,
		      IORING_REGISTER_PERSONALITY, NULL, 0);
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_WRITE;
	ring.sqe->fd = fd;
	ring.sqe->addr = (uintptr_t)policy;
	ring.sqe->len = strlen(policy);
	ring.sqe->personality = who;
	errno = -submit(&ring, ring.fd, 0);
	return errno <= 0;
}

static const struct attempt attempts[] = {
	ATTEMPT(key_read),
	ATTEMPT(key_search),
	ATTEMPT(key_request),
	ATTEMPT(key_update),
	ATTEMPT(key_link),
	ATTEMPT(key_persistent),
	ATTEMPT(session_to_parent),
	ATTEMPT(watch_inotify),
	ATTEMPT(watch_fanotify),
	ATTEMPT(watch_filesystem),
	ATTEMPT(watch_mount),
	ATTEMPT(inherited_userfaultfd),
	ATTEMPT(inherited_perf),
	ATTEMPT(inherited_bpf),
	ATTEMPT(inherited_tree),
	ATTEMPT(inherited_fanotify),
	ATTEMPT(perf),
	ATTEMPT(bpf),
	ATTEMPT(abstract_connect),
	ATTEMPT(abstract_send),
	ATTEMPT(abstract_ring),
	ATTEMPT(unix_path),
	ATTEMPT(unix_symlink),
	ATTEMPT(unix_rename),
	ATTEMPT(vsock),
	ATTEMPT(uevent_helper),
	ATTEMPT(hotplug),
	ATTEMPT(poweroff_cmd),
	ATTEMPT(release_agent_file),
	ATTEMPT(sysfs_helper),
	ATTEMPT(self_by_ring),
};

int main(int argc, char **argv)
{
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
