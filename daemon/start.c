// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "images.h"
#include "journal.h"
#include "listen.h"
#include "log.h"
#include "logfile.h"
#include "names.h"
#include "privileged.h"
#include "proto.h"
#include "sandbox.h"
#include "start.h"

/* One daemon a run directory. Return: a descriptor to keep open, or -errno. */
static int take_lock(const char *run_dir)
{
	char path[PATH_MAX];
	int fd, err;

	snprintf(path, sizeof(path), "%s/bailiffd.lock", run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int complain(const char *what, int err)
{
	log_error("%s: %s", what,
		  err == -EWOULDBLOCK ? "another bailiffd runs" :
					strerror(-err));
	return EXIT_LACKS;
}

#define PATIENCE_MS 3000

/*
 * At a path with mode, or where listen_at says. The worker of a daemon that
 * was killed listens until it sees that its parent is gone.
 */
static int listen_patiently(const char *where, mode_t mode)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	int tries = PATIENCE_MS / 20, fd;

	for (;;) {
		fd = mode ? listen_unix(where, mode) : listen_at(where);
		if (fd != -EADDRINUSE || !tries--)
			return fd;
		nanosleep(&pause, NULL);
	}
}

static int no_listening(const char *where, int err)
{
	log_error("%s: %s", where, listen_problem(err));
	return err == -EINVAL ? EXIT_USAGE : EXIT_LACKS;
}

static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* What bailiff-runtime is to run, where it looks even while we are dead. */
static int link_runtime(const struct daemon_options *options)
{
	char path[PATH_MAX], new[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" RUNTIME_LINK, options->run_dir);
	if (!options->runtime)
		return unlink(path) && errno != ENOENT ? -errno : 0;
	snprintf(new, sizeof(new), "%s/." RUNTIME_LINK, options->run_dir);
	(void)unlink(new);
	return symlink(options->runtime, new) || rename(new, path) ? -errno : 0;
}

/*
 * What containers are called, as long as this boot lasts. It is for the log
 * alone: no container is refused for want of it.
 */
static void open_names(struct start *start)
{
	char path[PATH_MAX], boot[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	bool known = file && fgets(boot, sizeof(boot), file);

	if (file)
		fclose(file);
	snprintf(path, sizeof(path), "%s/names", start->options->run_dir);
	errno = ENOENT;
	start->fds.names = known ? names_open(path, boot) : NULL;
	if (!start->fds.names)
		log_error("%s: %s: the log has no names of containers",
			  known ? path : "the kernel's boot_id",
			  strerror(errno));
}

int start_open(struct start *start)
{
	struct daemon_options *options = start->options;
	struct worker_fds *fds = &start->fds;
	char path[PATH_MAX];
	int err;

	umask(022);
	block_signals();
	err = sdnotify_open(&start->notify);
	if (err)
		return complain("NOTIFY_SOCKET", err);
	/* three times in the time that there is; a start is told as well */
	if (start->notify.fd >= 0)
		options->alive_ms = start->notify.watchdog_ms / 3 ?: 10000;
	(void)mkdir(options->run_dir, 0755);
	start->lock = take_lock(options->run_dir);
	if (start->lock < 0)
		return complain(options->run_dir, start->lock);
	err = link_runtime(options);
	if (err)
		return complain(options->run_dir, err);
	open_names(start);
	logfile_make_parent(options->state_dir);
	start->images = images_open(options->state_dir);
	if (start->images == -EPERM)
		log_error(
			"%s/images: others may write there, so nothing can be "
			"loaded from it; remove it, it is made anew",
			options->state_dir);
	if (start->images < 0)
		return complain(options->state_dir, start->images);
	logfile_make_parent(options->log);
	fds->log = logfile_open(options->log);
	if (fds->log < 0)
		return complain(options->log, fds->log);
	fds->journal =
		options->journal ? journal_open(options->journal_socket) : -1;
	if (options->journal && fds->journal < 0)
		return complain(options->journal_socket, fds->journal);
	fds->events = kfs_open(&options->kfs, "events", O_RDONLY | O_NONBLOCK);
	if (fds->events < 0)
		return complain("events", fds->events);
	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, options->run_dir);
	fds->control = listen_patiently(path, 0666);
	if (fds->control < 0)
		return no_listening(path, fds->control);
	fds->metrics =
		options->metrics ? listen_patiently(options->metrics, 0) : -1;
	if (options->metrics && fds->metrics < 0)
		return no_listening(options->metrics, fds->metrics);
	return 0;
}

/* Return: 0, or an exit code after a complaint. */
static int write_pid(const char *file)
{
	FILE *out;
	int err;

	if (!file)
		return 0;
	out = fopen(file, "we");
	if (!out)
		return complain(file, -errno);
	fprintf(out, "%d\n", (int)getpid());
	err = ferror(out) ? -EIO : 0;
	if (fclose(out) && !err)
		err = -errno;
	return err ? complain(file, err) : 0;
}

static int serve(struct start *start, int sock, pid_t worker)
{
	struct daemon_options *options = start->options;
	int err = sandbox_parent();

	if (err)
		return complain("sandbox", err);
	err = privileged_run(options, sock, worker, start->images,
			     &start->notify);
	if (!err)
		return 0;
	log_error("%s", err == -EPIPE ? "the worker has ended; so does the "
					"daemon. What is confined stays so" :
					strerror(-err));
	return err == -EPIPE ? EXIT_LACKS : EXIT_BUG;
}

int start_serve(struct start *start)
{
	struct daemon_options *options = start->options;
	struct worker_fds *fds = &start->fds;
	int pair[2], err, code;
	pid_t worker;

	err = proto_pair(pair);
	if (err)
		return complain("socketpair", err);
	worker = fork();
	if (worker < 0)
		return complain("fork", -errno);
	if (!worker) {
		/* the lock is the parent's: a new one need not wait for us */
		close(start->lock);
		close(start->images);
		sdnotify_close(&start->notify);
		close(pair[0]);
		fds->parent = pair[1];
		_exit(worker_run(options, fds, true) ? EXIT_LACKS : 0);
	}
	close(pair[1]);
	close(fds->events);
	close(fds->control);
	if (fds->metrics >= 0)
		close(fds->metrics);
	close(fds->log);
	if (fds->journal >= 0)
		close(fds->journal);
	code = write_pid(options->pid_file);
	if (!code)
		code = serve(start, pair[0], worker);
	if (options->pid_file)
		(void)unlink(options->pid_file);
	return code;
}
