// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape.c - ways out of a policy: by tasks, by other names
 *
 * See escape.h for the arguments.
 */
#include "escape.h"

/* ---- tasks ---- */

static int try_read(void)
{
	enter();
	return reads(asset);
}

static int try_double_fork(void)
{
	pid_t pid;

	enter();
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			setsid();
			leave(reads(asset));
		}
		leave(answer_of(pid));
	}
	return answer_of(pid);
}

static int child_main(void *arg)
{
	(void)arg;
	leave(reads(asset));
	return 0;
}

static int clone_and_read(int flags)
{
	static char stack[65536] __attribute__((aligned(16)));

	enter();
	return answer_of(clone(child_main, stack + sizeof(stack),
			       flags | SIGCHLD, NULL));
}

static int try_clone_vm(void)
{
	return clone_and_read(CLONE_VM | CLONE_FILES | CLONE_FS);
}

static int try_vfork(void)
{
	return clone_and_read(CLONE_VM | CLONE_VFORK);
}

static int try_clone_namespaces(void)
{
	return clone_and_read(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET |
			      CLONE_NEWPID);
}

static volatile int thread_answer = -1;

static int thread_main(void *arg)
{
	(void)arg;
	thread_answer = reads(asset) ? 0 : errno;
	for (;;)
		pause();
	return 0;
}

static int try_thread(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	enter();
	if (clone(thread_main, stack + sizeof(stack),
		  CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FS, NULL) < 0)
		return 0;
	while (thread_answer < 0)
		usleep(1000);
	errno = thread_answer;
	return thread_answer == 0;
}

/* The thread that did not enter must not stay free. */
static int try_self_threads(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	if (clone(thread_main, stack + sizeof(stack),
		  CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FS, NULL) < 0)
		return 0;
	enter();
	return 1;
}

static int try_unshare(void)
{
	enter();
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_FS))
		return 0;
	return reads(asset);
}

static int try_setns(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", outsider);
	enter();
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNS))
		return 0;
	return reads(asset);
}

static int try_setns_pidfd(void)
{
	int fd;

	enter();
	fd = syscall(SYS_pidfd_open, outsider, 0);
	if (fd < 0 || setns(fd, CLONE_NEWNS))
		return 0;
	return reads(asset);
}

static int try_setns_inherited(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", outsider);
	fd = open(path, O_RDONLY);
	enter();
	return setns(fd, CLONE_NEWNET) == 0;
}

/* The sweep must not stop at the limit of descriptors. */
static int try_setns_beyond_limit(void)
{
	struct rlimit limit = { 16, 64 };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", outsider);
	fd = dup2(open(path, O_RDONLY), 500);
	if (fd < 0 || setrlimit(RLIMIT_NOFILE, &limit))
		return 0;
	enter();
	return setns(fd, CLONE_NEWNET) == 0;
}

static int try_ptrace(void)
{
	long word;

	enter();
	if (ptrace(PTRACE_ATTACH, outsider, NULL, NULL))
		return 0;
	waitpid(outsider, NULL, __WALL);
	errno = 0;
	word = ptrace(PTRACE_PEEKUSER, outsider, NULL, NULL);
	(void)word;
	ptrace(PTRACE_DETACH, outsider, NULL, NULL);
	return errno == 0;
}

/*
 * Somebody outside has read the asset, and is traced from before: what a tracer
 * does after that passes no hook.
 */
static char held[8];

static pid_t trace_holder(void)
{
	int fd, status, ready[2];
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (pid == 0) {
		fd = open(asset, O_RDONLY);
		if (read(fd, held, 6) == 6 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], held, 1) != 1 ||
	    ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL) ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) ||
	    waitpid(pid, &status, __WALL) != pid)
		return -1;
	return pid;
}

static int peeks(pid_t pid, const void *at)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, at, 0);
	return errno == 0 && memcmp(&word, "secret", 6) == 0;
}

static int try_tracer(void)
{
	pid_t pid = trace_holder();

	enter();
	return peeks(pid, held);
}

/* The same where an exec joins, in the cgroup that is bound to the policy */
static int try_tracer_exec(void)
{
	pid_t pid = trace_holder();
	char number[16], at[32];

	snprintf(number, sizeof(number), "%d", pid);
	snprintf(at, sizeof(at), "%p", held);
	if (setenv("HELD_AT", at, 1))
		return 0;
	if (strcmp(policy, "-") != 0 &&
	    !write_file("/sys/fs/cgroup/escape-box/cgroup.procs", O_WRONLY,
			"0"))
		return 0;
	execl("/proc/self/exe", "escape", policy, "tracer_after", free_dir,
	      number, NULL);
	return 0;
}

