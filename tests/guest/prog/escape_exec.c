// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape_exec.c - ways out of a policy: by what stays open over the exec that
 * joins, by what runs a program for another, and by another container
 *
 * See escape.h for the arguments. joined_KIND makes a descriptor, moves into
 * the cgroup BOX, which is bound to POLICY, executes itself, and uses it.
 * DIR/vault/interp and DIR/free/elf are for exec_elf, DIR/free/doc-* for
 * exec_doc_*. Executed by the name "handler" it reads the file that binfmt_misc
 * has opened for it.
 */
#include "bpfmap.h"
#include "escape.h"
#include "passfd.h"
#include "ring.h"

#include <elf.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#define BOX "/sys/fs/cgroup/escape-box"

/* ---- what stays open over the exec that joins ---- */

static int make_ring_with_rights(void)
{
	struct ring ring;

	if (!make_ring(&ring, 0) ||
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PERSONALITY,
		    NULL, 0) != 1)
		return -1;
	return ring.fd;
}

/* Links the asset with the rights of who made the ring: its personality 1. */
static int use_ring(int fd)
{
	struct ring ring = { .fd = fd };
	char other[400];
	int res;

	/* What the kernel said of a ring of this size, of another one */
	if (!make_ring(&ring, 0))
		return 0;
	ring.fd = fd;
	if (!map_ring(&ring))
		return 0;
	snprintf(other, sizeof(other), "%s/ring", free_dir);
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_LINKAT;
	ring.sqe->fd = AT_FDCWD;
	ring.sqe->len = AT_FDCWD;
	ring.sqe->addr = (uintptr_t)asset;
	ring.sqe->addr2 = (uintptr_t)other;
	ring.sqe->personality = 1;
	res = submit(&ring, fd, 0);
	unlink(other);
	errno = -res;
	return res == 0;
}

static int make_userfaultfd(void)
{
	return syscall(SYS_userfaultfd, 0);
}

static int use_userfaultfd(int fd)
{
	struct uffdio_api api = { .api = UFFD_API };

	return ioctl(fd, UFFDIO_API, &api) == 0;
}

/* Lets all packets of a cgroup pass. */
static int make_prog(void)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_CGROUP_SKB,
				.insns = (uintptr_t)insns,
				.insn_cnt = LENGTH(insns),
				.expected_attach_type = BPF_CGROUP_INET_EGRESS,
				.license = (uintptr_t) "GPL" };

	return bpf(BPF_PROG_LOAD, &attr);
}

static int use_object(int fd)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { .info.bpf_fd = fd,
				.info.info_len = sizeof(info),
				.info.info = (uintptr_t)&info };

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0;
}

static int make_link(void)
{
	union bpf_attr attr = {
		.link_create = { .prog_fd = make_prog(),
				 .target_fd = open("/sys/fs/cgroup", O_RDONLY),
				 .attach_type = BPF_CGROUP_INET_EGRESS }
	};

	return bpf(BPF_LINK_CREATE, &attr);
}

static int make_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return syscall(SYS_perf_event_open, &attr, outsider, -1, -1, 0);
}

static int use_perf(int fd)
{
	return ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0;
}

static int make_nsfs(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", outsider);
	return open(path, O_RDONLY);
}

static int use_nsfs(int fd)
{
	return setns(fd, CLONE_NEWNET) == 0;
}

static int make_tree(void)
{
	return syscall(SYS_open_tree, AT_FDCWD, vault, OPEN_TREE_CLONE);
}

static int make_context(void)
{
	return syscall(SYS_fsopen, "tmpfs", 0);
}

static int use_context(int fd)
{
	return syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ==
	       0;
}

static int use_dir(int fd)
{
	return reads_at(fd, "asset");
}

/* Each has an event to tell. */
static int make_fanotify(void)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY);

	fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, asset);
	return reads(asset) ? fd : -1;
}

static int use_fanotify(int fd)
{
	struct fanotify_event_metadata event;

	return read(fd, &event, sizeof(event)) == sizeof(event) &&
	       reads_fd(event.fd);
}

static int make_inotify(void)
{
	int fd = inotify_init1(IN_NONBLOCK);

	inotify_add_watch(fd, asset, IN_OPEN);
	return reads(asset) ? fd : -1;
}

static int use_inotify(int fd)
{
	char events[256];

	return read(fd, events, sizeof(events)) > 0;
}

static int make_pidfd(void)
{
	return syscall(SYS_pidfd_open, outsider, 0);
}

static int use_pidfd(int fd)
{
	return reads_fd(syscall(SYS_pidfd_getfd, fd, 9, 0));
}

