// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.c - real system calls by a task under a random policy
 *
 * The task has a file system of its own for its root directory, so the names
 * that the generator makes are names there. Each call has an object that no
 * other call touches. What a call asks of the policy, in order, is written down
 * beside it; the first request that the rules deny says how the call must end.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "calls.h"

#define MAX_CALLS 128
#define MAX_ASKED 3
#define CAP_SETPCAP_NUMBER 8

enum verb {
	CALL_READ,
	CALL_WRITE,
	CALL_APPEND,
	CALL_BOTH,
	CALL_LIST,
	CALL_CREATE,
	CALL_MKDIR,
	CALL_RMDIR,
	CALL_UNLINK,
	CALL_SYMLINK,
	CALL_FIFO,
	CALL_STAT,
	CALL_EXEC,
	CALL_SOCKET,
	CALL_BIND,
	CALL_CONNECT,
	CALL_SIGNAL,
	CALL_MSG,
	CALL_SEM,
	CALL_SHM,
	CALL_BOUNDS,
	CALL_LOG,
	NUM_VERBS,
	LAST_OF_FILES = CALL_EXEC,
};

struct call {
	enum verb verb;
	const char *path;
	char *argv[4]; /* CALL_EXEC: of the program, and NULL */
	int family, type;
	u16 port;
	struct bvm_addr addr;
	int signal;
	bool outside; /* the signal is for a task of no policy */
	bool mine; /* the caller owns the object */
	int ends; /* errno where nothing is denied */
	u32 denied_ends; /* errno that a denial becomes; 0: the policy's */
	struct oracle_request asked[MAX_ASKED];
	u32 num_asked;
};

struct caller {
	struct gen *gen;
	u32 uid, gid;
	bool no_new_privs;
	struct call calls[MAX_CALLS];
	u32 num;
};

void calls_settle(struct ast_policy *ast)
{
	ast->enter_self = true;
	for (u32 i = 0; i < ast->num_rules; i++) {
		ast->rules[i].kill = false;
		ast->rules[i].rate.interval_ns = 0;
	}
}

/* ---- what a call asks ---- */

/* The fields that the requests of a class share, wherever they are in it. */
static void set_field(struct oracle_request *rq, const char *name, u32 value)
{
	const struct bvm_class_info *info = &bvm_classes[rq->class];

	for (u32 i = 0; i < info->num_fields; i++)
		if (!strcmp(info->fields[i].name, name))
			memcpy((u8 *)&rq->ctx + info->fields[i].off, &value,
			       sizeof(value));
}

static struct oracle_request *ask(const struct caller *c, struct call *call,
				  u32 class, u32 op)
{
	struct oracle_request *rq = &call->asked[call->num_asked++];

	memset(rq, 0, sizeof(*rq));
	rq->class = class;
	rq->ctx.op = op;
	set_field(rq, "uid", c->uid);
	set_field(rq, "host_uid", c->uid);
	set_field(rq, "gid", c->gid);
	set_field(rq, "no_new_privs", c->no_new_privs);
	return rq;
}

static void ask_file(const struct caller *c, struct call *call, u32 op,
		     u32 kind, bool mine)
{
	struct oracle_request *rq = ask(c, call, BVM_CLASS_FILES, op);

	rq->strings[BVM_STR_PATH - 1] = call->path;
	rq->ctx.files.type = kind;
	rq->ctx.files.owner = mine;
}

static void ask_exec(const struct caller *c, struct call *call)
{
	struct oracle_request *rq =
		ask(c, call, BVM_CLASS_EXEC, BVM_OP_EXEC_EXEC);
	char *argv = arena_alloc(c->gen->arena, 64);

	rq->strings[BVM_STR_PATH - 1] = call->path;
	rq->ctx.exec.owner = call->mine;
	rq->argv = argv;
	for (u32 i = 1; call->argv[i]; i++)
		argv = stpcpy(argv, call->argv[i]) + 1;
	rq->argv_len = (u32)(argv - rq->argv);
	call->ends = ENOEXEC;
}

