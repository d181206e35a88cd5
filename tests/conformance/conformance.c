// SPDX-License-Identifier: GPL-2.0-only
/*
 * conformance.c - run directories of .data files
 *
 * Exit status: 0 all is as it should be, 1 something is not, 2 wrong use.
 */
#include <getopt.h>
#include <stdlib.h>

#include "tests/lib/bvm_conform.h"

static const char usage[] =
	"usage: bvm-conformance [-v] [--coverage] DIRECTORY...\n"
	"       bvm-conformance --list DIRECTORY...\n"
	"\n"
	"Run the .data files of directories, and the programs of their\n"
	"index.tsv and negative.tsv, and say what is wrong. A program that\n"
	"this machine does not run (atomics, calls, loops, stores to the ctx,\n"
	"unused fields that are set) must be refused; every other one must\n"
	"give its result, as it is and lowered.\n"
	"\n"
	"  -v          say what is right and what is refused, too\n"
	"  --coverage  fail if an instruction is never executed, or a jump\n"
	"              always goes the same way\n"
	"  --list      run nothing, print a line a file: name, version, groups,\n"
	"              instructions, class, flags, mem, result, program; with\n"
	"              tabs between, bytes in hex, '-' for nothing\n";

static const struct option options[] = {
	{ "list", no_argument, NULL, 'l' },
	{ "coverage", no_argument, NULL, 'c' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int run(struct bvm_conform *c, char **directories, bool coverage)
{
	u32 missing = 0;

	for (; *directories; directories++) {
		if (!bvm_conform_directory(c, *directories))
			continue;
		fprintf(stderr, "bvm-conformance: %s: no .data file there\n",
			*directories);
		return 2;
	}
	if (coverage)
		missing = bvm_conform_missing(c, stdout);
	if (!c->list)
		printf("%u right, %u refused, %u wrong\n", c->right, c->refused,
		       c->wrong + missing);
	return c->wrong + missing ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct bvm_conform c;
	bool coverage = false;
	int letter, code;

	bvm_conform_init(&c);
	c.out = stdout;
	while ((letter = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (letter == '?') {
			fputs(usage, stderr);
			return 2;
		}
		c.list |= letter == 'l';
		c.verbose |= letter == 'v';
		coverage |= letter == 'c';
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return 2;
	}
	code = run(&c, argv + optind, coverage);
	bvm_conform_fini(&c);
	return code;
}