static int make_memfd(void)
{
	int fd = memfd_create("secret", 0);

	return write(fd, "secret", 6) == 6 ? fd : -1;
}

static int make_seccomp(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { .len = 1, .filter = &allow };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

static int use_seccomp(int fd)
{
	uint64_t id = 0;

	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0 ||
	       errno == ENOENT;
}

static int make_file(void)
{
	return open(asset, O_RDONLY);
}

static int make_dir(void)
{
	return open(vault, O_RDONLY);
}

static int make_path(void)
{
	return open(vault, O_PATH);
}

/* Somebody outside is at the other end, and gives the asset away. */
static int make_unix(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[1]);
		send_fd(pair[0], open(asset, O_RDONLY));
		for (;;)
			pause();
	}
	return pair[1];
}

static int use_unix(int fd)
{
	return reads_fd(receive_fd(fd));
}

static int make_tun(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN };
	int fd = open("/dev/net/tun", O_RDWR);

	return ioctl(fd, TUNSETIFF, &ifr) ? -1 : fd;
}

static int use_tun(int fd)
{
	struct ifreq ifr = { 0 };

	return ioctl(fd, TUNGETIFF, &ifr) == 0;
}

static const struct {
	const char *name;
	int (*make)(void);
	int (*use)(int fd);
} kinds[] = {
	{ "ring", make_ring_with_rights, use_ring },
	{ "userfaultfd", make_userfaultfd, use_userfaultfd },
	{ "map", make_map, use_map },
	{ "prog", make_prog, use_object },
	{ "link", make_link, use_object },
	{ "perf", make_perf, use_perf },
	{ "nsfs", make_nsfs, use_nsfs },
	{ "tree", make_tree, use_dir },
	{ "context", make_context, use_context },
	{ "fanotify", make_fanotify, use_fanotify },
	{ "inotify", make_inotify, use_inotify },
	{ "pidfd", make_pidfd, use_pidfd },
	{ "memfd", make_memfd, reads_fd },
	{ "seccomp", make_seccomp, use_seccomp },
	{ "file", make_file, reads_fd },
	{ "dir", make_dir, use_dir },
	{ "path", make_path, use_dir },
	{ "unix", make_unix, use_unix },
	{ "tun", make_tun, use_tun },
};

/* argv: of a joined_KIND, executed again as after_KIND with FD in HELD */
static int join_with(int kind, char **argv)
{
	char number[16], again[32];
	int fd = kinds[kind].make();

	if (fd < 0 || fcntl(fd, F_SETFD, 0))
		return 0;
	snprintf(number, sizeof(number), "%d", fd);
	snprintf(again, sizeof(again), "after_%s", kinds[kind].name);
	if (setenv("HELD", number, 1) ||
	    (strcmp(policy, "-") != 0 &&
	     !write_file(BOX "/cgroup.procs", O_WRONLY, "0")))
		return 0;
	argv[2] = again;
	execv("/proc/self/exe", argv);
	return 0;
}

static void say(int is_out)
{
	if (is_out)
		puts("out");
	else
		printf("in %s\n", strerrorname_np(errno));
	fflush(stdout);
	_exit(0);
}

/* The attempts that the table is, by name */
static void try_kinds(char **argv)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		errno = 0;
		if (strncmp(argv[2], "joined_", 7) == 0 &&
		    strcmp(argv[2] + 7, kinds[i].name) == 0)
			say(join_with(i, argv));
		if (strncmp(argv[2], "after_", 6) == 0 &&
		    strcmp(argv[2] + 6, kinds[i].name) == 0)
			say(kinds[i].use(atoi(getenv("HELD"))));
	}
}

/* ---- programs that others run ---- */

static int run(const char *name)
{
	char path[400];
	pid_t pid = fork();

	snprintf(path, sizeof(path), "%s/%s", free_dir, name);
	if (pid == 0) {
		execl(path, path, NULL);
		_exit(errno);
	}
	return answer_of(pid);
}

/* A program of one page, which ends with the status */
struct elf {
	Elf64_Ehdr head;
	Elf64_Phdr parts[2];
	char interp[300];
	unsigned char code[9];
};