static struct oracle_request *ask_socket(const struct caller *c,
					 struct call *call, u32 op)
{
	struct oracle_request *rq = ask(c, call, BVM_CLASS_NETWORK, op);
	struct bvm_ctx_network *net = &rq->ctx.network;

	net->family = (u32)call->family;
	net->type = (u32)call->type;
	if (call->family != AF_UNIX && call->family != AF_NETLINK)
		net->protocol = call->type == SOCK_STREAM ? IPPROTO_TCP :
							    IPPROTO_UDP;
	if (op == BVM_OP_NETWORK_CREATE)
		return rq;
	net->has_addr = 1;
	net->port = call->port;
	if (op == BVM_OP_NETWORK_BIND) {
		net->local = call->addr;
		return rq;
	}
	/* it has no address yet, but that is one of IPv4 */
	net->remote = call->addr;
	net->local.bytes[10] = net->local.bytes[11] = 0xff;
	return rq;
}

static void ask_capability(const struct caller *c, struct call *call, u32 cap)
{
	ask(c, call, BVM_CLASS_CAPABILITIES, BVM_OP_CAPABILITIES_CAPABILITY)
		->ctx.capabilities.cap = cap;
	call->denied_ends = EPERM; /* capable() says yes or no */
}

static void ask_signal(const struct caller *c, struct call *call)
{
	struct bvm_ctx_tasks *tasks =
		&ask(c, call, BVM_CLASS_TASKS, BVM_OP_TASKS_SIGNAL)->ctx.tasks;

	tasks->signal = (u32)call->signal;
	tasks->peer = call->outside ? BVM_PEER_HOST : BVM_PEER_SELF;
}

static void ask_about_file(const struct caller *c, struct call *call)
{
	static const u32 ops[] = {
		[CALL_READ] = BVM_OP_FILES_READ,
		[CALL_WRITE] = BVM_OP_FILES_WRITE,
		[CALL_APPEND] = BVM_OP_FILES_APPEND,
		[CALL_LIST] = BVM_OP_FILES_LIST,
		[CALL_MKDIR] = BVM_OP_FILES_MKDIR,
		[CALL_RMDIR] = BVM_OP_FILES_RMDIR,
		[CALL_UNLINK] = BVM_OP_FILES_DELETE,
		[CALL_SYMLINK] = BVM_OP_FILES_SYMLINK,
		[CALL_FIFO] = BVM_OP_FILES_MKNOD,
		[CALL_STAT] = BVM_OP_FILES_STAT,
	};

	switch (call->verb) {
	case CALL_EXEC:
		ask_exec(c, call);
		break;
	case CALL_BOTH:
		ask_file(c, call, BVM_OP_FILES_READ, BVM_KIND_REGULAR,
			 call->mine);
		ask_file(c, call, BVM_OP_FILES_WRITE, BVM_KIND_REGULAR,
			 call->mine);
		break;
	case CALL_CREATE:
		ask_file(c, call, BVM_OP_FILES_CREATE, BVM_KIND_REGULAR, true);
		ask_file(c, call, BVM_OP_FILES_WRITE, BVM_KIND_REGULAR, true);
		break;
	case CALL_MKDIR:
		ask_file(c, call, ops[call->verb], BVM_KIND_DIR, true);
		break;
	case CALL_SYMLINK:
		ask_file(c, call, ops[call->verb], BVM_KIND_SYMLINK, true);
		break;
	case CALL_FIFO:
		ask_file(c, call, ops[call->verb], BVM_KIND_FIFO, true);
		break;
	case CALL_LIST:
	case CALL_RMDIR:
		ask_file(c, call, ops[call->verb], BVM_KIND_DIR, call->mine);
		break;
	default:
		ask_file(c, call, ops[call->verb], BVM_KIND_REGULAR,
			 call->mine);
	}
}

