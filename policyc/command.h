/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - what policyc can be told to do
 */
#ifndef POLICYC_COMMAND_H
#define POLICYC_COMMAND_H

#include "diag.h"
#include "parse.h"

/* Exit codes, the same for every command. */
enum {
	EXIT_YES = 0, /* or done */
	EXIT_NO = 1, /* the answer is no */
	EXIT_BAD = 2, /* wrong use or bad input */
	EXIT_MACHINE = 3, /* the machine lacks something */
	EXIT_BUG = 4,
};

/* One call of policyc; everything lives in the arena. */
struct run {
	struct arena *arena;
	struct diag *diag;
	struct parse_options parse;
	const char *out; /* -o, or NULL */
	const char *deps; /* --deps: where they go, or NULL */
	bool dry; /* -n */
	bool stats; /* --stats: of automata */
	bool why_not; /* --why-not */
	bool trace; /* --trace */
	bool log; /* --log: the verifier's state at each instruction */
	bool check; /* --check: verify, write nothing */
	const char *extend; /* --extend: the policy to add to, or NULL */
	const char *policy; /* --policy: of a log, only its decisions; or NULL */
	const char *profile; /* --profile: the one to import, or NULL */
	const char *service; /* --for: whom init writes a policy for; or NULL */
	const char *root; /* --root: the system that is looked at, or NULL: / */
	bool coverage; /* --coverage: rules that decided no test */
	bool all; /* --all: of a log, what other policies decided, too */
	const char *bpf; /* --bpf: where the filter goes, or NULL */
	bool oci; /* --oci: the filter as JSON */
	bool mdoc; /* --mdoc: as a part of the manual */
	bool exact; /* --exact: any difference is a no */
	bool raw; /* --raw: the file is bytecode */
	const char *class; /* --class, or NULL: plain memory */
	const char *mem; /* --mem: bytes of that memory, or NULL */
	bool json; /* --json: messages on the standard output, nothing else */
	int num_operands;
	char **operands;
};

/*
 * Each returns an exit code. Messages that are in run->diag at the end are
 * printed by the caller.
 */

/* Everything that is wrong with policies, their tests included. */
int command_check(struct run *run);
/* One policy to an image, at -o or at NAME.img. */
int command_build(struct run *run);

#endif /* POLICYC_COMMAND_H */
