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
	"usage: bvm-conformance [-v] [--coverage] [--expect R,F,N] DIRECTORY...\n"
	"       bvm-conformance --list DIRECTORY...\n"
	"\n"
	"Run the .data files of directories, and the programs of their\n"
	"index.tsv and negative.tsv, and say what is wrong. A program that\n"
	"this machine does not run (atomics, calls, loops, stores to the ctx,\n"
	"unused fields that are set) must be refused; every other one must\n"
	"give its result, as it is and lowered. A program that is both a file and\n"
	"a line of a table counts once.\n"
	"\n"
	"  -v          say what is right and what is refused, too\n"
	"  --coverage  fail if an instruction is never executed, or a jump\n"
	"              always goes the same way\n"
	"  --expect    fail unless R programs are right, F are refused, and N more\n"
	"              that the files say are in error; 256,57,45 of the public\n"
	"              suite as a whole\n"
	"  --list      run nothing, print a line a file: name, version, groups,\n"
	"              instructions, class, flags, mem, result, program; with\n"
	"              tabs between, bytes in hex, '-' for nothing\n";

static const struct option options[] = {
	{ "list", no_argument, NULL, 'l' },
	{ "coverage", no_argument, NULL, 'c' },
	{ "expect", required_argument, NULL, 'e' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* How many there must be of each. */
struct expected {
	bool given;
	u32 right, refused, negative;
};

static bool read_expected(struct expected *e, const char *text)
{
	int len = 0;

	e->given = sscanf(text, "%u,%u,%u%n", &e->right, &e->refused,
			  &e->negative, &len) == 3 &&
		   !text[len];
	return e->given;
}

static bool is_as_expected(const struct bvm_conform *c,
			   const struct expected *e)
{
	if (!e->given || (c->right == e->right && c->negative == e->negative &&
			  c->refused - c->negative == e->refused))
		return true;
	printf("WRONG    expected %u right, %u refused and %u in error\n",
	       e->right, e->refused, e->negative);
	return false;
}

static int run(struct bvm_conform *c, char **directories, bool coverage,
	       const struct expected *expected)
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
	missing += !c->list && !is_as_expected(c, expected);
	if (!c->list)
		printf("%u right, %u refused, %u in error refused, %u wrong\n",
		       c->right, c->refused - c->negative, c->negative,
		       c->wrong + missing);
	return c->wrong + missing ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct bvm_conform c;
	struct expected expected = { .given = false };
	bool coverage = false;
	int letter, code;

	bvm_conform_init(&c);
	c.out = stdout;
	while ((letter = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (letter == '?' ||
		    (letter == 'e' && !read_expected(&expected, optarg))) {
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
	code = run(&c, argv + optind, coverage, &expected);
	bvm_conform_fini(&c);
	return code;
}