static int try_tracer_after(void)
{
	void *at = NULL;

	sscanf(getenv("HELD_AT"), "%p", &at);
	return peeks(outsider, at);
}

static int try_pidfd_getfd(void)
{
	int fd;

	enter();
	fd = syscall(SYS_pidfd_open, outsider, 0);
	fd = syscall(SYS_pidfd_getfd, fd, 9, 0);
	return reads_fd(fd);
}

/* Any readable byte of the other's memory will do. */
static unsigned long stack_of_outsider(void)
{
	char path[64], line[256];
	unsigned long start = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", outsider);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (strstr(line, "[stack]"))
			start = strtoul(strchr(line, '-') + 1, NULL, 16) - 8;
	}
	if (maps)
		fclose(maps);
	return start;
}

static int try_vm_write(void)
{
	unsigned long at = stack_of_outsider();
	char bytes[8] = "";
	struct iovec here = { bytes, 8 }, there = { (void *)at, 8 };

	enter();
	return process_vm_writev(outsider, &here, 1, &there, 1, 0) == 8;
}

static int try_proc_mem(void)
{
	unsigned long at = stack_of_outsider();
	char path[64], bytes[8] = "";

	snprintf(path, sizeof(path), "/proc/%d/mem", outsider);
	enter();
	return pwrite(open(path, O_RDWR), bytes, 8, at) == 8;
}

/* ---- other names of the same object ---- */

static int try_chroot(void)
{
	enter();
	if (chroot(vault))
		return 0;
	return reads("/asset");
}

static int try_double_chroot(void)
{
	enter();
	if (mkdir(free_dir, 0755) && errno != EEXIST)
		return 0;
	if (chroot(free_dir))
		return 0;
	for (int i = 0; i < 20; i++)
		if (chdir(".."))
			return 0;
	return chroot(".") == 0 && reads(asset);
}

static int try_proc_root(void)
{
	enter();
	return reads_under("/proc/self/root%s", asset) ||
	       reads_under("/proc/self/task/%d/root%s", getpid(), asset) ||
	       reads_under("/proc/%d/root%s", outsider, asset) ||
	       reads_under("/proc/1/root%s", asset);
}

static int try_proc_cwd(void)
{
	enter();
	return reads_under("/proc/%d/cwd/asset", outsider);
}

static int try_proc_fd(void)
{
	enter();
	return reads_under("/proc/%d/fd/9", outsider);
}

static int try_handle(void)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u;
	int id, root = open(free_dir, O_RDONLY | O_DIRECTORY);

	u.handle.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, asset, &u.handle, &id, 0))
		return 0;
	enter();
	return reads_fd(open_by_handle_at(root, &u.handle, O_RDONLY));
}

static int try_link(void)
{
	char other[400];

	snprintf(other, sizeof(other), "%s/link", free_dir);
	enter();
	return link(asset, other) == 0 && reads(other) && unlink(other) == 0;
}

static int try_rename(void)
{
	char other[400];

	snprintf(other, sizeof(other), "%s/renamed", free_dir);
	enter();
	return rename(asset, other) == 0 && reads(other) &&
	       rename(other, asset) == 0;
}

static int try_rename_dir(void)
{
	char other[400], inside[500];

	snprintf(other, sizeof(other), "%s/dir", free_dir);
	snprintf(inside, sizeof(inside), "%s/asset", other);
	enter();
	return rename(vault, other) == 0 && reads(inside) &&
	       rename(other, vault) == 0;
}

/* The directory above both, which no rule names */
static int try_rename_parent(void)
{
	char above[256], other[300], inside[400];

	snprintf(above, sizeof(above), "%s", vault);
	*strrchr(above, '/') = 0;
	snprintf(other, sizeof(other), "%s.moved", above);
	snprintf(inside, sizeof(inside), "%s/vault/asset", other);
	enter();
	return rename(above, other) == 0 && reads(inside) &&
	       rename(other, above) == 0;
}

static int exchange(const char *a, const char *b, unsigned int flags)
{
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, flags) == 0;
}

static int try_exchange(void)
{
	enter();
	return exchange(asset, free_file, RENAME_EXCHANGE) &&
	       reads(free_file) && exchange(asset, free_file, RENAME_EXCHANGE);
}

static int try_exchange_dirs(void)
{
	char inside[400];

	snprintf(inside, sizeof(inside), "%s/asset", free_dir);
	enter();
	return exchange(free_dir, vault, RENAME_EXCHANGE) && reads(inside) &&
	       exchange(free_dir, vault, RENAME_EXCHANGE);
}

static int try_whiteout(void)
{
	char other[400];

	snprintf(other, sizeof(other), "%s/white", free_dir);
	enter();
	return exchange(asset, other, RENAME_WHITEOUT) && reads(other) &&
	       rename(other, asset) == 0;
}

