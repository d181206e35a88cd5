// SPDX-License-Identifier: GPL-2.0-only
/* bailiffd - keeps policies loaded, binds containers, logs decisions */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bailiffd.h"
#include "compile.h"
#include "control.h"
#include "log.h"
#include "privileged.h"
#include "proto.h"
#include "sandbox.h"
#include "worker.h"

enum { EXIT_USAGE = 2, EXIT_LACKS = 3, EXIT_BUG = 4 };

enum {
	OPT_POLICIES = 256,
	OPT_RUN_DIR,
	OPT_LOG,
	OPT_POLICYC,
	OPT_SECURITYFS,
};

static const struct option option_table[] = {
	{ "policies", required_argument, NULL, OPT_POLICIES },
	{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "policyc", required_argument, NULL, OPT_POLICYC },
	{ "securityfs", required_argument, NULL, OPT_SECURITYFS },
	{ "foreground", no_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *out)
{
	fputs("usage: bailiffd [options]\n\n"
	      "  --policies DIR    keep DIR/*.yaml loaded (" POLICIES_DIR ")\n"
	      "  --log FILE        records as JSON; - is standard output\n"
	      "                    (" LOG_FILE ")\n"
	      "  --run-dir DIR     for the control socket (" RUN_DIR ")\n"
	      "  --policyc PATH    the compiler (beside bailiffd, or in PATH)\n"
	      "  --securityfs DIR  the kernel's files (" BAILIFF_DIR ")\n"
	      "  --foreground      do not go into the background\n"
	      "  --version\n\n"
	      "SIGHUP opens the log anew. Exit status: 0 it was told to stop,\n"
	      "2 wrong use, 3 kernel or permission is missing, 4 a bug.\n",
	      out);
}

/* Absolute, but with its symbolic links: they may be swapped. */
static int set_policies(struct daemon_options *options, const char *dir)
{
	char here[PATH_MAX] = "";
	struct stat stat_buf;

	if (dir[0] != '/' && !getcwd(here, sizeof(here)))
		return -errno;
	if ((size_t)snprintf(options->policies, PATH_MAX, "%s%s%s", here,
			     here[0] ? "/" : "", dir) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (stat(options->policies, &stat_buf))
		return -errno;
	return S_ISDIR(stat_buf.st_mode) ? 0 : -ENOTDIR;
}

struct arguments {
	struct daemon_options options;
	const char *policies;
	char policyc[PATH_MAX];
	bool foreground;
};

/* Return: -1 go on, or an exit code. */
static int parse_options(struct arguments *arguments, int argc, char **argv)
{
	struct daemon_options *options = &arguments->options;
	int opt;

	while ((opt = getopt_long(argc, argv, "hV", option_table, NULL)) !=
	       -1) {
		switch (opt) {
		case OPT_POLICIES:
			arguments->policies = optarg;
			break;
		case OPT_RUN_DIR:
			options->run_dir = optarg;
			break;
		case OPT_LOG:
			options->log = optarg;
			break;
		case OPT_POLICYC:
			options->policyc = optarg;
			break;
		case OPT_SECURITYFS:
			if (kfs_init(&options->kfs, optarg)) {
				log_error("--securityfs: path too long");
				return EXIT_USAGE;
			}
			break;
		case 'f':
			arguments->foreground = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("bailiffd " BAILIFF_VERSION);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind != argc) {
		log_error("'%s' is too much (see --help)", argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

/* Return: 0 or an exit code. */
static int check_machine(struct arguments *arguments)
{
	struct daemon_options *options = &arguments->options;
	char why[KFS_REPLY];
	int err;

	if (kfs_check_lsm(&options->kfs, why, sizeof(why))) {
		log_error("%s", why);
		return EXIT_LACKS;
	}
	if (geteuid()) {
		log_error("it must be started by root");
		return EXIT_LACKS;
	}
	if (sandbox_user(&options->uid, &options->gid)) {
		log_error("there is neither a user bailiff nor nobody");
		return EXIT_LACKS;
	}
	err = set_policies(options, arguments->policies);
	if (err) {
		log_error("--policies %s: %s", arguments->policies,
			  strerror(-err));
		return EXIT_USAGE;
	}
	return 0;
}

/* One daemon a run directory. Return: 0 or -errno. */
static int take_lock(const char *run_dir)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/bailiffd.lock", run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	return 0; /* held until the process ends */
}

static void make_parent(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	(void)mkdir(dir, 0755);
}

static int complain(const char *what, int err)
{
	log_error("%s: %s", what,
		  err == -EWOULDBLOCK ? "another bailiffd runs" :
					strerror(-err));
	return EXIT_LACKS;
}

/* Everything that needs root and that the worker uses. */
static int open_all(struct daemon_options *options, struct worker_fds *fds)
{
	char path[PATH_MAX];
	int err;

	(void)mkdir(options->run_dir, 0755);
	err = take_lock(options->run_dir);
	if (err)
		return complain(options->run_dir, err);
	make_parent(options->log);
	fds->log = privileged_open_log(options->log);
	if (fds->log < 0)
		return complain(options->log, fds->log);
	fds->events = kfs_open(&options->kfs, "events", O_RDONLY | O_NONBLOCK);
	if (fds->events < 0)
		return complain("events", fds->events);
	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, options->run_dir);
	fds->control = control_listen(path);
	if (fds->control < 0)
		return complain(path, fds->control);
	return 0;
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

static int serve(struct daemon_options *options, struct worker_fds *fds)
{
	int pair[2], err;
	pid_t worker;

	err = proto_pair(pair);
	if (err)
		return complain("socketpair", err);
	worker = fork();
	if (worker < 0)
		return complain("fork", -errno);
	if (!worker) {
		close(pair[0]);
		fds->parent = pair[1];
		_exit(worker_run(options, fds, true) ? EXIT_LACKS : 0);
	}
	close(pair[1]);
	close(fds->events);
	close(fds->control);
	close(fds->log);
	err = sandbox_parent();
	if (err)
		return complain("sandbox", err);
	err = privileged_run(options, pair[0], worker);
	if (!err)
		return 0;
	log_error("%s", err == -EPIPE ? "the worker has ended; so does the "
					"daemon. What is confined stays so" :
					strerror(-err));
	return err == -EPIPE ? EXIT_LACKS : EXIT_BUG;
}

int main(int argc, char **argv)
{
	static struct arguments arguments = {
		.policies = POLICIES_DIR,
		.options = { .run_dir = RUN_DIR, .log = LOG_FILE },
	};
	struct daemon_options *options = &arguments.options;
	struct worker_fds fds;
	int code;

	(void)kfs_init(&options->kfs, NULL);
	code = parse_options(&arguments, argc, argv);
	if (code >= 0)
		return code;
	if (!options->policyc)
		options->policyc =
			compile_find_policyc(arguments.policyc, PATH_MAX);
	code = check_machine(&arguments);
	if (code)
		return code;
	umask(022);
	block_signals();
	code = open_all(options, &fds);
	if (code)
		return code;
	if (!arguments.foreground && daemon(1, 0)) {
		log_error("daemon: %s", strerror(errno));
		return EXIT_LACKS;
	}
	return serve(options, &fds);
}
