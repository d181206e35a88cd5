// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "asm_command.h"
#include "command.h"
#include "config.h"
#include "diag_command.h"
#include "diff.h"
#include "dump.h"
#include "explain.h"
#include "format_command.h"
#include "graph.h"
#include "import.h"
#include "init.h"
#include "learn.h"
#include "listing_command.h"
#include "ops.h"
#include "reach.h"
#include "requests.h"
#include "run.h"
#include "schema.h"
#include "score.h"
#include "simulate.h"
#include "suggest.h"
#include "syscalls_command.h"
#include "test.h"

/* A command is a row; its options are the letters of option_help. */
static const struct command {
	const char *name;
	int (*run)(struct run *run);
	const char *options;
	int min_operands, max_operands;
	bool request; /* operands may start with '-', so options come first */
	bool data; /* the standard output is data: messages go to the other */
	const char *operands;
	const char *help;
} commands[] = {
	{ "check", command_check, "IDRj", 1, INT_MAX, false, false, "POLICY...",
	  "say all that is wrong with policies, and run their tests" },
	{ "build", command_build, "IDRondsTNj", 1, 1, false, false, "POLICY",
	  "make an image for the kernel, NAME.img unless -o says otherwise" },
	{ "explain", command_explain, "IDjwt", 2, INT_MAX, true, true,
	  "POLICY|IMAGE REQUEST", "say what decides a request, and why" },
	{ "test", command_test, "IDvj", 1, INT_MAX, false, false, "POLICY...",
	  "run the tests that policies bring along" },
	{ "diff", command_diff, "IDej", 2, 2, false, true, "OLD NEW",
	  "say what one policy allows or denies and another does not" },
	{ "score", command_score, "IDj", 1, 1, false, true, "POLICY|IMAGE",
	  "say what a policy gives away, and what that weighs" },
	{ "dump", command_dump, "lrCmj", 1, 1, false, true, "IMAGE",
	  "show what is in an image" },
	{ "asm", command_asm, "olcCmj", 1, 1, false, true, "FILE",
	  "assemble a program, or say why the verifier refuses it" },
	{ "run", command_run, "IDtj", 3, INT_MAX, true, true,
	  "POLICY|IMAGE CLASS REQUEST",
	  "run the program of a class on one request" },
	{ "simulate", command_simulate, "IDaj", 2, 2, false, true,
	  "POLICY|IMAGE LOG",
	  "say what a policy would make of what was recorded" },
	{ "learn", command_learn, "IDxPo", 1, 1, false, true, "LOG",
	  "make rules that allow what was recorded" },
	{ "show", command_show, "IDj", 1, 1, false, true, "POLICY",
	  "show what a policy means: includes, variables and groups "
	  "written out" },
	{ "fmt", command_fmt, "IDc", 1, INT_MAX, false, false, "FILE...",
	  "write policies as everybody does, comments and meaning kept" },
	{ "import", command_import, "IoFj", 2, 2, false, true, "FORMAT FILE",
	  "make a policy of another system's" },
	{ "init", command_init, "ISRoj", 0, 0, false, true, "",
	  "write a policy to start with, for a service that is installed" },
	{ "reach", command_reach, "IDR", 1, 1, false, true, "POLICY|IMAGE",
	  "say which rules deny a name that is but a link in some system" },
	{ "graph", command_graph, "ID", 2, 2, false, true, "POLICY CLASS",
	  "draw the rules of a class as a tree, for dot" },
	{ "syscalls", command_syscalls, "IDoBOj", 0, INT_MAX, false, true,
	  "[POLICY|IMAGE [NAME...]]",
	  "show what the filter of system calls does, or export it" },
	{ "config", command_config, "j", 2, 2, false, true, "SPEC FILE",
	  "read a file of settings for bailiffd" },
	{ "requests", command_requests, "IDj", 1, 1, false, true, "POLICY",
	  "show what the tests of a policy ask of a kernel for tests" },
	{ "ops", command_ops, "j", 0, 1, false, true, "[CLASS]",
	  "show what rules and requests can name" },
	{ "diag", command_diag, "j", 0, 1, false, true, "[ID]",
	  "say when a message comes, and how to mend what it is about" },
	{ "schema", command_schema, "M", 0, 0, false, true, "",
	  "make a JSON Schema of policies, for editors" },
};

