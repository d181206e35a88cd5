// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bailiffd.h"
#include "client.h"
#include "compile.h"
#include "config.h"
#include "journal.h"
#include "listen.h"
#include "options.h"
#include "sandbox.h"
#include "text.h"
#include "trial.h"

struct trial {
	const struct daemon_options *options;
	const struct config *config;
	const char *const *given;
	struct text *out;
	long long pid; /* of the bailiffd that runs; 0: none does */
	unsigned int num_errors;
};

static void say(struct trial *trial, size_t id, const char *severity,
		const char *problem)
{
	const char *given = trial->given[id];

	if (!given && trial->config->places[id].at) {
		config_say(trial->config, id, severity, problem, trial->out);
		return;
	}
	text_printf(trial->out, "bailiffd: %s: --%s: ", severity,
		    options_name(id));
	text_add_safe(trial->out, problem, "");
	text_add(trial->out, "\n");
}

/* path: NULL: the problem is of the value itself. */
static void fail(struct trial *trial, size_t id, const char *path,
		 const char *problem)
{
	struct text text = {};

	if (path)
		text_printf(&text, "%s: ", path);
	text_add(&text, problem);
	say(trial, id, "error", text_string(&text));
	trial->num_errors++;
	text_free(&text);
}

static void __attribute__((format(printf, 3, 4)))
note(struct trial *trial, size_t id, const char *fmt, ...)
{
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(trial, id, "note", text);
}

/* Somebody else than root is refused much that a start is not. */
static void judge(struct trial *trial, size_t id, const char *path, int err)
{
	if (!err)
		return;
	if (geteuid() && (err == -EACCES || err == -EPERM))
		note(trial, id, "%s: not tried: this needs root", path);
	else
		fail(trial, id, path, strerror(-err));
}

/* ---- files and directories ---- */

static void parent_of(const char *path, char parent[PATH_MAX])
{
	char *slash;

	snprintf(parent, PATH_MAX, "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		strcpy(parent, ".");
	else
		slash[slash == parent] = '\0';
}

/*
 * Could files be made in it? missing: so many directories, itself the first, are
 * made at the start.
 */
static int try_dir(const char *dir, unsigned int missing)
{
	char parent[PATH_MAX];
	struct stat stat_buf;

	if (!stat(dir, &stat_buf)) {
		if (!S_ISDIR(stat_buf.st_mode))
			return -ENOTDIR;
		return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) ?
			       -errno :
			       0;
	}
	/* nothing can be made in the place of a link that leads nowhere */
	if (errno != ENOENT)
		return -errno;
	if (!missing || !lstat(dir, &stat_buf))
		return -ENOENT;
	parent_of(dir, parent);
	return try_dir(parent, missing - 1);
}

static int try_file(const char *file, unsigned int missing)
{
	char parent[PATH_MAX];
	struct stat stat_buf;

	if (!stat(file, &stat_buf)) {
		if (S_ISDIR(stat_buf.st_mode))
			return -EISDIR;
		return faccessat(AT_FDCWD, file, W_OK, AT_EACCESS) ? -errno : 0;
	}
	if (errno != ENOENT)
		return -errno;
	parent_of(file, parent);
	return try_dir(parent, missing);
}

static int try_program(int fd)
{
	char path[64];
	struct stat stat_buf;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat_buf))
		return -errno;
	if (!S_ISREG(stat_buf.st_mode))
		return -EACCES;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return access(path, X_OK) ? -errno : 0;
}

static void try_programs(struct trial *trial)
{
	const struct daemon_options *options = trial->options;
	int fd = compile_open_program(options->policyc);
	int err = try_program(fd);

	if (err)
		fail(trial, OPTIONS_POLICYC, options->policyc, strerror(-err));
	if (fd >= 0)
		close(fd);
	if (!options->runtime)
		return;
	fd = open(options->runtime, O_PATH | O_CLOEXEC);
	err = try_program(fd);
	if (err)
		fail(trial, OPTIONS_RUNTIME, options->runtime, strerror(-err));
	if (fd >= 0)
		close(fd);
}