static void ask_about_rest(const struct caller *c, struct call *call)
{
	switch (call->verb) {
	case CALL_SOCKET:
	case CALL_BIND:
	case CALL_CONNECT:
		ask_socket(c, call, BVM_OP_NETWORK_CREATE);
		if (call->verb != CALL_SOCKET)
			ask_socket(c, call,
				   call->verb == CALL_BIND ?
					   BVM_OP_NETWORK_BIND :
					   BVM_OP_NETWORK_CONNECT);
		break;
	case CALL_SIGNAL:
		ask_signal(c, call);
		break;
	case CALL_MSG:
		ask(c, call, BVM_CLASS_IPC, BVM_OP_IPC_MSG);
		break;
	case CALL_SEM:
		ask(c, call, BVM_CLASS_IPC, BVM_OP_IPC_SEM);
		break;
	case CALL_SHM:
		ask(c, call, BVM_CLASS_IPC, BVM_OP_IPC_SHM);
		break;
	case CALL_BOUNDS:
		ask_capability(c, call, CAP_SETPCAP_NUMBER);
		call->ends = EINVAL;
		break;
	default:
		ask(c, call, BVM_CLASS_KERNEL, BVM_OP_KERNEL_SYSLOG);
	}
}

/* ---- choosing calls ---- */

static bool is_below(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/* A name that exists as it is written, apart from those of other calls. */
static bool is_usable(const struct caller *c, const char *path)
{
	if (path[0] != '/' || !path[1] || strlen(path) > 200 ||
	    path[strlen(path) - 1] == '/' || strstr(path, "//") ||
	    strstr(path, "/.") || strstr(path, "\\"))
		return false;
	for (u32 i = 0; i < c->num; i++)
		if (c->calls[i].path && (is_below(path, c->calls[i].path) ||
					 is_below(c->calls[i].path, path)))
			return false;
	return true;
}

static const struct ast_patterns *any_paths(struct gen *gen,
					    const struct ast_policy *ast)
{
	for (u32 tries = 0; tries < 8 && ast->num_rules; tries++) {
		const struct ast_rule *rule =
			&ast->rules[gen_below(gen, ast->num_rules)];

		if (rule->paths.num)
			return &rule->paths;
	}
	return NULL;
}

static const char *choose_path(struct caller *c, const struct ast_policy *ast)
{
	struct gen *gen = c->gen;

	for (u32 tries = 0; tries < 20; tries++) {
		const struct ast_patterns *from = any_paths(gen, ast);
		const char *path = gen_path(
			gen,
			from ? from->items[gen_below(gen, from->num)].text :
			       gen_pattern(gen));

		if (is_usable(c, path))
			return path;
	}
	return arena_printf(gen->arena, "/own%u/a", c->num);
}

static void choose_socket(struct caller *c, struct call *call)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX,
					AF_NETLINK };

	call->family = families[gen_below(c->gen, 4)];
	call->type = gen_below(c->gen, 2) ? SOCK_STREAM : SOCK_DGRAM;
	if (call->family == AF_NETLINK)
		call->type = SOCK_DGRAM;
	if (call->verb == CALL_SOCKET)
		return;
	call->family = AF_INET;
	call->type = SOCK_DGRAM;
	call->port = (u16)(1 + gen_below(c->gen, 15));
	call->addr = (struct bvm_addr){
		.bytes = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 }
	};
}

static void choose_call(struct caller *c, const struct ast_policy *ast)
{
	static const int signals[] = { 0, 1, 15, 64 };
	static char *const args[] = { "-g", "a/b", "/a/b", "-x" };
	struct call *call = &c->calls[c->num];

	call->verb = (enum verb)gen_below(c->gen, NUM_VERBS);
	/* only root has the capability */
	if (c->uid && call->verb == CALL_BOUNDS)
		call->verb = CALL_READ;
	call->mine = gen_below(c->gen, 2);
	call->signal = signals[gen_below(c->gen, 4)];
	call->outside = !c->uid && gen_below(c->gen, 2);
	if (!call->outside)
		call->signal = 0;
	if (call->verb == CALL_EXEC) {
		call->argv[0] = "program";
		for (u32 i = 1; i < 1 + gen_below(c->gen, 3); i++)
			call->argv[i] = args[gen_below(c->gen, 4)];
	}
	if (call->verb <= LAST_OF_FILES) {
		call->path = choose_path(c, ast);
		ask_about_file(c, call);
	} else {
		choose_socket(c, call);
		ask_about_rest(c, call);
	}
	c->num++;
}