static int try_tmpfile(void)
{
	char path[64], planted[400];
	int fd;

	snprintf(planted, sizeof(planted), "%s/planted", vault);
	enter();
	fd = open(free_dir, O_TMPFILE | O_RDWR, 0644);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, AT_FDCWD, planted, AT_SYMLINK_FOLLOW) ==
		       0 &&
	       unlink(planted) == 0;
}

static int try_bind_mount(void)
{
	char inside[400];

	snprintf(inside, sizeof(inside), "%s/asset", free_dir);
	enter();
	if (mount(vault, free_dir, NULL, MS_BIND, NULL))
		return 0;
	return reads(inside) && umount2(free_dir, MNT_DETACH) == 0;
}

static int try_open_tree(void)
{
	int tree;

	enter();
	tree = syscall(SYS_open_tree, AT_FDCWD, vault, OPEN_TREE_CLONE);
	return tree >= 0 && reads_at(tree, "asset");
}

/* ---- code ---- */

/* Maps the program, and lets it be run if `later` or now. */
static int maps_code(int prot, int later)
{
	char path[400];
	void *map;
	int fd;

	snprintf(path, sizeof(path), "%s/code", free_dir);
	enter();
	fd = open(path, O_RDONLY);
	map = mmap(NULL, 4096, prot, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return 0;
	return !later || mprotect(map, 4096, later) == 0;
}

static int try_map_exec(void)
{
	return maps_code(PROT_READ | PROT_EXEC, 0);
}

static int try_map_exec_later(void)
{
	return maps_code(PROT_READ, PROT_READ | PROT_EXEC);
}

/* To read is to execute, for who says so */
static int try_map_exec_implied(void)
{
	personality(READ_IMPLIES_EXEC);
	return maps_code(PROT_READ, 0);
}

static int try_map_exec_implied_later(void)
{
	personality(READ_IMPLIES_EXEC);
	return maps_code(PROT_NONE, PROT_READ);
}

/*
 * Two threads of time: the name points elsewhere between look and leap. It
 * goes on until it was caught once at least: else the other thread never ran,
 * and nothing was tried.
 */
static int try_symlink_race(void)
{
	char name[400], next[400];
	int out = 0, caught = 0;
	pid_t pid;

	snprintf(name, sizeof(name), "%s/racer", free_dir);
	snprintf(next, sizeof(next), "%s/next", free_dir);
	enter();
	pid = fork();
	for (int i = 0; pid == 0; i++) {
		if (symlink(i % 2 ? asset : free_file, next) ||
		    rename(next, name))
			_exit(1);
	}
	for (int i = 0; i < 2000000 && !out && (i < 4000 || !caught); i++) {
		int fd = open(name, O_RDONLY);

		if (fd < 0 && errno != ENOENT)
			caught = errno;
		out = reads_fd(fd);
		close(fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(name);
	unlink(next); /* of one that was killed in between */
	errno = caught;
	return out;
}

static const struct attempt attempts[] = {
	ATTEMPT(read),
	ATTEMPT(double_fork),
	ATTEMPT(clone_vm),
	ATTEMPT(vfork),
	ATTEMPT(clone_namespaces),
	ATTEMPT(thread),
	ATTEMPT(self_threads),
	ATTEMPT(unshare),
	ATTEMPT(setns),
	ATTEMPT(setns_pidfd),
	ATTEMPT(setns_inherited),
	ATTEMPT(setns_beyond_limit),
	ATTEMPT(ptrace),
	ATTEMPT(tracer),
	ATTEMPT(tracer_exec),
	ATTEMPT(tracer_after),
	ATTEMPT(pidfd_getfd),
	ATTEMPT(vm_write),
	ATTEMPT(proc_mem),
	ATTEMPT(chroot),
	ATTEMPT(double_chroot),
	ATTEMPT(proc_root),
	ATTEMPT(proc_cwd),
	ATTEMPT(proc_fd),
	ATTEMPT(handle),
	ATTEMPT(link),
	ATTEMPT(rename),
	ATTEMPT(rename_dir),
	ATTEMPT(rename_parent),
	ATTEMPT(exchange),
	ATTEMPT(exchange_dirs),
	ATTEMPT(whiteout),
	ATTEMPT(tmpfile),
	ATTEMPT(bind_mount),
	ATTEMPT(open_tree),
	ATTEMPT(symlink_race),
	ATTEMPT(map_exec),
	ATTEMPT(map_exec_later),
	ATTEMPT(map_exec_implied),
	ATTEMPT(map_exec_implied_later),
};

int main(int argc, char **argv)
{
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
