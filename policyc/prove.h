/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prove.h - the verifier's word on one program, for people
 */
#ifndef POLICYC_PROVE_H
#define POLICYC_PROVE_H

#include "command.h"
#include "vm/verify.h"

struct prove {
	struct run *run;
	const struct bvm_insn *insns;
	u32 num_insns;
	const struct span *spans; /* of the instructions' text; NULL: none */
	const struct bvm_image *image; /* for calls; NULL: none are allowed */
	struct bvm_ctx_desc ctx;
	bool verdict; /* the result is a verdict */
	const char *class; /* its name; NULL: plain memory */
};

/* The ctx of a class, 0 < class < BVM_NUM_CLASSES, and its kind of result. */
void prove_set_class(struct prove *prove, u32 class);

/*
 * The ctx that --class and --mem name: a class, or plain memory.
 * Return: EXIT_YES; EXIT_BAD: reported.
 */
int __must_check prove_set_options(struct prove *prove);

/*
 * Verify it and print the worst case, after the state at each instruction if
 * --log is set; as JSON if --json is. A refusal is reported in run->diag, with
 * the place of its text and of the merge point that lost what was needed.
 * Return: EXIT_YES; EXIT_NO: refused.
 */
int __must_check prove_program(struct prove *prove);

#endif /* POLICYC_PROVE_H */
