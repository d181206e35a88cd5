/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_oracle.h - hold every step of a run against what the verifier said
 *
 * Beside the interpreter runs a shadow of it that knows, by rules of its own,
 * of what kind each register and each byte of the stack is: not set, a
 * number, or which byte of which pointer. It shares no code with the
 * verifier.
 */
#ifndef TESTS_BVM_ORACLE_H
#define TESTS_BVM_ORACLE_H

#include "vm/exec.h"
#include "vm/verify.h"

#define BVM_ORACLE_ROWS 256 /* more than insn.def has */

struct bvm_oracle {
	struct bvm_verify_in in;
	struct bvm_verify_out out;
	struct bvm_error err;
	struct bvm_state *states; /* by pc; room for max_states */
	bool *seen; /* by pc: states has one */
	u8 *rows; /* by pc: the instruction's row in insn.def */
	u32 max_states;
	const u8 *ctx;
	const struct bvm_run *run; /* of a program that may call helpers */
	u32 steps; /* instructions of this run */
	u32 calls;
	u64 table_steps;
	u8 kinds[BVM_NUM_REGS]; /* shadow: enum bvm_reg_kind */
	/* shadow: kind, and of a pointer 16 times the number of its byte */
	u8 bytes[BVM_STACK_BYTES] __attribute__((aligned(8)));
	u64 total; /* instructions of all runs */
	u64 executed[BVM_ORACLE_ROWS]; /* of all runs, by row of insn.def */
	char why[256]; /* what a run did that it must not; "" if nothing */
};

void bvm_oracle_init(struct bvm_oracle *o);
void bvm_oracle_fini(struct bvm_oracle *o);

/* Set a program over plain memory of ctx_len bytes. */
void bvm_oracle_set_raw(struct bvm_oracle *o, const struct bvm_insn *insns,
			u32 num_insns, u32 ctx_len);

/* Set a program of a class that may call helpers with the image's tables. */
void bvm_oracle_set_class(struct bvm_oracle *o, const struct bvm_insn *insns,
			  u32 num_insns, const struct bvm_image *image,
			  u32 class);

/* Verify o->in and keep the state before each instruction. */
int bvm_oracle_verify(struct bvm_oracle *o);

/*
 * Run what was verified and check, before each instruction, that registers
 * and stack are what the state says, that what is read is set and of the kind
 * that is needed, that loads and stores stay inside, and in the end that
 * instructions, calls, table steps and result are within the bounds. o->why
 * says what was not. Return: r0.
 */
u64 bvm_oracle_run(struct bvm_oracle *o, const void *ctx);

/* The same for a program of a class; the image of run is that of the set. */
u64 bvm_oracle_run_class(struct bvm_oracle *o, const struct bvm_run *run);

/* Instructions of insn.def that no run has executed; the first is *name. */
u32 bvm_oracle_unexecuted(const struct bvm_oracle *o, const char **name);

#endif /* TESTS_BVM_ORACLE_H */
