/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prog.h - programs that are ready to run in the kernel
 */
#ifndef BAILIFF_PROG_H
#define BAILIFF_PROG_H

#include "vm/exec.h"

struct bpf_prog;

/* The program of one class. */
struct bailiff_prog {
	struct bpf_prog *jited; /* owned; NULL: our interpreter runs it */
};

/*
 * Make the verified program of a class ready: lowered, verified again, and
 * given to the kernel's JIT. Where the JIT is off, absent, or refuses, the
 * interpreter will run the program; that is no error. Sleeps.
 *
 * Return: 0; -ENOMEM; or what bvm_lower or bvm_verify said, with *err.
 */
int __must_check bailiff_prog_init(struct bailiff_prog *prog,
				   const struct bvm_image *image, u32 class,
				   void *scratch, struct bvm_error *err);

/* Sleeps. A zeroed prog is fine. */
void bailiff_prog_fini(struct bailiff_prog *prog);

/* Run it; any context. Return: a verdict word. */
u32 bailiff_prog_run(const struct bailiff_prog *prog, struct bvm_run *run,
		     u32 class);

#endif /* BAILIFF_PROG_H */