static int write_elf(const char *path, const char *interp, unsigned char status)
{
	struct elf elf = {
		.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				       ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_DYN,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_entry = offsetof(struct elf, code),
			  .e_phoff = offsetof(struct elf, parts),
			  .e_ehsize = sizeof(Elf64_Ehdr),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = interp ? 2 : 1 },
		.parts = { { .p_type = PT_LOAD,
			     /* Linux 6.1 clears what is behind an interpreter */
			     .p_flags = PF_R | PF_W | PF_X,
			     .p_filesz = sizeof(elf),
			     .p_memsz = sizeof(elf),
			     .p_align = 4096 },
			   { .p_type = PT_INTERP,
			     .p_flags = PF_R,
			     .p_offset = offsetof(struct elf, interp),
			     .p_filesz = interp ? strlen(interp) + 1 : 0 } },
		/* push STATUS; pop %rdi; push SYS_exit; pop %rax; syscall */
		.code = { 0x6a, status, 0x5f, 0x6a, SYS_exit, 0x58, 0x0f,
			  0x05 },
	};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755), done;

	snprintf(elf.interp, sizeof(elf.interp), "%s", interp ?: "");
	done = write(fd, &elf, sizeof(elf)) == sizeof(elf);
	close(fd);
	return done;
}

/* A program of one's own that names a denied one as its interpreter */
static int try_exec_elf(void)
{
	char interp[300], path[300];

	snprintf(interp, sizeof(interp), "%s/interp", vault);
	snprintf(path, sizeof(path), "%s/elf", free_dir);
	if (!write_elf(interp, NULL, 0))
		return 0;
	enter();
	return write_elf(path, interp, EDOM) && run("elf");
}

/* By a handler that is denied; by one that is open since it was registered */
static int try_exec_doc(void)
{
	enter();
	return run("doc-plain");
}

static int try_exec_doc_fixed(void)
{
	enter();
	return run("doc-fixed");
}

/* The kernel opens what is run for its handler, which may not read it. */
static int try_exec_doc_opened(void)
{
	enter();
	return run("doc-opened");
}

static int try_exec_doc_credentials(void)
{
	enter();
	return run("doc-credentials");
}

static int handle(void)
{
	int fd = getauxval(AT_EXECFD);
	char byte;

	if (!fd)
		return 0;
	return read(fd, &byte, 1) == 1 ? 0 : errno;
}

/* ---- another container, with a root of its own: see t/escape-exec.sh ---- */

static int try_their_root(void)
{
	enter();
	return reads_under("/proc/%d/root/in/asset", outsider);
}

static int try_their_cwd(void)
{
	enter();
	return reads_under("/proc/%d/cwd/asset", outsider);
}

static int try_their_cwd_list(void)
{
	char path[64], names[256];

	snprintf(path, sizeof(path), "/proc/%d/cwd", outsider);
	enter();
	return syscall(SYS_getdents64, open(path, O_RDONLY), names,
		       sizeof(names)) > 0;
}

static int try_their_fd(void)
{
	enter();
	return reads_under("/proc/%d/fd/3", outsider);
}

static int try_their_program(void)
{
	char path[64], byte;

	snprintf(path, sizeof(path), "/proc/%d/exe", outsider);
	enter();
	return read(open(path, O_RDONLY), &byte, 1) == 1;
}

static int try_their_program_run(void)
{
	char path[64];
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%d/exe", outsider);
	enter();
	pid = fork();
	if (pid == 0) {
		execl(path, path, NULL);
		_exit(errno);
	}
	return answer_of(pid);
}

/* The first thing that is mapped is the program. */
static int first_mapped(char *path, size_t size)
{
	unsigned long from, to;
	FILE *maps;
	int num;

	snprintf(path, size, "/proc/%d/maps", outsider);
	maps = fopen(path, "r");
	num = maps ? fscanf(maps, "%lx-%lx", &from, &to) : 0;
	if (maps)
		fclose(maps);
	snprintf(path, size, "/proc/%d/map_files/%lx-%lx", outsider, from, to);
	return num == 2;
}

static int try_their_mapping(void)
{
	char path[96], byte;

	if (!first_mapped(path, sizeof(path)))
		return 0;
	enter();
	return read(open(path, O_RDONLY), &byte, 1) == 1;
}

static const struct attempt attempts[] = {
	ATTEMPT(exec_elf),
	ATTEMPT(exec_doc),
	ATTEMPT(exec_doc_fixed),
	ATTEMPT(exec_doc_opened),
	ATTEMPT(exec_doc_credentials),
	ATTEMPT(their_root),
	ATTEMPT(their_cwd),
	ATTEMPT(their_cwd_list),
	ATTEMPT(their_fd),
	ATTEMPT(their_program),
	ATTEMPT(their_program_run),
	ATTEMPT(their_mapping),
};

int main(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');

	if (base && strcmp(base, "/handler") == 0)
		return handle();
	if (argc >= 5) {
		policy = argv[1];
		snprintf(vault, sizeof(vault), "%s/vault", argv[3]);
		snprintf(asset, sizeof(asset), "%s/vault/asset", argv[3]);
		snprintf(free_dir, sizeof(free_dir), "%s/free", argv[3]);
		outsider = atoi(argv[4]);
		try_kinds(argv);
	}
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