/* Can that user list and enter dir? Only root can find out. */
static int try_as(uid_t uid, gid_t gid, const char *dir)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
		    setresuid(uid, uid, uid))
			_exit(errno);
		_exit(access(dir, R_OK | X_OK) ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static void try_policies(struct trial *trial)
{
	const char *dir = trial->options->policies_dir;
	struct stat stat_buf;
	uid_t uid = 0;
	gid_t gid = 0;
	int err = 0;

	if (stat(dir, &stat_buf))
		err = -errno;
	else if (!S_ISDIR(stat_buf.st_mode))
		err = -ENOTDIR;
	judge(trial, OPTIONS_POLICIES, dir, err);
	if (sandbox_user(&uid, &gid)) {
		fail(trial, OPTIONS_POLICIES, NULL,
		     "there is neither a user bailiff nor nobody, who could "
		     "read them");
		return;
	}
	if (err || geteuid())
		return;
	err = try_as(uid, gid, dir);
	if (err == -EACCES)
		fail(trial, OPTIONS_POLICIES, dir,
		     "the user bailiff, or nobody if there is none, may not "
		     "read it");
	else
		judge(trial, OPTIONS_POLICIES, dir, err);
}

static void try_state(struct trial *trial)
{
	const char *dir = trial->options->state_dir;
	char images[PATH_MAX];
	struct stat stat_buf;

	judge(trial, OPTIONS_STATE_DIR, dir, try_dir(dir, 2));
	snprintf(images, sizeof(images), "%s/images", dir);
	if (geteuid() || lstat(images, &stat_buf))
		return;
	if (!S_ISDIR(stat_buf.st_mode))
		fail(trial, OPTIONS_STATE_DIR, images, strerror(ENOTDIR));
	else if (stat_buf.st_uid || (stat_buf.st_mode & 022))
		fail(trial, OPTIONS_STATE_DIR, images,
		     "others may write there, so nothing can be loaded from "
		     "it");
}

static void try_files(struct trial *trial)
{
	const struct daemon_options *options = trial->options;
	struct stat stat_buf;

	judge(trial, OPTIONS_RUN_DIR, options->run_dir,
	      try_dir(options->run_dir, 1));
	try_state(trial);
	if (strcmp(options->log, "-") != 0)
		judge(trial, OPTIONS_LOG, options->log,
		      try_file(options->log, 1));
	if (options->pid_file)
		judge(trial, OPTIONS_PID_FILE, options->pid_file,
		      try_file(options->pid_file, 0));
	/* the usual one is the kernel's, which is another question */
	if (options->securityfs && stat(options->securityfs, &stat_buf))
		judge(trial, OPTIONS_SECURITYFS, options->securityfs, -errno);
}

/* ---- sockets ---- */

static void try_journal(struct trial *trial)
{
	const char *path = trial->options->journal_socket;
	int fd;

	if (!trial->options->journal)
		return;
	fd = journal_open(path);
	if (fd >= 0)
		close(fd);
	else
		judge(trial, OPTIONS_JOURNAL, path, fd);
}

/* The pid of the bailiffd that answers there; 0: none does. */
static long long running(const char *run_dir)
{
	json_t *request = json_pack("{s:s}", "cmd", "status"), *answer;
	char why[512];
	long long pid;

	answer = client_ask(run_dir, request, why, sizeof(why));
	pid = json_integer_value(json_object_get(answer, "pid"));
	json_decref(answer);
	json_decref(request);
	return pid;
}

static void try_control(struct trial *trial)
{
	const char *run_dir = trial->options->run_dir;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, run_dir);
	err = listen_try(path);
	if (err == -EADDRINUSE)
		trial->pid = running(run_dir);
	if (trial->pid)
		note(trial, OPTIONS_RUN_DIR,
		     "%s: in use by a bailiffd that runs, pid %lld", path,
		     trial->pid);
	else if (err == -EADDRINUSE || err == -EEXIST || err == -ENAMETOOLONG)
		fail(trial, OPTIONS_RUN_DIR, path, listen_problem(err));
	/* all others: the directory is there or not, which was said */
}

static void try_metrics(struct trial *trial)
{
	const char *where = trial->options->metrics;
	char parent[PATH_MAX];
	int err;

	if (!where)
		return;
	err = listen_try(where);
	if (!err && where[0] == '/') {
		parent_of(where, parent);
		/* it may be in the directory that the start makes */
		err = try_dir(parent, !strcmp(parent, trial->options->run_dir));
	}
	if (err == -EADDRINUSE && trial->pid)
		note(trial, OPTIONS_METRICS,
		     "%s: in use; so it is by the bailiffd that runs, or by "
		     "another program",
		     where);
	else if (err == -EADDRINUSE || err == -EEXIST)
		fail(trial, OPTIONS_METRICS, where, listen_problem(err));
	else
		judge(trial, OPTIONS_METRICS, where, err);
}

unsigned int trial_run(const struct daemon_options *options,
		       const struct config *config, const char *const *given,
		       struct text *out)
{
	struct trial trial = {
		.options = options,
		.config = config,
		.given = given,
		.out = out,
	};

	try_policies(&trial);
	try_files(&trial);
	try_programs(&trial);
	try_control(&trial);
	try_metrics(&trial);
	try_journal(&trial);
	return trial.num_errors;
}
