// SPDX-License-Identifier: GPL-2.0-only
/* bailiffctl - see, load, bind and explain policies */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bailiffd.h"
#include "ctl.h"

const struct ctl_command ctl_commands[] = {
	{ "status", "[--json] [--state-dir DIR]",
	  "what is enforced, and whether it is",
	  "  --state-dir DIR  where selftest left its verdict (" STATE_DIR
	  ")\n",
	  ctl_status },
	{ "ps", "[--json]", "what confines each process", "", ctl_ps },
	{ "policies", "[--json]", "loaded policies, and files in error", "",
	  ctl_policies },
	{ "containers", "[--json]", "bound cgroups", "", ctl_containers },
	{ "rules", "[POLICY] [--never-hit] [--json]",
	  "rules and how often each decided",
	  "  --never-hit  only those that never did\n"
	  "Without POLICY: of all policies.\n",
	  ctl_rules },
	{ "show", "POLICY [--json]", "a policy as it is loaded, rule by rule",
	  "From the image, which is read back from the kernel.\n", ctl_show },
	{ "top", "[-b] [-n SAMPLES] [-d SECONDS] [--sort ORDER] [--json]",
	  "who is denied what, how often",
	  "  -b, --batch   print samples, for scripts\n"
	  "  -n SAMPLES    only so many\n"
	  "  -d SECONDS    between two of them (2)\n"
	  "  --sort ORDER  rate, total or name\n"
	  "  --json        a line of JSON for each; with -b\n"
	  "Keys: q quit, r t n sort by rate, total, name, blank: now.\n",
	  ctl_top },
	{ "load", "[-D NAME=VALUE] FILE.yaml|FILE.img",
	  "compile and load a policy",
	  "  -D NAME=VALUE  set a variable of the policy\n", ctl_load },
	{ "unload", "POLICY", "remove a policy that nothing runs under", "",
	  ctl_unload },
	{ "reload", "", "make the daemon read its policies again", "",
	  ctl_reload },
	{ "mode", "POLICY enforce|audit|CLASS=enforce|CLASS=audit",
	  "deny, or only record", "", ctl_mode },
	{ "bind", "--cgroup PATH|ID --policy NAME [options]",
	  "tie a cgroup to a policy",
	  "  --cgroup PATH|ID  a directory below /sys/fs/cgroup, or a number\n"
	  "  --policy NAME     also NAME@DIGEST; `refuse` lets nothing start;\n"
	  "                    several are stacked\n"
	  "  --label LABEL     what records call it (the cgroup's path)\n"
	  "  --runtime PID     only programs outside PID's mount namespace\n"
	  "  --now             what runs there already, too\n",
	  ctl_bind },
	{ "unbind", "--cgroup PATH|ID", "untie it; what runs stays confined",
	  "", ctl_unbind },
	{ "run", "--policy NAME|FILE.yaml [--audit] -- COMMAND...",
	  "run a program under a policy",
	  "  --policy NAME       a loaded policy\n"
	  "  --policy FILE.yaml  is compiled and loaded first\n"
	  "  --audit             put the policy into audit mode first\n"
	  "Exits as the command does; 126: it cannot be run, 127: not found.\n",
	  ctl_run },
	{ "log", "[-f] [--json] [-n LINES] [filter...] [FILE]",
	  "records of decisions",
	  "  -f                  wait for more\n"
	  "  --json              as they are in the log\n"
	  "  -n LINES            only the last (10 with -f, without --since)\n"
	  "  --container GLOB    of containers of that name\n"
	  "  --policy GLOB       of policies of that name\n"
	  "  --class CLASS       files, network, ...\n"
	  "  --reason REASON     rule, default, ...\n"
	  "  --outcome OUTCOME   denied, would-deny, audited, lifecycle, daemon\n"
	  "  --since TIME        10m, 2h, 3d ago, or 2026-11-26T10:05 (UTC); in\n"
	  "                      logs that were moved away, too\n",
	  ctl_log },
	{ "monitor", "[--json] [FILE]",
	  "loads, bindings and modes as they change",
	  "  --json  as they are in the log\n", ctl_monitor },
	{ "why", "[CONTAINER|POLICY] [FILE] [--json]",
	  "explain the last denial", "", ctl_why },
	{ "suggest", "[--since SEQ] [--policy NAME] [FILE] [--json]",
	  "the YAML that would allow what was denied", "", ctl_suggest },
	{ "record",
	  "--container GLOB|--policy GLOB [--audit] [--for SECONDS] -o FILE",
	  "what is denied from now on, into a file for policyc learn",
	  "  --container GLOB  of containers of that name\n"
	  "  --policy GLOB     of policies of that name\n"
	  "  --audit           put their policies into audit mode, and back "
	  "at the end\n"
	  "  --for SECONDS     how long; else until it is interrupted\n"
	  "  -o FILE           where to; - is standard output\n",
	  ctl_record },
	{ "trace", "CONTAINER|CGROUP|--policy NAME [options]",
	  "one container's decisions, allowed ones too",
	  "  --policy NAME  what that policy decides, of whomever\n"
	  "  --for SECONDS  how long; else until it is interrupted\n"
	  "  -n NUMBER      only so many decisions\n"
	  "  --json         as lines of JSON\n",
	  ctl_trace },
	{ "early", "[--refuse CGROUP...] [--state-dir DIR]",
	  "at boot: load what was saved, let nothing else start",
	  "  --refuse CGROUP   in it nothing starts that has no binding of its "
	  "own\n"
	  "  --state-dir DIR   of the daemon (" STATE_DIR ")\n",
	  ctl_early },
	{ "selftest", "[--json] [--policies DIR] [--state-dir DIR]",
	  "does the kernel do what the files say?",
	  "  --policies DIR   files that must build what is loaded (" POLICIES_DIR
	  ")\n"
	  "  --state-dir DIR  where the verdict is kept for status (" STATE_DIR
	  ")\n"
	  "Images read back, what the files build today and their own tests\n"
	  "(decided by policyc, not by the kernel), tasks of bound cgroups, and\n"
	  "an operation of each class that the kernel must deny.\n",
	  ctl_selftest },
	{ "doctor", "[--json]", "check kernel, daemon and runtimes", "",
	  ctl_doctor },
	{ NULL, NULL, NULL, NULL, NULL },
};