static const struct {
	char letter;
	const char *text;
} option_help[] = {
	{ 'I', "-I DIR         look for includes in DIR too" },
	{ 'D', "-D NAME=VALUE  set a variable of the policy" },
	{ 'o', "-o FILE        write to FILE" },
	{ 'n', "-n             write nothing" },
	{ 'd',
	  "--deps FILE    write the files that it was made of, with digests" },
	{ 'T',
	  "--template     take any value for what a container has to say" },
	{ 'N', "--instance     make it one container's: it selects no other" },
	{ 's',
	  "--stats        sizes of automata, and what rules cost in them" },
	{ 'w',
	  "--why-not      show rules that do not match, and what they lack" },
	{ 't', "--trace        show each step of the decision" },
	{ 'l',
	  "--log          show what the verifier knows at each instruction" },
	{ 'c',
	  "--check        write nothing: verify, or show what would change" },
	{ 'r', "--raw          the file is bytecode, 8 bytes an instruction" },
	{ 'C', "--class CLASS  verify it as a program of CLASS" },
	{ 'm', "--mem BYTES    verify it over so much plain memory (0)" },
	{ 'v', "--coverage     show the rules that decided no test" },
	{ 'a', "--all          take what other policies decided, too" },
	{ 'x', "--extend POLICY  what it lacks, as an include for it" },
	{ 'P', "--policy NAME  take what was decided under that policy" },
	{ 'F', "--profile NAME  import that profile, not the first" },
	{ 'B', "--bpf FILE     write the filter as a program for seccomp(2)" },
	{ 'O',
	  "--oci          print it as linux.seccomp of an OCI config.json" },
	{ 'M', "--mdoc         the lists of keys in bailiff.policy(5)" },
	{ 'S', "--for SERVICE  a unit, a package or a program's path" },
	{ 'R', "--root DIR     look at the system below DIR, not at this one" },
	{ 'e', "--exact        any difference is a no, not only a wider one" },
	{ 'j', "--json         messages and results as JSON" },
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "stats", no_argument, NULL, 's' },
	{ "deps", required_argument, NULL, 'd' },
	{ "template", no_argument, NULL, 'T' },
	{ "instance", no_argument, NULL, 'N' },
	{ "why-not", no_argument, NULL, 'w' },
	{ "trace", no_argument, NULL, 't' },
	{ "log", no_argument, NULL, 'l' },
	{ "check", no_argument, NULL, 'c' },
	{ "exact", no_argument, NULL, 'e' },
	{ "raw", no_argument, NULL, 'r' },
	{ "class", required_argument, NULL, 'C' },
	{ "mem", required_argument, NULL, 'm' },
	{ "bpf", required_argument, NULL, 'B' },
	{ "oci", no_argument, NULL, 'O' },
	{ "mdoc", no_argument, NULL, 'M' },
	{ "coverage", no_argument, NULL, 'v' },
	{ "all", no_argument, NULL, 'a' },
	{ "extend", required_argument, NULL, 'x' },
	{ "policy", required_argument, NULL, 'P' },
	{ "profile", required_argument, NULL, 'F' },
	{ "for", required_argument, NULL, 'S' },
	{ "root", required_argument, NULL, 'R' },
	{ NULL, 0, NULL, 0 },
};

static const char *option_text(int letter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_help); i++)
		if (option_help[i].letter == letter)
			return option_help[i].text;
	return "";
}

static void print_usage(FILE *out)
{
	size_t i;

	fputs("usage: policyc COMMAND [OPTION...] [OPERAND...]\n\n", out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  policyc %-8s %s\n", commands[i].name,
			commands[i].help);
	fputs("\n'policyc COMMAND --help' says more. A FILE of '-' is the "
	      "standard input.\n"
	      "Exit status: 0 yes or done, 1 the answer is no, 2 wrong use "
	      "or bad input,\n"
	      "3 the machine lacks something, 4 a bug.\n",
	      out);
}

static void print_help(const struct command *command)
{
	size_t i;

	printf("usage: policyc %s [OPTION...] %s\n\n%s\n\n", command->name,
	       command->operands, command->help);
	for (i = 0; i < ARRAY_SIZE(option_help); i++)
		if (strchr(command->options, option_help[i].letter))
			printf("  %s\n", option_help[i].text);
	printf("  --help         this text\n");
}

static const struct command *find_command(const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
		suggest_try(&suggest, commands[i].name);
	}
	fprintf(stderr, "policyc: no command '%s'", name);
	if (suggest.best)
		fprintf(stderr, ", did you mean '%s'?", suggest.best);
	fputs("\nTry 'policyc --help'.\n", stderr);
	return NULL;
}

static const char **append(struct run *run, const char *const *list, u32 *num,
			   const char *item)
{
	const char **grown = arena_grow(run->arena, (void *)(uintptr_t)list,
					*num, sizeof(item));

	grown[(*num)++] = item;
	return grown;
}

