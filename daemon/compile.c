// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compile.h"
#include "sandbox.h"
#include "text.h"
#include "vm/limits.h"

#define PROGRAM_FD 3 /* in the child */
#define DEPS_FD 4
#define DEPS_FILE "/dev/fd/4"
#define ROOT_FD 5
#define ROOT_DIR "/dev/fd/5"
#define POLICY_FD 6
#define POLICY_FILE "/dev/fd/6"
#define STATUS_NO_PROGRAM 127
#define STATUS_NO_SANDBOX 126
#define STATUS_NO_ROOT 125
#define STATUS_NO 1 /* of policyc reach: there are such rules */
#define STATUS_BAD 2 /* of policyc config: the diagnostics say of which lines */
#define MEMORY_MAX (3ull << 30) /* address space of the child, bytes */
#define REACH_MEMORY_MAX (512ull << 20) /* what it looks at is an image's */
#define OOM_SCORE_ADJ 500 /* its, of 1000 */
#define KILL_MS 500 /* most children have gone after a few */

unsigned long long compile_instead_max = REACH_MEMORY_MAX;

const char *compile_find_policyc(char *buf, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (len <= 0)
		return "policyc";
	buf[len] = '\0';
	slash = strrchr(buf, '/');
	if (!slash || (size_t)(slash - buf) + sizeof("/policyc") > size)
		return "policyc";
	strcpy(slash, "/policyc");
	return access(buf, X_OK) ? "policyc" : buf;
}

static int limit(int what, unsigned long long value)
{
	struct rlimit rlimit = { .rlim_cur = value, .rlim_max = value };

	return setrlimit(what, &rlimit);
}

/*
 * The daemon is spared when memory is short; what nobody waits for goes first.
 * While we are root: of a process that changed its user the file is root's.
 */
static int be_no_favourite(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char now[16] = "";
	int err = fd < 0 || read(fd, now, sizeof(now) - 1) <= 0;

	if (!err && strtol(now, NULL, 10) < OOM_SCORE_ADJ)
		err = dprintf(fd, "%d", OOM_SCORE_ADJ) < 0;
	if (fd >= 0)
		close(fd);
	return err ? -1 : 0;
}

static int limit_child(void)
{
	return limit(RLIMIT_CORE, 0) || limit(RLIMIT_CPU, COMPILE_SECONDS) ||
			       limit(RLIMIT_NOFILE, 64) ||
			       limit(RLIMIT_FSIZE, BVM_MAX_IMAGE) ?
		       -1 :
		       0;
}

/* In the child: give up what a compiler does not need. */
static int confine(const struct compile_request *request)
{
	if (request->in_root && be_no_favourite())
		return -1;
	if (limit_child())
		return -1;
	if (setgroups(0, NULL) ||
	    setresgid(request->gid, request->gid, request->gid) ||
	    setresuid(request->uid, request->uid, request->uid))
		return -1;
	if (sandbox_compiler())
		return -1;
	/* last: what comes before may need much under a sanitizer */
	return limit(RLIMIT_AS,
		     request->in_root ? REACH_MEMORY_MAX : MEMORY_MAX);
}

/* Opened while we still may: the sandbox's user need not reach its directory. */
int compile_open_program(const char *policyc)
{
	static const char *const dirs[] = { "/usr/local/bin", "/usr/bin",
					    "/bin" };
	char path[PATH_MAX];
	size_t i;
	int fd;

	if (strchr(policyc, '/'))
		return open(policyc, O_PATH | O_CLOEXEC);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], policyc);
		fd = open(path, O_PATH | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* Standard input is empty, output the image, error the diagnostics. */
static int set_streams(const struct compile *compile)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(compile->image_fd, STDOUT_FILENO) < 0 ||
	    dup2(compile->diag_fd, STDERR_FILENO) < 0)
		return -1;
	return 0;
}