/* ---- the place ---- */

static void must(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
}

static void make_parents(const char *path)
{
	char dir[256];

	for (const char *at = strchr(path + 1, '/'); at;
	     at = strchr(at + 1, '/')) {
		memcpy(dir, path, (size_t)(at - path));
		dir[at - path] = '\0';
		if (mkdir(dir, 0777) && errno != EEXIST)
			err(1, "mkdir %s", dir);
	}
}

static void make_object(const struct caller *c, const struct call *call)
{
	int fd;

	make_parents(call->path);
	switch (call->verb) {
	case CALL_CREATE:
	case CALL_MKDIR:
	case CALL_SYMLINK:
	case CALL_FIFO:
		return;
	case CALL_LIST:
	case CALL_RMDIR:
		must(mkdir(call->path, 0777), call->path);
		break;
	default:
		fd = open(call->path, O_CREAT | O_EXCL | O_WRONLY, 0777);
		must(fd, call->path);
		must((int)write(fd, "text", 4), call->path);
		close(fd);
	}
	must(chown(call->path, call->mine ? c->uid : c->uid + 1, 0),
	     call->path);
}

/* Return: the directory of Bailiff's files, which the new root has not. */
static int make_place(const struct caller *c)
{
	const int dir = open(ASK_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);

	must(dir, ASK_DIR);
	umask(0);
	must(unshare(CLONE_NEWNS | CLONE_NEWIPC), "unshare");
	must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	must(mount("none", "/mnt", "tmpfs", 0, "mode=0777"), "tmpfs");
	/* not chroot(2): names are those from the root of the namespace */
	must(chdir("/mnt"), "chdir");
	must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount");
	must(chdir("/"), "chdir");
	for (u32 i = 0; i < c->num; i++)
		if (c->calls[i].path)
			make_object(c, &c->calls[i]);
	return dir;
}

static void enter(const struct caller *c, int dir, const char *policy)
{
	int fd;

	if (c->no_new_privs)
		must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(setresgid(c->gid, c->gid, c->gid), "setresgid");
	must(setresuid(c->uid, c->uid, c->uid), "setresuid");
	fd = openat(dir, "self", O_RDWR | O_CLOEXEC);
	must(fd, "self");
	must((int)write(fd, policy, strlen(policy)), "enter");
}

/* ---- the calls ---- */

