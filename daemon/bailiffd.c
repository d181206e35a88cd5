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
#include "config.h"
#include "log.h"
#include "options.h"
#include "sandbox.h"
#include "start.h"
#include "trial.h"

/* What is only said on the command line. */
enum {
	OPT_CONFIG = 256 + OPTIONS_NUM,
	OPT_CHECK_CONFIG,
};

struct arguments {
	struct daemon_options options;
	const char *given[OPTIONS_NUM]; /* on the command line; else NULL */
	bool own_config; /* it was named; else the usual file may be missing */
	bool check_config;
	struct config config;
	char policyc[PATH_MAX];
};

static void usage(FILE *out)
{
	struct text options = {};

	options_help(&options);
	fprintf(out,
		"usage: bailiffd [options]\n\n%s"
		"  --config FILE         the same, as keys in YAML\n"
		"                        (" CONFIG_FILE ", if it is there)\n"
		"  --check-config        say what is wrong with all that, and\n"
		"                        do not start\n"
		"  --version\n\n"
		"SIGHUP opens the log anew. Exit status: 0 it was told to stop,\n"
		"1 what --check-config looked at is wrong, 2 wrong use,\n"
		"3 kernel or permission is missing, 4 a bug.\n",
		text_string(&options));
	text_free(&options);
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

/* Options of options.def, then those that are only said here. */
static void make_table(struct option table[OPTIONS_NUM + 5])
{
	static const struct option others[] = {
		{ "config", required_argument, NULL, OPT_CONFIG },
		{ "check-config", no_argument, NULL, OPT_CHECK_CONFIG },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++)
		table[id] = (struct option){
			.name = options_name(id),
			.has_arg = options_kind(id) == OPTIONS_FLAG ?
					   no_argument :
					   required_argument,
			.val = 256 + (int)id,
		};
	memcpy(&table[OPTIONS_NUM], others, sizeof(others));
}

/* Return: -1 go on, or an exit code. */
static int parse_options(struct arguments *arguments, int argc, char **argv)
{
	struct option table[OPTIONS_NUM + 5];
	int opt;

	make_table(table);
	while ((opt = getopt_long(argc, argv, "hV", table, NULL)) != -1) {
		switch (opt) {
		case OPT_CONFIG:
			arguments->config.file = optarg;
			arguments->own_config = true;
			break;
		case OPT_CHECK_CONFIG:
			arguments->check_config = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("bailiffd " BAILIFF_VERSION);
			return 0;
		case '?':
			return EXIT_USAGE;
		default:
			arguments->given[opt - 256] = optarg ?: "true";
		}
	}
	if (optind != argc) {
		log_error("'%s' is too much (see --help)", argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

/* Return: 0 or an exit code. */
static int apply_given(struct arguments *arguments)
{
	const char *problem;
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++) {
		if (!arguments->given[id])
			continue;
		problem = options_set(&arguments->options, id,
				      arguments->given[id]);
		if (!problem)
			continue;
		log_error("--%s %s: %s", options_name(id), arguments->given[id],
			  problem);
		return EXIT_USAGE;
	}
	return 0;
}

/* Return: 0 or an exit code. */
static int read_config(struct arguments *arguments)
{
	const char *given = arguments->given[OPTIONS_POLICYC];
	struct config_reader reader = {
		.policyc = given ?:
				   compile_find_policyc(arguments->policyc,
							PATH_MAX),
	};
	struct text why = {};
	int err;

	if (!geteuid() && sandbox_user(&reader.uid, &reader.gid)) {
		log_error("there is neither a user bailiff nor nobody");
		return EXIT_LACKS;
	}
	err = config_read(&arguments->config, &reader, &arguments->options,
			  &why);
	fputs(text_string(&why), stderr);
	text_free(&why);
	if (!err || (err == -ENOENT && !arguments->own_config &&
		     !arguments->check_config))
		return 0;
	if (err != -EINVAL)
		log_error("%s: %s", arguments->config.file, strerror(-err));
	if (err == -EINVAL && arguments->check_config)
		return EXIT_NO;
	return EXIT_USAGE;
}

/* Return: 0 or an exit code. */
static int set_options(struct arguments *arguments)
{
	struct daemon_options *options = &arguments->options;
	int code;

	options_default(options);
	code = read_config(arguments);
	if (!code)
		code = apply_given(arguments);
	if (code)
		return code;
	if (kfs_init(&options->kfs, options->securityfs)) {
		log_error("--securityfs: path too long");
		return EXIT_USAGE;
	}
	if (!options->policyc)
		options->policyc =
			compile_find_policyc(arguments->policyc, PATH_MAX);
	return 0;
}

/* Return: an exit code. */
static int check_config(const struct arguments *arguments)
{
	struct text said = {};
	unsigned int num = trial_run(&arguments->options, &arguments->config,
				     arguments->given, &said);

	fputs(text_string(&said), stderr);
	text_free(&said);
	if (num)
		return EXIT_NO;
	printf("%s: ok\n", arguments->config.file);
	return 0;
}

/* Return: 0 or an exit code. */
static int check_machine(struct arguments *arguments)
{
	struct daemon_options *options = &arguments->options;
	char why[KFS_REPLY];
	int err;

	if (kfs_check_lsm(&options->kfs, why, sizeof(why)) ||
	    kfs_check_abi(&options->kfs, why, sizeof(why))) {
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
	err = set_policies(options, options->policies_dir);
	if (err) {
		log_error("--policies %s: %s", options->policies_dir,
			  strerror(-err));
		return EXIT_USAGE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct arguments arguments = { .config.file = CONFIG_FILE };
	struct daemon_options *options = &arguments.options;
	struct start start = { .options = options };
	int code;

	code = parse_options(&arguments, argc, argv);
	if (code >= 0)
		return code;
	code = set_options(&arguments);
	if (!code && arguments.check_config)
		return check_config(&arguments);
	if (!code)
		code = check_machine(&arguments);
	if (!code)
		code = start_open(&start);
	if (code)
		return code;
	if (!options->foreground && daemon(1, 0)) {
		log_error("daemon: %s", strerror(errno));
		return EXIT_LACKS;
	}
	return start_serve(&start);
}
