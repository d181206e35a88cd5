// SPDX-License-Identifier: GPL-2.0-only
/* bailiffd - keeps policies loaded, binds containers, logs decisions */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bailiffd.h"
#include "compile.h"
#include "log.h"
#include "sandbox.h"
#include "start.h"

enum {
	OPT_POLICIES = 256,
	OPT_RUN_DIR,
	OPT_STATE_DIR,
	OPT_LOG,
	OPT_METRICS,
	OPT_POLICYC,
	OPT_SECURITYFS,
};

static const struct option option_table[] = {
	{ "policies", required_argument, NULL, OPT_POLICIES },
	{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "metrics", required_argument, NULL, OPT_METRICS },
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
	      "  --metrics WHERE   serve /metrics at 127.0.0.1:PORT, [::1]:PORT\n"
	      "                    or a unix socket, an absolute path\n"
	      "  --run-dir DIR     for the control socket (" RUN_DIR ")\n"
	      "  --state-dir DIR   for compiled policies (" STATE_DIR ")\n"
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
		case OPT_STATE_DIR:
			options->state_dir = optarg;
			break;
		case OPT_LOG:
			options->log = optarg;
			break;
		case OPT_METRICS:
			options->metrics = optarg;
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

int main(int argc, char **argv)
{
	static struct arguments arguments = {
		.policies = POLICIES_DIR,
		.options = { .run_dir = RUN_DIR,
			     .state_dir = STATE_DIR,
			     .log = LOG_FILE },
	};
	struct daemon_options *options = &arguments.options;
	struct start start = { .options = options };
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
	code = start_open(&start);
	if (code)
		return code;
	if (!arguments.foreground && daemon(1, 0)) {
		log_error("daemon: %s", strerror(errno));
		return EXIT_LACKS;
	}
	return start_serve(&start);
}
