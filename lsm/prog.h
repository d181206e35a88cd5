/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prog.h - programs that are ready to run in the kernel
 */
#ifndef BAILIFF_PROG_H
#define BAILIFF_PROG_H

#include "vm/exec.h"

struct bpf_prog;

struct bvm_verify_in;

/* A program that the JIT may have, and what the second proof found out. */
struct bailiff_lowered {
	struct bvm_insn *insns; /* owned, from kvmalloc */
	u32 num_insns;
	u32 stack_bytes; /* exact: the deepest use, rounded up to 8 */
};

/* The program of one class. */
struct bailiff_prog {
	struct bpf_prog *jited; /* owned; NULL: our interpreter runs it */
};

/*
 * Make the verified program of a class ready: lowered, verified again, and
 * given to the kernel's JIT. Where the JIT is off, absent, or refuses, or the
 * program grows too long when lowered, the interpreter will run it; that is no
 * error. Sleeps.
 *
 * Return: 0; -ENOMEM; or what bvm_lower or bvm_verify said, with *err.
 */
int __must_check bailiff_prog_init(struct bailiff_prog *prog,
				   const struct bvm_image *image, u32 class,
				   void *scratch, struct bvm_error *err);

/*
 * Lower what in describes, which bvm_verify has accepted, and verify the
 * result as in says. Sleeps.
 *
 * Return: 0 and *out, which the caller must drop; -ENOMEM; or what bvm_lower
 * or bvm_verify said, with *err.
 */
int __must_check bailiff_prog_lower(const struct bvm_verify_in *in,
				    struct bailiff_lowered *out,
				    struct bvm_error *err);
void bailiff_prog_drop(struct bailiff_lowered *low);

/*
 * Give it to the kernel's JIT. Sleeps. Returns an owned program that is
 * compiled for sure; NULL: the JIT refuses (too long when blinded, no memory
 * left under net.core.bpf_jit_limit, no JIT).
 */
struct bpf_prog *bailiff_prog_jit(const struct bailiff_lowered *low);

/*
 * Sleeps. A zeroed prog is fine. Nobody may still run it: the caller waits
 * for a grace period of RCU first.
 */
void bailiff_prog_fini(struct bailiff_prog *prog);

/* Run it; any context. Return: a verdict word. */
u32 bailiff_prog_run(const struct bailiff_prog *prog, struct bvm_run *run,
		     u32 class);

#endif /* BAILIFF_PROG_H */