static int open_it(const struct call *call, int flags)
{
	const int fd = open(call->path, flags | O_CLOEXEC, 0777);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int use_socket(const struct call *call)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(call->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(call->family, call->type | SOCK_CLOEXEC, 0);
	int ret = fd;

	if (fd < 0)
		return -1;
	if (call->verb == CALL_BIND)
		ret = bind(fd, (struct sockaddr *)&in, sizeof(in));
	if (call->verb == CALL_CONNECT)
		ret = connect(fd, (struct sockaddr *)&in, sizeof(in));
	if (ret < 0)
		ret = -errno;
	close(fd);
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : 0;
}

static int do_call(const struct call *call, pid_t outside)
{
	static char *const env[] = { NULL };
	struct stat st;

	switch (call->verb) {
	case CALL_READ:
		return open_it(call, O_RDONLY);
	case CALL_WRITE:
		return open_it(call, O_WRONLY);
	case CALL_APPEND:
		return open_it(call, O_WRONLY | O_APPEND);
	case CALL_BOTH:
		return open_it(call, O_RDWR);
	case CALL_LIST:
		return open_it(call, O_RDONLY | O_DIRECTORY);
	case CALL_CREATE:
		return open_it(call, O_WRONLY | O_CREAT | O_EXCL);
	case CALL_MKDIR:
		return mkdir(call->path, 0777);
	case CALL_RMDIR:
		return rmdir(call->path);
	case CALL_UNLINK:
		return unlink(call->path);
	case CALL_SYMLINK:
		return symlink("/a", call->path);
	case CALL_FIFO:
		return mkfifo(call->path, 0777);
	case CALL_STAT:
		return lstat(call->path, &st);
	case CALL_EXEC:
		return execve(call->path, call->argv, env);
	case CALL_SOCKET:
	case CALL_BIND:
	case CALL_CONNECT:
		return use_socket(call);
	case CALL_SIGNAL:
		return kill(call->outside ? outside : getpid(), call->signal);
	case CALL_MSG:
		return msgget(IPC_PRIVATE, 0600);
	case CALL_SEM:
		return semget(IPC_PRIVATE, 1, 0600);
	case CALL_SHM:
		return shmget(IPC_PRIVATE, 4096, 0600);
	case CALL_BOUNDS:
		return prctl(PR_CAPBSET_DROP, 63, 0, 0, 0);
	default:
		return klogctl(10, NULL, 0); /* SYSLOG_ACTION_SIZE_BUFFER */
	}
}

static void be_caller(const struct caller *c, const char *policy, int *ends)
{
	const pid_t outside = getppid();

	for (u32 i = 0; i < c->num; i++)
		ends[i] = -1;
	enter(c, make_place(c), policy);
	for (u32 i = 0; i < c->num; i++)
		ends[i] = do_call(&c->calls[i], outside) < 0 ? errno : 0;
	_exit(0);
}

/* ---- what must come of them ---- */

static int expected(const struct ast_policy *ast, const struct call *call)
{
	for (u32 i = 0; i < call->num_asked; i++) {
		const struct oracle_request *rq = &call->asked[i];
		const u32 no = ask_errno(rq, oracle_eval(ast, rq));

		if (no)
			return (int)(call->denied_ends ? call->denied_ends :
							 no);
	}
	return call->ends;
}

static void compare(const struct ast_policy *ast, const struct call *call,
		    int got, struct calls_tally *t)
{
	const struct oracle_request *rq = &call->asked[0];
	const int want = expected(ast, call);

	t->num++;
	t->of_class[rq->class]++;
	t->denied += want != call->ends;
	if (got == want)
		return;
	if (!t->different++)
		(void)snprintf(
			t->first, sizeof(t->first),
			"call %u at %s: ends with %d, should with %d (verdict %#x)",
			call->verb, call->path ?: "-", got, want,
			oracle_eval(ast, rq));
}

static void choose_calls(struct caller *c, const struct ast_policy *ast,
			 u32 num)
{
	c->uid = gen_below(c->gen, 2) ? 0 : gen_below(c->gen, 6);
	c->gid = gen_below(c->gen, 4);
	/* who is not root may enter only with it */
	c->no_new_privs = c->uid || gen_below(c->gen, 2);
	while (c->num < num && c->num < MAX_CALLS)
		choose_call(c, ast);
}

void calls_try(struct gen *gen, const struct ast_policy *ast, u32 num,
	       struct calls_tally *tally)
{
	struct caller *c = arena_alloc(gen->arena, sizeof(*c));
	int *ends = mmap(NULL, MAX_CALLS * sizeof(*ends),
			 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			 0);
	int status = 0;
	pid_t pid;

	if (ends == MAP_FAILED)
		err(1, "memory for calls");
	c->gen = gen;
	choose_calls(c, ast, num);
	pid = fork();
	must(pid, "fork");
	if (!pid)
		be_caller(c, ast->name, ends);
	must(waitpid(pid, &status, 0), "waitpid");
	if (status)
		errx(1, "the caller ended with status %#x", (unsigned)status);
	for (u32 i = 0; i < c->num; i++)
		compare(ast, &c->calls[i], ends[i], tally);
	(void)munmap(ends, MAX_CALLS * sizeof(*ends));
}