static void take_option(struct run *run, int letter, const char *value)
{
	struct parse_options *parse = &run->parse;

	if (letter == 'I')
		parse->include_dirs = append(run, parse->include_dirs,
					     &parse->num_include_dirs, value);
	else if (letter == 'D')
		parse->defines =
			append(run, parse->defines, &parse->num_defines, value);
	else if (letter == 'o')
		run->out = value;
	else if (letter == 'n')
		run->dry = true;
	else if (letter == 'd')
		run->deps = value;
	else if (letter == 'T')
		parse->is_template = true;
	else if (letter == 'N')
		parse->instance = true;
	else if (letter == 's')
		run->stats = true;
	else if (letter == 'w')
		run->why_not = true;
	else if (letter == 't')
		run->trace = true;
	else if (letter == 'l')
		run->log = true;
	else if (letter == 'c')
		run->check = true;
	else if (letter == 'e')
		run->exact = true;
	else if (letter == 'r')
		run->raw = true;
	else if (letter == 'C')
		run->class = value;
	else if (letter == 'm')
		run->mem = value;
	else if (letter == 'B')
		run->bpf = value;
	else if (letter == 'O')
		run->oci = true;
	else if (letter == 'M')
		run->mdoc = true;
	else if (letter == 'v')
		run->coverage = true;
	else if (letter == 'a')
		run->all = true;
	else if (letter == 'x')
		run->extend = value;
	else if (letter == 'P')
		run->policy = value;
	else if (letter == 'F')
		run->profile = value;
	else if (letter == 'S')
		run->service = value;
	else if (letter == 'R')
		run->root = value;
	else if (letter == 'j')
		run->json = true;
}

static int wrong_use(const struct command *command)
{
	fprintf(stderr,
		"usage: policyc %s [OPTION...] %s\n"
		"Try 'policyc %s --help'.\n",
		command->name, command->operands, command->name);
	return EXIT_BAD;
}

/* 0; or an exit code plus 1, as the command is not to be run. */
static int take_options(struct run *run, const struct command *command,
			int argc, char **argv)
{
	int letter;

	while ((letter = getopt_long(
			argc, argv, command->request ? "+I:D:o:nh" : "I:D:o:nh",
			long_options, NULL)) != -1) {
		if (letter == 'h') {
			print_help(command);
			return EXIT_YES + 1;
		}
		if (letter == '?')
			return wrong_use(command) + 1;
		if (!strchr(command->options, letter)) {
			const char *text = option_text(letter);

			fprintf(stderr, "policyc: %s does not take %.*s\n",
				command->name, (int)strcspn(text, " "), text);
			return wrong_use(command) + 1;
		}
		take_option(run, letter, optarg);
	}
	run->num_operands = argc - optind;
	run->operands = argv + optind;
	if (run->num_operands < command->min_operands ||
	    run->num_operands > command->max_operands)
		return wrong_use(command) + 1;
	return 0;
}

/*
 * Options behind a request of one word, where nothing else can be: a request
 * of several may have words like them.
 */
static int take_late_options(struct run *run, const struct command *command)
{
	const struct option *option;

	while (run->num_operands > command->min_operands &&
	       !strncmp(run->operands[command->min_operands], "--", 2)) {
		const char *text = run->operands[--run->num_operands];

		for (option = long_options; option->name; option++)
			if (!strncmp(text, "--", 2) &&
			    !strcmp(text + 2, option->name))
				break;
		if (!option->name || option->has_arg ||
		    !strchr(command->options, option->val)) {
			fprintf(stderr, "policyc: %s does not take %s here\n",
				command->name, text);
			return wrong_use(command) + 1;
		}
		take_option(run, option->val, NULL);
	}
	return 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct run run = { .arena = arena_create() };
	struct diag_options options = {
		.color = isatty(STDERR_FILENO) && !getenv("NO_COLOR"),
		.lint = command->run == command_check,
	};
	int code = take_options(&run, command, argc, argv);
	const bool data = command->data || run.coverage;

	if (!code && command->request)
		code = take_late_options(&run, command);
	if (code) {
		arena_free(run.arena);
		return code - 1;
	}
	options.json = run.json;
	run.diag = diag_create(run.arena, &options);
	code = command->run(&run);
	(void)fflush(stdout);
	if (!data || diag_mark(run.diag))
		diag_print(run.diag, run.json && !data ? stdout : stderr);
	if (fflush(stdout) || ferror(stdout)) {
		perror("policyc: cannot write");
		code = EXIT_MACHINE;
	}
	arena_free(run.arena);
	return code;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_usage(stderr);
		return EXIT_BAD;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return EXIT_YES;
	}
	command = find_command(argv[1]);
	if (!command)
		return EXIT_BAD;
	return run_command(command, argc - 1, argv + 1);
}