static void usage(FILE *out)
{
	const struct ctl_command *command;

	fputs("usage: bailiffctl [options] COMMAND ...\n\n", out);
	for (command = ctl_commands; command->name; command++)
		fprintf(out, "  %-11s %s\n", command->name, command->doc);
	fputs("\n"
	      "  --securityfs DIR  the kernel's files (" BAILIFF_DIR ")\n"
	      "  --run-dir DIR     of the daemon's socket (" RUN_DIR ")\n"
	      "  --log FILE        the daemon's log (" LOG_FILE ")\n"
	      "  --policyc PATH    the compiler (beside bailiffctl, or in PATH)\n"
	      "  --version\n\n"
	      "COMMAND --help says more. Exit status: 0 yes or done, 1 no,\n"
	      "2 wrong use or bad input, 3 kernel, permission or daemon is\n"
	      "missing, 4 a bug.\n",
	      out);
}

static void command_help(const struct ctl_command *command)
{
	printf("usage: bailiffctl %s %s\n\n%s\n%s%s", command->name,
	       command->operands, command->doc, command->help[0] ? "\n" : "",
	       command->help);
}

static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run_command(struct ctl *ctl, int argc, char **argv)
{
	const struct ctl_command *command;

	for (command = ctl_commands; command->name; command++) {
		if (strcmp(command->name, argv[0]))
			continue;
		if (wants_help(argc, argv)) {
			command_help(command);
			return CTL_YES;
		}
		optind = 0;
		return command->run(ctl, argc, argv);
	}
	ctl_error("no command '%s'; bailiffctl --help lists them", argv[0]);
	return CTL_USAGE;
}

enum { OPT_SECURITYFS = 256, OPT_RUN_DIR, OPT_LOG, OPT_POLICYC };

static const struct option options[] = {
	{ "securityfs", required_argument, NULL, OPT_SECURITYFS },
	{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "policyc", required_argument, NULL, OPT_POLICYC },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Return: -1 go on, or an exit code. */
static int parse_options(struct ctl *ctl, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		switch (opt) {
		case OPT_SECURITYFS:
			if (kfs_init(&ctl->kfs, optarg)) {
				ctl_error("--securityfs: path too long");
				return CTL_USAGE;
			}
			break;
		case OPT_RUN_DIR:
			ctl->run_dir = optarg;
			break;
		case OPT_LOG:
			ctl->log = optarg;
			break;
		case OPT_POLICYC:
			ctl->policyc = optarg;
			break;
		case 'h':
			usage(stdout);
			return CTL_YES;
		case 'V':
			puts("bailiffctl " BAILIFF_VERSION);
			return CTL_YES;
		default:
			return CTL_USAGE;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct ctl ctl = {
		.run_dir = RUN_DIR,
		.log = LOG_FILE,
		.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	int code;

	(void)kfs_init(&ctl.kfs, NULL);
	code = parse_options(&ctl, argc, argv);
	if (code >= 0)
		return code;
	if (optind == argc) {
		usage(stderr);
		return CTL_USAGE;
	}
	code = run_command(&ctl, argc - optind, argv + optind);
	if (fflush(stdout) || ferror(stdout))
		return code ? code : CTL_LACKS;
	return code;
}