/* None may be where another goes. Return: the first that is free. */
static int set_others(const struct compile_request *request, int program,
		      int deps, int root)
{
	const int behind = request->in_root ? POLICY_FD + 1 : DEPS_FD + 1;
	int policy = -1;

	program = fcntl(program, F_DUPFD, POLICY_FD + 1);
	deps = fcntl(deps, F_DUPFD, POLICY_FD + 1);
	if (request->in_root) {
		root = fcntl(root, F_DUPFD, POLICY_FD + 1);
		policy = fcntl(request->policy_fd, F_DUPFD, POLICY_FD + 1);
	}
	if (program < 0 || deps < 0 || dup2(program, PROGRAM_FD) < 0 ||
	    dup2(deps, DEPS_FD) < 0 ||
	    (request->in_root &&
	     (dup2(root, ROOT_FD) < 0 || dup2(policy, POLICY_FD) < 0)))
		return -1;
	return behind;
}

/* Behind all others, where policyc takes options, too. */
static void add_options(const char **argv,
			const struct compile_request *request)
{
	unsigned int i;

	while (*argv)
		argv++;
	if (request->template)
		*argv++ = "--template";
	if (request->instance)
		*argv++ = "--instance";
	for (i = 0; i < request->num_defines; i++) {
		*argv++ = "-D";
		*argv++ = request->defines[i];
	}
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void __attribute__((noreturn)) lack_root(int diag, const char *why)
{
	dprintf(diag, "its root directory: %s\n", why);
	_exit(STATUS_NO_ROOT);
}

/* Nothing is there, and that is known. */
static bool is_empty(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool any;

	if (!list) {
		close_fd(&fd);
		return false;
	}
	errno = 0;
	do {
		entry = readdir(list);
	} while (entry &&
		 (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
	any = entry || errno;
	closedir(list);
	return !any;
}

/*
 * Return: -1 if none is wanted; without the one that is, the child ends. Where
 * an engine's storage is a mount that does not come to our mount namespace, its
 * directory is there, and empty: then the hook had to pass it. The container's
 * own process is no way to it: for /proc/PID/root we lack CAP_SYS_PTRACE, and it
 * has not changed its root yet when it is bound.
 */
static int open_root(const struct compile_request *request, int diag)
{
	int root;

	if (!request->in_root)
		return -1;
	root = request->root_fd;
	if (root < 0)
		root = open(request->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		lack_root(diag, strerror(errno));
	if (is_empty(root))
		lack_root(diag, "it is empty for bailiffd: what is mounted "
				"there is hidden from its mount namespace");
	return root;
}

/*
 * In the child, when it is who it will be. policyc lists names, and what it
 * cannot list looks like nothing.
 */
static void check_root(void)
{
	if (faccessat(ROOT_FD, ".", R_OK | X_OK, 0))
		lack_root(STDERR_FILENO, "others than its owner cannot look "
					 "into it");
}

static void take_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* Nobody waits for that, and what it reads may be whatever there is. */
static void __attribute__((noreturn))
do_instead(const struct compile_request *request, const struct compile *compile)
{
	take_signals();
	if (set_streams(compile))
		_exit(STATUS_NO_SANDBOX);
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	(void)setpriority(PRIO_PROCESS, 0, 19);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* of a daemon that is not root's there is nothing to give up */
	if (request->uid &&
	    (be_no_favourite() || limit_child() ||
	     limit(RLIMIT_AS, compile_instead_max) || sandbox_reader()))
		_exit(STATUS_NO_SANDBOX);
	_exit(request->instead(request->arg, STDOUT_FILENO, STDERR_FILENO) ?
		      STATUS_NO :
		      0);
}

static void __attribute__((noreturn))
child(const struct compile_request *request, const struct compile *compile)
{
	const char *argv[12 + 2 * COMPILE_MAX_DEFINES] = {
		"policyc", "build", "-o", "-", "--deps", DEPS_FILE
	};
	char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
			NULL };
	int program = compile_open_program(request->policyc);
	int behind, root;

	argv[6] = request->file;
	if (request->include) {
		argv[6] = "-I";
		argv[7] = request->include;
		argv[8] = request->file;
	}
	if (request->spec) {
		argv[1] = "config";
		argv[2] = request->spec;
		argv[3] = request->file;
		argv[4] = NULL;
	}
	if (request->in_root) {
		argv[1] = "reach";
		argv[2] = "--root";
		argv[3] = ROOT_DIR;
		argv[4] = POLICY_FILE;
		argv[5] = NULL;
	}
	add_options(argv, request);
	if (program < 0)
		_exit(STATUS_NO_PROGRAM);
	take_signals();
	/* not in the parent, which would wait for a file system that hangs */
	root = open_root(request, compile->diag_fd);
	behind = set_streams(compile) ?
			 -1 :
			 set_others(request, program, compile->deps_fd, root);
	if (behind < 0)
		_exit(STATUS_NO_SANDBOX);
	syscall(SYS_close_range, behind, ~0U, 0);
	if (request->dir && chdir(request->dir))
		_exit(STATUS_NO_SANDBOX);
	/* nobody waits for that one */
	if (request->in_root)
		(void)setpriority(PRIO_PROCESS, 0, 19);
	if (request->uid && confine(request))
		_exit(STATUS_NO_SANDBOX);
	if (request->in_root)
		check_root();
	/* after the change of user, which would have undone it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	syscall(SYS_execveat, PROGRAM_FD, "", argv, env, AT_EMPTY_PATH);
	_exit(STATUS_NO_PROGRAM);
}

/*
 * fork() with the child's descriptor: there is no child without one, which
 * nobody could wait for with an end.
 */
static pid_t fork_with(int *pidfd)
{
	return (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, pidfd,
			      NULL, 0);
}

int compile_start(const struct compile_request *request,
		  struct compile *compile)
{
	int err;

	if (request->num_defines > COMPILE_MAX_DEFINES)
		return -E2BIG;
	compile->pidfd = -1;
	compile->in_root = request->in_root;
	compile->spec = request->spec != NULL;
	compile->template = request->template;
	compile->instead = request->instead;
	compile->dying = false;
	compile->seconds = request->seconds ?: COMPILE_SECONDS;
	compile->image_fd =
		memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	compile->diag_fd = memfd_create("diagnostics", MFD_CLOEXEC);
	compile->deps_fd = memfd_create("dependencies", MFD_CLOEXEC);
	if (compile->image_fd < 0 || compile->diag_fd < 0 ||
	    compile->deps_fd < 0)
		goto out_close;
	compile->pid = fork_with(&compile->pidfd);
	if (compile->pid < 0)
		goto out_close;
	if (!compile->pid && request->instead)
		do_instead(request, compile);
	if (!compile->pid)
		child(request, compile);
	return 0;

out_close:
	err = -errno;
	compile->pid = 0;
	close_fd(&compile->image_fd);
	close_fd(&compile->diag_fd);
	close_fd(&compile->deps_fd);
	return err;
}

static const char *who(const struct compile *compile)
{
	return compile->instead ? "the reader: " : "policyc: ";
}

static int verdict_of(const struct compile *compile, int status,
		      struct text *diag)
{
	if (WIFSIGNALED(status)) {
		text_printf(diag,
			    compile->instead ?
				    "the reader: killed by signal %d%s\n" :
				    "policyc: killed by signal %d%s\n",
			    WTERMSIG(status),
			    WTERMSIG(status) == SIGXCPU ?
				    ": processor time ran out" :
				    "");
		return -EIO;
	}
	if (compile->in_root && WEXITSTATUS(status) == STATUS_NO)
		return 0;
	if (compile->spec && WEXITSTATUS(status) == STATUS_BAD && diag->len)
		return 0;
	switch (WEXITSTATUS(status)) {
	case 0:
		return 0;
	case STATUS_NO_PROGRAM:
		text_add(diag, "policyc cannot be run: is it installed?\n");
		return -ENOENT;
	case STATUS_NO_ROOT:
		return -ENOENT;
	case STATUS_NO_SANDBOX:
		text_printf(diag, "%sits sandbox could not be set up\n",
			    who(compile));
		return -EIO;
	default:
		if (!diag->len)
			text_printf(diag, "%sexit status %d\n", who(compile),
				    WEXITSTATUS(status));
		return -EINVAL;
	}
}

#define DIAG_MAX (32 * 1024) /* bytes of diagnostics that are passed on */

#define DEPS_MAX (1024 * 1024) /* bytes; one with more is always made anew */

/* Return: are there max bytes or more? */
static bool read_text(int fd, off_t max, struct text *text)
{
	char chunk[4096];
	off_t off = 0;
	ssize_t len;

	text_reset(text);
	while (off < max && (len = pread(fd, chunk, sizeof(chunk), off)) > 0) {
		text_add_bytes(text, chunk, (size_t)len);
		off += len;
	}
	return off >= max;
}

/* Return: 0; -E2BIG without what says that it is a template. */
static int read_texts(const struct compile *compile, struct text *diag,
		      struct text *deps)
{
	if (read_text(compile->diag_fd, DIAG_MAX, diag))
		text_add(diag, "\n[the rest is cut: run policyc check]\n");
	if (!deps || !read_text(compile->deps_fd, DEPS_MAX, deps))
		return 0;
	text_reset(deps);
	if (!compile->template)
		return 0;
	text_add(diag, "policyc: it is made of too many files: their list is "
		       "over 1 MiB\n");
	return -E2BIG;
}

/* Return: 0 and the status; -ETIMEDOUT it was killed, and may be dying. */
static int collect(struct compile *compile, int *status)
{
	struct pollfd wait = { .fd = compile->pidfd, .events = POLLIN };
	pid_t gone = waitpid(compile->pid, status, WNOHANG);

	if (gone)
		return gone < 0 ? -errno : 0;
	kill(compile->pid, SIGKILL);
	(void)poll(&wait, 1, KILL_MS);
	compile->dying = !waitpid(compile->pid, status, WNOHANG);
	return -ETIMEDOUT;
}

bool compile_reap(struct compile *compile)
{
	int status;

	if (!waitpid(compile->pid, &status, WNOHANG))
		return false;
	compile->dying = false;
	compile->pid = 0;
	close_fd(&compile->pidfd);
	return true;
}

void compile_leave(struct compile *compile)
{
	compile->dying = false;
	compile->pid = 0;
	close_fd(&compile->pidfd);
}

int compile_finish(struct compile *compile, struct text *diag,
		   struct text *deps)
{
	int status = 0, err, texts;

	err = collect(compile, &status);
	texts = read_texts(compile, diag, deps);
	if (err == -ETIMEDOUT)
		text_printf(diag,
			    compile->instead ?
				    "the reader: no result after %u s\n" :
				    "policyc: no result after %u s\n",
			    compile->seconds);
	else if (!err)
		err = verdict_of(compile, status, diag);
	if (!err)
		err = texts;
	if (!err &&
	    fcntl(compile->image_fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		err = -errno;
	if (!compile->dying)
		compile_leave(compile);
	close_fd(&compile->diag_fd);
	close_fd(&compile->deps_fd);
	if (err)
		close_fd(&compile->image_fd);
	return err;
}

int compile_run(const struct compile_request *request, struct text *diag,
		int *image_fd)
{
	struct compile compile;
	struct pollfd wait;
	int err;

	err = compile_start(request, &compile);
	if (err) {
		text_printf(diag, "policyc: %s\n", strerror(-err));
		return err;
	}
	wait = (struct pollfd){ .fd = compile.pidfd, .events = POLLIN };
	while (poll(&wait, 1, (int)compile.seconds * 1000) < 0 &&
	       errno == EINTR)
		;
	err = compile_finish(&compile, diag, NULL);
	if (compile.dying)
		compile_leave(&compile);
	*image_fd = err ? -1 : compile.image_fd;
	return err;
}

int compile_map(int fd, const void **bytes, size_t *len)
{
	struct stat stat;
	void *map;

	if (fstat(fd, &stat))
		return -errno;
	if (stat.st_size <= 0)
		return -EINVAL;
	if (stat.st_size > (off_t)BVM_MAX_IMAGE)
		return -EFBIG;
	map = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	*bytes = map;
	*len = (size_t)stat.st_size;
	return 0;
}

int compile_digest(int fd, char hex[COMPILE_DIGEST_HEX])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	const void *bytes;
	size_t len, i;
	int err;

	err = compile_map(fd, &bytes, &len);
	if (err)
		return err;
	SHA256(bytes, len, digest);
	munmap((void *)bytes, len);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}
